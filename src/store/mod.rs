//! From the name of a model to a verified file on this machine: the built-in model, a path, the Hub's cache, or what
//! was converted before; and, where it is allowed, from the network. What is in the files is others' business, but for
//! `convert`.
//!
//! A file counts only when its checksum was verified. Downloads are checked before they get their name; files that
//! others put into the Hub's cache are checked when they are first used. What was checked is remembered, see `record`.

pub mod bundle;
mod cache;
pub mod checksum;
mod convert;
mod environment;
mod hub;
pub mod inventory;
mod lock;
mod progress;
mod record;
pub mod registry;
mod shelf;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use crate::error::{Error, FetchReason, Result};
use cache::{Found, is_plain};
pub use environment::{Caches, Limits, Network, Secret};
use hub::http::Http;
pub use progress::{Progress, Silent};
use record::Records;
use registry::{Entry, Origin};
use shelf::Store;

/// A file of the Hub that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    /// `OWNER/NAME`.
    repo: String,
    /// Branch, tag or commit.
    revision: String,
    /// The file; `None` for the one that holds the weights.
    file: Option<String>,
}

/// Which weights are meant.
#[derive(Debug, Clone, PartialEq)]
enum Name {
    Tiny,
    Published(&'static Entry),
    File(PathBuf),
    Hub(Asked),
}

/// Which weights are meant, and where they may come from.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSource {
    name: Name,
    caches: Caches,
    /// `None`: what is not on this machine is not fetched.
    network: Option<Network>,
}

/// Weights that are on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// In the binary.
    BuiltIn,
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// What it is, if its path does not say: `repository@commit`.
        source: Option<String>,
        /// The model's name, if it has one of its own.
        name: Option<String>,
    },
}

impl Located {
    fn hub(found: &Found, repo: &str, name: Option<&str>) -> Self {
        Located::File {
            path: found.path.clone(),
            source: Some(format!("{repo}@{}", found.commit)),
            name: name.map(str::to_owned),
        }
    }
}

impl ModelSource {
    /// The built-in model, a published one, or the path of a file.
    pub fn named(text: &str) -> Self {
        let name = match (text, Entry::named(text)) {
            ("tiny", _) => Name::Tiny,
            (_, Some(entry)) => Name::Published(entry),
            (path, None) => Name::File(PathBuf::from(path)),
        };
        ModelSource { name, caches: Caches::default(), network: None }
    }

    /// A file of a repository of the Hub; without one, the file that holds the repository's weights.
    ///
    /// # Errors
    /// When the repository is not `OWNER/NAME`, or a part would lead out of the cache.
    pub fn hub(repo: &str, revision: &str, file: Option<&str>) -> Result<Self> {
        let name = Name::Hub(Asked::new(repo, revision, file)?);
        Ok(ModelSource { name, caches: Caches::default(), network: None })
    }

    /// The model of a table's entry.
    pub fn published_as(entry: &'static Entry) -> Self {
        ModelSource { name: Name::Published(entry), caches: Caches::default(), network: None }
    }

    /// The same weights, looked for in these folders.
    pub fn in_caches(self, caches: Caches) -> Self {
        ModelSource { caches, ..self }
    }

    /// The same weights, which [`ModelSource::obtain`] may fetch from there.
    pub fn online(self, network: Network) -> Self {
        ModelSource { network: Some(network).filter(|network| !network.offline), ..self }
    }

