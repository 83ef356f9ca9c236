//! AV1 pictures of AVIF files, by rav1d.
//!
//! rav1d has dav1d's C interface, so this file works with pointers; none of them leave it. A panic in an `extern "C"`
//! function ends the process, and damaged files make rav1d 1.1 panic. So each picture is decoded on a thread of its
//! own, and a thread that panics reports the panic and then sleeps forever, holding its memory. Once such threads
//! hold [`MAX_LOST`] pixels, no more AVIF is decoded.

use std::cell::RefCell;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::panic;
use std::ptr::NonNull;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use heifer_isobmff::{HeifFile, ItemId};
use rav1d::include::dav1d::data::Dav1dData;
use rav1d::include::dav1d::dav1d::{Dav1dContext, Dav1dSettings};
use rav1d::include::dav1d::headers::{
    DAV1D_PIXEL_LAYOUT_I400, DAV1D_PIXEL_LAYOUT_I420, DAV1D_PIXEL_LAYOUT_I422,
};
use rav1d::include::dav1d::picture::Dav1dPicture;
use rav1d::src::lib::{
    dav1d_close, dav1d_data_create, dav1d_data_unref, dav1d_default_settings, dav1d_get_picture, dav1d_open,
    dav1d_picture_unref, dav1d_send_data,
};

use super::picture::{Colour, Picture, Plane};
use super::{container_error, corrupt};
use crate::error::{ImageError, ImageErrorKind};

/// The most pixels that sleeping threads may hold, a few bytes of memory each.
const MAX_LOST: u64 = 32 << 20;

/// The fewest pixels that a sleeping thread counts for.
const MIN_LOST: u64 = 128 << 10;

/// Pixels that a byte is taken for, where a damaged header says that there are more.
const PIXELS_PER_BYTE: u64 = 64;

/// The result of a decoding thread.
type Reply = Result<Picture, ImageError>;

thread_local! {
    /// Where a decoding thread reports its panic, and the pixels that it then counts for; `None` on other threads.
    static REPORT: RefCell<Option<(SyncSender<Reply>, u64)>> = const { RefCell::new(None) };
}

/// Pixels held by sleeping threads.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Decodes one coded item, of at most `max_pixels`: its first frame.
pub(super) fn decode(file: &HeifFile, id: ItemId, max_pixels: u64) -> Reply {
    let bytes = file.item_data(id).map_err(|error| container_error(&error))?.into_owned();
    if bytes.is_empty() {
        return Err(corrupt("AVIF", "an image without data"));
    }
    if LOST.load(Ordering::Relaxed) >= MAX_LOST {
        let message = "no AVIF is decoded any more in this run: too many were damaged";
        return Err(ImageError::new(ImageErrorKind::Unsupported, message));
    }
    stop_at_panics();
    let (sender, report) = sync_channel(1);
    let counts_for = max_pixels.min(bytes.len() as u64 * PIXELS_PER_BYTE).max(MIN_LOST);
    let work = move || {
        REPORT.set(Some((sender.clone(), counts_for)));
        // Nobody waits for a second report.
        let _ = sender.send(picture(&bytes, max_pixels));
    };
    let started = thread::Builder::new().name("avif".to_owned()).spawn(work);
    started
        .map_err(|error| ImageError::new(ImageErrorKind::TooLarge, format!("no thread for AVIF: {error}")))?;
    report.recv().unwrap_or_else(|_| Err(gave_up()))
}

/// Makes decoding threads stop at a panic, before it can reach an `extern "C"` function.
fn stop_at_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |what| {
            let Some((report, pixels)) = REPORT.try_with(RefCell::take).ok().flatten() else {
                return before(what);
            };
            LOST.fetch_add(pixels, Ordering::Relaxed);
            let _ = report.send(Err(gave_up()));
            loop {
                thread::park();
            }
        }));
    });
}

fn gave_up() -> ImageError {
    corrupt("AVIF", "its decoder gave up")
}

/// Decodes the first frame of some data.
fn picture(bytes: &[u8], max_pixels: u64) -> Reply {
    let decoder = Decoder::open(max_pixels)?;
    let mut data = Data::copy(bytes)?;
    let mut frame = Frame(Dav1dPicture::default());
    loop {
        let left = data.0.sz;
        let sent = if left > 0 { decoder.send(&mut data) } else { 0 };
        let got = decoder.picture(&mut frame);
        if got == 0 {
            return frame.read();
        }
        // It wants more data before it has a picture, as long as there is some and it takes it.
        if data.0.sz == 0 || data.0.sz == left {
            let code = if sent == 0 { got } else { sent };
            return Err(corrupt("AVIF", format!("there is no picture in its data (decoder error {code})")));
        }
    }
}

struct Decoder(Option<Dav1dContext>);

