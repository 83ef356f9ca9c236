//! Decodes the bytes of an image file to upright RGB, within limits.
//!
//! The format is detected from the contents. Sizes are checked in the header, before memory is allocated for them.
//! What Pillow refuses as truncated is refused here. A decoder's panic is an error of its image and does not end the
//! run. This module knows neither paths nor models.

mod choices;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ::image::metadata::Orientation;
use ::image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

pub use super::limits::{Alpha, Cut, DecodeOptions, Detail};
use super::limits::{check_memory, check_size};
use super::{bmp, camera, colour, gif, jpeg, orientation, png, signature, tiff};
use crate::error::{ImageError, ImageErrorKind, Needed};
pub use choices::Resized;

/// An upright image: rows from the top, pixels from the left, R, G, B.
#[derive(Clone, PartialEq, Eq)]
pub struct Rgb8 {
    /// Columns, after EXIF orientation.
    pub width: u32,
    /// Rows, after EXIF orientation.
    pub height: u32,
    /// H, W, 3.
    pub pixels: Vec<u8>,
}

impl std::fmt::Debug for Rgb8 {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Rgb8 {{ {}x{} }}", self.width, self.height)
    }
}

/// Checks by the first bytes of a file whether it is an image.
///
/// # Errors
/// As [`decode`] would for a file that starts like this, by its signature alone.
pub fn recognise(bytes: &[u8]) -> Result<(), ImageError> {
    if camera::format(bytes).is_some() { Ok(()) } else { signature::format(bytes).map(drop) }
}

/// Whether `bytes` are decoded from a preview within the file instead of the image itself.
pub fn is_preview(bytes: &[u8]) -> bool {
    camera::format(bytes).is_some_and(camera::is_preview)
}

/// A decoded image, and facts from its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The pixels.
    pub image: Rgb8,
    /// Columns of the file's image after EXIF orientation; with [`Detail::Fast`], `image` may have a fraction of them.
    pub width: u32,
    /// Rows, likewise.
    pub height: u32,
    /// The file ends before its pixels do, and [`Cut::Accept`] allows that.
    pub truncated: bool,
}

/// Decodes an image file's `bytes`: the first frame of an animation, the first page of a document.
///
/// # Errors
/// `decode` for an empty, corrupt or truncated file, `unsupported` for what is no image or one of a kind
/// that is not read, `too_large` for more than `max_pixels`. Messages do not name the file.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Rgb8, ImageError> {
    let exact = DecodeOptions { detail: Detail::Exact, ..*options };
    decode_resized(bytes, &exact, &|size| size, &mut Vec::new()).map(|decoded| decoded.image)
}

/// [`decode`] in the detail that `resized` needs, into the memory of `spare`, where that is large enough: the pixels
/// of an earlier image that are no longer needed. Fresh memory for a large photo costs a third of its decoding.
///
/// # Errors
/// As [`decode`]; `spare` may be empty afterwards.
pub fn decode_resized(
    bytes: &[u8],
    options: &DecodeOptions,
    resized: Resized<'_>,
    spare: &mut Vec<u8>,
) -> Result<Decoded, ImageError> {
    if let Some(format) = camera::format(bytes) {
        return match camera::open(format, bytes, options)? {
            camera::Content::Image(image) => {
                let image = finish(image, Orientation::NoTransforms, options);
                Ok(Decoded { width: image.width, height: image.height, image, truncated: false })
            }
            camera::Content::Jpeg(jpeg, orientation) => {
                let preview = decode_resized(jpeg, options, resized, spare)?;
                let turned = options.apply_exif && turns(orientation);
                let (width, height) =
                    if turned { (preview.height, preview.width) } else { (preview.width, preview.height) };
                let Rgb8 { width: columns, height: rows, pixels } = preview.image;
                let image = RgbImage::from_raw(columns, rows, pixels).unwrap_or_default();
                let image = finish(DynamicImage::ImageRgb8(image), orientation, options);
                Ok(Decoded { image, width, height, truncated: preview.truncated })
            }
        };
    }
    let format = signature::format(bytes)?;
    if format == ImageFormat::Jpeg {
        return guarded(format, || decode_jpeg(bytes, options, resized, spare));
    }
    let bytes = match format {
        ImageFormat::Bmp => bmp::with_windows_headers(bytes),
        _ => Cow::Borrowed(bytes),
    };
    let bytes = &*bytes;
    let decoded = guarded(format, || decode_as(format, bytes, options, spare));
    let mended = match (&decoded, format) {
        (Ok(_), _) => None,
        (Err(error), _) if error.kind != ImageErrorKind::Decode => None,
        (Err(_), ImageFormat::Png) => png::with_end(bytes),
        (Err(_), ImageFormat::Bmp) => bmp::with_filling(bytes),
        (Err(_), _) => None,
    };
    let decoded =
        mended.map_or(decoded, |mended| guarded(format, || decode_as(format, &mended, options, spare)));
    let cut = |error: &ImageError| error.kind == ImageErrorKind::Decode && options.cut == Cut::Accept;
    let (image, truncated) = match decoded {
        Err(error) if format == ImageFormat::Png && cut(&error) => {
            let filled =
                png::with_blank_rows(bytes, options.max_bytes().min(options.max_memory)).ok_or(error)?;
            (guarded(format, || decode_as(format, &filled, options, spare))?, true)
        }
        decoded => (decoded?, false),
    };
    Ok(Decoded { width: image.width, height: image.height, image, truncated })
}

