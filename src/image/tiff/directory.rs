//! The first directory of a TIFF or BigTIFF: tags and their values, in either byte order.
//!
//! Offsets and counts come from the file, so each is checked against its length, and no value is longer than the
//! file.

use super::corrupt;
use crate::error::ImageError;

/// The first directory of a file.
pub(super) struct Directory<'a> {
    /// The whole file.
    pub bytes: &'a [u8],
    /// The byte order of its numbers.
    pub big_endian: bool,
    entries: Vec<Entry<'a>>,
}

/// A tag and what it says.
struct Entry<'a> {
    tag: u16,
    kind: u16,
    /// Whole values, as many as the file holds of those that the entry counts.
    values: &'a [u8],
}

impl<'a> Directory<'a> {
    /// Reads the header and the first directory of `bytes`.
    ///
    /// # Errors
    /// `decode` if the file ends before its directory does.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ImageError> {
        let big_endian = bytes.starts_with(b"MM");
        let big_tiff = bytes.get(2..4).is_some_and(|version| version.contains(&43));
        let mut directory = Directory { bytes, big_endian, entries: Vec::new() };
        let short = || corrupt("it ends before its directory does");
        // Where the header points, how wide an offset is, and how wide the number of entries.
        let (pointer, offset, counter) = if big_tiff { (8, 8, 8) } else { (4, 4, 2) };
        let start = directory.unsigned_at(pointer, offset).ok_or_else(short)?;
        let count = directory.unsigned_at(start, counter).ok_or_else(short)?;
        // Tag and type, two bytes each; then a count and either the values or where they are.
        let length = 4 + 2 * offset;
        let first = start.saturating_add(counter);
        for entry in 0..count.min(u64::from(u16::MAX)) {
            let at = first.saturating_add(entry * length);
            let Some(entry) = directory.entry(at, offset) else { break };
            directory.entries.push(entry);
        }
        if directory.entries.is_empty() { Err(short()) } else { Ok(directory) }
    }

    /// The first number that `tag` says.
    pub fn number(&self, tag: u16) -> Option<u64> {
        let entry = self.find(tag)?;
        self.unsigned(entry.values.get(..width(entry.kind))?, entry.kind)
    }

    /// All numbers that `tag` says; none where it is missing.
    pub fn numbers(&self, tag: u16) -> Vec<u64> {
        let Some(entry) = self.find(tag) else { return Vec::new() };
        entry
            .values
            .chunks_exact(width(entry.kind))
            .filter_map(|value| self.unsigned(value, entry.kind))
            .collect()
    }

    /// All fractions that `tag` says; none where it is missing.
    pub fn fractions(&self, tag: u16) -> Vec<f64> {
        const RATIONAL: u16 = 5;
        let Some(entry) = self.find(tag) else { return Vec::new() };
        if entry.kind != RATIONAL {
            return self.numbers(tag).into_iter().map(|number| number as f64).collect();
        }
        let halves = |value: &[u8]| -> f64 {
            let (above, below) = value.split_at(4);
            self.assemble(above) as f64 / self.assemble(below) as f64
        };
        entry.values.chunks_exact(8).map(halves).collect()
    }

    /// The bytes that `tag` holds.
    pub fn bytes_of(&self, tag: u16) -> Option<&'a [u8]> {
        self.find(tag).map(|entry| entry.values)
    }

    fn find(&self, tag: u16) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// The entry at `at` of a file whose offsets have `offset` bytes; `None` behind the file's end.
    fn entry(&self, at: u64, offset: u64) -> Option<Entry<'a>> {
        let tag = self.unsigned_at(at, 2)? as u16;
        let kind = self.unsigned_at(at + 2, 2)? as u16;
        let count = self.unsigned_at(at + 4, offset)?;
        let length = count.saturating_mul(width(kind) as u64);
        let place = at + 4 + offset;
        let start = if length <= offset { place } else { self.unsigned_at(place, offset)? };
        let end = start.saturating_add(length).min(self.bytes.len() as u64);
        let values = self.bytes.get(start.min(end) as usize..end as usize)?;
        Some(Entry { tag, kind, values })
    }

    /// `length` bytes from `at` as a number.
    fn unsigned_at(&self, at: u64, length: u64) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        Some(self.assemble(self.bytes.get(at..at.checked_add(length as usize)?)?))
    }

    /// The value of a whole number; `None` for text, fractions and floats.
    fn unsigned(&self, value: &[u8], kind: u16) -> Option<u64> {
        // BYTE, SHORT, LONG, SBYTE, UNDEFINED, SSHORT, SLONG, IFD, and the long ones of BigTIFF.
        matches!(kind, 1 | 3 | 4 | 6..=9 | 13 | 16..=18).then(|| self.assemble(value))
    }

    fn assemble(&self, bytes: &[u8]) -> u64 {
        let append = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, append) } else { bytes.iter().rev().fold(0, append) }
    }
}

/// The bytes of a value of type `kind`; unknown types count as bytes.
fn width(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 1,
    }
}
