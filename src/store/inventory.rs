//! What is known and what is here: listed, checked again, removed. The network is not used.

use std::path::PathBuf;

use serde::Serialize;

use super::checksum::Checksum;
use super::registry::{self, Entry, Origin, PUBLISHED};
use super::shelf::Store;
use super::{Asked, Caches, ModelSource, Name, convert};
use crate::error::{Error, FetchReason, Result};
use crate::nasnet::Dialect;

/// A model that is known by name or is here.
#[derive(Debug, Clone, Serialize)]
pub struct Item {
    /// How it is asked for: a name, or `OWNER/NAME` of a repository.
    pub name: String,
    /// Other names for it.
    pub aliases: Vec<String>,
    /// Whether it is on this machine.
    pub here: bool,
    /// Whether it was checked and is unchanged since.
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
    /// The checksum of what was published, where it is known before it is fetched or from the cache.
    pub published: Option<Checksum>,
    /// The checksum of the file on this machine.
    pub checksum: Option<Checksum>,
    /// Which network, for models that are known by name.
    pub architecture: Option<String>,
    /// How it treats borders, for models that are known by name.
    pub dialect: Option<Dialect>,
    /// The same as something to locate.
    #[serde(skip)]
    pub model: ModelSource,
}

/// Every model that is known by name, here or not, and every other file of the Hub that this tool has checked.
pub fn list(caches: &Caches) -> Vec<Item> {
    let probe = ModelSource::named("tiny").in_caches(caches.clone());
    let store = probe.store();
    let mut items: Vec<Item> = PUBLISHED.iter().map(|entry| store.item(entry)).collect();
    for record in store.records.all() {
        let Some(hub) = record.hub else { continue };
        let Ok(asked) = Asked::new(&hub.repo, &hub.commit, Some(&hub.file)) else { continue };
        let known = items.iter().any(|item| {
            item.source == hub.repo && item.commit.as_ref() == Some(&hub.commit) && item.file == hub.file
        });
        let Some(found) = store.seen_in_hub(&asked, false).filter(|_| !known) else { continue };
        let verified = store.records.of(&record.path).is_some();
        items.push(Item {
            name: hub.repo.clone(),
            aliases: Vec::new(),
            here: true,
            verified,
            path: Some(found.path),
            bytes: Some(record.bytes),
            source: hub.repo,
            commit: Some(hub.commit),
            file: hub.file,
            checksum: verified.then(|| record.checksum.clone()),
            published: Some(record.checksum),
            architecture: None,
            dialect: None,
            model: ModelSource { name: Name::Hub(asked), caches: caches.clone(), network: None },
        });
    }
    items
}

impl Store<'_> {
    fn item(&self, entry: &'static Entry) -> Item {
        let (source, commit, file, published, path) = match entry.origin {
            Origin::Hub { repo, commit, file } => {
                let found = self.seen_in_hub(&Asked::of(entry), false);
                let checksum = found.as_ref().and_then(|found| found.checksum.clone());
                let path = found.map(|found| found.path);
                (repo.to_owned(), Some(commit.to_owned()), file, checksum, path)
            }
            Origin::Keras { file, md5 } => {
                let path = self.converted(entry).filter(|path| path.is_file());
                (
                    format!("{}/{file}", registry::KERAS_URL),
                    None,
                    file,
                    Some(Checksum::Md5(md5.to_owned())),
                    path,
                )
            }
        };
        let record = path.as_ref().and_then(|path| self.records.of(path));
        Item {
            name: entry.name.to_owned(),
            aliases: entry.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            here: path.is_some(),
            verified: record.is_some(),
            bytes: path.as_ref().and_then(|path| Some(path.metadata().ok()?.len())),
            path,
            source,
            commit,
            file: file.to_owned(),
            published,
            checksum: record.map(|record| record.checksum),
            architecture: Some(entry.config.to_string()),
            dialect: Some(entry.dialect),
            model: ModelSource::published_as(entry).in_caches(self.caches.clone()),
        }
    }
}

