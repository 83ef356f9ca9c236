//! JPEG to pixels that equal Pillow's to the bit: libjpeg-turbo's accurate integer DCT and smooth upsampling.
//!
//! The crate `libjpeg-turbo-rs` decodes. This module decides which frames are read, how large they may be and whether
//! the file was cut, and converts CMYK. Where libjpeg only warns, the image is decoded, as in Pillow; what libjpeg
//! refuses is an error.

mod cmyk;
mod end;
mod frame;
mod names;
mod scaled;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, GrayImage, RgbImage};
use libjpeg_turbo_rs::{DecodeLimits, DecodeWarning, Decoder, JpegError, PixelFormat, ScalingFactor};

use super::limits::{Cut, DecodeOptions, check_memory, check_size};
use crate::error::{ImageError, ImageErrorKind};
use end::End;
use frame::{Frame, orientation};

/// Scans of a progressive JPEG: the largest scripts of encoders have a few dozen, and each scan visits all pixels.
const MAX_SCANS: usize = 200;

/// Bytes that libjpeg wants behind the last pixel before it takes a file without an end for whole: it fills 64 bits
/// at a time.
const READ_AHEAD: usize = 8;

/// The marker that ends an image.
const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];

/// A decoded JPEG.
pub(super) struct Jpeg {
    pub image: DynamicImage,
    /// By its EXIF block.
    pub orientation: Orientation,
    /// Width and height of the file, of which `image` may have a fraction.
    pub size: (u32, u32),
    /// The file ends before its pixels do.
    pub truncated: bool,
}

/// The fraction, 1 to 8, of which each side is decoded: of `size` (width, height) before it is turned by
/// an orientation.
pub(super) type Fraction<'a> = &'a dyn Fn((u32, u32), Orientation) -> u32;

/// Decodes a JPEG: the first image of an MPO.
///
/// # Errors
/// Those of [`super::decode::decode`].
pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
    fraction: Fraction<'_>,
    spare: &mut Vec<u8>,
) -> Result<Jpeg, ImageError> {
    let renamed = names::told_apart(bytes);
    let bytes = &*renamed;
    let frame = Frame::find(bytes)?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    check_size(frame.width, frame.height, pixels * u64::from(frame.components), options)?;
    let orientation = orientation(bytes);
    let size = (frame.width, frame.height);
    let denominator = fraction(size, orientation);
    let turned = options.apply_exif && orientation != Orientation::NoTransforms;
    // A fraction may be decoded from a copy of the coded data.
    let copy = if denominator > 1 { bytes.len() as u64 } else { 0 };
    check_memory(frame.footprint(denominator, turned) + copy, options)?;
    let whole = match end::end(bytes) {
        End::Broken(code) => return Err(corrupt(format!("marker {code:02x} within its pixels"))),
        End::CutInHeaders => return Err(cut()),
        End::Whole => Some(Cow::Borrowed(bytes)),
        End::CutInPixels { last: true } if has_all_pixels(bytes, options) => {
            Some(Cow::Owned([bytes, &END_OF_IMAGE].concat()))
        }
        End::CutInPixels { .. } | End::CutInTables if options.cut == Cut::Error => return Err(cut()),
        End::CutInPixels { .. } => None,
        // libjpeg waits for the rest of the tables before it gives the first row: Pillow's image stays empty.
        End::CutInTables => return Ok(empty(frame, orientation, denominator)),
    };
    let mut truncated = whole.is_none();
    let whole = whole.unwrap_or_else(|| Cow::Owned([bytes, &END_OF_IMAGE].concat()));
    let image = if frame.inks_differ || frame.lossless {
        otherwise(&whole, options)?
    } else {
        match rows(&whole, options, denominator, spare) {
            Err(_) if frame.luma_is_coarser || end::scans(&whole).mixed => otherwise(&whole, options)?,
            rows => {
                let (image, damage) = rows?;
                if let Some(damage) = damage {
                    match options.cut {
                        Cut::Error => return Err(damage),
                        Cut::Accept => truncated = true,
                    }
                }
                image
            }
        }
    };
    Ok(Jpeg { image, orientation, size, truncated })
}

