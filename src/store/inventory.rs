//! The models that are known by name and those on this machine: listed, verified again, removed. It makes no request.

use std::path::PathBuf;

use serde::Serialize;

use super::checksum::Checksum;
use super::local::{LocalStore, mismatch};
use super::model_source::{ModelSource, Provider};
use super::registry::{self, PUBLISHED, PublishedModel};
use super::request::{HubFileRequest, KerasFile};
use super::{CacheFolders, convert};
use crate::error::{Error, Result};
use crate::nasnet::Dialect;

/// A model that is known by name or is here.
#[derive(Debug, Clone, Serialize)]
pub struct ListedModel {
    /// What `--model` takes: a name, or `hf:OWNER/NAME`.
    pub name: String,
    /// Other names for it.
    pub aliases: Vec<String>,
    /// Whether it is on this machine.
    pub here: bool,
    /// Whether it was verified and is unchanged since.
    pub verified: bool,
    /// The file on this machine.
    pub path: Option<PathBuf>,
    /// Its size.
    pub bytes: Option<u64>,
    /// The repository, or the address.
    pub source: String,
    /// The commit, for repositories.
    pub commit: Option<String>,
    /// The file at its source.
    pub file: String,
    /// The checksum of the published file, if it is known.
    pub published: Option<Checksum>,
    /// The checksum of the file on this machine.
    pub checksum: Option<Checksum>,
    /// Which network it is, for models that are known by name.
    pub architecture: Option<String>,
    /// How it treats borders, for models that are known by name.
    pub dialect: Option<Dialect>,
    /// The same as a source.
    #[serde(skip)]
    pub model: ModelSource,
}

/// Every model that is known by name, here or not, and every other file of the Hub that was verified.
pub fn list(caches: &CacheFolders) -> Vec<ListedModel> {
    let store = LocalStore::new(caches);
    let mut items: Vec<ListedModel> = PUBLISHED.iter().map(|entry| store.item(entry)).collect();
    for note in store.verified.all() {
        let Some(hub) = note.hub else { continue };
        let Ok(request) = HubFileRequest::new(&hub.repo, &hub.commit, Some(&hub.file)) else { continue };
        let known = items.iter().any(|item| {
            item.source == hub.repo && item.commit.as_ref() == Some(&hub.commit) && item.file == hub.file
        });
        let Some(found) = store.seen_in_hub(&request, false).filter(|_| !known) else { continue };
        let verified = store.verified.of(&note.path).is_some();
        items.push(ListedModel {
            name: store.shortest_name(&request),
            aliases: Vec::new(),
            here: true,
            verified,
            path: Some(found.path),
            bytes: Some(note.bytes),
            source: hub.repo,
            commit: Some(hub.commit),
            file: hub.file,
            checksum: verified.then(|| note.checksum.clone()),
            published: Some(note.checksum),
            architecture: None,
            dialect: None,
            model: ModelSource::of_request(request).in_caches(caches.clone()),
        });
    }
    items
}

impl LocalStore<'_> {
    fn item(&self, entry: &'static PublishedModel) -> ListedModel {
        let model = ModelSource::published_as(entry).in_caches(self.caches.clone());
        let (source, commit, file, published, path) = match &model.provider {
            Provider::Hub(request) => {
                let path = self.seen_in_hub(request, false).map(|found| found.path);
                let file = request.file.clone().unwrap_or_default();
                (request.repo.clone(), Some(request.revision.clone()), file, request.pinned.clone(), path)
            }
            Provider::Keras(KerasFile { file, md5, .. }) => {
                let path = self.converted(entry).filter(|path| path.is_file());
                let md5 = Checksum::Md5((*md5).to_owned());
                (format!("{}/{file}", registry::KERAS_URL), None, (*file).to_owned(), Some(md5), path)
            }
            Provider::BuiltIn | Provider::File(_) => Default::default(),
        };
        let note = path.as_ref().and_then(|path| self.verified.of(path));
        ListedModel {
            name: entry.name.to_owned(),
            aliases: entry.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            here: path.is_some(),
            verified: note.is_some(),
            bytes: path.as_ref().and_then(|path| Some(path.metadata().ok()?.len())),
            path,
            source,
            commit,
            file,
            published,
            checksum: note.map(|note| note.checksum),
            architecture: Some(entry.config.to_string()),
            dialect: Some(entry.dialect),
            model,
        }
    }

    /// The shortest name under which this machine finds a file of the Hub.
    fn shortest_name(&self, exact: &HubFileRequest) -> String {
        let HubFileRequest { repo, revision: commit, file, .. } = exact;
        let there = |request: &HubFileRequest| {
            let found = self.seen_in_hub(request, true);
            found.is_some_and(|found| found.commit == *commit && Some(&found.file) == file.as_ref())
        };
        let main = [(None, "main"), (file.as_deref(), "main"), (None, commit)];
        let shorter =
            main.iter().filter_map(|(file, revision)| HubFileRequest::new(repo, revision, *file).ok());
        shorter.into_iter().find(there).unwrap_or_else(|| exact.clone()).to_string()
    }
}

