//! How images are decoded, and how large they may be. Decoders of every format import this file, and it imports
//! none of them.

use super::names::stable_names;
use crate::error::{ImageError, ImageErrorKind, Needed};

/// In what detail large JPEGs are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Detail {
    /// Every pixel.
    #[default]
    Exact,
    /// At 1/2, 1/4 or 1/8, the smallest that leaves twice the pixels that resizing needs in each direction
    /// (Pillow's `draft` with its `reducing_gap=2`).
    Fast,
}

stable_names!(Detail, "decoding", { Exact => "exact", Fast => "fast" });

/// How a truncated JPEG or PNG is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Cut {
    /// It is an error.
    #[default]
    Error,
    /// Its pixels are used as far as they go, as Pillow does with `LOAD_TRUNCATED_IMAGES`.
    Accept,
}

stable_names!(Cut, "treatment of truncated images", { Error => "error", Accept => "accept" });

/// How transparency is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Alpha {
    /// The colours as they are stored, as if opaque (Pillow's `convert("RGB")`).
    Drop,
    /// Composited on white.
    #[default]
    White,
    /// Composited on black.
    Black,
}

stable_names!(Alpha, "alpha", { Drop => "drop", White => "white", Black => "black" });

/// How images are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Width times height above which an image is not decoded.
    pub max_pixels: u64,
    /// Bytes of memory that decoding may take, those of the file not counted.
    pub max_memory: u64,
    /// Whether the EXIF (or TIFF) orientation is applied.
    pub apply_exif: bool,
    /// How transparency is treated.
    pub alpha: Alpha,
    /// The least shorter side of a RAW file's preview to be used as the image.
    pub min_preview: u32,
    /// In what detail large JPEGs are decoded, where it is known to what size they will be resized.
    pub detail: Detail,
    /// How a truncated JPEG or PNG is treated.
    pub cut: Cut,
}

impl DecodeOptions {
    /// The size above which Pillow calls an image a decompression bomb and refuses it: twice the
    /// 256 MiB / 4 / 3 pixels of its `MAX_IMAGE_PIXELS`.
    pub const DEFAULT_MAX_PIXELS: u64 = 178_956_970;

    /// Decoded bytes that an image may have.
    pub(super) fn max_bytes(&self) -> u64 {
        self.max_pixels.saturating_mul(BYTES_PER_PIXEL)
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        DecodeOptions {
            max_pixels: Self::DEFAULT_MAX_PIXELS,
            max_memory: u64::MAX,
            apply_exif: true,
            alpha: Alpha::default(),
            min_preview: 0,
            detail: Detail::default(),
            cut: Cut::default(),
        }
    }
}

/// Decoded bytes for each pixel of `max_pixels`. Deeper images (16 bit with colour, floats) may have correspondingly
/// fewer pixels, so the limit on pixels also limits memory.
const BYTES_PER_PIXEL: u64 = 4;

/// Refuses a header with no pixels, or with more than `options` allow.
pub(super) fn check_size(
    width: u32,
    height: u32,
    bytes: u64,
    options: &DecodeOptions,
) -> Result<(), ImageError> {
    if width == 0 || height == 0 {
        return Err(ImageError::new(ImageErrorKind::Decode, format!("{width}x{height} image has no pixels")));
    }
    let pixels = u64::from(width) * u64::from(height);
    let limit = options.max_pixels;
    if pixels > limit {
        let message = format!("{width}x{height} is {pixels} pixels, the limit is {limit}");
        return Err(ImageError::new(ImageErrorKind::TooLarge, message).allowed_by(Needed::Pixels(pixels)));
    }
    if bytes > options.max_bytes() {
        let each = bytes / pixels;
        let message = format!(
            "{width}x{height} is {pixels} pixels of {each} bytes, the limit is {limit} of {BYTES_PER_PIXEL}"
        );
        let needed = bytes.div_ceil(BYTES_PER_PIXEL);
        return Err(ImageError::new(ImageErrorKind::TooLarge, message).allowed_by(Needed::Pixels(needed)));
    }
    Ok(())
}

/// Refuses an image of which decoding takes `needed` bytes of memory at its peak, where `options` allow fewer. Decoders
/// call it before they allocate for pixels.
pub(super) fn check_memory(needed: u64, options: &DecodeOptions) -> Result<(), ImageError> {
    let limit = options.max_memory;
    if needed <= limit {
        return Ok(());
    }
    let [needed_mb, limit_mb] = [needed.div_ceil(1_000_000), limit / 1_000_000];
    let message = format!("decoding it takes {needed_mb} MB of memory, the limit is {limit_mb} MB");
    Err(ImageError::new(ImageErrorKind::TooLarge, message).allowed_by(Needed::Memory(needed)))
}

/// [`check_memory`] of a decoder that takes so many bytes a pixel.
pub(super) fn check_memory_of(
    width: u32,
    height: u32,
    bytes_per_pixel: u64,
    options: &DecodeOptions,
) -> Result<(), ImageError> {
    check_memory((u64::from(width) * u64::from(height)).saturating_mul(bytes_per_pixel), options)
}