/// What `decode` gives, with its panic turned into an error.
fn guarded<T>(format: ImageFormat, decode: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    // What outlives the unwinding is borrowed and not written to, or spare.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        Err(ImageError::new(ImageErrorKind::Decode, format!("corrupt {}: its decoder gave up", name(format))))
    })
}

fn decode_jpeg(
    bytes: &[u8],
    options: &DecodeOptions,
    resized: Resized<'_>,
    spare: &mut Vec<u8>,
) -> Result<Decoded, ImageError> {
    let upright = |(width, height): (u32, u32), orientation: Orientation| {
        let turned = options.apply_exif && turns(orientation);
        if turned { (width, height) } else { (height, width) }
    };
    let fraction = |size: (u32, u32), orientation: Orientation| match options.detail {
        Detail::Exact => 1,
        Detail::Fast => {
            let size = upright(size, orientation);
            choices::denominator(size, resized(size))
        }
    };
    let jpeg::Jpeg { image, orientation, size, truncated } = jpeg::decode(bytes, options, &fraction, spare)?;
    let (height, width) = upright(size, orientation);
    Ok(Decoded { image: finish(image, orientation, options), width, height, truncated })
}

/// Whether an orientation swaps width and height.
fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn decode_as(
    format: ImageFormat,
    bytes: &[u8],
    options: &DecodeOptions,
    spare: &mut Vec<u8>,
) -> Result<Rgb8, ImageError> {
    let without_turn = |image| finish(image, Orientation::NoTransforms, options);
    if format == ImageFormat::Gif {
        return gif::decode(bytes, options).map(without_turn);
    }
    if format == ImageFormat::Bmp
        && let Some(image) = bmp::decode_runs(bytes, options)
    {
        return image.map(without_turn);
    }
    let cut_short = format == ImageFormat::WebP && !webp_is_complete(bytes);
    if format == ImageFormat::Tiff {
        let (image, orientation) = tiff::decode(bytes, options, spare)?;
        return Ok(finish(image, orientation, options));
    }
    let failed = |error| if cut_short { truncated(format) } else { from_decoder(format, &error, options) };
    let reader = {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits(options));
        reader
    };
    let decoder = match reader.into_decoder() {
        Ok(decoder) => decoder,
        Err(error) => return Err(failed(error)),
    };
    let (width, height) = decoder.dimensions();
    check_size(width, height, decoder.total_bytes(), options)?;
    if cut_short {
        return Err(truncated(format));
    }
    let orientation = match format {
        ImageFormat::Png => orientation::of_png(bytes).orientation(),
        ImageFormat::WebP => orientation::of_webp(bytes).orientation(),
        _ => Orientation::NoTransforms,
    };
    check_memory(footprint(format, &decoder, turns(orientation)), options)?;
    let image = if decoder.color_type() == ColorType::Rgb8 {
        let mut pixels = std::mem::take(spare);
        // Decoders leave bytes unwritten where corrupt data ends early: nothing of another image may show there.
        pixels.clear();
        pixels.resize(decoder.total_bytes() as usize, 0);
        decoder.read_image(&mut pixels).map_err(failed)?;
        // The pixels are as many as the size says, so this is never the empty image.
        DynamicImage::ImageRgb8(RgbImage::from_raw(width, height, pixels).unwrap_or_default())
    } else {
        DynamicImage::from_decoder(decoder).map_err(failed)?
    };
    Ok(finish(image, orientation, options))
}