impl Decoder {
    fn open(max_pixels: u64) -> Result<Self, ImageError> {
        let mut settings = MaybeUninit::<Dav1dSettings>::uninit();
        // SAFETY: the pointer is to memory for settings, which the call writes.
        let mut settings = unsafe {
            dav1d_default_settings(NonNull::from(&mut settings).cast());
            settings.assume_init()
        };
        // The caller's thread does all the work: images are many, threads are shared out among them.
        settings.n_threads = 1;
        settings.max_frame_delay = 1;
        settings.frame_size_limit = u32::try_from(max_pixels).unwrap_or(u32::MAX);
        settings.all_layers = 0;
        // Its messages would go to stderr. SAFETY: a logger is two pointers that may be none, which is zeros.
        unsafe { std::ptr::write_bytes(&raw mut settings.logger, 0, 1) };
        let mut context = None;
        // SAFETY: both are alive and valid for the call.
        let opened =
            unsafe { dav1d_open(Some(NonNull::from(&mut context)), Some(NonNull::from(&mut settings))) };
        match opened.0 {
            0 => Ok(Decoder(context)),
            _ => Err(ImageError::new(ImageErrorKind::TooLarge, "no memory for the AVIF decoder")),
        }
    }

    /// Sends data, as much of it as the decoder takes; returns 0 or an error number.
    fn send(&self, data: &mut Data) -> c_int {
        // SAFETY: the context is open, since only dropping it closes it; the data is that of `Data::copy`.
        unsafe { dav1d_send_data(self.0, Some(NonNull::from(&mut data.0))) }.0
    }

    /// Takes a picture; returns 0 or an error number.
    fn picture(&self, frame: &mut Frame) -> c_int {
        // SAFETY: the context is open; the frame is a picture that may be written over, since it refers to nothing.
        unsafe { dav1d_get_picture(self.0, Some(NonNull::from(&mut frame.0))) }.0
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context is from `dav1d_open` and used no more.
        unsafe { dav1d_close(Some(NonNull::from(&mut self.0))) };
    }
}

/// Bytes that the decoder owns.
struct Data(Dav1dData);

impl Data {
    fn copy(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut data = Dav1dData::default();
        // SAFETY: the pointer is to a value that may be written over, since it refers to nothing.
        let start = unsafe { dav1d_data_create(Some(NonNull::from(&mut data)), bytes.len()) };
        if start.is_null() {
            return Err(ImageError::new(ImageErrorKind::TooLarge, "no memory for AVIF data"));
        }
        // SAFETY: `start` is that of as many bytes as were asked for, which nobody else knows of yet.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
        Ok(Data(data))
    }
}

impl Drop for Data {
    fn drop(&mut self) {
        // SAFETY: the data is valid, whether it was sent or not.
        unsafe { dav1d_data_unref(Some(NonNull::from(&mut self.0))) };
    }
}

/// A decoded picture that the decoder owns.
struct Frame(Dav1dPicture);

impl Frame {
    /// The picture as ours.
    fn read(&self) -> Result<Picture, ImageError> {
        let parameters = &self.0.p;
        let size = |length: c_int| usize::try_from(length).unwrap_or(0);
        let (width, height) = (size(parameters.w), size(parameters.h));
        let (across, down) = match parameters.layout {
            DAV1D_PIXEL_LAYOUT_I420 => (2, 2),
            DAV1D_PIXEL_LAYOUT_I422 => (2, 1),
            _ => (1, 1),
        };
        let (chroma_width, chroma_height) = (width.div_ceil(across), height.div_ceil(down));
        let header = self.0.seq_hdr.ok_or_else(|| corrupt("AVIF", "a picture without a header"))?;
        // SAFETY: the header lives as long as the picture that refers to it.
        let header = unsafe { header.as_ref() };
        let colour = Colour { matrix: header.mtrx as u16, full_range: header.color_range != 0 };
        let chroma = match parameters.layout {
            DAV1D_PIXEL_LAYOUT_I400 => None,
            _ => Some([
                self.plane(1, chroma_width, chroma_height)?,
                self.plane(2, chroma_width, chroma_height)?,
            ]),
        };
        Ok(Picture { luma: self.plane(0, width, height)?, chroma, alpha: None, colour })
    }

    fn plane(&self, index: usize, width: usize, height: usize) -> Result<Plane, ImageError> {
        let start = self.0.data[index].ok_or_else(|| corrupt("AVIF", "a picture without pixels"))?;
        let stride = self.0.stride[index.min(1)];
        let depth = self.0.p.bpc;
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            // SAFETY: a plane has `height` rows, `stride` bytes apart, of at least `width` samples of one byte, or of
            // two aligned ones where the depth is above 8 (dav1d's picture.h); the picture keeps them alive.
            unsafe {
                let row = start.cast::<u8>().offset(y as isize * stride);
                if depth == 8 {
                    samples.extend_from_slice(std::slice::from_raw_parts(row.as_ptr(), width));
                } else {
                    let row = std::slice::from_raw_parts(row.cast::<u16>().as_ptr(), width);
                    samples.extend(row.iter().map(|sample| (sample >> (depth - 8)) as u8));
                }
            }
        }
        Ok(Plane { width, height, samples })
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: the picture is valid, whether it was written or not.
        unsafe { dav1d_picture_unref(Some(NonNull::from(&mut self.0))) };
    }
}
