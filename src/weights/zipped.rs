//! Reads the entries of a zip: stored ones in place in the mapped file, deflated ones unpacked. Each entry's CRC is
//! checked when it is read.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::{CompressionMethod, ZipArchive};

use crate::error::{Error, Result};
use crate::tensor::shared_bytes::SharedBytes;

/// No entry of a weights archive is larger when unpacked: NASNet-A Large in f64 has 712 MB.
const MAX_UNPACKED: u64 = 2 << 30;

/// An opened zip.
pub(crate) struct Archive {
    origin: String,
    file: SharedBytes,
    zip: ZipArchive<Cursor<SharedBytes>>,
    entries: BTreeMap<String, usize>,
    /// PyTorch can be told to write zeros in place of all CRCs (`torch.serialization.set_crc32_options(False)`).
    has_crcs: bool,
}

impl Archive {
    /// Reads the directory of a zip.
    ///
    /// # Errors
    /// [`Error::Weights`] when there is none, as in a file that was cut short.
    pub fn open(origin: &str, file: &SharedBytes) -> Result<Archive> {
        let mut zip = ZipArchive::new(Cursor::new(file.clone())).map_err(|error| {
            let detail = format!(
                "truncated or damaged: a zip of {} bytes without its directory ({error})",
                file.len()
            );
            Error::weights(origin, detail)
        })?;
        let mut entries = BTreeMap::new();
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                entries.insert(name.to_string(), index);
            }
        }
        let has_crcs =
            (0..zip.len()).any(|index| zip.by_index_raw(index).is_ok_and(|entry| entry.crc32() != 0));
        Ok(Archive { origin: origin.to_owned(), file: file.clone(), zip, entries, has_crcs })
    }

    /// Names of the entries, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The content of an entry; `None` when there is no such entry.
    ///
    /// # Errors
    /// [`Error::Damaged`] when its CRC does not match, [`Error::Weights`] when it is damaged in another way or its
    /// compression is not supported.
    pub fn read(&mut self, name: &str) -> Result<Option<SharedBytes>> {
        let Some(&index) = self.entries.get(name) else { return Ok(None) };
        let origin = self.origin.clone();
        let fail = |detail: String| Error::weights(&origin, format!("zip entry {name}: {detail}"));
        let entry = self.zip.by_index(index).map_err(|error| fail(error.to_string()))?;
        let (size, crc) = (entry.size(), entry.crc32());
        let has_crcs = self.has_crcs;
        let checked = |content: SharedBytes| {
            let got = if has_crcs { crc32fast::hash(&content) } else { crc };
            if got != crc {
                let detail = format!("zip entry {name}: CRC-32 {crc:08x} expected, got {got:08x}");
                return Err(Error::damaged(&origin, detail));
            }
            Ok(Some(content))
        };
        match entry.compression() {
            CompressionMethod::Stored => {
                let part = entry.data_start().and_then(|start| {
                    self.file.slice(usize::try_from(start).ok()?, usize::try_from(size).ok()?)
                });
                let short = || fail(format!("{size} bytes expected, which the file does not have"));
                checked(part.ok_or_else(short)?)
            }
            CompressionMethod::Deflated if size <= MAX_UNPACKED => {
                let mut bytes = Vec::new(); // grows with what is there: a size in a header is no reason to allocate
                entry.take(size).read_to_end(&mut bytes).map_err(|error| fail(error.to_string()))?;
                if bytes.len() as u64 != size {
                    return Err(fail(format!("{size} bytes expected, got {}", bytes.len())));
                }
                checked(SharedBytes::from_vec(bytes))
            }
            CompressionMethod::Deflated => {
                Err(fail(format!("{size} bytes unpacked, more than any NASNet-A has")))
            }
            other => Err(fail(format!("packed with {other}, expected stored or deflated"))),
        }
    }
}