/// Decoded pixels to the upright RGB that is handed out.
fn finish(image: DynamicImage, orientation: Orientation, options: &DecodeOptions) -> Rgb8 {
    let rgb = colour::to_rgb(image, options.alpha);
    let mut upright = DynamicImage::ImageRgb8(rgb);
    if options.apply_exif {
        upright.apply_orientation(orientation);
    }
    let (width, height) = (upright.width(), upright.height());
    Rgb8 { width, height, pixels: upright.into_rgb8().into_raw() }
}

/// What the decoders may allocate, the image itself included.
fn limits(options: &DecodeOptions) -> Limits {
    let mut limits = Limits::no_limits();
    // A second buffer of the same size for the decoders that need one, and room for tables.
    let most = options.max_bytes().saturating_mul(2).saturating_add(64 << 20);
    limits.max_alloc = Some(most.min(options.max_memory));
    limits
}

/// Bytes of memory that the crate `image` and the conversion to RGB take at their peak, as measured.
fn footprint(format: ImageFormat, decoder: &impl ImageDecoder, turned: bool) -> u64 {
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    // The planes of a lossy WebP, the packed colours of a lossless one.
    let planes = if format == ImageFormat::WebP { 4 * pixels } else { 0 };
    let converted = if decoder.color_type() == ColorType::Rgb8 { 0 } else { 4 * pixels };
    let (rgb, copy) = (3 * pixels, if turned { 3 * pixels } else { 0 });
    (decoder.total_bytes() + planes + converted).max(rgb + copy)
}

/// The name of `format` in messages.
fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::WebP => "WebP",
        ImageFormat::Gif => "GIF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Pnm => "PNM",
        ImageFormat::Qoi => "QOI",
        _ => "image",
    }
}

/// Whether a WebP has the bytes its RIFF header counts. The decoder reads chunks as it needs them and would accept a
/// file without the last; libwebp (and so Pillow) refuses it.
fn webp_is_complete(bytes: &[u8]) -> bool {
    let counted = bytes.get(4..8).and_then(|bytes| bytes.first_chunk()).map(|size| u32::from_le_bytes(*size));
    counted.is_some_and(|size| bytes.len() as u64 >= u64::from(size) + 8)
}

/// The error for a file that ends too early.
fn truncated(format: ImageFormat) -> ImageError {
    ImageError::new(
        ImageErrorKind::Decode,
        format!("truncated {}: it ends before its pixels do", name(format)),
    )
}

/// A decoder's error as one of ours.
fn from_decoder(format: ImageFormat, error: &::image::ImageError, options: &DecodeOptions) -> ImageError {
    let name = name(format);
    // The decoder's own words, without `image`'s about them. They end in a full stop or span lines at
    // times; records want one clause.
    let text = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    let text = text.lines().next().unwrap_or_default().trim_end_matches('.');
    match error {
        ::image::ImageError::Limits(_) if options.max_memory < options.max_bytes() => {
            // More than its pixels take: tables, profiles, texts.
            let message = format!("{name} needs more memory than the limit of {} bytes", options.max_memory);
            let twice = Needed::Memory(options.max_memory.saturating_mul(2));
            ImageError::new(ImageErrorKind::TooLarge, message).allowed_by(twice)
        }
        ::image::ImageError::Unsupported(_) => {
            ImageError::new(ImageErrorKind::Unsupported, format!("a kind of {name} that is not read: {text}"))
        }
        ::image::ImageError::Limits(_) => ImageError::new(
            ImageErrorKind::TooLarge,
            format!("{name} needs more memory than the limit on pixels allows: {text}"),
        ),
        ::image::ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            truncated(format)
        }
        _ => ImageError::new(ImageErrorKind::Decode, format!("corrupt {name}: {text}")),
    }
}
