//! CCITT fax compression (ITU-T T.4 and T.6): black and white, a bit a pixel, black is 1.

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
    let outcome = hayro_ccitt::decode(data, &mut page, &mut DecoderContext::new(settings));
    match outcome {
        _ if page.top >= rows => Ok(page.bits),
        Err(error) => Err(corrupt(format!("row {} of its fax data: {error}", page.top))),
        Ok(_) => Err(corrupt(format!("its fax data ends after {} of {rows} rows", page.top))),
    }
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
