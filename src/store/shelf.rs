//! The files behind the names: found in their folders, checked when they are first used, fetched under a lock.

use std::fs;
use std::path::{Path, PathBuf};

use super::cache::{Found, RepoCache, is_commit, is_plain};
use super::checksum::{Checksum, sha256, sha256_of};
use super::hub::http::Http;
use super::hub::transfer::{Wanted, fetch};
use super::hub::{self, Hub};
use super::progress::Progress;
use super::record::{HubFile, Records};
use super::registry::{self, Entry};
use super::{Asked, Caches, Located, convert, lock};
use crate::error::{Error, FetchReason, Result};
use crate::files::{beside, write_small};

/// The folders of weights, and what is known of the files in them.
pub struct Store<'a> {
    /// The folders.
    pub caches: &'a Caches,
    /// What is known.
    pub records: Records,
}

impl Store<'_> {
    /// The Hub's cache of a repository, where there is a cache.
    pub fn repo(&self, repo: &str) -> Option<RepoCache> {
        Some(RepoCache::new(self.caches.hub.as_ref()?, repo))
    }

    /// Where it is remembered which file of a commit holds the weights.
    pub fn choice(&self, repo: &str, commit: &str) -> Option<PathBuf> {
        let name = sha256(format!("{repo}@{commit}").as_bytes()).ok()?;
        Some(self.caches.converted.as_ref()?.join("chosen").join(&name[..32]))
    }

    /// A file of the Hub's cache, checked or not; with `sure`, no guess at which file holds the weights.
    pub fn seen_in_hub(&self, asked: &Asked, sure: bool) -> Option<Found> {
        let cache = self.repo(&asked.repo)?;
        let commit = cache.commit(&asked.revision)?;
        if let Some(file) = &asked.file {
            return cache.file(&commit, file);
        }
        if let Some(chosen) = self.choice(&asked.repo, &commit).and_then(|path| fs::read_to_string(path).ok())
            && chosen.split('/').all(is_plain)
        {
            return cache.file(&commit, &chosen);
        }
        // Others fetched it, and what is here may be a part. Where the Hub can be asked, only the usual name is taken
        // without asking.
        let files = cache.files(&commit);
        let names: Vec<&str> = files.iter().map(String::as_str).collect();
        let file = hub::choose(&names).ok().filter(|file| !sure || *file == "model.safetensors")?;
        cache.file(&commit, file)
    }

    /// A checked file of the Hub's cache.
    pub fn find_in_hub(&self, asked: &Asked, name: Option<&str>, sure: bool) -> Result<Option<Located>> {
        let Some(found) = self.seen_in_hub(asked, sure) else { return Ok(None) };
        self.trust(&found, &asked.repo)?;
        Ok(Some(Located::hub(&found, &asked.repo, name)))
    }

    /// Makes sure that a file of the Hub's cache is what its entity tag says, unless that is known. A file without a
    /// tag (a cache without links) can only be taken as it is.
    pub fn trust(&self, found: &Found, repo: &str) -> Result<()> {
        let Some(expected) = &found.checksum else { return Ok(()) };
        if self.records.of(&found.path).is_some_and(|record| record.checksum == *expected) {
            return Ok(());
        }
        let got = expected.measured(&found.path).map_err(|error| Error::io(&found.path, error))?;
        if got != *expected {
            let what = format!(
                "{}: hash mismatch: expected {expected}, got {}: the file is damaged",
                found.path.display(),
                got.value()
            );
            let revision = &found.commit;
            let hint = format!(
                "fetch it again with `nasnet weights fetch --repo {repo} --revision {revision} --file {}`",
                found.file
            );
            return Err(Error::fetch(FetchReason::Mismatch, what, hint));
        }
        self.records.remember(&found.path, expected, Some(HubFile::of(repo, found)));
        Ok(())
    }

    /// Fetches a file of the Hub into its cache.
    pub fn fetch_from_hub(
        &self,
        http: &Http,
        asked: &Asked,
        name: Option<&str>,
        refresh: bool,
        progress: &dyn Progress,
    ) -> Result<Located> {
        let Asked { repo, revision, file } = asked;
        let cache = self.repo(repo).ok_or_else(|| no_folder("HF_HUB_CACHE"))?;
        let what = format!("{repo} {}", file.as_deref().unwrap_or("weights"));
        let lock_name = sha256(format!("{revision} {}", file.as_deref().unwrap_or_default()).as_bytes());
        let lock_name = lock_name.map_err(|error| Error::io(repo, error))?;
        let _asking = lock::take(&cache.lock(&format!("nasnet-{}", &lock_name[..16])), &what, progress)?;
        if !refresh || is_commit(revision) {
            // Whoever had the lock before may have fetched it; what is damaged is fetched again.
            if let Ok(Some(located)) = self.find_in_hub(asked, name, true) {
                return Ok(located);
            }
        }
        let hub = Hub { http, progress };
        let (listed, file) = match file {
            Some(file) => (None, file.clone()),
            None => hub.choose(repo, revision)?,
        };
        if !file.split('/').all(is_plain) {
            return Err(Error::weights(repo, format!("the listing names a file {file:?}")));
        }
        let meta = hub.metadata(repo, listed.as_deref().unwrap_or(revision), &file)?;
        let blob = cache.blob(&meta.checksum);
        let _writing = lock::take(&cache.lock(meta.checksum.value()), &what, progress)?;
        let here = blob.is_file() && meta.checksum.measured(&blob).is_ok_and(|got| got == meta.checksum);
        if !here {
            let partial = cache.partial(&meta.checksum);
            let what = format!("{repo} {file}");
            let wanted = Wanted {
                url: &meta.url,
                what: &what,
                bytes: meta.bytes,
                checksum: &meta.checksum,
                explain: hub::refused,
            };
            fetch(http, &wanted, &partial, progress)?;
            fs::rename(&partial, &blob).map_err(|error| Error::io(&blob, error))?;
        }
        let path = cache.link(&meta.commit, &file, &meta.checksum)?;
        cache.point(revision, &meta.commit)?;
        let found = Found { path, commit: meta.commit, file, checksum: Some(meta.checksum.clone()) };
        self.records.remember(&found.path, &meta.checksum, Some(HubFile::of(repo, &found)));
        if asked.file.is_none() {
            self.choose(repo, &found.commit, &found.file);
        }
        Ok(Located::hub(&found, repo, name))
    }

    /// Remembers which file of a commit holds the weights. Where that cannot be written, the Hub is asked again.
    pub fn choose(&self, repo: &str, commit: &str, file: &str) {
        let Some(path) = self.choice(repo, commit) else { return };
        let _ = fs::create_dir_all(path.parent().unwrap_or(&path))
            .and_then(|()| write_small(&path, file.as_bytes()));
    }

    /// Where the canonical file of a model is kept.
    pub fn converted(&self, entry: &Entry) -> Option<PathBuf> {
        Some(self.caches.converted.as_ref()?.join(format!("{}.safetensors", entry.name)))
    }

    /// A checked file of those that were converted.
    pub fn find_converted(&self, entry: &Entry) -> Result<Option<Located>> {
        let Some(path) = self.converted(entry).filter(|path| path.is_file()) else { return Ok(None) };
        if self.records.of(&path).is_none() {
            convert::check(&path, entry)?;
            self.remember_converted(&path)?;
        }
        Ok(Some(Located::File { path, source: None, name: None }))
    }

    /// Remembers that a converted file is right.
    pub fn remember_converted(&self, path: &Path) -> Result<()> {
        let sum = sha256_of(path).map_err(|error| Error::io(path, error))?;
        self.records.remember(path, &Checksum::Sha256(sum), None);
        Ok(())
    }

    /// Fetches a file of Keras, and keeps what it is converted to.
    pub fn fetch_from_keras(
        &self,
        http: &Http,
        entry: &Entry,
        file: &str,
        md5: &str,
        progress: &dyn Progress,
    ) -> Result<Located> {
        let path = self.converted(entry).ok_or_else(|| no_folder("NASNET_CACHE"))?;
        let folder = path.parent().unwrap_or(&path);
        let lock = folder.join("locks").join(format!("{}.lock", entry.name));
        let _writing = lock::take(&lock, entry.name, progress)?;
        if let Ok(Some(located)) = self.find_converted(entry) {
            return Ok(located);
        }
        let url = format!("{}/{file}", http.network().keras_url);
        let checksum = Checksum::Md5(md5.to_owned());
        let partial = beside(&folder.join("downloads").join(file), ".incomplete");
        let wanted =
            Wanted { url: &url, what: file, bytes: None, checksum: &checksum, explain: hub::refused };
        fetch(http, &wanted, &partial, progress)?;
        progress.note(&format!("converting {file} to {}", path.display()));
        let published = format!("{}/{file}", registry::KERAS_URL);
        let converted = convert::convert(&partial, entry, &published, md5, &path);
        if !matches!(converted, Err(Error::Io { .. })) {
            let _ = fs::remove_file(&partial); // it has done its work; after a full disk it is used again
        }
        converted?;
        self.remember_converted(&path)?;
        Ok(Located::File { path, source: None, name: None })
    }
}

/// Neither a variable nor a home says where to put things.
pub fn no_folder(variable: &str) -> Error {
    Error::Missing {
        what: "there is no folder to keep weights in: no home folder is known".to_owned(),
        hint: format!("name one with {variable}"),
    }
}
