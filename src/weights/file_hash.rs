//! The hash of itself that a canonical file records, so that loading refuses a damaged file.
//!
//! The file's metadata holds 32 hex digits. They are computed over the whole file (header, padding and tensors) with
//! the digits themselves read as zeros: XXH3-128 of each mebibyte, then XXH3-128 of those hashes, 16 bytes each, most
//! significant byte first. XXH3 finds accidents, not forgery, and runs at the speed of memory. To know
//! that the tensors are the published ones, compare their fingerprint, a SHA-256.

use std::ops::Range;

use rayon::prelude::*;
use twox_hash::XxHash3_128;

/// The metadata key of the hash.
pub(crate) const KEY: &str = "nasnet_hash";
/// The digits while the hash is computed.
pub(crate) const UNSET: &str = "00000000000000000000000000000000";
/// Bytes that are hashed as one piece.
const PART: usize = 1 << 20;

/// A hash over bytes that come in pieces of any size.
#[derive(Default)]
pub(crate) struct FileHasher {
    part: XxHash3_128,
    filled: usize,
    parts: Vec<u8>,
}

impl FileHasher {
    /// Adds the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PART - self.filled));
            self.part.write(now);
            self.filled += now.len();
            bytes = rest;
            if self.filled == PART {
                self.end_part();
            }
        }
    }

    /// The hex digits.
    pub fn finish(mut self) -> String {
        if self.filled > 0 {
            self.end_part();
        }
        of_parts(&self.parts)
    }

    fn end_part(&mut self) {
        let part = std::mem::take(&mut self.part);
        self.parts.extend(part.finish_128().to_be_bytes());
        self.filled = 0;
    }
}

fn of_parts(parts: &[u8]) -> String {
    format!("{:032x}", XxHash3_128::oneshot(parts))
}

/// The place of the digits in a file whose header is `header` bytes long.
pub(crate) fn digits(file: &[u8], header: usize) -> Option<Range<usize>> {
    // Quotes within JSON strings are escaped, so no other text can match this.
    let before = format!("\"{KEY}\":\"");
    let json = file.get(8..8 + header)?;
    let found = memchr::memmem::find(json, before.as_bytes())?;
    let start = 8 + found + before.len();
    let range = start..start + UNSET.len();
    (range.end <= 8 + header).then_some(range)
}

/// Compares a file with the hash that it carries.
///
/// # Errors
/// The hash that it carries and the one that it has, when they differ.
pub(crate) fn check(file: &[u8], header: usize) -> Result<(), String> {
    let Some(digits) = digits(file, header) else {
        return Err(format!("its hash is not where the metadata {KEY} should be"));
    };
    let hash_of_part = |(index, part): (usize, &[u8])| {
        let start = index * PART;
        let from = digits.start.clamp(start, start + part.len()) - start;
        let to = digits.end.clamp(start, start + part.len()) - start;
        if from == to {
            return XxHash3_128::oneshot(part).to_be_bytes();
        }
        let mut part = part.to_vec();
        part[from..to].fill(b'0');
        XxHash3_128::oneshot(&part).to_be_bytes()
    };
    let parts: Vec<[u8; 16]> = file.par_chunks(PART).enumerate().map(hash_of_part).collect();
    let (expected, got) = (&file[digits], of_parts(parts.as_flattened()));
    if expected == got.as_bytes() {
        return Ok(());
    }
    Err(format!("hash mismatch: expected xxh3 {}, got {got}", String::from_utf8_lossy(expected)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_any_size_give_the_hash_of_the_whole() {
        let json = format!("{{\"__metadata__\":{{\"{KEY}\":\"{UNSET}\"}}}}");
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend(json.as_bytes());
        file.extend((0..2 * PART + 77).map(|at| (at * 7 % 251) as u8));
        let mut hasher = FileHasher::default();
        file.chunks(999_983).for_each(|piece| hasher.update(piece));
        let hash = hasher.finish();
        let digits = digits(&file, json.len()).unwrap();
        file[digits].copy_from_slice(hash.as_bytes());
        assert_eq!(check(&file, json.len()), Ok(()));
        file[PART + 5] ^= 1;
        let error = check(&file, json.len()).unwrap_err();
        assert!(error.starts_with(&format!("hash mismatch: expected xxh3 {hash}, got ")), "{error}");
    }
}
