//! What a JPEG's frame header says, and which frames are read.

use ::image::metadata::Orientation;

use crate::error::{ImageError, ImageErrorKind};
use crate::image::orientation::Metadata;

/// A frame header (ITU-T T.81, B.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub width: u32,
    pub height: u32,
    pub components: u8,
    /// A component has more samples than the first one, the luma.
    pub luma_is_coarser: bool,
    /// It is decoded scan by scan, from coefficients that are kept for all of it.
    pub progressive: bool,
    /// Grey without loss, as scanners of medicine write it.
    pub lossless: bool,
    /// Samples of all components, in 16ths of the number of pixels.
    samples: u64,
    /// Of four components, the last has not the samples of the first, or the third not those of the second.
    pub inks_differ: bool,
}

impl Frame {
    /// The frame of the image itself, not of a thumbnail in one of its segments.
    ///
    /// # Errors
    /// `decode` where there is none, `unsupported` for lossless colours, hierarchical and 12-bit JPEG, and for numbers of
    /// components that stand for no colours.
    pub fn find(bytes: &[u8]) -> Result<Frame, ImageError> {
        let Some((code, body)) = segments(bytes).find(|(code, _)| is_frame(*code)) else {
            return Err(ImageError::new(
                ImageErrorKind::Decode,
                "truncated JPEG: it ends before its pixels do",
            ));
        };
        let short = |at: usize| Some(u32::from(u16::from_be_bytes([*body.get(at)?, *body.get(at + 1)?])));
        let header = || Some((*body.first()?, short(1)?, short(3)?, *body.get(5)?));
        let Some((precision, height, width, components)) = header() else {
            return Err(ImageError::new(
                ImageErrorKind::Decode,
                "corrupt JPEG: its frame header is too short",
            ));
        };
        match code {
            0xcb => return Err(unread("lossless arithmetic JPEG")),
            0xc3 if components != 1 => return Err(unread("lossless JPEG in colours")),
            0xc3 if precision != 8 => return Err(unread(&format!("lossless {precision}-bit JPEG"))),
            0xc5..=0xc7 | 0xcd..=0xcf => return Err(unread("hierarchical JPEG")),
            _ => {}
        }
        if precision != 8 {
            return Err(unread(&format!("{precision}-bit JPEG")));
        }
        if !matches!(components, 1 | 3 | 4) {
            return Err(unread(&format!("JPEG of {components} components")));
        }
        // Three bytes a component: its name, its samples across and down in half bytes, its table.
        let samples =
            body.get(6..).unwrap_or_default().chunks_exact(3).map(|part| (part[1] >> 4, part[1] & 15));
        let (across, down) = samples.clone().next().unwrap_or_default();
        let luma_is_coarser = samples.clone().any(|other| other.0 > across || other.1 > down);
        let area = |part: (u8, u8)| u64::from(part.0) * u64::from(part.1);
        let widest = samples.clone().map(|part| part.0).max().unwrap_or_default();
        let highest = samples.clone().map(|part| part.1).max().unwrap_or_default();
        let count = samples.clone().map(area).sum::<u64>() * 16 / area((widest, highest)).max(1);
        let progressive = matches!(code, 0xc2 | 0xca);
        let samples: Vec<_> = samples.collect();
        let inks_differ =
            matches!(samples[..], [first, second, third, fourth] if first != fourth || second != third);
        let lossless = code == 0xc3;
        Ok(Frame {
            width,
            height,
            components,
            luma_is_coarser,
            progressive,
            lossless,
            samples: count,
            inks_differ,
        })
    }

    /// Bytes of memory that decoding at 1/`denominator`, and a turn behind it, take at their peak, as measured.
    pub fn footprint(&self, denominator: u32, turned: bool) -> u64 {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let decoded = pixels / (u64::from(denominator) * u64::from(denominator)).max(1);
        let samples = |pixels: u64, each: u64| pixels / 16 * each * self.samples;
        // Coefficients are 16 bits; planes are kept beside the pixels that are made of them.
        let coefficients = if self.progressive { samples(pixels, 2) } else { samples(decoded, 1) };
        let decoding = decoded * u64::from(self.components) + samples(decoded, 1) + coefficients;
        let stored = if self.components == 3 { 0 } else { decoded * u64::from(self.components) };
        let copy = if turned { 3 * decoded } else { 0 };
        decoding.max(3 * decoded + stored.max(copy))
    }
}

/// The orientation by the EXIF block, or else by XMP.
pub(super) fn orientation(bytes: &[u8]) -> Orientation {
    let mut metadata = Metadata { exif: None, xmp: None };
    for (_, body) in segments(bytes).filter(|(code, _)| *code == 0xe1) {
        if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
            metadata.exif = metadata.exif.or(Some(exif));
        } else if let Some(xmp) = body.strip_prefix(b"http://ns.adobe.com/xap/1.0/\0") {
            metadata.xmp = Some(xmp);
        }
    }
    metadata.orientation()
}

/// Whether a marker begins a frame header.
pub(super) fn is_frame(code: u8) -> bool {
    matches!(code, 0xc0..=0xcf) && !matches!(code, 0xc4 | 0xc8 | 0xcc)
}

/// The segments before the first scan: code and body.
fn segments(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        loop {
            let marker = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))?;
            let code = rest[marker + 1];
            rest = &rest[marker + 2..];
            match code {
                0x01 | 0xd0..=0xd8 => {}
                0xd9 | 0xda => return None,
                _ => break Some(code),
            }
        }
        .and_then(|code| {
            let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?)).max(2);
            let body = rest.get(2..length)?;
            rest = &rest[length..];
            Some((code, body))
        })
    })
}

fn unread(kind: &str) -> ImageError {
    ImageError::new(
        ImageErrorKind::Unsupported,
        format!("{kind} is not read; convert it to 8-bit JPEG or PNG first"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_frame(code: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() + 2) as u16;
        [b"\xff\xd8\xff\xe0\x00\x04\xff\xc0\xff".as_slice(), &[code], &length.to_be_bytes(), body].concat()
    }

    #[test]
    fn a_frame_is_found_behind_segments_that_hold_its_marker() {
        let bytes = with_frame(0xca, b"\x08\x00\x1f\x00\x2e\x03\x01\x21\x00\x02\x12\x01\x03\x11\x01");
        // Sampled 2x1, 1x2 and 1x1.
        let samples = (2 + 2 + 1) * 16 / (2 * 2);
        let frame = Frame {
            width: 46,
            height: 31,
            components: 3,
            luma_is_coarser: true,
            progressive: true,
            lossless: false,
            samples,
            inks_differ: false,
        };
        assert_eq!(Frame::find(&bytes), Ok(frame));
        for length in 0..bytes.len() {
            assert!(Frame::find(&bytes[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn frames_that_are_not_read_are_named() {
        let message = |code, body| Frame::find(&with_frame(code, body)).unwrap_err().message;
        assert!(message(0xc3, b"\x08\0\x1f\0\x2e\x03").starts_with("lossless JPEG in colours is not read"));
        assert!(message(0xc3, b"\x10\0\x1f\0\x2e\x01").starts_with("lossless 16-bit JPEG is not read"));
        assert!(message(0xc5, b"\x08\0\x1f\0\x2e\x03").starts_with("hierarchical JPEG is not read"));
        assert!(message(0xc1, b"\x0c\0\x1f\0\x2e\x03").starts_with("12-bit JPEG is not read"));
        assert!(message(0xc0, b"\x08\0\x1f\0\x2e\x02").starts_with("JPEG of 2 components is not read"));
    }
}
