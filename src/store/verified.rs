//! Notes on files that were verified, so that they are not hashed at every run: a small JSON file for each, with the
//! size and modification time that the file had. A file that changed since is verified again. If a note can't be
//! written, the file is hashed again.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::cache::CachedFile;
use super::checksum::{Checksum, sha256};
use crate::files::write_small;

const SCHEMA: u32 = 1;

/// The note on a verified file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedFile {
    schema: u32,
    /// The file itself, links resolved.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its modification time, in nanoseconds since 1970.
    modified: u128,
    /// The checksum that it has.
    pub checksum: Checksum,
    /// Its origin, for files of the Hub.
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
    /// The origin of a file of the cache.
    pub fn of(repo: &str, found: &CachedFile) -> Self {
        let CachedFile { commit, file, .. } = found;
        HubFile { repo: repo.to_owned(), commit: commit.clone(), file: file.clone() }
    }
}

/// The notes on all verified files.
#[derive(Debug, Clone)]
pub struct VerifiedFiles {
    folder: Option<PathBuf>,
}

impl VerifiedFiles {
    /// The notes below the folder of converted weights, if there is such a folder.
    pub fn below(converted: Option<&Path>) -> Self {
        VerifiedFiles { folder: converted.map(|folder| folder.join("verified")) }
    }

    fn file(&self, path: &Path) -> Option<PathBuf> {
        let name = sha256(path.as_os_str().as_encoded_bytes()).ok()?;
        Some(self.folder.as_ref()?.join(&name[..32]).with_extension("json"))
    }

    /// The note on a file, if the file is unchanged since.
    pub fn of(&self, path: &Path) -> Option<VerifiedFile> {
        let path = path.canonicalize().ok()?;
        let note: VerifiedFile = serde_json::from_slice(&fs::read(self.file(&path)?).ok()?).ok()?;
        let metadata = path.metadata().ok()?;
        let same = note.schema == SCHEMA
            && note.path == path
            && note.bytes == metadata.len()
            && note.modified == modified(&metadata)?;
        same.then_some(note)
    }

    /// Notes that a file has a checksum.
    pub fn remember(&self, path: &Path, checksum: &Checksum, hub: Option<HubFile>) {
        let _ = self.try_remember(path, checksum, hub); // without the note, the file is verified again
    }

    fn try_remember(&self, path: &Path, checksum: &Checksum, hub: Option<HubFile>) -> Option<()> {
        let path = path.canonicalize().ok()?;
        let metadata = path.metadata().ok()?;
        let file = self.file(&path)?;
        let note = VerifiedFile {
            schema: SCHEMA,
            bytes: metadata.len(),
            modified: modified(&metadata)?,
            checksum: checksum.clone(),
            hub,
            path,
        };
        fs::create_dir_all(file.parent()?).ok()?;
        write_small(&file, &serde_json::to_vec(&note).ok()?).ok()
    }

    /// Removes the note on a file.
    pub fn forget(&self, path: &Path) {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some(file) = self.file(&path) {
            let _ = fs::remove_file(file); // it may never have been there
        }
    }

    /// Keeps the note on a file, but has the file verified again at its next use.
    pub fn distrust(&self, path: &Path) {
        let doubted = || {
            let file = self.file(&path.canonicalize().ok()?)?;
            let note: VerifiedFile = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
            write_small(&file, &serde_json::to_vec(&VerifiedFile { modified: 0, ..note }).ok()?).ok()
        };
        if doubted().is_none() {
            self.forget(path);
        }
    }

    /// The notes on all files that exist, changed since or not.
    pub fn all(&self) -> Vec<VerifiedFile> {
        let Some(Ok(entries)) = self.folder.as_ref().map(fs::read_dir) else { return Vec::new() };
        let mut notes: Vec<VerifiedFile> = entries
            .filter_map(|entry| serde_json::from_slice(&fs::read(entry.ok()?.path()).ok()?).ok())
            .filter(|note: &VerifiedFile| note.schema == SCHEMA && note.path.is_file())
            .collect();
        notes.sort_by(|a, b| a.path.cmp(&b.path));
        notes
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
        let files = VerifiedFiles::below(Some(folder.path()));
        let file = folder.path().join("weights");
        fs::write(&file, "abc").unwrap();
        let checksum = Checksum::Md5("00".into());
        assert_eq!(files.of(&file), None);
        files.remember(&file, &checksum, None);
        assert_eq!(files.of(&file).map(|note| note.checksum), Some(checksum));
        assert_eq!(files.all().len(), 1);
        fs::write(&file, "abcd").unwrap();
        assert_eq!((files.of(&file), files.all().len()), (None, 1));
        files.remember(&file, &Checksum::Md5("00".into()), None);
        files.distrust(&file);
        assert_eq!((files.of(&file), files.all().len()), (None, 1));
        fs::remove_file(&file).unwrap();
        assert!(files.all().is_empty());
    }

    #[test]
    fn without_a_folder_nothing_is_remembered_and_nothing_fails() {
        let files = VerifiedFiles::below(None);
        files.remember(Path::new("/dev/null"), &Checksum::Md5("00".into()), None);
        assert!(files.all().is_empty());
    }
}