/// The samples of a whole JPEG of four components as they are stored, and its width and height: for files that say
/// themselves what the samples mean.
///
/// # Errors
/// Those of [`super::decode::decode`]; `unsupported` for other numbers of components.
pub(super) fn inks(bytes: &[u8], options: &DecodeOptions) -> Result<(u32, u32, Vec<u8>), ImageError> {
    let frame = Frame::find(bytes)?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    check_size(frame.width, frame.height, pixels * u64::from(frame.components), options)?;
    check_memory(frame.footprint(1, false), options)?;
    if frame.components != 4 {
        let message = format!("four samples a pixel are needed, {} are there", frame.components);
        return Err(ImageError::new(ImageErrorKind::Unsupported, message));
    }
    if end::end(bytes) != End::Whole {
        return Err(cut());
    }
    let decoder = open(bytes, options).map_err(failed)?;
    let mut samples = vec![0; decoder.output_buffer_size().map_err(failed)?];
    let decoded = decoder.decode_image_into(&mut samples).map_err(failed)?;
    samples.truncate(decoded.bytes_written);
    Ok((decoded.width as u32, decoded.height as u32, samples))
}

/// A decoder for `bytes` within the limits.
fn open<'a>(bytes: &'a [u8], options: &DecodeOptions) -> Result<Decoder<'a>, JpegError> {
    let limits =
        DecodeLimits { max_pixels: options.max_pixels, max_scans: MAX_SCANS, ..DecodeLimits::default() };
    let mut decoder = Decoder::new_with_limits(bytes, limits)?;
    // Of a progressive file whose last scans are missing, libjpeg smooths what it has.
    decoder.set_block_smoothing(true);
    let format = match decoder.header().components.len() {
        1 => PixelFormat::Grayscale,
        3 => PixelFormat::Rgb,
        _ => PixelFormat::Cmyk,
    };
    decoder.set_output_format(format);
    Ok(decoder)
}

/// The pixels of a whole file, strictly at first, else by libjpeg's ways around damage; and the damage, where the
/// decoder's way around it is not libjpeg's, or little is left of the image.
fn rows(
    bytes: &[u8],
    options: &DecodeOptions,
    denominator: u32,
    spare: &mut Vec<u8>,
) -> Result<(DynamicImage, Option<ImageError>), ImageError> {
    if denominator > 1
        && let Some(image) = scaled::decode(bytes, denominator, spare)
    {
        return Ok((image, None));
    }
    let mut decoder = open(bytes, options).map_err(failed)?;
    decoder.set_scale(ScalingFactor::try_new(1, denominator).map_err(failed)?);
    let mut pixels = std::mem::take(spare);
    let length = decoder.output_buffer_size().map_err(failed)?;
    pixels.clear();
    pixels.resize(length, 0);
    let decoded = match decoder.decode_image_into(&mut pixels) {
        Err(JpegError::CorruptData(_) | JpegError::UnexpectedEof) => {
            decoder.set_lenient(true);
            // Nothing of the first attempt may show where this one writes nothing.
            pixels.fill(0);
            let decoded = decoder.decode_image_into(&mut pixels).map_err(failed)?;
            let guessed =
                |warning: &DecodeWarning| matches!(warning, DecodeWarning::UnsupportedRecovered { .. });
            if decoded.warnings.iter().any(guessed) {
                return Err(corrupt("samples that do not fit its frame"));
            }
            decoded
        }
        decoded => decoded.map_err(failed)?,
    };
    pixels.truncate(decoded.bytes_written);
    let damage = damage(bytes, &decoded.warnings);
    let (width, height) = (decoded.width as u32, decoded.height as u32);
    let image = match decoded.pixel_format {
        PixelFormat::Grayscale => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        PixelFormat::Rgb => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        _ => RgbImage::from_raw(width, height, cmyk::to_rgb(&pixels)).map(DynamicImage::ImageRgb8),
    };
    let image = image.ok_or_else(|| corrupt("fewer pixels than its header says"))?;
    Ok((image, damage))
}

/// What makes the pixels of a sequential file unfit for an answer. Without restart intervals, libjpeg and the decoder
/// both leave grey what comes after an end of the code that is too early.
fn damage(bytes: &[u8], warnings: &[DecodeWarning]) -> Option<ImageError> {
    /// Of this many parts of the image, one may be missing.
    const PARTS: usize = 8;
    let damage = warnings.iter().find_map(|warning| match warning {
        DecodeWarning::HuffmanError { message, .. } => {
            Some(corrupt(message.trim_start_matches("corrupt data: ")))
        }
        DecodeWarning::TruncatedData { decoded_mcus, total_mcus } => {
            let little = total_mcus - decoded_mcus.min(total_mcus) > total_mcus / PARTS;
            let says = || corrupt(format!("its code ends after {decoded_mcus} of {total_mcus} blocks"));
            (little || end::scans(bytes).restarts).then(says)
        }
        _ => None,
    });
    damage.filter(|_| !end::scans(bytes).progressive)
}