/// A file that was verified from its first byte to its last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The file.
    pub path: PathBuf,
    /// The checksum that it has; `None` where no checksum is known.
    pub checksum: Option<Checksum>,
}

impl ModelSource {
    /// Verifies weights on this machine again, from their first byte to their last. `None` for the built-in model.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not here; [`Error::Fetch`], [`Error::Weights`] or [`Error::Damaged`] when
    /// they are damaged, which also removes the note that they were verified.
    pub fn verify(&self) -> Result<Option<Verification>> {
        let store = self.store();
        let verified = match &self.provider {
            Provider::BuiltIn => return Ok(None),
            Provider::File(_) => return Err(self.not_kept()),
            Provider::Hub(request) => store.verify_hub(request),
            Provider::Keras(file) => store.verify_converted(file.entry),
        };
        verified?.map(Some).ok_or_else(|| self.missing())
    }

    /// Removes weights from this machine, with the notes on them; returns the path of their file.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not here, [`Error::Io`] when they cannot be removed.
    pub fn remove(&self) -> Result<PathBuf> {
        let store = self.store();
        let removed = match &self.provider {
            Provider::BuiltIn => {
                return Err(Error::Config("tiny is built in and can't be removed".to_owned()));
            }
            Provider::File(_) => return Err(self.not_kept()),
            Provider::Hub(request) => store.remove_from_hub(request)?,
            Provider::Keras(file) => store.remove_converted(file.entry)?,
        };
        removed.ok_or_else(|| self.missing())
    }

    /// The error for a path, where only models of the store are accepted.
    pub(crate) fn not_kept(&self) -> Error {
        let names: Vec<&str> = PUBLISHED.iter().map(|entry| entry.name).collect();
        let mut text = format!("expected one of {}, or hf:OWNER/NAME, got `{self}`", names.join(", "));
        if let Some(question) = registry::did_you_mean(&self.to_string()) {
            text += &format!("; {question}");
        }
        Error::Config(text)
    }
}

impl LocalStore<'_> {
    fn verify_hub(&self, request: &HubFileRequest) -> Result<Option<Verification>> {
        let Some(found) = self.seen_in_hub(request, false) else { return Ok(None) };
        self.verified.distrust(&found.path);
        self.verify_hub_file(&found, &request.repo)?;
        Ok(Some(Verification { path: found.path, checksum: found.checksum }))
    }

    fn verify_converted(&self, entry: &PublishedModel) -> Result<Option<Verification>> {
        let Some(path) = self.converted(entry).filter(|path| path.is_file()) else { return Ok(None) };
        let note = self.verified.of(&path);
        self.verified.distrust(&path);
        if let Some(expected) = note.map(|note| note.checksum) {
            let got = expected.measured(&path).map_err(|error| Error::io(&path, error))?;
            if got != expected {
                return Err(mismatch(&path, &expected, &got, entry.name));
            }
        }
        convert::check(&path, entry)?;
        self.remember_converted(&path)?;
        let checksum = self.verified.of(&path).map(|note| note.checksum);
        Ok(Some(Verification { path, checksum }))
    }

    fn remove_from_hub(&self, request: &HubFileRequest) -> Result<Option<PathBuf>> {
        let (Some(found), Some(cache)) = (self.seen_in_hub(request, false), self.repo(&request.repo)) else {
            return Ok(None);
        };
        self.verified.forget(&found.path);
        cache.remove(&found)?;
        Ok(Some(found.path))
    }

    fn remove_converted(&self, entry: &PublishedModel) -> Result<Option<PathBuf>> {
        let Some(path) = self.converted(entry).filter(|path| path.is_file()) else { return Ok(None) };
        self.verified.forget(&path);
        std::fs::remove_file(&path).map_err(|error| Error::io(&path, error))?;
        Ok(Some(path))
    }
}