/// A file that was checked from its first byte to its last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The file.
    pub path: PathBuf,
    /// What was held against it; `None` where nothing is known that it should be.
    pub checksum: Option<Checksum>,
}

impl ModelSource {
    /// Checks weights that are here again, from their first byte to their last.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not here, [`Error::Fetch`] or [`Error::Weights`] when they are damaged; then
    /// it is forgotten that they ever were right.
    pub fn verify(&self) -> Result<Option<Verified>> {
        let store = self.store();
        let verified = match &self.name {
            Name::Tiny => return Ok(None),
            Name::File(path) => return Err(not_kept(path)),
            Name::Hub(asked) => store.verify_hub(asked),
            Name::Published(entry) => match entry.origin {
                Origin::Hub { .. } => store.verify_hub(&Asked::of(entry)),
                Origin::Keras { .. } => store.verify_converted(entry),
            },
        };
        verified?.map(Some).ok_or_else(|| self.missing())
    }

    /// Removes weights from this machine, with all that is remembered of them; returns the file that they were.
    ///
    /// # Errors
    /// [`Error::Missing`] when they are not here, [`Error::Io`] when they cannot be removed.
    pub fn remove(&self) -> Result<PathBuf> {
        let store = self.store();
        let hub = |asked: &Asked| -> Result<Option<PathBuf>> {
            let (Some(found), Some(cache)) = (store.seen_in_hub(asked, false), store.repo(&asked.repo))
            else {
                return Ok(None);
            };
            store.records.forget(&found.path);
            cache.remove(&found)?;
            Ok(Some(found.path))
        };
        let removed = match &self.name {
            Name::Tiny => return Err(Error::Config("tiny: it is built in and cannot be removed".to_owned())),
            Name::File(path) => return Err(not_kept(path)),
            Name::Hub(asked) => hub(asked)?,
            Name::Published(entry) => match entry.origin {
                Origin::Hub { .. } => hub(&Asked::of(entry))?,
                Origin::Keras { .. } => match store.converted(entry).filter(|path| path.is_file()) {
                    Some(path) => {
                        store.records.forget(&path);
                        std::fs::remove_file(&path).map_err(|error| Error::io(&path, error))?;
                        Some(path)
                    }
                    None => None,
                },
            },
        };
        removed.ok_or_else(|| self.missing())
    }
}

impl Store<'_> {
    fn verify_hub(&self, asked: &Asked) -> Result<Option<Verified>> {
        let Some(found) = self.seen_in_hub(asked, false) else { return Ok(None) };
        self.records.distrust(&found.path);
        self.trust(&found, &asked.repo)?;
        Ok(Some(Verified { path: found.path, checksum: found.checksum }))
    }

    fn verify_converted(&self, entry: &Entry) -> Result<Option<Verified>> {
        let Some(path) = self.converted(entry).filter(|path| path.is_file()) else { return Ok(None) };
        let record = self.records.of(&path);
        self.records.distrust(&path);
        if let Some(expected) = record.map(|record| record.checksum) {
            let got = expected.measured(&path).map_err(|error| Error::io(&path, error))?;
            if got != expected {
                let what = format!(
                    "{}: hash mismatch: expected {expected}, got {}: the file is damaged",
                    path.display(),
                    got.value()
                );
                let hint = format!("fetch it again with `nasnet weights fetch {}`", entry.name);
                return Err(Error::fetch(FetchReason::Mismatch, what, hint));
            }
        }
        convert::check(&path, entry)?;
        self.remember_converted(&path)?;
        let checksum = self.records.of(&path).map(|record| record.checksum);
        Ok(Some(Verified { path, checksum }))
    }
}

fn not_kept(path: &std::path::Path) -> Error {
    let names: Vec<&str> = PUBLISHED.iter().map(|entry| entry.name).collect();
    Error::Config(format!("{}: expected a model by name ({}) or --repo", path.display(), names.join(", ")))
}
