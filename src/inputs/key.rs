//! Hashes of paths: which shard takes a path, and whether it was seen before, without keeping the path.

use std::path::Path;

use sha2::{Digest, Sha256};

/// The first 128 bits of the SHA-256 of a path's bytes. Among a thousand million paths two that share
/// them are as likely as 1 in 10^20.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PathKey([u64; 2]);

impl PathKey {
    /// The key of a path as the output spells it.
    pub fn of(path: &Path) -> Self {
        Self::of_bytes(path.as_os_str().as_encoded_bytes())
    }

    /// The key of a path of these bytes.
    pub fn of_bytes(path: &[u8]) -> Self {
        let digest = Sha256::digest(path);
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&digest[at..at + 8]);
            u64::from_be_bytes(bytes)
        };
        PathKey([word(0), word(8)])
    }

    /// The first 64 bits.
    pub fn first_bits(self) -> u64 {
        self.0[0]
    }

    /// The first 96 bits, where very many are held: among a thousand million paths two that share them are as likely
    /// as 1 in 10^11.
    pub fn short_bits(self) -> [u32; 3] {
        let [first, second] = self.0;
        [(first >> 32) as u32, first as u32, (second >> 32) as u32]
    }

    /// 12 hex digits, for the names of files.
    pub fn short(self) -> String {
        format!("{:012x}", self.0[0] >> 16)
    }

    /// Which of `count` shards takes the path, from 1: the first 64 bits, big-endian, modulo `count`, plus 1. This
    /// must never change: shards may be run by different versions on different machines.
    pub fn shard(self, count: u32) -> u32 {
        (self.0[0] % u64::from(count.max(1))) as u32 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shard_of_a_path_never_changes() {
        // sha256("a.jpg") starts with these 16 hex digits: `printf a.jpg | sha256sum`.
        let first = 0x509b_0d46_41a7_c3ba_u64;
        let key = PathKey::of(Path::new("a.jpg"));
        assert_eq!(key.0[0], first);
        assert_eq!(key.shard(7), (first % 7) as u32 + 1);
        assert_eq!(key.shard(1), 1);
    }

    #[test]
    fn shards_are_about_as_large_as_each_other() {
        let mut counts = [0; 5];
        for index in 0..5000 {
            let key = PathKey::of_bytes(format!("folder/{index}.jpg").as_bytes());
            counts[key.shard(5) as usize - 1] += 1;
        }
        assert!(counts.iter().all(|count| (900..1100).contains(count)), "{counts:?}");
    }
}
