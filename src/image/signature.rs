//! Detects the format of an image by its first bytes. Names and extensions play no part.

use ::image::ImageFormat;

use super::{bmp, foreign};
use crate::error::{ImageError, ImageErrorKind};

/// Known signatures of formats that are read.
const READ: [(&[u8], ImageFormat); 9] = [
    (b"\xff\xd8\xff", ImageFormat::Jpeg),
    (b"\x89PNG\r\n\x1a\n", ImageFormat::Png),
    (b"GIF87a", ImageFormat::Gif),
    (b"GIF89a", ImageFormat::Gif),
    (b"II*\0", ImageFormat::Tiff),
    (b"MM\0*", ImageFormat::Tiff),
    (b"II+\0", ImageFormat::Tiff),
    (b"MM\0+", ImageFormat::Tiff),
    (b"qoif", ImageFormat::Qoi),
];

/// Bytes that are enough to recognise every format here.
const LONGEST: usize = 12;

/// The format of `bytes`.
///
/// # Errors
/// `decode` if `bytes` is empty or ends within a signature, `unsupported` if no signature is known, or one
/// of a format that is not read.
pub(super) fn format(bytes: &[u8]) -> Result<ImageFormat, ImageError> {
    if bytes.is_empty() {
        return Err(ImageError::new(ImageErrorKind::Decode, "empty file"));
    }
    if let Some((_, format)) = READ.iter().find(|(signature, _)| bytes.starts_with(signature)) {
        return Ok(*format);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Ok(ImageFormat::WebP);
    }
    if is_bmp(bytes) || bmp::is_headless(bytes) {
        return Ok(ImageFormat::Bmp);
    }
    if is_pnm(bytes) {
        return Ok(ImageFormat::Pnm);
    }
    Err(unread(bytes))
}

/// `BM`, and after it, as far as the file goes, the three zeros of a header size below 256: prose may begin
/// with the same two letters.
fn is_bmp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"BM") && bytes.iter().skip(15).take(3).all(|byte| *byte == 0)
}

/// `P1` to `P6`, white space, and a digit or a comment; `P7` and a line's end: prose may begin with the same
/// two characters.
fn is_pnm(bytes: &[u8]) -> bool {
    match bytes {
        [b'P', b'1'..=b'6', rest @ ..] => {
            let digit = rest.iter().find(|byte| !byte.is_ascii_whitespace());
            rest.first().is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'#')
                && digit.is_none_or(|byte| byte.is_ascii_digit() || *byte == b'#')
        }
        [b'P', b'7', rest @ ..] => rest.first().is_none_or(|byte| *byte == b'\n'),
        _ => false,
    }
}

/// Why `bytes`, which are of no supported format, are not read.
fn unread(bytes: &[u8]) -> ImageError {
    let cut_short = |signature: &[u8]| bytes.len() >= 2 && signature.starts_with(bytes);
    let cut_webp = bytes.len() < LONGEST
        && bytes.starts_with(b"RIFF")
        && b"WEBP".starts_with(&bytes[8.min(bytes.len())..]);
    if cut_short(b"RIFF") || cut_webp || READ.iter().any(|(signature, _)| cut_short(signature)) {
        return ImageError::new(ImageErrorKind::Decode, "ends within its signature");
    }
    let unknown =
        "not an image of a known format (JPEG, HEIC, PNG, WebP, GIF, BMP, TIFF, PNM and QOI are read)";
    let message = foreign::describe(bytes).unwrap_or_else(|| unknown.to_owned());
    ImageError::new(ImageErrorKind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(bytes: &[u8]) -> (ImageErrorKind, String) {
        let error = format(bytes).unwrap_err();
        (error.kind, error.message)
    }

    #[test]
    fn prose_that_begins_like_an_image_is_no_image() {
        for text in
            ["BMW builds engines in Munich", "P5 is a format", "II. Of the Image", "RIFF of the guitar"]
        {
            assert_eq!(failure(text.as_bytes()).0, ImageErrorKind::Unsupported, "{text}");
        }
    }

    #[test]
    fn a_file_that_ends_within_its_signature_is_corrupt_rather_than_unknown() {
        for start in
            [b"\xff\xd8".as_slice(), b"\x89PNG", b"GIF8", b"RIFF\x10\0\0\0", b"RIFF\x10\0\0\0WE", b"qoi"]
        {
            assert_eq!(failure(start).0, ImageErrorKind::Decode, "{start:?}");
        }
        assert_eq!(failure(b"").1, "empty file");
    }
}