    /// The table's entry of a model that is known by name.
    pub fn published(&self) -> Option<&'static Entry> {
        match self.name {
            Name::Published(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether these weights could come from a network at all.
    pub fn is_remote(&self) -> bool {
        matches!(self.name, Name::Published(_) | Name::Hub(_))
    }

    /// Finds weights on this machine. The network is not used.
    ///
    /// # Errors
    /// [`Error::Missing`] with the way to get them; [`Error::Fetch`] when they are here but damaged.
    pub fn locate(&self) -> Result<Located> {
        self.find(false)?.ok_or_else(|| self.missing())
    }

    /// Finds weights on this machine, or else fetches them, where that is allowed.
    ///
    /// # Errors
    /// Those of [`ModelSource::locate`], or why they could not be fetched.
    pub fn obtain(&self, progress: &dyn Progress) -> Result<Located> {
        let Some(network) = &self.network else { return self.locate() };
        match self.find(true) {
            Ok(Some(located)) => return Ok(located),
            Ok(None) => {}
            Err(error) if is_damage(&error) => progress.note(&format!("{error}; fetching it again")),
            Err(error) => return Err(error),
        }
        self.fetched(network, progress, false)
    }

    /// Fetches weights that are not here, or that are damaged; a branch or tag is looked up anew.
    ///
    /// # Errors
    /// Why they could not be fetched.
    pub fn refresh(&self, progress: &dyn Progress) -> Result<Located> {
        let Some(network) = &self.network else { return self.locate() };
        self.fetched(network, progress, true)
    }

    fn find(&self, sure: bool) -> Result<Option<Located>> {
        let store = self.store();
        match &self.name {
            Name::Tiny => Ok(Some(Located::BuiltIn)),
            Name::File(path) => Ok(Some(Located::File { path: path.clone(), source: None, name: None })),
            Name::Hub(asked) => store.find_in_hub(asked, None, sure),
            Name::Published(entry) => match entry.origin {
                Origin::Hub { .. } => store.find_in_hub(&Asked::of(entry), Some(entry.name), sure),
                Origin::Keras { .. } => store.find_converted(entry),
            },
        }
    }

    fn fetched(&self, network: &Network, progress: &dyn Progress, refresh: bool) -> Result<Located> {
        let (store, http) = (self.store(), Http::new(network)?);
        match &self.name {
            Name::Tiny | Name::File(_) => self.locate(),
            Name::Hub(asked) => store.fetch_from_hub(&http, asked, None, refresh, progress),
            Name::Published(entry) => match entry.origin {
                Origin::Hub { .. } => {
                    store.fetch_from_hub(&http, &Asked::of(entry), Some(entry.name), refresh, progress)
                }
                Origin::Keras { file, md5 } => store.fetch_from_keras(&http, entry, file, md5, progress),
            },
        }
    }

    fn store(&self) -> Store<'_> {
        Store { caches: &self.caches, records: Records::below(self.caches.converted.as_deref()) }
    }

    /// The arguments of `nasnet weights fetch` for these weights.
    fn arguments(&self) -> String {
        match &self.name {
            Name::Tiny => "tiny".to_owned(),
            Name::File(path) => path.display().to_string(),
            Name::Published(entry) => entry.name.to_owned(),
            Name::Hub(Asked { repo, revision, file }) => {
                let file = file.as_ref().map_or(String::new(), |file| format!(" --file {file}"));
                let revision =
                    if revision == "main" { String::new() } else { format!(" --revision {revision}") };
                format!("--repo {repo}{revision}{file}")
            }
        }
    }

    fn missing(&self) -> Error {
        let what = match &self.name {
            Name::Hub(Asked { repo, revision, file }) => {
                let file = file.as_deref().unwrap_or("the file of weights");
                format!("{file} of {repo} at {revision} is not on this machine")
            }
            _ => format!("the weights of `{}` are not on this machine", self.arguments()),
        };
        let hint = format!(
            "fetch it with `nasnet weights fetch {}` where there is a network, or bring it with `nasnet weights pack` and `unpack`; `--model tiny` is built in",
            self.arguments()
        );
        Error::Missing { what, hint }
    }
}

impl Asked {
    fn new(repo: &str, revision: &str, file: Option<&str>) -> Result<Self> {
        if repo.split('/').count() != 2 || !repo.split('/').all(is_plain) {
            return Err(Error::Config(format!("--repo: expected OWNER/NAME, got {repo:?}")));
        }
        if !revision.split('/').all(is_plain) || !file.is_none_or(|file| file.split('/').all(is_plain)) {
            return Err(Error::Config(format!(
                "--revision {revision:?} --file {:?}: not a path below a repository",
                file.unwrap_or_default()
            )));
        }
        let file = file.map(str::to_owned);
        Ok(Asked { repo: repo.to_owned(), revision: revision.to_owned(), file })
    }

    fn of(entry: &Entry) -> Self {
        let Origin::Hub { repo, commit, file } = entry.origin else {
            return Asked { repo: String::new(), revision: String::new(), file: None };
        };
        Asked { repo: repo.to_owned(), revision: commit.to_owned(), file: Some(file.to_owned()) }
    }
}

/// A file that is here, but is not what it should be.
fn is_damage(error: &Error) -> bool {
    matches!(error, Error::Fetch { reason: FetchReason::Mismatch, .. } | Error::Weights { .. })
}
