//! JPEG XL, by libjxl's decoder in Rust.

use ::image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use jxl::api::{
    AlphaMode, Event, ExtraChannel, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions,
    JxlOutputBuffer, JxlPixelFormat, ProfileLevel,
};

use jxl::error::Error as JxlError;

use crate::error::{ImageError, ImageErrorKind};
use crate::image::limits::{DecodeOptions, check_memory_of, check_size};

/// Samples a pixel may have: colours, opacity, and what else a file brings.
const SAMPLES_PER_PIXEL: u64 = 8;

/// Bytes at the peak: the decoder works in floats, on two copies of up to four channels, beside the image itself. Files
/// whose groups come one after another, as libjxl writes them by default, took 4 to 8 at 6 and 24 megapixels.
const MEMORY_PER_PIXEL: u64 = 40;

/// Decodes the first frame, upright.
///
/// # Errors
/// As [`crate::image::decode::decode`].
pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<DynamicImage, ImageError> {
    let mut decoder = JxlDecoder::new(decoder_options(options));
    let mut rest = bytes;
    match decoder.process(&mut rest, None, None) {
        // Larger than the decoder is told to take: in the words of the other formats.
        Err(JxlError::ImageSizeTooLarge(width, height)) => {
            let [width, height] = [width, height].map(|side| u32::try_from(side).unwrap_or(u32::MAX));
            check_size(width, height, u64::MAX, options)?;
        }
        result => step(result, Event::BasicInfo)?,
    }
    let info = decoder.basic_info().ok_or_else(truncated)?;
    let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let (width, height) = (side(info.size.0), side(info.size.1));
    let has_alpha = info.extra_channels.iter().any(|channel| channel.ec_type == ExtraChannel::Alpha);
    let others = info.extra_channels.len();
    let grey = decoder.current_pixel_format().is_some_and(|format| format.color_type.is_grayscale());
    let (color_type, channels) = match (grey, has_alpha) {
        (true, false) => (JxlColorType::Grayscale, 1),
        (true, true) => (JxlColorType::GrayscaleAlpha, 2),
        (false, false) => (JxlColorType::Rgb, 3),
        (false, true) => (JxlColorType::Rgba, 4),
    };
    check_size(width, height, u64::from(width) * u64::from(height) * channels as u64, options)?;
    check_memory_of(width, height, MEMORY_PER_PIXEL, options)?;
    let format = JxlPixelFormat {
        color_type,
        color_data_format: Some(JxlDataFormat::U8 { bit_depth: 8 }),
        extra_channel_format: vec![None; others],
    };
    decoder.set_pixel_format(format).map_err(|error| failure(&error))?;
    step(decoder.process(&mut rest, None, None), Event::FrameHeader)?;
    let (columns, rows) = (width as usize * channels, height as usize);
    let mut pixels = vec![0; columns * rows];
    let mut buffers = [JxlOutputBuffer::new(&mut pixels, rows, columns)];
    match decoder.process(&mut rest, Some(&mut buffers), None) {
        Ok(Event::FrameComplete { .. }) => {}
        Ok(_) => return Err(truncated()),
        Err(error) => return Err(failure(&error)),
    }
    let image = match channels {
        1 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        2 => GrayAlphaImage::from_raw(width, height, pixels).map(DynamicImage::ImageLumaA8),
        3 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        _ => RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8),
    };
    image.ok_or_else(truncated)
}

fn decoder_options(options: &DecodeOptions) -> JxlDecoderOptions {
    let mut chosen = JxlDecoderOptions::default();
    let samples = options.max_pixels.saturating_mul(SAMPLES_PER_PIXEL);
    chosen.sample_limit = Some(usize::try_from(samples).unwrap_or(usize::MAX));
    chosen.alpha_mode = AlphaMode::Unpremultiplied;
    chosen.max_profile_level = ProfileLevel::Main10;
    chosen
}

/// Whether decoding has come to where it should be.
fn step(result: Result<Event, JxlError>, expected: Event) -> Result<(), ImageError> {
    match result {
        Ok(event) if event == expected => Ok(()),
        Ok(Event::NeedMoreInput { .. }) => Err(truncated()),
        Ok(event) => Err(failure(&format!("{event:?} where {expected:?} should be"))),
        Err(error) => Err(failure(&error)),
    }
}

fn truncated() -> ImageError {
    ImageError::new(ImageErrorKind::Decode, "truncated JPEG XL: it ends before its pixels do")
}

fn failure(error: &impl std::fmt::Display) -> ImageError {
    let text = error.to_string();
    let text = text.lines().next().unwrap_or_default().trim_end_matches('.');
    ImageError::new(ImageErrorKind::Decode, format!("corrupt JPEG XL: {text}"))
}
