//! The Hub's cache on disk, as Python's huggingface_hub and hf-hub lay it out:
//!
//! ```text
//! models--OWNER--NAME/blobs/ETAG                the content, named by its entity tag, which is its checksum
//! models--OWNER--NAME/snapshots/COMMIT/FILE  -> ../../blobs/ETAG
//! models--OWNER--NAME/refs/REVISION             the commit that a branch or tag last pointed to
//! .locks/models--OWNER--NAME/ETAG.lock
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, CacheRepo, Repo, RepoType};

use super::checksum::Checksum;
use crate::error::{Error, Result};
use crate::files::{beside, write_small};

/// A repository's part of the cache.
#[derive(Debug)]
pub struct RepoCache {
    root: PathBuf,
    folder: String,
    layout: CacheRepo,
}

/// A file in the cache, verified or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedFile {
    /// The file within its snapshot.
    pub path: PathBuf,
    /// The commit.
    pub commit: String,
    /// The path in the repository.
    pub file: String,
    /// The checksum that it should have: the name of the blob that it links to.
    pub checksum: Option<Checksum>,
}

impl RepoCache {
    /// The part of `OWNER/NAME` below `root`.
    pub fn new(root: &Path, repo: &str) -> Self {
        let repo = Repo::new(repo.to_owned(), RepoType::Model);
        let folder = repo.folder_name();
        RepoCache { root: root.to_owned(), folder, layout: Cache::new(root.to_owned()).repo(repo) }
    }

    fn below(&self, path: &str) -> PathBuf {
        self.root.join(&self.folder).join(path)
    }

    /// The content with an entity tag.
    pub fn blob(&self, checksum: &Checksum) -> PathBuf {
        self.below("blobs").join(checksum.value())
    }

    /// The unfinished download of a blob. Python has another name for its own: it would continue this one unchecked.
    pub fn partial(&self, checksum: &Checksum) -> PathBuf {
        beside(&self.blob(checksum), ".nasnet.incomplete")
    }

    /// The lock file of a name: an entity tag, as Python has it, or a name of our own.
    pub fn lock(&self, name: &str) -> PathBuf {
        self.root.join(".locks").join(&self.folder).join(format!("{name}.lock"))
    }

    /// The commit that a revision last pointed to, as far as this machine knows.
    pub fn commit(&self, revision: &str) -> Option<String> {
        if is_commit(revision) {
            return Some(revision.to_owned());
        }
        let commit = fs::read_to_string(self.below("refs").join(revision)).ok()?;
        Some(commit.trim().to_owned()).filter(|commit| is_plain(commit))
    }

    /// A file of a commit.
    pub fn file(&self, commit: &str, file: &str) -> Option<CachedFile> {
        let path = self.layout.pointer_path(commit).join(file);
        if !path.is_file() {
            return None;
        }
        let blob = fs::read_link(&path).ok();
        let checksum = blob.and_then(|blob| Checksum::from_etag(&blob.file_name()?.to_string_lossy()));
        Some(CachedFile { path, commit: commit.to_owned(), file: file.to_owned(), checksum })
    }

    /// The names of all cached files of a commit, sorted.
    pub fn files(&self, commit: &str) -> Vec<String> {
        let root = self.layout.pointer_path(commit);
        let entries =
            walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(|entry| entry.ok());
        entries
            .filter(|entry| !entry.file_type().is_dir() && entry.path().is_file())
            .filter_map(|entry| {
                Some(entry.path().strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/"))
            })
            .collect()
    }

    /// Links a file of a commit to its blob. Where links are not possible, the blob itself is moved there.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub fn link(&self, commit: &str, file: &str, checksum: &Checksum) -> Result<PathBuf> {
        let path = self.layout.pointer_path(commit).join(file);
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        let depth = Path::new(file).components().count();
        let target = Path::new(&"../".repeat(depth + 1)).join("blobs").join(checksum.value());
        if fs::read_link(&path).is_ok_and(|old| old == target) {
            return Ok(path);
        }
        let fresh = beside(&path, &format!(".{}.tmp", std::process::id()));
        let _ = fs::remove_file(&fresh); // left by a killed process with the same id
        let linked = symlink(&target, &fresh)
            .and_then(|()| fs::rename(&fresh, &path))
            .or_else(|_| fs::rename(self.blob(checksum), &path));
        linked.map_err(|error| Error::io(&path, error))?;
        Ok(path)
    }

