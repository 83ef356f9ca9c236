//! Which files were checked, so that they are not read through again: a small file of its own for each, with the
//! size and the time of change that the checked file had. A file that changed since is checked anew. Records that cannot be
//! written cost time, not safety.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::cache::Found;
use super::checksum::{Checksum, sha256};
use crate::files::write_small;

const SCHEMA: u32 = 1;

/// What is remembered of a checked file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    schema: u32,
    /// The file itself, links resolved.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Nanoseconds from 1970 to its last change.
    modified: u128,
    /// What it was checked against.
    pub checksum: Checksum,
    /// Where it comes from, for files of the Hub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<HubFile>,
}

/// A file of the Hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubFile {
    /// `OWNER/NAME`.
    pub repo: String,
    /// The commit.
    pub commit: String,
    /// The path in the repository.
    pub file: String,
}

impl HubFile {
    /// Where a file of the cache comes from.
    pub fn of(repo: &str, found: &Found) -> Self {
        let Found { commit, file, .. } = found;
        HubFile { repo: repo.to_owned(), commit: commit.clone(), file: file.clone() }
    }
}

/// The folder of the records.
#[derive(Debug, Clone)]
pub struct Records {
    folder: Option<PathBuf>,
}

impl Records {
    /// The records below the folder of converted weights, if there is one.
    pub fn below(converted: Option<&Path>) -> Self {
        Records { folder: converted.map(|folder| folder.join("verified")) }
    }

    fn file(&self, path: &Path) -> Option<PathBuf> {
        let name = sha256(path.as_os_str().as_encoded_bytes()).ok()?;
        Some(self.folder.as_ref()?.join(&name[..32]).with_extension("json"))
    }

    /// What is remembered of a file, if it is still as it was.
    pub fn of(&self, path: &Path) -> Option<Record> {
        let path = path.canonicalize().ok()?;
        let record: Record = serde_json::from_slice(&fs::read(self.file(&path)?).ok()?).ok()?;
        let metadata = path.metadata().ok()?;
        let same = record.schema == SCHEMA
            && record.path == path
            && record.bytes == metadata.len()
            && record.modified == modified(&metadata)?;
        same.then_some(record)
    }

    /// Remembers that a file was checked as it is now.
    pub fn remember(&self, path: &Path, checksum: &Checksum, hub: Option<HubFile>) {
        let _ = self.try_remember(path, checksum, hub); // see above: it only costs time
    }

    fn try_remember(&self, path: &Path, checksum: &Checksum, hub: Option<HubFile>) -> Option<()> {
        let path = path.canonicalize().ok()?;
        let metadata = path.metadata().ok()?;
        let file = self.file(&path)?;
        let record = Record {
            schema: SCHEMA,
            bytes: metadata.len(),
            modified: modified(&metadata)?,
            checksum: checksum.clone(),
            hub,
            path,
        };
        fs::create_dir_all(file.parent()?).ok()?;
        write_small(&file, &serde_json::to_vec(&record).ok()?).ok()
    }

    /// Forgets a file.
    pub fn forget(&self, path: &Path) {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(file) = self.file(&path) {
            let _ = fs::remove_file(file); // it may never have been there
        }
    }

    /// Remembers of a file only what it was, not that it was right.
    pub fn distrust(&self, path: &Path) {
        let doubted = || {
            let file = self.file(&path.canonicalize().ok()?)?;
            let record: Record = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
            write_small(&file, &serde_json::to_vec(&Record { modified: 0, ..record }).ok()?).ok()
        };
        if doubted().is_none() {
            self.forget(path);
        }
    }

    /// Everything that is remembered of files that are there, also of those that have changed since.
    pub fn all(&self) -> Vec<Record> {
        let Some(Ok(entries)) = self.folder.as_ref().map(fs::read_dir) else { return Vec::new() };
        let mut records: Vec<Record> = entries
            .filter_map(|entry| serde_json::from_slice(&fs::read(entry.ok()?.path()).ok()?).ok())
            .filter(|record: &Record| record.schema == SCHEMA && record.path.is_file())
            .collect();
        records.sort_by(|a, b| a.path.cmp(&b.path));
        records
    }
}

fn modified(metadata: &Metadata) -> Option<u128> {
    Some(metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_is_no_longer_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::below(Some(folder.path()));
        let file = folder.path().join("weights");
        fs::write(&file, "abc").unwrap();
        let checksum = Checksum::Md5("00".into());
        assert_eq!(records.of(&file), None);
        records.remember(&file, &checksum, None);
        assert_eq!(records.of(&file).map(|record| record.checksum), Some(checksum));
        assert_eq!(records.all().len(), 1);
        fs::write(&file, "abcd").unwrap();
        assert_eq!((records.of(&file), records.all().len()), (None, 1));
        records.remember(&file, &Checksum::Md5("00".into()), None);
        records.distrust(&file);
        assert_eq!((records.of(&file), records.all().len()), (None, 1));
        fs::remove_file(&file).unwrap();
        assert!(records.all().is_empty());
    }

    #[test]
    fn without_a_folder_nothing_is_remembered_and_nothing_fails() {
        let records = Records::below(None);
        records.remember(Path::new("/dev/null"), &Checksum::Md5("00".into()), None);
        assert!(records.all().is_empty());
    }
}
