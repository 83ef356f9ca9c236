//! BMPs that the `image` crate does not read, or reads differently from Pillow: bitmaps without a file header (DIB),
//! headers of OS/2, run lengths, and last rows without their padding.

mod filling;
mod rle;

use std::borrow::Cow;

pub(super) use filling::with_filling;
pub(super) use rle::decode as decode_runs;

/// Bytes of the file header, before the header of the bitmap.
const FILE_HEADER: usize = 14;

/// Sizes of the bitmap's header: OS/2 1, Windows 3, its extensions, OS/2 2, Windows 95 and 98.
const HEADER_SIZES: [u32; 7] = [12, 40, 52, 56, 64, 108, 124];

/// The size that the `image` crate and we read.
const WINDOWS_HEADER: usize = 40;

/// The header of OS/2 2: that of Windows 3 with fields of no interest behind it.
const OS2_HEADER: usize = 64;

/// A number of 32 bits at `at`.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|number| u32::from_le_bytes(*number))
}

/// A number of 16 bits at `at`.
fn short(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|number| u32::from(u16::from_le_bytes(*number)))
}

/// Whether `bytes` are a bitmap without a file header: the size of a header, one plane, and a known depth.
pub(super) fn is_headless(bytes: &[u8]) -> bool {
    let Some(size) = number(bytes, 0).filter(|size| HEADER_SIZES.contains(size)) else { return false };
    let planes = if size == 12 { 8 } else { 12 };
    let (one, bits) = (short(bytes, planes), short(bytes, planes + 2));
    one == Some(1) && matches!(bits, Some(1 | 4 | 8 | 16 | 24 | 32))
}

/// `bytes` with the headers of a Windows BMP.
pub(super) fn with_windows_headers(bytes: &[u8]) -> Cow<'_, [u8]> {
    let with_file_header = if is_headless(bytes) { with_file_header(bytes).map(Cow::Owned) } else { None };
    let bytes = with_file_header.unwrap_or(Cow::Borrowed(bytes));
    let shortened = with_short_header(&bytes).map_or(bytes, Cow::Owned);
    with_pixels_behind_palette(&shortened).map_or(shortened, Cow::Owned)
}

/// A BMP whose pixels would begin where its palette does, with the pixels behind the palette; `None` for others.
fn with_pixels_behind_palette(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = number(bytes, FILE_HEADER)?;
    let start = (FILE_HEADER as u32).checked_add(size)?;
    let bits = short(bytes, 28)?;
    if size < 40 || bits > 8 || number(bytes, 10)? != start {
        return None;
    }
    let colours = number(bytes, 46).filter(|count| *count > 0).unwrap_or(1 << bits).min(256);
    let mut mended = bytes.to_vec();
    mended.get_mut(10..14)?.copy_from_slice(&(start + 4 * colours).to_le_bytes());
    Some(mended)
}

fn with_file_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = number(bytes, 0)?;
    let core = size == 12;
    let bits = short(bytes, if core { 10 } else { 14 })?;
    let (compression, colours) = if core { (0, 0) } else { (number(bytes, 16)?, number(bytes, 32)?) };
    let colours = if colours == 0 && bits <= 8 { 1 << bits } else { colours.min(256) };
    let masks = if compression == 3 && size == 40 { 12 } else { 0 };
    let offset = FILE_HEADER as u32 + size + masks + colours * if core { 3 } else { 4 };
    let length = u32::try_from(bytes.len() + FILE_HEADER).ok()?;
    Some([b"BM", &length.to_le_bytes()[..], &[0; 4], &offset.to_le_bytes(), bytes].concat())
}

/// A BMP of OS/2 2 with the header of Windows 3; `None` for others, and for compressions that only OS/2 has.
fn with_short_header(bytes: &[u8]) -> Option<Vec<u8>> {
    let (windows, os2) = (FILE_HEADER + WINDOWS_HEADER, FILE_HEADER + OS2_HEADER);
    if number(bytes, FILE_HEADER)? as usize != OS2_HEADER || number(bytes, 30)? > 2 {
        return None;
    }
    let offset = number(bytes, 10)?.checked_sub((OS2_HEADER - WINDOWS_HEADER) as u32)?;
    let size = (WINDOWS_HEADER as u32).to_le_bytes();
    let (start, fields) = (bytes.get(..10)?, bytes.get(FILE_HEADER + 4..windows)?);
    Some([start, &offset.to_le_bytes(), &size, fields, bytes.get(os2..)?].concat())
}