/// The pixels of a file of a layout that the first decoder leaves out, which may be up to five levels off Pillow's:
/// sequential scans of two components, chroma of more samples than luma, and inks of different numbers of samples. Those
/// of lossless files are Pillow's.
fn otherwise(bytes: &[u8], options: &DecodeOptions) -> Result<DynamicImage, ImageError> {
    if end::scans(bytes).lack_components() {
        return Err(corrupt("some of its components have no scan"));
    }
    let failed = |error| match error {
        jpeg_decoder::Error::Unsupported(what) => {
            let message = format!("a kind of JPEG that is not read: {what:?}");
            ImageError::new(ImageErrorKind::Unsupported, message)
        }
        error => corrupt(error),
    };
    let mut decoder = jpeg_decoder::Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(options.max_bytes()).unwrap_or(usize::MAX));
    let pixels = decoder.decode().map_err(failed)?;
    let image = decoder.info().and_then(|info| {
        let (width, height) = (u32::from(info.width), u32::from(info.height));
        match info.pixel_format {
            jpeg_decoder::PixelFormat::L8 => {
                GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8)
            }
            jpeg_decoder::PixelFormat::RGB24 => {
                RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8)
            }
            jpeg_decoder::PixelFormat::CMYK32 => {
                // It turns inks over from how they are stored.
                let stored: Vec<u8> = pixels.iter().map(|ink| !ink).collect();
                RgbImage::from_raw(width, height, cmyk::to_rgb(&stored)).map(DynamicImage::ImageRgb8)
            }
            jpeg_decoder::PixelFormat::L16 => None,
        }
    });
    image.ok_or_else(|| corrupt("fewer pixels than its header says"))
}

/// Whether a file without an end has all pixels of its only scan, and enough behind them for libjpeg.
fn has_all_pixels(bytes: &[u8], options: &DecodeOptions) -> bool {
    let Some(bytes) = bytes.len().checked_sub(READ_AHEAD).map(|length| &bytes[..length]) else {
        return false;
    };
    // An eighth of each side is the least work that reads all codes.
    let decode = |mut decoder: Decoder<'_>| {
        if decoder.is_arithmetic() {
            // Its code goes on as zeros behind its end.
            return Err(JpegError::UnexpectedEof);
        }
        decoder.set_scale(ScalingFactor::try_new(1, 8)?);
        decoder.decode_image()
    };
    let ended = [bytes, &END_OF_IMAGE].concat();
    open(&ended, options).and_then(decode).is_ok_and(|image| image.warnings.is_empty())
}

/// The image of which Pillow has no row yet: black, or no ink.
fn empty(frame: Frame, orientation: Orientation, denominator: u32) -> Jpeg {
    let size = (frame.width, frame.height);
    let light = if frame.components == 4 { 255 } else { 0 };
    let image =
        RgbImage::from_pixel(size.0.div_ceil(denominator), size.1.div_ceil(denominator), [light; 3].into());
    Jpeg { image: DynamicImage::ImageRgb8(image), orientation, size, truncated: true }
}

fn corrupt(detail: impl std::fmt::Display) -> ImageError {
    ImageError::new(ImageErrorKind::Decode, format!("corrupt JPEG: {detail}"))
}

fn cut() -> ImageError {
    ImageError::new(ImageErrorKind::Decode, "truncated JPEG: it ends before its pixels do")
}

/// The decoder's error as one of ours.
fn failed(error: JpegError) -> ImageError {
    match error {
        JpegError::LimitExceeded { what, .. } if what.starts_with("scan count") => {
            corrupt(format!("more than {MAX_SCANS} scans"))
        }
        JpegError::LimitExceeded { .. } | JpegError::AllocationFailed { .. } => {
            ImageError::new(ImageErrorKind::TooLarge, format!("JPEG is too large: {error}"))
        }
        JpegError::CorruptData(detail) => corrupt(detail),
        JpegError::UnexpectedEof => cut(),
        JpegError::Unsupported(detail) => {
            ImageError::new(ImageErrorKind::Unsupported, format!("a kind of JPEG that is not read: {detail}"))
        }
        error => corrupt(error),
    }
}
