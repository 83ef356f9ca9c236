//! The first frame of a GIF on its canvas, as Pillow shows it.
//!
//! The crate `gif` unpacks; this module puts palette and canvas together. Around a frame that is smaller than the canvas
//! is the first colour of its palette, or nothing where the frame has a transparent colour; a frame that
//! reaches over the canvas widens it.

use std::borrow::Cow;
use std::num::NonZeroU64;

use ::gif::{ColorOutput, DecodeOptions as GifOptions, DecodingError, MemoryLimit};
use ::image::{DynamicImage, RgbImage, RgbaImage};

use super::limits::{DecodeOptions, check_memory_of, check_size};
use crate::error::{ImageError, ImageErrorKind};

/// Bytes at the peak: four of colour and opacity beside three of RGB, or the indices of frame and canvas.
const MEMORY_PER_PIXEL: u64 = 7;

/// Decodes the first frame of `bytes`.
///
/// # Errors
/// Those of [`super::decode::decode`].
pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<DynamicImage, ImageError> {
    let bytes = with_palette(bytes);
    let mut reader = GifOptions::new();
    reader.set_color_output(ColorOutput::Indexed);
    reader.allow_unknown_blocks(true);
    if let Some(limit) = NonZeroU64::new(options.max_bytes()) {
        reader.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let mut decoder = reader.read_info(&*bytes).map_err(failed)?;
    let screen = (u32::from(decoder.width()), u32::from(decoder.height()));
    let shared = decoder.global_palette().map(<[u8]>::to_vec);
    check_size(screen.0.max(1), screen.1.max(1), 0, options)?;
    let frame = decoder.next_frame_info().map_err(failed)?;
    let frame =
        frame.ok_or_else(|| ImageError::new(ImageErrorKind::Decode, "corrupt GIF: no image in it"))?;
    let (left, top) = (u32::from(frame.left), u32::from(frame.top));
    let (columns, rows) = (u32::from(frame.width), u32::from(frame.height));
    let palette = palette(frame.palette.as_deref().or(shared.as_deref()));
    let transparent = frame.transparent;
    let (width, height) = (screen.0.max(left + columns), screen.1.max(top + rows));
    check_size(width, height, 0, options)?;
    check_memory_of(width, height, MEMORY_PER_PIXEL, options)?;
    let mut indices = vec![0; decoder.buffer_size()];
    decoder.read_into_buffer(&mut indices).map_err(failed)?;
    let mut canvas = vec![transparent.unwrap_or(0); width as usize * height as usize];
    let left = left as usize;
    let places = canvas.chunks_exact_mut(width as usize).skip(top as usize);
    for (row, indices) in places.zip(indices.chunks_exact((columns as usize).max(1))) {
        row[left..left + indices.len()].copy_from_slice(indices);
    }
    let colour = |index: u8| palette[usize::from(index)];
    // The pixels are as many as the size says, so this is never the empty image.
    Ok(match transparent {
        None => {
            let pixels = canvas.iter().flat_map(|index| colour(*index)).collect();
            DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).unwrap_or_default())
        }
        Some(transparent) => {
            let pixels = canvas.iter().flat_map(|index| {
                let [red, green, blue] = colour(*index);
                [red, green, blue, if *index == transparent { 0 } else { 255 }]
            });
            let pixels = pixels.collect();
            DynamicImage::ImageRgba8(RgbaImage::from_raw(width, height, pixels).unwrap_or_default())
        }
    })
}

/// `bytes` with a palette of greys for frames without one of their own, where the file has none.
fn with_palette(bytes: &[u8]) -> Cow<'_, [u8]> {
    const HEADER: usize = 13;
    const FLAGS: usize = 10;
    // There is a palette, and it has two to the power of one more than this number of colours.
    const OF_256_COLOURS: u8 = 0x80 | 7;
    let (Some(flags), Some(rest)) = (bytes.get(FLAGS), bytes.get(HEADER..)) else { return bytes.into() };
    if flags & 0x80 != 0 {
        return bytes.into();
    }
    let mut header = bytes[..HEADER].to_vec();
    header[FLAGS] |= OF_256_COLOURS;
    let greys: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    Cow::Owned([&header, &greys, rest].concat())
}

/// 256 colours. Those that the file lacks are black; after the beginning of a ramp of greys they continue it, since
/// Pillow then takes the indices for the greys.
fn palette(colours: Option<&[u8]>) -> [[u8; 3]; 256] {
    let colours = colours.unwrap_or_default().as_chunks::<3>().0;
    let ramp: [[u8; 3]; 256] = std::array::from_fn(|index| [index as u8; 3]);
    let mut palette = if ramp.starts_with(colours) { ramp } else { [[0; 3]; 256] };
    palette.iter_mut().zip(colours).for_each(|(place, colour)| *place = *colour);
    palette
}

fn failed(error: DecodingError) -> ImageError {
    let (kind, words) = match &error {
        DecodingError::UnexpectedEof => {
            (ImageErrorKind::Decode, "truncated GIF: it ends before its pixels do".to_owned())
        }
        DecodingError::OutOfMemory | DecodingError::MemoryLimit => {
            (ImageErrorKind::TooLarge, "GIF needs more memory than the limit on pixels allows".to_owned())
        }
        error => (ImageErrorKind::Decode, format!("corrupt GIF: {error}")),
    };
    ImageError::new(kind, words)
}
