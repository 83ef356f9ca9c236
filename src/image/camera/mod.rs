//! Formats of phones and cameras that the `image` crate does not read: HEIC and AVIF, JPEG XL, and the previews of
//! RAW files.

mod heif;
#[cfg(feature = "jxl")]
mod jxl;
mod raw;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ::image::DynamicImage;
use ::image::metadata::Orientation;
use heifer_isobmff::BoxIter;

use super::limits::DecodeOptions;
use crate::error::{ImageError, ImageErrorKind};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CameraFormat {
    /// HEIC and what else is in the same container.
    Heif,
    Avif,
    JpegXl,
    Raw(raw::RawKind),
}

/// Brands of the HEIF container, of still images and of image sequences (ISO/IEC 23008-12).
const HEIF_BRANDS: [&[u8; 4]; 10] =
    [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"mif1", b"mif2", b"msf1"];

/// Brands that the first box is searched for.
const MAX_BRANDS: usize = 64;

/// The format by the first bytes; `None` for formats that are handled elsewhere.
pub(super) fn format(bytes: &[u8]) -> Option<CameraFormat> {
    if bytes.starts_with(b"\xff\x0a") || bytes.starts_with(b"\0\0\0\x0cJXL \r\n\x87\n") {
        return Some(CameraFormat::JpegXl);
    }
    if let Some(kind) = raw::RawKind::of(bytes) {
        return Some(CameraFormat::Raw(kind));
    }
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    // Phones write the generic `mif1` first at times, so the compatible brands are asked too.
    let length = u32::from_be_bytes(*bytes.first_chunk()?) as usize;
    let end = length.clamp(12, 4 * MAX_BRANDS).min(bytes.len());
    let brands = bytes.get(8..end).unwrap_or_default().as_chunks::<4>().0;
    if brands.iter().any(|brand| brand == b"avif" || brand == b"avis") {
        Some(CameraFormat::Avif)
    } else if brands.iter().any(|brand| HEIF_BRANDS.contains(&brand)) {
        Some(CameraFormat::Heif)
    } else {
        None
    }
}

/// Whether a file is answered from a preview within it.
pub(super) fn is_preview(format: CameraFormat) -> bool {
    matches!(format, CameraFormat::Raw(_))
}

/// What a file holds to show.
pub(super) enum Content<'a> {
    /// Pixels, upright.
    Image(DynamicImage),
    /// A JPEG within the file, and the turn that the file asks for on top of the JPEG's own.
    Jpeg(&'a [u8], Orientation),
}

/// Opens a file of `format`: the primary image of a container, the first frame of an animation, the largest preview of
/// a RAW file.
///
/// # Errors
/// As [`super::decode::decode`]; `unsupported` too where a preview is smaller than `options` want it.
pub(super) fn open<'a>(
    format: CameraFormat,
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Content<'a>, ImageError> {
    let open = || match format {
        #[cfg(not(feature = "avif"))]
        CameraFormat::Avif => Err(without_feature("AVIF", "avif")),
        #[cfg(feature = "avif")]
        CameraFormat::Avif => heif::decode(bytes, options).map(Content::Image),
        CameraFormat::Heif => heif::decode(bytes, options).map(Content::Image),
        #[cfg(feature = "jxl")]
        CameraFormat::JpegXl => jxl::decode(bytes, options).map(Content::Image),
        #[cfg(not(feature = "jxl"))]
        CameraFormat::JpegXl => Err(without_feature("JPEG XL", "jxl")),
        CameraFormat::Raw(kind) => preview(kind, bytes, options),
    };
    // What outlives the unwinding is borrowed and not written to.
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_| {
        let message = format!("corrupt {}: its decoder gave up", name(format));
        Err(ImageError::new(ImageErrorKind::Decode, message))
    })
}

/// EXIF blocks, each a TIFF, where they are in places that are known here only; `None` for other formats.
pub(super) fn exif_blocks(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    match format(bytes)? {
        CameraFormat::Raw(kind) => Some(raw::exif_blocks(kind, bytes)),
        CameraFormat::JpegXl => Some(exif_box(bytes).map(<[u8]>::to_vec).into_iter().collect()),
        CameraFormat::Heif | CameraFormat::Avif => Some(heif::exif_block(bytes).into_iter().collect()),
    }
}

/// The EXIF of a JPEG XL file, a TIFF: in a box of its own, where the file is made of boxes.
fn exif_box(bytes: &[u8]) -> Option<&[u8]> {
    let mut boxes = BoxIter::new(bytes).map_while(Result::ok);
    let content = boxes.find(|part| &part.header.box_type.0 == b"Exif")?.content;
    if content.starts_with(b"II*\0") || content.starts_with(b"MM\0*") {
        // Some writers leave out how many bytes to skip.
        return Some(content);
    }
    let skipped = u32::from_be_bytes(*content.first_chunk()?) as usize;
    content.get(skipped.checked_add(4)?..)
}

/// The error for a format whose decoder this build does not have.
#[cfg(not(all(feature = "jxl", feature = "avif")))]
fn without_feature(format: &str, feature: &str) -> ImageError {
    let message = format!(
        "{format} is not read by this build (made without the feature {feature}); convert it to JPEG or PNG first"
    );
    ImageError::new(ImageErrorKind::Unsupported, message)
}

/// The name of a format in messages.
fn name(format: CameraFormat) -> &'static str {
    match format {
        CameraFormat::Heif => "HEIC",
        CameraFormat::Avif => "AVIF",
        CameraFormat::JpegXl => "JPEG XL",
        CameraFormat::Raw(kind) => kind.name(),
    }
}

/// The largest preview of a RAW file.
fn preview<'a>(
    kind: raw::RawKind,
    bytes: &'a [u8],
    options: &DecodeOptions,
) -> Result<Content<'a>, ImageError> {
    let raw::Preview { jpeg, width, height, orientation } = raw::preview(kind, bytes)?;
    let least = options.min_preview;
    if width.min(height) < least {
        let message = format!(
            "the largest preview in this {} is {width}x{height}, smaller than the network's input of {least} pixels; \
             convert it to JPEG first",
            kind.name()
        );
        return Err(ImageError::new(ImageErrorKind::Unsupported, message));
    }
    Ok(Content::Jpeg(jpeg, orientation))
}

#[cfg(test)]
mod tests;
