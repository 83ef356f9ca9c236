//! Files that appear complete or not at all: written under another name in the same folder, synced, then renamed.
//! Only one run at a time writes to a file.

mod stamp;

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use same_file::Handle;

pub use stamp::Stamp;

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The name under which a file is written that people wait for.
pub(crate) fn partial_name(path: &Path) -> PathBuf {
    beside(path, ".partial")
}

/// The largest text that is read whole.
const MAX_TEXT_BYTES: u64 = 256 << 20;

/// The text of a small file such as a list of labels or rules.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or does not end within 256 MB.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MAX_TEXT_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_TEXT_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "expected a text of at most 256 MB, got more",
        ));
    }
    Ok(text)
}

/// Opens a file to read and write, made where there is none. No other process that asks in this way has it until it is
/// closed.
///
/// # Errors
/// When it cannot be opened, or another run has it.
pub(crate) fn claim(path: &Path) -> io::Result<File> {
    loop {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        // Some network file systems have no locks.
        if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another run is writing to it"));
        }
        // Whoever had it before may have renamed it after it was opened.
        match Handle::from_path(path) {
            Ok(named) if named == Handle::from_file(file.try_clone()?)? => return Ok(file),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

/// Whether another run is writing to a file that is there.
pub(crate) fn is_claimed(path: &Path) -> bool {
    let open = path.is_file().then(|| File::open(path));
    matches!(open, Some(Ok(file)) if matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Whether two names are those of one file. Pipes are left alone: to open one is to take part in it.
pub(crate) fn is_same_file(a: &Path, b: &Path) -> bool {
    let plain = |path: &Path| path.metadata().is_ok_and(|there| there.is_file() || there.is_dir());
    plain(a) && plain(b) && same_file::is_same_file(a, b).unwrap_or(false)
}

/// As [`claim`], and empties it.
///
/// # Errors
/// As there; the file is then as it was.
pub(crate) fn claim_anew(path: &Path) -> io::Result<File> {
    let file = claim(path)?;
    // A file that was cut is written out by ext4 as soon as it is closed, which thousands of sidecars would wait for.
    if file.metadata()?.len() > 0 {
        file.set_len(0)?;
    }
    Ok(file)
}

/// Writes a file by way of `partial`, which is gone afterwards, also after a failure.
///
/// # Errors
/// When it cannot be written or renamed; a file that had the name before is then as it was.
pub(crate) fn write_whole(
    path: &Path,
    partial: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let written = File::create(partial).and_then(|file| {
        let mut writer = BufWriter::new(file);
        write(&mut writer)?;
        writer.flush()?;
        if let Ok(before) = path.metadata() {
            writer.get_ref().set_permissions(before.permissions())?;
        }
        writer.get_ref().sync_all()?;
        fs::rename(partial, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(partial); // the first failure is the one to report
    }
    written
}

/// Writes a small file, by way of a name that no other process uses.
///
/// # Errors
/// As [`write_whole`].
pub(crate) fn write_small(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = beside(path, &format!(".{}.tmp", std::process::id()));
    write_whole(path, &partial, |writer| writer.write_all(bytes))
}

/// Writes a small file that other runs may want to write too: one of them at a time does, by way of a name that a run
/// which was killed leaves to the next.
///
/// Only a file that is there already is synced, so that not even a loss of power takes what somebody else wrote in it. A
/// new one can be made again, and a kill leaves it whole or not there, since it is renamed: to wait for the disk once an
/// image would slow a run down.
///
/// # Errors
/// As [`write_whole`], and when another run is writing the file.
pub(crate) fn write_claimed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let partial = partial_name(path);
    let mut file = claim_anew(&partial)?;
    let written = file.write_all(bytes).and_then(|()| {
        if let Ok(before) = path.metadata() {
            file.set_permissions(before.permissions())?;
            file.sync_all()?;
        }
        fs::rename(&partial, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(partial); // the first failure is the one to report
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_writer_and_a_name_that_moved_on_is_claimed_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (partial, file) = (folder.path().join("rows.partial"), folder.path().join("rows"));
        let mut first = claim_anew(&partial).unwrap();
        first.write_all(b"of the first").unwrap();
        assert_eq!(claim_anew(&partial).unwrap_err().to_string(), "another run is writing to it");
        fs::rename(&partial, &file).unwrap();
        claim_anew(&partial).unwrap().write_all(b"of the second").unwrap();
        drop(first);
        assert_eq!(fs::read(&file).unwrap(), b"of the first");
        assert_eq!(fs::read(&partial).unwrap(), b"of the second");
    }

    #[test]
    fn a_small_file_has_one_writer_and_takes_up_what_a_killed_run_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("photo.jpg.xmp");
        fs::write(partial_name(&file), b"half of what was to be written").unwrap();
        write_claimed(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let _other = claim_anew(&partial_name(&file)).unwrap();
        let busy = write_claimed(&file, b"newer").unwrap_err();
        assert_eq!(busy.to_string(), "another run is writing to it");
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_text_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("endless.txt");
        File::create(&file).unwrap().set_len(MAX_TEXT_BYTES + 1).unwrap();
        let error = read_text(&file).unwrap_err();
        assert_eq!(error.to_string(), "expected a text of at most 256 MB, got more");
    }

    #[test]
    fn a_failure_leaves_the_file_that_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("weights");
        write_small(&file, b"old").unwrap();
        #[cfg(unix)]
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let failed = write_whole(&file, &partial_name(&file), |writer| {
            writer.write_all(b"ne")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.unwrap_err().to_string(), "the disk is full");
        assert_eq!(fs::read(&file).unwrap(), b"old");
        write_whole(&file, &partial_name(&file), |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap()) & 0o777, 0o600);
    }
}
