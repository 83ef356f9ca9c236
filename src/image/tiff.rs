//! TIFF layouts that `image` leaves out: palettes, grey with alpha, and grey floats.

use std::io::Cursor;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage};
use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::Tag;
use ::tiff::{ColorType, TiffError};

use super::decode::{DecodeOptions, check_size};
use crate::error::{ImageError, ImageErrorKind};

/// Decodes the first page of a palette, grey and alpha or grey float TIFF, and its orientation.
///
/// # Errors
/// Those of [`super::decode::decode`]; any other layout is `unsupported`.
pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
) -> Result<(DynamicImage, Orientation), ImageError> {
    let as_grey = palette_as_grey(bytes);
    let decoder = Decoder::new(Cursor::new(as_grey.as_deref().unwrap_or(bytes))).map_err(from_tiff)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(options.max_bytes()).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut decoder = decoder.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(from_tiff)?;
    let colour = decoder.colortype().map_err(from_tiff)?;
    let pixels = u64::from(width) * u64::from(height);
    check_size(width, height, pixels.saturating_mul(4), options)?;
    let tag = decoder.find_tag(Tag::Orientation).ok().flatten().and_then(|value| value.into_u16().ok());
    let orientation = tag.and_then(|tag| Orientation::from_exif(u8::try_from(tag).ok()?));
    let image = match colour {
        ColorType::Gray(8) if as_grey.is_some() => {
            let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(from_tiff)?;
            let samples = decoder.read_image().map_err(from_tiff)?;
            let DecodingResult::U8(indices) = samples else {
                return Err(unread(colour));
            };
            RgbImage::from_raw(width, height, through_palette(&indices, &map)?).map(DynamicImage::ImageRgb8)
        }
        ColorType::Multiband { bit_depth: 8, num_samples: 2 } => {
            let samples = decoder.read_image().map_err(from_tiff)?;
            let DecodingResult::U8(grey_and_alpha) = samples else {
                return Err(unread(colour));
            };
            GrayAlphaImage::from_raw(width, height, grey_and_alpha).map(DynamicImage::ImageLumaA8)
        }
        ColorType::Gray(32) => {
            let samples = decoder.read_image().map_err(from_tiff)?;
            let DecodingResult::F32(values) = samples else {
                return Err(unread(colour));
            };
            // A float that is not a number becomes black.
            let grey = values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
            GrayImage::from_raw(width, height, grey).map(DynamicImage::ImageLuma8)
        }
        _ => return Err(unread(colour)),
    };
    let image = image.ok_or_else(|| corrupt("fewer pixels than its header says"))?;
    Ok((image, orientation.unwrap_or(Orientation::NoTransforms)))
}

/// A copy of a classic palette TIFF that calls its indices grey values, which the decoder does read; `None`
/// for any other TIFF. Only the photometric interpretation of the first page differs.
fn palette_as_grey(bytes: &[u8]) -> Option<Vec<u8>> {
    const PHOTOMETRIC: u16 = 262;
    const PALETTE: u16 = 3;
    const BLACK_IS_ZERO: u16 = 1;
    let big_endian = bytes.starts_with(b"MM\0*");
    if !big_endian && !bytes.starts_with(b"II*\0") {
        return None;
    }
    let short = |at: usize| -> Option<u16> {
        let bytes = *bytes.get(at..)?.first_chunk()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let page = *bytes.get(4..)?.first_chunk()?;
    let page = if big_endian { u32::from_be_bytes(page) } else { u32::from_le_bytes(page) } as usize;
    // Twelve bytes an entry: tag, type, count, value.
    let entries = (0..usize::from(short(page)?)).map(|entry| page.saturating_add(2 + entry * 12));
    let value = entries.into_iter().find(|at| short(*at) == Some(PHOTOMETRIC))?.saturating_add(8);
    if short(value)? != PALETTE {
        return None;
    }
    let mut copy = bytes.to_vec();
    let grey = if big_endian { BLACK_IS_ZERO.to_be_bytes() } else { BLACK_IS_ZERO.to_le_bytes() };
    copy[value..value + 2].copy_from_slice(&grey);
    Some(copy)
}

/// The colours of `indices`: `map` holds all reds, then all greens, then all blues, 16 bits each, of which
/// the upper eight count (as in Pillow).
fn through_palette(indices: &[u8], map: &[u16]) -> Result<Vec<u8>, ImageError> {
    let size = map.len() / 3;
    let mut pixels = Vec::with_capacity(indices.len() * 3);
    for &index in indices {
        let index = usize::from(index);
        if index >= size {
            return Err(corrupt("a pixel lies outside its palette"));
        }
        pixels.extend([0, 1, 2].map(|channel| (map[channel * size + index] >> 8) as u8));
    }
    Ok(pixels)
}

fn corrupt(detail: impl std::fmt::Display) -> ImageError {
    ImageError::new(ImageErrorKind::Decode, format!("corrupt TIFF: {detail}"))
}

fn unread(colour: ColorType) -> ImageError {
    let layout = match colour {
        ColorType::Gray(bits) => format!("grey of {bits} bits"),
        ColorType::YCbCr(_) => "YCbCr".to_owned(),
        ColorType::Multiband { bit_depth, num_samples } => format!("{num_samples} bands of {bit_depth} bits"),
        other => format!("{other:?}"),
    };
    ImageError::new(ImageErrorKind::Unsupported, format!("a kind of TIFF that is not read: {layout}"))
}

fn from_tiff(error: TiffError) -> ImageError {
    match error {
        TiffError::UnsupportedError(detail) => {
            ImageError::new(ImageErrorKind::Unsupported, format!("a kind of TIFF that is not read: {detail}"))
        }
        TiffError::LimitsExceeded => {
            ImageError::new(ImageErrorKind::TooLarge, "TIFF needs more memory than --max-pixels allows")
        }
        other => corrupt(other),
    }
}
