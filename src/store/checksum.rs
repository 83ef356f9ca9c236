//! Checksums of files: parsed from what servers say, and computed.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::Digest;
use sha2::digest::Update;

/// A checksum of a file's content, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm", content = "value", rename_all = "kebab-case")]
pub enum Checksum {
    /// The Hub's, for large files.
    Sha256(String),
    /// The Hub's, for files that git itself holds: SHA-1 over `blob LENGTH\0` and the content.
    GitSha1(String),
    /// Keras'.
    Md5(String),
}

impl Checksum {
    /// The checksum in an entity tag of the Hub: 64 hex digits are a sha256, 40 are git's.
    pub fn from_etag(etag: &str) -> Option<Self> {
        let etag = etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase();
        if !etag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        match etag.len() {
            64 => Some(Checksum::Sha256(etag)),
            40 => Some(Checksum::GitSha1(etag)),
            _ => None,
        }
    }

    /// Its hex digits.
    pub fn value(&self) -> &str {
        match self {
            Checksum::Sha256(value) | Checksum::GitSha1(value) | Checksum::Md5(value) => value,
        }
    }

    /// The name of its algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self {
            Checksum::Sha256(_) => "sha256",
            Checksum::GitSha1(_) => "git-sha1",
            Checksum::Md5(_) => "md5",
        }
    }

    /// The checksum of a file, computed by the same algorithm.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn measured(&self, path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(match self {
            Checksum::Sha256(_) => Checksum::Sha256(digest(sha2::Sha256::new(), file)?),
            Checksum::Md5(_) => Checksum::Md5(digest(md5::Md5::new(), file)?),
            Checksum::GitSha1(_) => {
                let header = format!("blob {}\0", file.metadata()?.len());
                Checksum::GitSha1(digest(sha1::Sha1::new_with_prefix(header), file)?)
            }
        })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm(), self.value())
    }
}

/// The sha256 of a file.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of(path: &Path) -> io::Result<String> {
    digest(sha2::Sha256::new(), File::open(path)?)
}

/// The sha256 of everything that a reader yields.
///
/// # Errors
/// When it cannot be read.
pub fn sha256(bytes: impl Read) -> io::Result<String> {
    digest(sha2::Sha256::new(), bytes)
}

fn digest(mut hash: impl Digest + Update, mut bytes: impl Read) -> io::Result<String> {
    let mut buffer = vec![0; 1 << 18];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(count) => Update::update(&mut hash, &buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Bytes as lower-case hex digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_common_tools() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "hello\n").unwrap();
        // `printf 'hello\n'` into sha256sum, `git hash-object --stdin` and md5sum.
        for known in [
            Checksum::Sha256("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03".into()),
            Checksum::GitSha1("ce013625030ba8dba906f756967f9e9ca394464a".into()),
            Checksum::Md5("b1946ac92492d2347c6235b4d2611184".into()),
        ] {
            assert_eq!(known.measured(&path).unwrap(), known);
        }
    }

    #[test]
    fn an_entity_tag_is_a_checksum_by_its_length() {
        let sha256 = "AB".repeat(32);
        assert_eq!(
            Checksum::from_etag(&format!("\"{sha256}\"")),
            Some(Checksum::Sha256(sha256.to_lowercase()))
        );
        assert_eq!(
            Checksum::from_etag(&format!("W/\"{}\"", "0f".repeat(20))),
            Some(Checksum::GitSha1("0f".repeat(20)))
        );
        assert_eq!(Checksum::from_etag("\"5d41402abc4b2a76b9719d911017c592\""), None);
        assert_eq!(Checksum::from_etag("\"../../etc\""), None);
    }
}
