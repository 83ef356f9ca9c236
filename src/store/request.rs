//! What the store is asked for, and what it answers: a file of the Hub, a file of Keras, weights on this machine.

use std::fmt;
use std::path::PathBuf;

use super::cache::{CachedFile, is_plain};
use super::checksum::Checksum;
use super::registry::PublishedModel;
use crate::error::{Error, Result};

/// What the name of a file of the Hub begins with.
pub(super) const HUB_PREFIX: &str = "hf:";
/// The revision where none is named.
const MAIN: &str = "main";
/// How a file of the Hub is named.
const HUB_FORM: &str = "hf:OWNER/NAME[/FILE][@REVISION]";

/// A file of a Hub repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HubFileRequest {
    /// `OWNER/NAME`.
    pub repo: String,
    /// Branch, tag or commit.
    pub revision: String,
    /// The file; `None` for the one that holds the weights.
    pub file: Option<String>,
    /// Its sha256, for models that are known by name.
    pub pinned: Option<Checksum>,
}

/// A file that Keras publishes, which is kept converted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KerasFile {
    /// The model.
    pub entry: &'static PublishedModel,
    /// The file's name.
    pub file: &'static str,
    /// Its md5.
    pub md5: &'static str,
    /// Another address of the same file.
    pub second_url: Option<&'static str>,
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
        /// Its origin, if its path does not tell: `repository@commit`.
        source: Option<String>,
        /// The model's name, if it is known by name.
        name: Option<String>,
    },
}

impl Located {
    /// A file of the Hub. A model without a name of its own is called as `--model` takes it.
    pub(super) fn hub(found: &CachedFile, request: &HubFileRequest, name: Option<&str>) -> Self {
        Located::File {
            path: found.path.clone(),
            source: Some(format!("{}@{}", request.repo, found.commit)),
            name: Some(name.map_or_else(|| request.to_string(), str::to_owned)),
        }
    }

    pub(super) fn file(path: PathBuf) -> Self {
        Located::File { path, source: None, name: None }
    }
}

impl HubFileRequest {
    pub(super) fn new(repo: &str, revision: &str, file: Option<&str>) -> Result<Self> {
        if repo.split('/').count() != 2 || !repo.split('/').all(is_plain) {
            return Err(Error::Config(format!("repository {repo:?}: expected OWNER/NAME")));
        }
        for (what, path) in [("revision", Some(revision)), ("file", file)] {
            if let Some(path) = path.filter(|path| !path.split('/').all(is_plain)) {
                return Err(Error::Config(format!("{what} {path:?}: not a name within a repository")));
            }
        }
        let file = file.map(str::to_owned);
        Ok(HubFileRequest { repo: repo.to_owned(), revision: revision.to_owned(), file, pinned: None })
    }

    /// `OWNER/NAME[/FILE][@REVISION]`. Neither an owner nor a name holds an `@`; a revision may.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (path, revision) = text.split_once('@').unwrap_or((text, MAIN));
        let second = path.match_indices('/').nth(1).map(|(at, _)| at);
        let (repo, file) = second.map_or((path, None), |at| (&path[..at], Some(&path[at + 1..])));
        let request = Self::new(repo, revision, file);
        request.map_err(|_| Error::Config(format!("{HUB_PREFIX}{text}: expected {HUB_FORM}")))
    }
}

impl fmt::Display for HubFileRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HUB_PREFIX}{}", self.repo)?;
        if let Some(file) = &self.file {
            write!(f, "/{file}")?;
        }
        if self.revision == MAIN { Ok(()) } else { write!(f, "@{}", self.revision) }
    }
}
