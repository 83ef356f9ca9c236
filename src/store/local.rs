//! The weights on this machine: found in their folders, and verified when they are first used.

use std::fs;
use std::path::{Path, PathBuf};

use super::cache::{CachedFile, RepoCache, is_plain};
use super::checksum::{Checksum, sha256, sha256_of};
use super::registry::PublishedModel;
use super::request::{HubFileRequest, Located};
use super::verified::{HubFile, VerifiedFiles};
use super::{CacheFolders, convert, hub};
use crate::error::{Error, FetchReason, Result};
use crate::files::write_small;

/// The folders of weights, and the notes on verified files.
pub struct LocalStore<'a> {
    /// The folders.
    pub caches: &'a CacheFolders,
    /// The notes.
    pub verified: VerifiedFiles,
}

impl<'a> LocalStore<'a> {
    /// The weights in these folders.
    pub fn new(caches: &'a CacheFolders) -> Self {
        LocalStore { caches, verified: VerifiedFiles::below(caches.converted.as_deref()) }
    }

    /// The Hub's cache of a repository, if there is a cache.
    pub fn repo(&self, repo: &str) -> Option<RepoCache> {
        Some(RepoCache::new(self.caches.hub.as_ref()?, repo))
    }

    /// The file that notes which file of a commit holds the weights.
    pub fn choice(&self, repo: &str, commit: &str) -> Option<PathBuf> {
        let name = sha256(format!("{repo}@{commit}").as_bytes()).ok()?;
        Some(self.caches.converted.as_ref()?.join("chosen").join(&name[..32]))
    }

    /// Notes which file of a commit holds the weights. If that can't be written, the Hub is asked again.
    pub fn choose(&self, repo: &str, commit: &str, file: &str) {
        let Some(path) = self.choice(repo, commit) else { return };
        let _ = fs::create_dir_all(path.parent().unwrap_or(&path))
            .and_then(|()| write_small(&path, file.as_bytes()));
    }

    /// A file in the Hub's cache, verified or not. With `sure`, it does not guess which file holds the weights.
    pub fn seen_in_hub(&self, request: &HubFileRequest, sure: bool) -> Option<CachedFile> {
        let cache = self.repo(&request.repo)?;
        let commit = cache.commit(&request.revision)?;
        let pinned =
            |found: CachedFile| CachedFile { checksum: request.pinned.clone().or(found.checksum), ..found };
        if let Some(file) = &request.file {
            return cache.file(&commit, file).map(pinned);
        }
        if let Some(chosen) =
            self.choice(&request.repo, &commit).and_then(|path| fs::read_to_string(path).ok())
            && chosen.split('/').all(is_plain)
        {
            return cache.file(&commit, &chosen);
        }
        // Another tool fetched these files, and there may be more in the repository. Only the usual name is sure.
        let files = cache.files(&commit);
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        let file = hub::choose(&names).ok().filter(|file| !sure || *file == "model.safetensors")?;
        cache.file(&commit, file)
    }

    /// A verified file in the Hub's cache.
    pub fn find_in_hub(
        &self,
        request: &HubFileRequest,
        name: Option<&str>,
        sure: bool,
    ) -> Result<Option<Located>> {
        let Some(found) = self.seen_in_hub(request, sure) else { return Ok(None) };
        self.verify_hub_file(&found, &request.repo)?;
        Ok(Some(Located::hub(&found, request, name)))
    }

    /// Compares a file in the Hub's cache with its checksum, unless it was verified before. A file without a checksum
    /// (in a cache without links) is accepted unchecked.
    pub fn verify_hub_file(&self, found: &CachedFile, repo: &str) -> Result<()> {
        let Some(expected) = &found.checksum else { return Ok(()) };
        if self.verified.of(&found.path).is_some_and(|note| note.checksum == *expected) {
            return Ok(());
        }
        let got = expected.measured(&found.path).map_err(|error| Error::io(&found.path, error))?;
        if got != *expected {
            let again = HubFileRequest::new(repo, &found.commit, Some(&found.file))?;
            return Err(mismatch(&found.path, expected, &got, &again.to_string()));
        }
        self.verified.remember(&found.path, expected, Some(HubFile::of(repo, found)));
        Ok(())
    }

    /// The place of a model's canonical file.
    pub fn converted(&self, entry: &PublishedModel) -> Option<PathBuf> {
        Some(self.caches.converted.as_ref()?.join(format!("{}.safetensors", entry.name)))
    }

    /// A verified canonical file of a model.
    pub fn find_converted(&self, entry: &PublishedModel) -> Result<Option<Located>> {
        let Some(path) = self.converted(entry).filter(|path| path.is_file()) else { return Ok(None) };
        if self.verified.of(&path).is_none() {
            convert::check(&path, entry)?;
            self.remember_converted(&path)?;
        }
        Ok(Some(Located::file(path)))
    }

    /// Notes that a converted file was verified.
    pub fn remember_converted(&self, path: &Path) -> Result<()> {
        let sum = sha256_of(path).map_err(|error| Error::io(path, error))?;
        self.verified.remember(path, &Checksum::Sha256(sum), None);
        Ok(())
    }
}

/// The error for a file that doesn't have its checksum; `again` is what `nasnet weights fetch` takes.
pub fn mismatch(path: &Path, expected: &Checksum, got: &Checksum, again: &str) -> Error {
    let what = format!(
        "{}: hash mismatch: expected {expected}, got {}: the file is damaged",
        path.display(),
        got.value()
    );
    Error::fetch(FetchReason::Mismatch, what, format!("fetch it again with `nasnet weights fetch {again}`"))
}

/// The error when neither a variable nor a home folder says where weights are kept.
pub fn no_folder(variable: &str) -> Error {
    Error::Missing {
        what: "no folder to keep weights in: the home folder is unknown".to_owned(),
        hint: format!("name one with {variable}"),
    }
}
