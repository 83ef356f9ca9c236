//! Which weights are meant, and where they may come from.

use std::fmt;
use std::path::{Path, PathBuf};

use super::checksum::Checksum;
use super::environment::{CacheFolders, NetworkOptions};
use super::hub::http::Http;
use super::local::LocalStore;
use super::progress::Progress;
use super::registry::{Origin, PublishedModel, did_you_mean};
use super::request::{HUB_PREFIX, HubFileRequest, KerasFile, Located};
use crate::error::{Error, FetchReason, Result};

/// What has the weights.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Provider {
    BuiltIn,
    File(PathBuf),
    Hub(HubFileRequest),
    Keras(KerasFile),
}

/// Which weights are meant, and where they may come from.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSource {
    pub(super) provider: Provider,
    /// The registry's entry, for models that are known by name.
    entry: Option<&'static PublishedModel>,
    pub(super) caches: CacheFolders,
    /// `None`: nothing is fetched.
    network: Option<NetworkOptions>,
}

impl ModelSource {
    fn at(provider: Provider, entry: Option<&'static PublishedModel>) -> Self {
        ModelSource { provider, entry, caches: CacheFolders::default(), network: None }
    }

    /// What `--model` says: `tiny`, a published model's name, `hf:OWNER/NAME[/FILE][@REVISION]`, or the path of a file.
    ///
    /// # Errors
    /// When the name of a repository is malformed.
    pub fn parse(text: &str) -> Result<Self> {
        if let Some(name) = text.strip_prefix(HUB_PREFIX) {
            return Ok(Self::at(Provider::Hub(HubFileRequest::parse(name)?), None));
        }
        Ok(match (text, PublishedModel::named(text)) {
            ("tiny", _) => Self::at(Provider::BuiltIn, None),
            (_, Some(entry)) => Self::published_as(entry),
            (path, None) => Self::at(Provider::File(PathBuf::from(path)), None),
        })
    }

    /// A file of a Hub repository; without a file, the one that holds the repository's weights.
    ///
    /// # Errors
    /// When the repository is not `OWNER/NAME`, or a part would lead out of the cache.
    pub fn hub(repo: &str, revision: &str, file: Option<&str>) -> Result<Self> {
        Ok(Self::at(Provider::Hub(HubFileRequest::new(repo, revision, file)?), None))
    }

    pub(super) fn of_request(request: HubFileRequest) -> Self {
        Self::at(Provider::Hub(request), None)
    }

    /// The model of an entry of the registry.
    pub fn published_as(entry: &'static PublishedModel) -> Self {
        let provider = match entry.origin {
            Origin::Hub { repo, commit, file, sha256 } => Provider::Hub(HubFileRequest {
                repo: repo.to_owned(),
                revision: commit.to_owned(),
                file: Some(file.to_owned()),
                pinned: Some(Checksum::Sha256(sha256.to_owned())),
            }),
            Origin::Keras { file, md5, second_url } => {
                Provider::Keras(KerasFile { entry, file, md5, second_url })
            }
        };
        Self::at(provider, Some(entry))
    }

    /// The same weights, looked for in these folders.
    pub fn in_caches(self, caches: CacheFolders) -> Self {
        ModelSource { caches, ..self }
    }

    /// The same weights, which [`ModelSource::obtain`] may fetch.
    pub fn online(self, network: NetworkOptions) -> Self {
        ModelSource { network: Some(network).filter(|network| !network.offline), ..self }
    }

