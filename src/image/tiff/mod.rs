//! The first page of a TIFF or BigTIFF to RGB.
//!
//! This folder reads the container ([`directory`], [`layout`]) and assembles samples ([`predictor`], [`samples`],
//! [`colour`]); libraries unpack the compressed data ([`codec`]). Unsupported kinds are refused by name. The crates
//! `tiff` and `tiff-reader` were tried: each lacks layouts that people have, or gives wrong pixels for some.

mod codec;
mod colour;
mod convert;
mod directory;
mod fax;
mod layout;
mod old_jpeg;
mod predictor;
mod samples;

use std::borrow::Cow;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, RgbImage, RgbaImage};
use directory::Directory;
use layout::{Layout, Predictor};

use super::jpeg;
use super::limits::DecodeOptions;
use crate::error::{ImageError, ImageErrorKind};

/// Decodes the first page of `bytes`, and its orientation, into the memory of `spare` where that serves.
///
/// # Errors
/// Those of [`super::decode::decode`].
pub(super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
    spare: &mut Vec<u8>,
) -> Result<(DynamicImage, Orientation), ImageError> {
    let directory = Directory::read(bytes)?;
    if layout::is_old_jpeg(&directory) {
        let stream = old_jpeg::stream(&directory)?;
        let image = jpeg::decode(&stream, options, &|_, _| 1, spare)?.image;
        return Ok((image, layout::turn(&directory)));
    }
    let layout = Layout::read(&directory, options)?;
    let channels = if layout.opacity.is_some() { 4 } else { 3 };
    let (width, height) = (layout.width as usize, layout.height as usize);
    let mut pixels = std::mem::take(spare);
    // Nothing of another image may show where a corrupt file leaves gaps.
    pixels.clear();
    pixels.resize(width * height * channels, 0);
    let pieces = &layout.pieces;
    let (piece_width, piece_height) = (pieces.width as usize, pieces.height as usize);
    let columns = width.div_ceil(piece_width);
    for (index, top) in (0..height).step_by(piece_height).enumerate() {
        // The last strip has the rows that are left; tiles are always whole.
        let rows = if pieces.tiled { piece_height } else { piece_height.min(height - top) };
        for column in 0..columns {
            let samples = piece(bytes, &layout, options, index * columns + column, rows)?;
            let left = column * piece_width;
            let visible = piece_width.min(width - left);
            let sample_row = piece_width * layout.samples.count;
            for (row, samples) in samples.chunks_exact(sample_row).enumerate().take(height - top) {
                let start = ((top + row) * width + left) * channels;
                let row = &mut pixels[start..start + visible * channels];
                convert::convert(&layout, &samples[..visible * layout.samples.count], row)?;
            }
        }
    }
    // The pixels are as many as the size says, so this is never the empty image.
    let image = if channels == 4 {
        DynamicImage::ImageRgba8(RgbaImage::from_raw(layout.width, layout.height, pixels).unwrap_or_default())
    } else {
        DynamicImage::ImageRgb8(RgbImage::from_raw(layout.width, layout.height, pixels).unwrap_or_default())
    };
    Ok((image, layout.orientation))
}

/// The orientation that a TIFF, or the block of EXIF that is one, says it has.
pub(super) fn orientation_tag(bytes: &[u8]) -> Option<u64> {
    Directory::read(bytes).ok().and_then(|directory| layout::orientation_tag(&directory))
}

/// The samples of the piece at `index` of the grid, `rows` high: a byte each, pixel by pixel.
fn piece<'a>(
    bytes: &'a [u8],
    layout: &Layout,
    options: &DecodeOptions,
    index: usize,
    rows: usize,
) -> Result<Cow<'a, [u8]>, ImageError> {
    let pieces = &layout.pieces;
    if !pieces.planar {
        return plane(bytes, layout, options, index, (rows, layout.samples.count));
    }
    let count = layout.samples.count;
    let grid = pieces.places.len() / count;
    let mut together = vec![0; pieces.width as usize * rows * count];
    let opacity = layout.opacity.map(|opacity| opacity.sample);
    // Nobody looks at other samples, and some files leave them out.
    for sample in (0..count).filter(|sample| *sample < layout.colour.samples() || Some(*sample) == opacity) {
        let plane = plane(bytes, layout, options, sample * grid + index, (rows, 1))?;
        for (pixel, value) in together.chunks_exact_mut(count).zip(plane.iter()) {
            pixel[sample] = *value;
        }
    }
    Ok(Cow::Owned(together))
}

/// The samples of one compressed piece of so many rows, `count` a pixel.
fn plane<'a>(
    bytes: &'a [u8],
    layout: &Layout,
    options: &DecodeOptions,
    index: usize,
    (rows, count): (usize, usize),
) -> Result<Cow<'a, [u8]>, ImageError> {
    let width = layout.pieces.width as usize;
    let data = data(bytes, layout.pieces.places.get(index).copied())?;
    let data = if layout.lowest_bit_first && !layout.compression.keeps_bit_order() {
        Cow::Owned(data.iter().map(|byte| byte.reverse_bits()).collect())
    } else {
        Cow::Borrowed(data)
    };
    if let Some(size) = layout.compression.image_size(width, rows, count) {
        return layout.compression.decode_image(&data, size, options).map(Cow::Owned);
    }
    if let colour::Colour::YCbCr(luma) = &layout.colour
        && count > 1
    {
        let packed = layout.compression.unpack(data, luma.packed_size(width, rows, count), (width, rows))?;
        let mut packed = packed.into_owned();
        if layout.predictor == Predictor::Horizontal {
            predictor::horizontal(&mut packed, width * count, count, layout.samples);
        }
        return Ok(Cow::Owned(luma.spread(&packed, width, rows, count)));
    }
    let mut samples = layout.samples;
    let row = samples.row(width, count);
    let mut raw = layout.compression.unpack(data, row * rows, (width, rows))?;
    match layout.predictor {
        Predictor::None => {}
        Predictor::Horizontal => predictor::horizontal(raw.to_mut(), row, count, samples),
        Predictor::Float => {
            predictor::float(raw.to_mut(), row, count, samples);
            samples.big_endian = true;
        }
    }
    Ok(samples::to_bytes(raw, width * count, samples, !layout.colour.is_palette()))
}

/// The compressed bytes at `place`; a length that is not known goes to the end of the file.
fn data(bytes: &[u8], place: Option<(u64, u64)>) -> Result<&[u8], ImageError> {
    let (start, length) = place.ok_or_else(|| corrupt("image data is missing"))?;
    let start = usize::try_from(start).ok().filter(|start| *start < bytes.len());
    let start = start.ok_or_else(truncated)?;
    let rest = &bytes[start..];
    let length = if length == 0 { rest.len() } else { rest.len().min(length as usize) };
    Ok(&rest[..length])
}

/// The error for data that ends before its pixels do.
fn truncated() -> ImageError {
    ImageError::new(ImageErrorKind::Decode, "truncated TIFF: it ends before its pixels do")
}

fn corrupt(detail: impl std::fmt::Display) -> ImageError {
    ImageError::new(ImageErrorKind::Decode, format!("corrupt TIFF: {detail}"))
}

fn unsupported(detail: impl std::fmt::Display) -> ImageError {
    ImageError::new(ImageErrorKind::Unsupported, format!("a kind of TIFF that is not read: {detail}"))
}
