//! Mends a PNG that was cut within its pixels: missing rows are zeros, as in Pillow.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::{END, checksum};

/// Columns and rows of the passes of an interlaced image: first and step of each (PNG specification, section 8.2).
const ADAM7: [[usize; 4]; 7] =
    [[0, 8, 0, 8], [4, 8, 0, 8], [0, 4, 4, 8], [2, 4, 0, 4], [0, 2, 2, 4], [1, 2, 0, 2], [0, 1, 1, 2]];

/// The file of `bytes` with its missing rows of zeros, and its end; `None` for a file that has its end, that has no
/// pixels at all, or whose pixels would be more than `max_bytes`.
pub(in crate::image) fn with_blank_rows(bytes: &[u8], max_bytes: u64) -> Option<Vec<u8>> {
    let mut at = 8;
    let mut header = None;
    // Where the pixels begin; chunks behind them are not needed.
    let mut before = None;
    let mut packed = Vec::new();
    while let Some(length) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(kind) = bytes.get(at + 4..at + 8) else { break };
        let body = &bytes[at + 8..bytes.len().min(at.saturating_add(8).saturating_add(length))];
        match kind {
            b"IEND" => return None,
            b"IHDR" => header = Some(Header::read(body)?),
            b"IDAT" => {
                before.get_or_insert(at);
                packed.extend_from_slice(body);
            }
            _ => {}
        }
        at = at.saturating_add(length).saturating_add(12);
    }
    let (rows, before) = (header?.rows()?, before?);
    let whole: u64 = rows.iter().map(|(bytes, count)| bytes.saturating_mul(*count) as u64).sum();
    if whole > max_bytes.saturating_add(1 << 20) {
        return None;
    }
    let mut pixels = Vec::new();
    // An error is the end of what is there.
    let _ = ZlibDecoder::new(packed.as_slice()).take(whole).read_to_end(&mut pixels);
    pixels.truncate(whole_rows(&rows, pixels.len()));
    pixels.resize(whole as usize, 0);
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&pixels).ok()?;
    let packed = encoder.finish().ok()?;
    let chunk = [b"IDAT", packed.as_slice()].concat();
    let length = u32::try_from(packed.len()).ok()?.to_be_bytes();
    Some([&bytes[..before], &length, &chunk, &checksum(&chunk).to_be_bytes(), END].concat())
}

/// What a header says of the pixels.
struct Header {
    width: usize,
    height: usize,
    bits_a_pixel: usize,
    interlaced: bool,
}

impl Header {
    fn read(body: &[u8]) -> Option<Self> {
        let side = |at: usize| Some(u32::from_be_bytes(*body.get(at..)?.first_chunk()?) as usize);
        let (width, height) = (side(0)?, side(4)?);
        let channels = match body.get(9)? {
            0 | 3 => 1,
            2 => 3,
            4 => 2,
            6 => 4,
            _ => return None,
        };
        let bits_a_pixel = channels * usize::from(*body.get(8)?);
        Some(Header { width, height, bits_a_pixel, interlaced: *body.get(12)? == 1 })
    }

    /// Bytes of a row, its filter included, and how many rows, pass by pass.
    fn rows(&self) -> Option<Vec<(usize, usize)>> {
        let rows = |width: usize, height: usize| {
            Some((width.checked_mul(self.bits_a_pixel)?.div_ceil(8).checked_add(1)?, height))
        };
        if !self.interlaced {
            return Some(vec![rows(self.width, self.height)?]);
        }
        let part = |side: usize, first: usize, step: usize| side.saturating_sub(first).div_ceil(step);
        let passes = ADAM7.iter().map(|[left, across, top, down]| {
            (part(self.width, *left, *across), part(self.height, *top, *down))
        });
        passes.filter(|(width, _)| *width > 0).map(|(width, height)| rows(width, height)).collect()
    }
}

/// How many of `length` bytes are whole rows.
fn whole_rows(rows: &[(usize, usize)], length: usize) -> usize {
    let mut whole = 0;
    for (bytes, count) in rows {
        let here = ((length - whole) / bytes).min(*count);
        whole += here * bytes;
        if here < *count {
            break;
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_whole_or_blank() {
        assert_eq!(whole_rows(&[(10, 3)], 29), 20);
        assert_eq!(whole_rows(&[(2, 1), (5, 2), (9, 1)], 20), 12);
        assert_eq!(whole_rows(&[(2, 1), (5, 2), (9, 1)], 21), 21);
    }

    #[test]
    fn a_whole_file_is_left_alone_and_so_is_one_without_pixels() {
        let header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x03\0\0\0\x02\x08\x02\0\0\0\0\0\0\0".as_slice();
        assert_eq!(with_blank_rows(&[header, END].concat(), 1 << 20), None);
        assert_eq!(with_blank_rows(header, 1 << 20), None);
        let begun = [header, b"\0\0\0\x09IDAT"].concat();
        assert!(with_blank_rows(&begun, 1 << 20).is_some_and(|file| file.ends_with(END)));
        assert_eq!(with_blank_rows(&[&begun[..16], &[0x7f; 8], &begun[24..]].concat(), 1 << 20), None);
    }
}
