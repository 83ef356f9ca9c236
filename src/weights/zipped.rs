//! Entries of a zip, as parts of the mapped file where they are stored, unpacked where they are deflated.

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
    blob: SharedBytes,
    zip: ZipArchive<Cursor<SharedBytes>>,
    entries: BTreeMap<String, usize>,
}

impl Archive {
    /// Reads the directory of a zip.
    ///
    /// # Errors
    /// [`Error::Weights`] when there is none, as in a file that was cut short.
    pub fn open(origin: &str, blob: &SharedBytes) -> Result<Archive> {
        let zip = ZipArchive::new(Cursor::new(blob.clone())).map_err(|error| {
            let detail = format!(
                "truncated or damaged: a zip of {} bytes without its directory ({error})",
                blob.len()
            );
            Error::weights(origin, detail)
        })?;
        let mut entries = BTreeMap::new();
        for index in 0..zip.len() {
            if let Some(Ok(name)) = zip.name_for_index(index) {
                entries.insert(name.to_string(), index);
            }
        }
        Ok(Archive { origin: origin.to_owned(), blob: blob.clone(), zip, entries })
    }

    /// Names of the entries, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The content of an entry; `None` when there is no such entry.
    ///
    /// # Errors
    /// [`Error::Weights`] when it is damaged, or packed in a way that is not read.
    pub fn read(&mut self, name: &str) -> Result<Option<SharedBytes>> {
        let Some(&index) = self.entries.get(name) else { return Ok(None) };
        let origin = self.origin.clone();
        let fail = |detail: String| Error::weights(&origin, format!("zip entry {name}: {detail}"));
        let entry = self.zip.by_index(index).map_err(|error| fail(error.to_string()))?;
        let size = entry.size();
        match entry.compression() {
            CompressionMethod::Stored => {
                let part = entry.data_start().and_then(|start| {
                    self.blob.slice(usize::try_from(start).ok()?, usize::try_from(size).ok()?)
                });
                let short = || fail(format!("{size} bytes expected, which the file does not have"));
                part.map(Some).ok_or_else(short)
            }
            CompressionMethod::Deflated if size <= MAX_UNPACKED => {
                let mut bytes = Vec::new(); // grows with what is there: a size in a header is no reason to allocate
                entry.take(size).read_to_end(&mut bytes).map_err(|error| fail(error.to_string()))?;
                if bytes.len() as u64 != size {
                    return Err(fail(format!("{size} bytes expected, got {}", bytes.len())));
                }
                Ok(Some(SharedBytes::from_vec(bytes)))
            }
            CompressionMethod::Deflated => {
                Err(fail(format!("{size} bytes unpacked, more than any NASNet-A has")))
            }
            other => Err(fail(format!("packed with {other}, expected stored or deflated"))),
        }
    }
}
