//! CCITT fax compression (ITU-T T.4 and T.6): black and white, a bit a pixel, black is 1.

use std::borrow::Cow;

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};

use super::corrupt;
use crate::error::ImageError;

/// The kinds that TIFF has.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fax {
    /// Modified Huffman: runs only, every row begins with a byte.
    Modified,
    /// Runs, and, where `two_dimensional`, rows by the differences to the one above.
    Group3 {
        /// As option bit 0 says it.
        two_dimensional: bool,
    },
    /// Differences only.
    Group4,
}

/// Unpacks `rows` of `width` pixels; rows that the data lacks are an error.
pub(super) fn decode(data: &[u8], kind: Fax, width: usize, rows: usize) -> Result<Vec<u8>, ImageError> {
    let encoding = match kind {
        Fax::Modified | Fax::Group3 { two_dimensional: false } => EncodingMode::Group3_1D,
        Fax::Group3 { two_dimensional: true } => EncodingMode::Group3_2D { k: 4 },
        Fax::Group4 => EncodingMode::Group4,
    };
    let modified = matches!(kind, Fax::Modified);
    let data = if matches!(kind, Fax::Group3 { .. }) { without_fill(data) } else { Cow::Borrowed(data) };
    let settings = DecodeSettings {
        columns: width as u32,
        rows: rows as u32,
        end_of_block: !modified,
        end_of_line: matches!(kind, Fax::Group3 { .. }),
        rows_are_byte_aligned: modified,
        encoding,
        invert_black: false,
    };
    let mut page = Page { bits: vec![0; width.div_ceil(8) * rows], row: width.div_ceil(8), at: 0, top: 0 };
    let outcome = hayro_ccitt::decode(&data, &mut page, &mut DecoderContext::new(settings));
    match outcome {
        _ if page.top >= rows => Ok(page.bits),
        Err(error) => Err(corrupt(format!("row {} of its fax data: {error}", page.top))),
        Ok(_) => Err(corrupt(format!("its fax data ends after {} of {rows} rows", page.top))),
    }
}

/// `data` of group 3 with fewer of the zeros that fill rows up: the decoder takes no more than 24 before the one that ends
/// a row. That is enough for the eleven that belong to the end and those of the code before it.
fn without_fill(data: &[u8]) -> Cow<'_, [u8]> {
    const MOST_ZEROS: u32 = 24;
    // Every longer run holds two bytes of them.
    if !data.windows(2).any(|pair| pair == [0, 0]) {
        return Cow::Borrowed(data);
    }
    let mut kept = Vec::with_capacity(data.len());
    let (mut byte, mut bits, mut zeros) = (0_u8, 0, 0);
    for bit in data.iter().flat_map(|byte| (0..8).rev().map(move |place| byte >> place & 1)) {
        zeros = if bit == 0 { zeros + 1 } else { 0 };
        if zeros > MOST_ZEROS {
            continue;
        }
        byte = byte << 1 | bit;
        bits += 1;
        if bits == 8 {
            kept.push(byte);
            (byte, bits) = (0, 0);
        }
    }
    if bits > 0 {
        kept.push(byte << (8 - bits));
    }
    Cow::Owned(kept)
}

/// Rows of bits, as they are filled.
struct Page {
    bits: Vec<u8>,
    /// Bytes of a row.
    row: usize,
    /// The next pixel of this row.
    at: usize,
    top: usize,
}

impl Decoder for Page {
    fn push_pixel(&mut self, white: bool) {
        let byte = self.top * self.row + self.at / 8;
        if !white && let Some(byte) = self.bits.get_mut(byte) {
            *byte |= 0x80 >> (self.at % 8);
        }
        self.at += 1;
    }

    fn push_pixel_chunk(&mut self, white: bool, chunk_count: u32) {
        let start = self.top * self.row + self.at / 8;
        let bytes = self.bits.get_mut(start..).unwrap_or_default();
        if !white {
            bytes.iter_mut().take(chunk_count as usize).for_each(|byte| *byte = 0xff);
        }
        self.at += 8 * chunk_count as usize;
    }

    fn next_line(&mut self) {
        self.at = 0;
        self.top += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_zeros_24_are_kept() {
        assert_eq!(without_fill(&[0x12, 0x00, 0x00, 0x34]), [0x12, 0x00, 0x00, 0x34].as_slice());
        // Five ones, 48 zeros, four ones; then what fills the last byte.
        assert_eq!(
            without_fill(&[0xf8, 0, 0, 0, 0, 0, 0x07, 0x80]),
            [0xf8, 0x00, 0x00, 0x07, 0x80].as_slice()
        );
    }

    #[test]
    fn rows_of_group_3_may_be_filled_up_with_any_number_of_zeros() {
        // White 2, black 3, white 3: 0111 10 1000; its end is 11 zeros and a one.
        let row = "0111101000";
        let bits = |fill: usize| format!("000000000001{row}{}000000000001{row}", "0".repeat(fill));
        for fill in [0, 5, 13, 14, 100] {
            let bits = bits(fill);
            let bytes: Vec<u8> = bits
                .as_bytes()
                .chunks(8)
                .map(|bits| {
                    bits.iter().enumerate().fold(0, |byte, (place, bit)| byte | (bit & 1) << (7 - place))
                })
                .collect();
            let decoded = decode(&bytes, Fax::Group3 { two_dimensional: false }, 8, 2);
            assert_eq!(decoded.unwrap(), [0b0011_1000; 2], "{fill} zeros");
        }
    }
}