    /// The registry's entry, for models that are known by name.
    pub fn published(&self) -> Option<&'static PublishedModel> {
        self.entry
    }

    /// Whether it is the built-in model.
    pub fn is_built_in(&self) -> bool {
        self.provider == Provider::BuiltIn
    }

    /// Whether these weights can be fetched from a network.
    pub fn is_remote(&self) -> bool {
        matches!(self.provider, Provider::Hub(_) | Provider::Keras(_))
    }

    /// Finds weights on this machine. It makes no request.
    ///
    /// # Errors
    /// [`Error::Missing`] with the way to get them; [`Error::Fetch`] when they are here but damaged.
    pub fn locate(&self) -> Result<Located> {
        self.find(false)?.ok_or_else(|| self.missing())
    }

    /// Finds weights on this machine, or else fetches them, if that is allowed.
    ///
    /// # Errors
    /// As [`ModelSource::locate`], or why they could not be fetched.
    pub fn obtain(&self, progress: &dyn Progress) -> Result<Located> {
        let Some(network) = &self.network else { return self.locate() };
        match self.find(true) {
            Ok(Some(located)) => return Ok(located),
            Ok(None) => {}
            Err(error) if is_damage(&error) => progress.note(&format!("{error}; fetching it again")),
            Err(error) => return Err(error),
        }
        self.fetched(network, progress, false).or_else(|error| {
            // Another tool may have fetched only part of the repository. Its file is used if the Hub can't be
            // reached.
            match self.find(false) {
                Ok(Some(located)) if is_unreachable(&error) => {
                    progress.note(&format!("{error}; using the file that is here"));
                    Ok(located)
                }
                _ => Err(error),
            }
        })
    }

    /// Fetches weights that are not here or are damaged, and looks up a branch or tag again.
    ///
    /// # Errors
    /// Why they could not be fetched.
    pub fn refresh(&self, progress: &dyn Progress) -> Result<Located> {
        let Some(network) = &self.network else { return self.locate() };
        self.fetched(network, progress, true)
    }

    /// Verifies weights that turned out to be damaged when they were read, although they were verified before; then
    /// finds or fetches them as [`ModelSource::obtain`] does.
    ///
    /// # Errors
    /// As there.
    pub fn obtain_again(&self, progress: &dyn Progress) -> Result<Located> {
        let _ = self.verify(); // the note that they are right goes; `obtain` says what is wrong
        self.obtain(progress)
    }

    /// With `sure`, it does not guess which file of a repository holds its weights.
    fn find(&self, sure: bool) -> Result<Option<Located>> {
        let store = self.store();
        match &self.provider {
            Provider::BuiltIn => Ok(Some(Located::BuiltIn)),
            Provider::File(path) if is_name(path) && !path.exists() => Err(unknown(path)),
            Provider::File(path) => Ok(Some(Located::file(path.clone()))),
            Provider::Hub(request) => store.find_in_hub(request, self.name(), sure),
            Provider::Keras(file) => store.find_converted(file.entry),
        }
    }

    fn fetched(&self, network: &NetworkOptions, progress: &dyn Progress, refresh: bool) -> Result<Located> {
        let store = self.store();
        match &self.provider {
            Provider::BuiltIn | Provider::File(_) => self.locate(),
            Provider::Hub(request) => {
                store.fetch_from_hub(&Http::new(network, progress)?, request, self.name(), refresh)
            }
            Provider::Keras(file) => store.fetch_from_keras(&Http::new(network, progress)?, file),
        }
    }

    fn name(&self) -> Option<&'static str> {
        self.entry.map(|entry| entry.name)
    }

    pub(super) fn store(&self) -> LocalStore<'_> {
        LocalStore::new(&self.caches)
    }

    pub(super) fn missing(&self) -> Error {
        let what = match &self.provider {
            Provider::Hub(HubFileRequest { repo, revision, file, pinned: None }) => {
                let file = file.as_deref().unwrap_or("the file of weights");
                format!("{file} of {repo} at {revision} is not on this machine")
            }
            _ => format!("the weights of `{self}` are not on this machine"),
        };
        let hint = format!(
            "fetch them with `nasnet weights fetch {self}` where there is a network, or bring them with `nasnet weights pack` there and `unpack` here; `--model tiny` is built in"
        );
        Error::Missing { what, hint }
    }
}

/// As `--model` takes it.
impl fmt::Display for ModelSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.entry, &self.provider) {
            (Some(entry), _) => f.write_str(entry.name),
            (None, Provider::BuiltIn) => f.write_str("tiny"),
            (None, Provider::File(path)) => path.display().fmt(f),
            (None, Provider::Hub(request)) => request.fmt(f),
            (None, Provider::Keras(file)) => f.write_str(file.entry.name),
        }
    }
}

/// Whether a text that names no known model looks like a model's name rather than a path.
fn is_name(path: &Path) -> bool {
    let Some(text) = path.to_str() else { return false };
    !text.is_empty() && !text.contains(['/', '\\', '.'])
}

fn unknown(name: &Path) -> Error {
    let name = name.display();
    let hint = match did_you_mean(&name.to_string()) {
        Some(question) => format!("{question}; `nasnet weights list` shows all names"),
        None => "`nasnet weights list` shows the names of models".to_owned(),
    };
    Error::Missing { what: format!("`{name}` is neither a model's name nor a file"), hint }
}

/// A file that is here, but is not what it should be.
fn is_damage(error: &Error) -> bool {
    matches!(
        error,
        Error::Fetch { reason: FetchReason::Mismatch, .. } | Error::Weights { .. } | Error::Damaged { .. }
    )
}

fn is_unreachable(error: &Error) -> bool {
    matches!(error, Error::Fetch { reason: FetchReason::Network | FetchReason::Server, .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_hub_is_named_in_one_word() {
        for (text, repo, file, revision) in [
            ("hf:owner/name", "owner/name", None, "main"),
            ("hf:owner/name@v1", "owner/name", None, "v1"),
            ("hf:owner/name@refs/pr/1", "owner/name", None, "refs/pr/1"),
            ("hf:owner/name/model.h5", "owner/name", Some("model.h5"), "main"),
            ("hf:owner/name/sub/model.h5@v1", "owner/name", Some("sub/model.h5"), "v1"),
            ("hf:owner/name@a@b", "owner/name", None, "a@b"),
        ] {
            let source = ModelSource::parse(text).unwrap();
            assert_eq!(source, ModelSource::hub(repo, revision, file).unwrap(), "{text}");
            assert_eq!(source.to_string(), text);
        }
        for bad in [
            "hf:",
            "hf:name",
            "hf:/name",
            "hf:owner/",
            "hf:../x",
            "hf:a/b@",
            "hf:a/b@..",
            "hf:a/b/",
            "hf:a/b/../c",
        ] {
            let error = ModelSource::parse(bad).unwrap_err().to_string();
            assert!(error.contains("hf:OWNER/NAME[/FILE][@REVISION]"), "{bad}: {error}");
        }
    }

    #[test]
    fn an_unknown_name_comes_with_the_nearest() {
        let error = ModelSource::parse("mobil").unwrap().locate().unwrap_err();
        assert_eq!(error.to_string(), "`mobil` is neither a model's name nor a file");
        assert!(error.hint().unwrap().contains("did you mean `mobile`?"));
        let error = ModelSource::parse("resnet50").unwrap().locate().unwrap_err();
        assert!(error.hint().unwrap().starts_with("`nasnet weights list`"));
        // For a path, the system's own error says what is wrong.
        assert!(ModelSource::parse("mobil.h5").unwrap().locate().is_ok());
        assert!(ModelSource::parse("./mobil").unwrap().locate().is_ok());
    }
}
