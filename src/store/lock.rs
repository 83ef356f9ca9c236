//! File locks: one process downloads a file at a time. The system frees a lock when its process ends, however it ends.
//! On Unix, Python's huggingface_hub takes the same locks.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::progress::Progress;
use crate::error::{Error, Result};

/// A lock, held until this value is dropped.
#[derive(Debug)]
pub struct Held {
    _file: Option<File>,
}

/// Takes a lock, and waits while another process holds it.
///
/// # Errors
/// When the lock's file cannot be made.
pub fn take(path: &Path, what: &str, progress: &dyn Progress) -> Result<Held> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
    }
    let file = File::options().create(true).write(true).truncate(false).open(path);
    let file = file.map_err(|error| Error::io(path, error))?;
    let taken = match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => {
            progress.note(&format!("another process is fetching {what}; waiting for it"));
            file.lock()
        }
        Err(TryLockError::Error(error)) => Err(error),
    };
    match taken {
        Ok(()) => Ok(Held { _file: Some(file) }),
        // Some network file systems have no locks. Two processes then download the file twice, and each checks its
        // copy and renames it into place.
        Err(error) if error.kind() == ErrorKind::Unsupported => Ok(Held { _file: None }),
        Err(error) => Err(Error::io(path, error)),
    }
}
