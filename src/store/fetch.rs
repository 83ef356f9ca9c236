//! Fetches weights into the store, under a lock, so that processes that start together download once.

use std::fs;

use super::cache::{CachedFile, is_commit, is_plain};
use super::checksum::{Checksum, sha256};
use super::hub::http::Http;
use super::hub::transfer::{Wanted, download};
use super::hub::{self, Hub};
use super::local::{LocalStore, no_folder};
use super::request::{HubFileRequest, KerasFile, Located};
use super::verified::HubFile;
use super::{convert, lock, registry};
use crate::error::{Error, FetchReason, Result};
use crate::files::beside;

impl LocalStore<'_> {
    /// Fetches a file of the Hub into its cache.
    pub fn fetch_from_hub(
        &self,
        http: &Http,
        request: &HubFileRequest,
        name: Option<&str>,
        refresh: bool,
    ) -> Result<Located> {
        let HubFileRequest { repo, revision, file, pinned } = request;
        let cache = self.repo(repo).ok_or_else(|| no_folder("HF_HUB_CACHE"))?;
        let what = format!("{repo} {}", file.as_deref().unwrap_or("weights"));
        let lock_name = sha256(format!("{revision} {}", file.as_deref().unwrap_or_default()).as_bytes());
        let lock_name = lock_name.map_err(|error| Error::io(repo, error))?;
        let _asking =
            lock::take(&cache.lock(&format!("nasnet-{}", &lock_name[..16])), &what, http.progress())?;
        if !refresh || is_commit(revision) {
            // Another process may have fetched it meanwhile. A damaged file is fetched again.
            if let Ok(Some(located)) = self.find_in_hub(request, name, true) {
                return Ok(located);
            }
        }
        let hub = Hub { http };
        let (listed, file) = match file {
            Some(file) => (None, file.clone()),
            None => hub.choose(repo, revision)?,
        };
        if !file.split('/').all(is_plain) {
            return Err(Error::weights(repo, format!("the listing names a file {file:?}")));
        }
        let meta = hub.metadata(repo, listed.as_deref().unwrap_or(revision), &file, pinned.as_ref())?;
        let blob = cache.blob(&meta.checksum);
        let _writing = lock::take(&cache.lock(meta.checksum.value()), &what, http.progress())?;
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
            download(http, &wanted, &partial)?;
            fs::rename(&partial, &blob).map_err(|error| Error::io(&blob, error))?;
        }
        let path = cache.link(&meta.commit, &file, &meta.checksum)?;
        cache.point(revision, &meta.commit)?;
        let found = CachedFile { path, commit: meta.commit, file, checksum: Some(meta.checksum.clone()) };
        self.verified.remember(&found.path, &meta.checksum, Some(HubFile::of(repo, &found)));
        if request.file.is_none() {
            self.choose(repo, &found.commit, &found.file);
        }
        Ok(Located::hub(&found, request, name))
    }

    /// Fetches a file of Keras, and keeps it converted.
    pub fn fetch_from_keras(&self, http: &Http, keras: &KerasFile) -> Result<Located> {
        let KerasFile { entry, file, md5, second_url } = *keras;
        let path = self.converted(entry).ok_or_else(|| no_folder("NASNET_CACHE"))?;
        let folder = path.parent().unwrap_or(&path);
        let lock = folder.join("locks").join(format!("{}.lock", entry.name));
        let _writing = lock::take(&lock, entry.name, http.progress())?;
        if let Ok(Some(located)) = self.find_converted(entry) {
            return Ok(located);
        }
        let url = format!("{}/{file}", http.network().keras_url);
        let checksum = Checksum::Md5(md5.to_owned());
        let partial = beside(&folder.join("downloads").join(file), ".incomplete");
        let wanted =
            Wanted { url: &url, what: file, bytes: None, checksum: &checksum, explain: hub::refused };
        let first = download(http, &wanted, &partial);
        match (first, second_url) {
            (Err(error), Some(second)) if is_unreachable(&error) => {
                http.progress().note(&format!("{error}; trying {second}"));
                let second = download(http, &Wanted { url: second, ..wanted }, &partial);
                second.map_err(|second| both(error, &second))?;
            }
            (first, _) => first?,
        }
        http.progress().note(&format!("converting {file} to {}", path.display()));
        let published = format!("{}/{file}", registry::KERAS_URL);
        let converted = convert::convert(&partial, entry, &published, md5, &path);
        if !matches!(converted, Err(Error::Io { .. })) {
            let _ = fs::remove_file(&partial); // it is no longer needed; after a full disk it is used again
        }
        converted?;
        self.remember_converted(&path)?;
        Ok(Located::file(path))
    }
}

/// Whether to try another source. Not after a wrong file: something between here and the source replaced it, and
/// people should know.
fn is_unreachable(error: &Error) -> bool {
    use FetchReason::{Denied, Network, NoFile, Server};
    matches!(error, Error::Fetch { reason: Network | Server | Denied | NoFile, .. })
}

/// The first source's error, which also says why the second one did not help.
fn both(first: Error, second: &Error) -> Error {
    match first {
        Error::Fetch { reason, what, hint } => {
            Error::Fetch { reason, what: format!("{what}; {second}"), hint }
        }
        other => other,
    }
}
