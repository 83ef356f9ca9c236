//! Shared bytes of a mapped file, of the binary or on the heap, and slices of them without copies.

use std::fs::File;
use std::ops::{Deref, Range};
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use crate::error::{Error, Result};
use crate::tensor::{Dtype, Tensor};

/// Who keeps the bytes alive.
#[derive(Clone)]
enum Owner {
    Mapped(Arc<Mmap>),
    Static(&'static [u8]),
    Memory(Arc<Vec<u8>>),
}

impl Owner {
    fn bytes(&self) -> &[u8] {
        match self {
            Owner::Mapped(map) => map,
            Owner::Static(bytes) => bytes,
            Owner::Memory(bytes) => bytes,
        }
    }
}

/// A range of shared bytes. Cloning and slicing are cheap.
#[derive(Clone)]
pub(crate) struct SharedBytes {
    owner: Owner,
    range: Range<usize>,
}

impl SharedBytes {
    /// Maps a file. Its pages are read when they are looked at.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened, [`Error::Weights`] when it is not a file or empty.
    pub fn map(path: &Path) -> Result<SharedBytes> {
        let file = File::open(path).map_err(|error| Error::io(path, error))?;
        let about = file.metadata().map_err(|error| Error::io(path, error))?;
        if !about.is_file() {
            let what = if about.is_dir() { "a folder" } else { "no regular file" };
            return Err(Error::weights(path.display(), format!("expected a weights file, got {what}")));
        }
        if about.len() == 0 {
            return Err(Error::weights(path.display(), "the file is empty"));
        }
        // SAFETY: the map is read-only. Another process that changes the file meanwhile changes the
        // numbers, and one that shortens it ends this process with SIGBUS: the same deal as every reader
        // of mapped weights makes. Files that this crate writes are renamed into place, never rewritten.
        let map = unsafe { Mmap::map(&file) }.map_err(|error| Error::io(path, error))?;
        let range = 0..map.len();
        Ok(SharedBytes { owner: Owner::Mapped(Arc::new(map)), range })
    }

    /// Bytes within the binary.
    pub fn from_static(bytes: &'static [u8]) -> SharedBytes {
        SharedBytes { owner: Owner::Static(bytes), range: 0..bytes.len() }
    }

    /// Whether the bytes are part of the binary.
    pub fn is_static(&self) -> bool {
        matches!(self.owner, Owner::Static(_))
    }

    /// Bytes in memory.
    pub fn from_vec(bytes: Vec<u8>) -> SharedBytes {
        let range = 0..bytes.len();
        SharedBytes { owner: Owner::Memory(Arc::new(bytes)), range }
    }

    /// A part of it; `None` when the part is not within it.
    pub fn slice(&self, start: usize, length: usize) -> Option<SharedBytes> {
        let end = start.checked_add(length)?;
        if end > self.len() {
            return None;
        }
        let range = self.range.start + start..self.range.start + end;
        Some(SharedBytes { owner: self.owner.clone(), range })
    }

    /// A tensor of these very bytes, without a copy unless they are in memory.
    ///
    /// # Panics
    /// When the count of bytes is not the shape's.
    pub fn into_tensor(self, shape: Vec<usize>, dtype: Dtype) -> Tensor {
        match self.owner {
            Owner::Mapped(map) => Tensor::from_map(shape, dtype, map, self.range),
            Owner::Static(bytes) => Tensor::from_static(shape, dtype, &bytes[self.range]),
            Owner::Memory(bytes) => Tensor::from_bytes(shape, dtype, bytes[self.range].to_vec()),
        }
    }
}

impl Deref for SharedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.owner.bytes()[self.range.clone()]
    }
}

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_is_counted_from_the_part() {
        let blob = SharedBytes::from_static(b"0123456789").slice(2, 6).unwrap();
        assert_eq!(&*blob.slice(1, 3).unwrap(), b"345");
        assert!(blob.slice(4, 3).is_none());
        assert!(blob.slice(usize::MAX, 2).is_none());
    }

    #[test]
    fn an_empty_file_and_a_folder_say_what_they_are() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = |path: &Path| SharedBytes::map(path).err().unwrap().to_string();
        assert!(text(file.path()).contains("is empty"));
        assert!(text(file.path().parent().unwrap()).contains("got a folder"));
    }
}