    /// Notes which commit a branch or tag points to.
    ///
    /// # Errors
    /// When the cache cannot be written.
    pub fn point(&self, revision: &str, commit: &str) -> Result<()> {
        if is_commit(revision) {
            return Ok(());
        }
        let path = self.below("refs").join(revision);
        let folder = path.parent().unwrap_or(&path);
        fs::create_dir_all(folder).map_err(|error| Error::io(folder, error))?;
        write_small(&path, commit.as_bytes()).map_err(|error| Error::io(&path, error))
    }

    /// Branches and tags that point to a commit.
    pub fn revisions(&self, commit: &str) -> Vec<String> {
        let root = self.below("refs");
        let entries =
            walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(|entry| entry.ok());
        entries
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| Some(entry.path().strip_prefix(&root).ok()?.to_string_lossy().into_owned()))
            .filter(|revision| self.commit(revision).as_deref() == Some(commit))
            .collect()
    }

    /// Removes a file of a commit, its blob unless another commit links to it, and empty folders.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, found: &CachedFile) -> Result<()> {
        let blob = found.path.canonicalize().ok().filter(|blob| *blob != found.path);
        fs::remove_file(&found.path).map_err(|error| Error::io(&found.path, error))?;
        let snapshots = self.below("snapshots");
        let mut folder = found.path.parent();
        while let Some(empty) =
            folder.filter(|folder| folder.starts_with(&snapshots) && **folder != snapshots)
        {
            if fs::remove_dir(empty).is_err() {
                break; // not empty
            }
            folder = empty.parent();
        }
        let Some(blob) = blob.filter(|blob| blob.starts_with(self.root.canonicalize().unwrap_or_default()))
        else {
            return Ok(());
        };
        let others = walkdir::WalkDir::new(&snapshots).into_iter().filter_map(|entry| entry.ok());
        let shared = others
            .filter(|entry| entry.path_is_symlink())
            .any(|entry| entry.path().canonicalize().is_ok_and(|other| other == blob));
        if shared {
            return Ok(());
        }
        fs::remove_file(&blob).map_err(|error| Error::io(&blob, error))
    }
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}

#[cfg(not(any(unix, windows)))]
fn symlink(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether a revision is a commit: 40 hex digits.
pub fn is_commit(revision: &str) -> bool {
    revision.len() == 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a part of a path is a plain name, which can't lead out of its folder.
pub fn is_plain(part: &str) -> bool {
    !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', '/', '\0'])
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn a_blob_becomes_a_file_of_a_commit_by_a_relative_link() {
        let root = tempfile::tempdir().unwrap();
        let cache = RepoCache::new(root.path(), "owner/name");
        let checksum = Checksum::Sha256("ab".repeat(32));
        fs::create_dir_all(cache.blob(&checksum).parent().unwrap()).unwrap();
        fs::write(cache.blob(&checksum), "x").unwrap();
        for (file, target) in [("a.safetensors", "../../blobs/"), ("sub/b.h5", "../../../blobs/")] {
            let path = cache.link(COMMIT, file, &checksum).unwrap();
            assert_eq!(fs::read_link(&path).unwrap(), Path::new(&format!("{target}{}", checksum.value())));
            assert_eq!(fs::read(&path).unwrap(), b"x");
            assert_eq!(cache.file(COMMIT, file).unwrap().checksum, Some(checksum.clone()));
        }
        assert_eq!(cache.files(COMMIT), ["a.safetensors", "sub/b.h5"]);
        cache.point("a/branch", COMMIT).unwrap();
        assert_eq!(cache.commit("a/branch").as_deref(), Some(COMMIT));
        assert_eq!(cache.revisions(COMMIT), ["a/branch"]);

        cache.remove(&cache.file(COMMIT, "sub/b.h5").unwrap()).unwrap();
        assert!(cache.blob(&checksum).is_file(), "the other file still needs it");
        cache.remove(&cache.file(COMMIT, "a.safetensors").unwrap()).unwrap();
        assert!(
            !cache.blob(&checksum).exists()
                && !root.path().join("models--owner--name/snapshots").join(COMMIT).exists()
        );
    }
}
