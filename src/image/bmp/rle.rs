//! Run-length BMPs of 8 or 4 bits a pixel. Pixels that the runs skip have the first colour of the palette. Irregular
//! runs are read as Pillow reads them.

use ::image::{DynamicImage, RgbImage};

use super::{FILE_HEADER, number, short};
use crate::error::{ImageError, ImageErrorKind};
use crate::image::limits::{DecodeOptions, check_memory_of, check_size};

/// The compressions, by their numbers.
const RUNS_OF_8_BITS: u32 = 1;
const RUNS_OF_4_BITS: u32 = 2;

/// Where headers of Windows have their fields.
mod field {
    pub const OFFSET: usize = 10;
    pub const WIDTH: usize = 18;
    pub const HEIGHT: usize = 22;
    pub const BITS: usize = 28;
    pub const COMPRESSION: usize = 30;
    pub const COLOURS: usize = 46;
}

/// Bytes at the peak: indices beside RGB, and what a conversion of headers copies.
const MEMORY_PER_PIXEL: u64 = 4;

/// Decodes `bytes`; `None` where they are no run lengths.
pub(in super::super) fn decode(
    bytes: &[u8],
    options: &DecodeOptions,
) -> Option<Result<DynamicImage, ImageError>> {
    let size = number(bytes, FILE_HEADER)?;
    let (bits, compression) = (short(bytes, field::BITS)?, number(bytes, field::COMPRESSION)?);
    if size < 40 || !matches!((compression, bits), (RUNS_OF_8_BITS, 8) | (RUNS_OF_4_BITS, 4)) {
        return None;
    }
    let (width, height) = (number(bytes, field::WIDTH)?, number(bytes, field::HEIGHT)? as i32);
    let (rows, top_down) = (height.unsigned_abs(), height < 0);
    let checked = check_size(width, rows, 0, options)
        .and_then(|()| check_memory_of(width, rows, MEMORY_PER_PIXEL, options));
    if let Err(error) = checked {
        return Some(Err(error));
    }
    let colours = number(bytes, field::COLOURS).filter(|count| *count > 0).unwrap_or(1 << bits);
    let palette = palette(bytes.get(FILE_HEADER + size as usize..)?, colours.min(256) as usize);
    let start = number(bytes, field::OFFSET)? as usize;
    let (columns, rows) = (width as usize, rows as usize);
    let Some(indices) = unpack(bytes, start, (columns, rows), bits == 4) else {
        let message = "truncated BMP: it ends before its pixels do";
        return Some(Err(ImageError::new(ImageErrorKind::Decode, message)));
    };
    let mut pixels = Vec::with_capacity(columns * rows * 3);
    for row in 0..rows {
        let row = if top_down { row } else { rows - 1 - row };
        let indices = &indices[row * columns..(row + 1) * columns];
        pixels.extend(indices.iter().flat_map(|index| palette[usize::from(*index)]));
    }
    let image = RgbImage::from_raw(width, rows as u32, pixels).unwrap_or_default();
    Some(Ok(DynamicImage::ImageRgb8(image)))
}

/// 256 colours; those that the file lacks are grey.
fn palette(bytes: &[u8], count: usize) -> [[u8; 3]; 256] {
    let mut palette: [[u8; 3]; 256] = std::array::from_fn(|index| [index as u8; 3]);
    let colours = bytes.as_chunks::<4>().0.iter().take(count);
    palette.iter_mut().zip(colours).for_each(|(place, [blue, green, red, _])| *place = [*red, *green, *blue]);
    palette
}

/// The indices of all pixels, in the order of the file; `None` where it ends before them.
fn unpack(bytes: &[u8], start: usize, (columns, rows): (usize, usize), nibbles: bool) -> Option<Vec<u8>> {
    let length = columns * rows;
    let mut pixels: Vec<u8> = Vec::with_capacity(length);
    let (mut at, mut x) = (start, 0);
    let halves = |byte: u8| if nibbles { [byte >> 4, byte & 15] } else { [byte; 2] };
    while pixels.len() < length {
        let [count, value] = *bytes.get(at..)?.first_chunk()?;
        at += 2;
        match (count, value) {
            (0, 0) => {
                // The end of a row at its start skips it (Pillow leaves such rows out).
                let end =
                    if x == 0 { pixels.len() + columns } else { pixels.len().next_multiple_of(columns) };
                pixels.resize(end.min(length), 0);
                x = 0;
            }
            // The end of the bitmap: what it left out is skipped too.
            (0, 1) => break,
            (0, 2) => {
                let [right, up] = *bytes.get(at..)?.first_chunk()?;
                at += 2;
                let skipped = usize::from(right) + usize::from(up) * columns;
                pixels.resize((pixels.len() + skipped).min(length), 0);
                x = pixels.len() % columns;
            }
            (0, count) => {
                let wanted = usize::from(count).min(length - pixels.len());
                let packed = if nibbles { wanted.div_ceil(2) } else { wanted };
                let literal = bytes.get(at..at + packed)?;
                at += packed;
                if nibbles {
                    pixels.extend(literal.iter().flat_map(|byte| halves(*byte)).take(wanted));
                } else {
                    pixels.extend_from_slice(literal);
                }
                x += usize::from(count);
                // Literals are filled up to 16 bits.
                at += at % 2;
            }
            (count, value) => {
                let count = usize::from(count).min(columns.saturating_sub(x));
                let colours = halves(value);
                pixels.extend((0..count).map(|index| colours[index % 2]));
                x += count;
            }
        }
    }
    pixels.resize(length, 0);
    Some(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_literals_and_skips_are_put_in_their_places() {
        let runs = [0, 2, 1, 1, 3, 0x12, 0, 0, 0, 3, 0x34, 0x50, 0, 1];
        assert_eq!(unpack(&runs, 0, (5, 3), true).unwrap(), [0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 3, 4, 5, 0, 0]);
        assert_eq!(unpack(&[0, 0, 2, 5, 0, 0, 0, 1], 0, (2, 3), false).unwrap(), [0, 0, 5, 5, 0, 0]);
        let runs = [9, 7, 0, 0, 0, 3, 1, 2, 3, 0xff, 1, 4];
        assert_eq!(unpack(&runs, 0, (4, 2), false).unwrap(), [7, 7, 7, 7, 1, 2, 3, 4]);
        for length in 0..runs.len() {
            assert_eq!(unpack(&runs[..length], 0, (4, 2), false), None, "{length} bytes");
        }
    }
}
