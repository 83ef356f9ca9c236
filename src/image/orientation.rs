//! Which way up a photo is: by the orientation tag of its EXIF block, else by that of its XMP.
//!
//! The rules are those of Pillow's `exif_transpose`. A damaged block is no reason to refuse the pixels.

use std::io::Read;

use ::image::metadata::Orientation;
use memchr::memmem;

use super::tiff;

/// The header before the TIFF of an EXIF block: once in JPEG, though some writers repeat it.
const EXIF_HEADER: &[u8] = b"Exif\0\0";

/// The attribute or element of XMP.
const XMP_NAME: &[u8] = b"tiff:Orientation";

/// Bytes that a compressed text of a PNG may unpack to.
const MAX_TEXT: u64 = 1 << 20;

/// Blocks of metadata of a file.
#[derive(Default)]
pub(super) struct Metadata<B> {
    pub exif: Option<B>,
    pub xmp: Option<B>,
}

impl<B: AsRef<[u8]>> Metadata<B> {
    /// What the blocks say.
    pub fn orientation(&self) -> Orientation {
        let exif = self.exif.as_ref().and_then(|block| by_exif(block.as_ref()));
        let tag = exif.or_else(|| self.xmp.as_ref().and_then(|text| by_xmp(text.as_ref())));
        upright(tag)
    }
}

/// The meaning of a tag; unknown numbers mean nothing.
pub(super) fn upright(tag: Option<u64>) -> Orientation {
    let tag = tag.and_then(|tag| u8::try_from(tag).ok());
    tag.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms)
}

/// The tag of an EXIF block, with or without its header.
fn by_exif(block: &[u8]) -> Option<u64> {
    let once = block.strip_prefix(EXIF_HEADER).unwrap_or(block);
    tiff::orientation_tag(once.strip_prefix(EXIF_HEADER).unwrap_or(once))
}

/// The tag in an XMP text: `tiff:Orientation="6"`, or an element of that name. The first place counts.
pub(super) fn by_xmp(text: &[u8]) -> Option<u64> {
    memmem::find_iter(text, XMP_NAME).find_map(|at| {
        let rest = &text[at + XMP_NAME.len()..];
        let value = rest.strip_prefix(b"=\"").or_else(|| rest.strip_prefix(b">"))?;
        value.first().filter(|digit| digit.is_ascii_digit()).map(|digit| u64::from(digit - b'0'))
    })
}

/// The blocks of a WebP.
pub(super) fn of_webp(bytes: &[u8]) -> Metadata<&[u8]> {
    let mut metadata = Metadata { exif: None, xmp: None };
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((kind, after)) = rest.split_first_chunk::<4>()
        && let Some((length, after)) = after.split_first_chunk::<4>()
    {
        let length = u32::from_le_bytes(*length) as usize;
        let Some(data) = after.get(..length) else { break };
        match kind {
            b"EXIF" if metadata.exif.is_none() => metadata.exif = Some(data),
            b"XMP " if metadata.xmp.is_none() => metadata.xmp = Some(data),
            _ => {}
        }
        rest = after.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    metadata
}

/// The blocks of a PNG: in chunks of their own, or in texts as ImageMagick and ExifTool write them, before or behind
/// the pixels.
pub(super) fn of_png(bytes: &[u8]) -> Metadata<Vec<u8>> {
    let mut metadata = Metadata { exif: None, xmp: None };
    let mut profile = None;
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>()
        && let Some((kind, after)) = after.split_first_chunk::<4>()
    {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(data) = after.get(..length) else { break };
        match kind {
            b"eXIf" => metadata.exif = Some(data.to_vec()),
            b"tEXt" | b"zTXt" | b"iTXt" => match png_text(*kind, data) {
                Some((b"Raw profile type exif", text)) => profile = from_hex(&text),
                Some((b"XML:com.adobe.xmp", text)) => metadata.xmp = Some(text),
                _ => {}
            },
            b"IEND" => break,
            _ => {}
        }
        // The checksum follows.
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
    metadata.exif = metadata.exif.or(profile);
    metadata
}

/// Keyword and text of a chunk of text.
fn png_text(kind: [u8; 4], data: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let (keyword, rest) = split_at_nul(data)?;
    let (packed, text) = match &kind {
        b"tEXt" => (false, rest),
        // The only method, 0, is Deflate.
        b"zTXt" => (true, rest.get(1..)?),
        _ => {
            let (flags, rest) = rest.split_first_chunk::<2>()?;
            let (_language, rest) = split_at_nul(rest)?;
            let (_translated, text) = split_at_nul(rest)?;
            (flags[0] != 0, text)
        }
    };
    if !packed {
        return Some((keyword, text.to_vec()));
    }
    let mut unpacked = Vec::new();
    flate2::read::ZlibDecoder::new(text).take(MAX_TEXT).read_to_end(&mut unpacked).ok()?;
    Some((keyword, unpacked))
}

fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let nul = memchr::memchr(0, bytes)?;
    Some((&bytes[..nul], &bytes[nul + 1..]))
}

/// The bytes of a raw profile: an empty line, its name, its length, then digits.
fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.splitn(4, |byte| *byte == b'\n').nth(3)?;
    let digits: Option<Vec<u32>> = digits
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| char::from(*byte).to_digit(16))
        .collect();
    Some(digits?.as_chunks::<2>().0.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIFF: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

    #[test]
    fn the_tag_is_found_behind_headers_and_before_that_of_xmp() {
        let xmp = b"<rdf:Description tiff:Orientation='3' tiff:Orientation=\"8\"/>".as_slice();
        let of = |exif: Option<&'static [u8]>, xmp| Metadata { exif, xmp }.orientation();
        for header in [b"".as_slice(), EXIF_HEADER, b"Exif\0\0Exif\0\0"] {
            let block: &[u8] = Vec::leak([header, TIFF].concat());
            assert_eq!(of(Some(block), Some(xmp)), Orientation::Rotate90);
        }
        assert_eq!(of(None, Some(xmp)), Orientation::Rotate270);
        assert_eq!(of(Some(b"MM\0*\0\0\0\x08\0\0"), Some(xmp)), Orientation::Rotate270);
        assert_eq!(of(None, Some(b"<tiff:Orientation>2</tiff:Orientation>")), Orientation::FlipHorizontal);
        assert_eq!(of(Some(b"MM"), None), Orientation::NoTransforms);
    }

    #[test]
    fn profiles_in_texts_are_read_and_damaged_ones_are_not() {
        let hex: String = TIFF.iter().map(|byte| format!("{byte:02x}\n")).collect();
        let chunk =
            |kind: &[u8], data: &[u8]| [&(data.len() as u32).to_be_bytes(), kind, data, &[0; 4]].concat();
        let text = format!("Raw profile type exif\0\nexif\n      26\n{hex}");
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"IDAT", b"12"), &chunk(b"tEXt", text.as_bytes())]
            .concat();
        assert_eq!(of_png(&png).orientation(), Orientation::Rotate90);
        assert_eq!(of_png(&png[..png.len() - 9]).orientation(), Orientation::NoTransforms);
        let broken = text.replace("06", "0g");
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &chunk(b"tEXt", broken.as_bytes())].concat();
        assert_eq!(of_png(&png).orientation(), Orientation::NoTransforms);
    }
}
