//! From the name of a model to a file on this machine: the built-in model, a path, or a cache. It moves no
//! bytes over a network; what is not here is an error that says how to get it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use hf_hub::{Cache, Repo, RepoType};

use crate::error::{Error, Result};

/// A published model: where its weights are.
#[derive(Debug, Clone, Copy)]
struct Published {
    name: &'static str,
    /// Repository, commit and file of the Hub, where one holds it.
    hub: Option<(&'static str, &'static str, &'static str)>,
    /// Keras' own file.
    keras_url: &'static str,
}

/// The models that are known by name.
const PUBLISHED: [Published; 2] = [
    Published {
        name: "mobile",
        hub: None,
        keras_url: "https://storage.googleapis.com/tensorflow/keras-applications/nasnet/NASNet-mobile.h5",
    },
    Published {
        name: "large",
        hub: Some((
            "timm/nasnetalarge.tf_in1k",
            "2188423afb58a54ecc6eb20e22179f24bfb92275",
            "model.safetensors",
        )),
        keras_url: "https://storage.googleapis.com/tensorflow/keras-applications/nasnet/NASNet-large.h5",
    },
];

/// Folders where weights may be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caches {
    /// Weights that this tool converted: `NAME.safetensors`.
    pub converted: Option<PathBuf>,
    /// The Hub's cache, in the layout of Python's huggingface_hub.
    pub hub: Option<PathBuf>,
}

impl Caches {
    /// The folders that environment variables name: NASNET_CACHE (else `nasnet` in XDG_CACHE_HOME or
    /// ~/.cache), HF_HUB_CACHE (else `hub` in HF_HOME or ~/.cache/huggingface).
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let folder = |name: &str| variable(name).map(PathBuf::from);
        let home = || folder("HOME").or_else(|| folder("USERPROFILE"));
        let cache = || folder("XDG_CACHE_HOME").or_else(|| Some(home()?.join(".cache")));
        Caches {
            converted: folder("NASNET_CACHE").or_else(|| Some(cache()?.join("nasnet"))),
            hub: folder("HF_HUB_CACHE").or_else(|| {
                let home = folder("HF_HOME").or_else(|| Some(cache()?.join("huggingface")))?;
                Some(home.join("hub"))
            }),
        }
    }
}

/// Which weights are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Tiny,
    Published(String),
    File(PathBuf),
    Hub { repo: String, revision: String, file: String },
}

/// Which weights are meant, and where they may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSource {
    name: Name,
    caches: Caches,
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
        /// What it is, if its path does not say: `repository@revision`.
        source: Option<String>,
        /// The model's name, if it has one of its own.
        name: Option<String>,
    },
}

impl ModelSource {
    /// The built-in model, a published one, or the path of a file.
    pub fn named(text: &str) -> Self {
        let name = match text {
            "tiny" => Name::Tiny,
            "mobile" | "large" => Name::Published(text.to_owned()),
            path => Name::File(PathBuf::from(path)),
        };
        ModelSource { name, caches: Caches::default() }
    }

    /// A file of a repository of the Hub.
    ///
    /// # Errors
    /// When the repository is not `OWNER/NAME`, or a part would lead out of the cache.
    pub fn hub(repo: &str, revision: &str, file: &str) -> Result<Self> {
        let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains('\\');
        if repo.split('/').count() != 2 || !repo.split('/').all(plain) {
            return Err(Error::Config(format!("--repo: expected OWNER/NAME, got {repo:?}")));
        }
        if !revision.split('/').all(plain) || !file.split('/').all(plain) {
            return Err(Error::Config(format!(
                "--revision {revision:?} --file {file:?}: not a path below a repository"
            )));
        }
        let [repo, revision, file] = [repo, revision, file].map(str::to_owned);
        Ok(ModelSource { name: Name::Hub { repo, revision, file }, caches: Caches::default() })
    }

    /// The same weights, looked for in these folders.
    pub fn in_caches(self, caches: Caches) -> Self {
        ModelSource { caches, ..self }
    }

    /// A model's name where it is one of the published presets: `mobile` or `large`.
    pub fn published(&self) -> Option<&str> {
        match &self.name {
            Name::Published(name) => Some(name),
            _ => None,
        }
    }

    /// Finds the weights.
    ///
    /// # Errors
    /// [`Error::Missing`] with the way to get them.
    pub fn locate(&self) -> Result<Located> {
        match &self.name {
            Name::Tiny => Ok(Located::BuiltIn),
            Name::File(path) => Ok(Located::File { path: path.clone(), source: None, name: None }),
            Name::Hub { repo, revision, file } => self.in_hub(repo, revision, file).ok_or_else(|| Error::Missing {
                what: format!("{file} of {repo} at {revision} is not in the Hub's cache on this machine"),
                hint: format!("fetch it with `hf download {repo} {file} --revision {revision}`, or name a file with --model"),
            }),
            Name::Published(name) => self.published_file(name),
        }
    }

    fn published_file(&self, name: &str) -> Result<Located> {
        let converted =
            self.caches.converted.as_ref().map(|folder| folder.join(format!("{name}.safetensors")));
        if let Some(path) = converted.as_ref().filter(|path| path.is_file()) {
            return Ok(Located::File { path: path.clone(), source: None, name: None });
        }
        let published = PUBLISHED.iter().find(|published| published.name == name);
        let hub = published.and_then(|published| published.hub);
        let found = hub.and_then(|(repo, revision, file)| self.in_hub(repo, revision, file));
        if let Some(Located::File { path, source, .. }) = found {
            return Ok(Located::File { path, source, name: Some(name.to_owned()) });
        }
        let url = published.map_or("", |published| published.keras_url);
        let keep = converted
            .map(|path| format!(", or keep it with `nasnet weights import FILE -o {}`", path.display()));
        Err(Error::Missing {
            what: format!("the weights of `{name}` are not on this machine"),
            hint: format!(
                "get {url} and run with `--model FILE`{}; `--model tiny` is built in",
                keep.unwrap_or_default()
            ),
        })
    }

    /// A file of the Hub's cache: by a commit's own folder, or by what a branch or tag last pointed to.
    fn in_hub(&self, repo: &str, revision: &str, file: &str) -> Option<Located> {
        let cache = self.caches.hub.as_ref()?;
        let folder = Repo::with_revision(repo.to_owned(), RepoType::Model, revision.to_owned()).folder_name();
        let pinned = cache.join(folder).join("snapshots").join(revision).join(file);
        let path = if pinned.is_file() {
            pinned
        } else {
            let repo = Repo::with_revision(repo.to_owned(), RepoType::Model, revision.to_owned());
            Cache::new(cache.clone()).repo(repo).get(file)?
        };
        let commit = commit_of(&path, file).unwrap_or(revision.to_owned());
        Some(Located::File { path, source: Some(format!("{repo}@{commit}")), name: None })
    }
}

/// The commit in `.../snapshots/COMMIT/FILE`.
fn commit_of(path: &Path, file: &str) -> Option<String> {
    let snapshot = path.ancestors().nth(Path::new(file).components().count())?;
    Some(snapshot.file_name()?.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_from_the_variables_in_their_order() {
        let with = |set: &'static [(&str, &str)]| {
            Caches::from_variables(|name| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
            })
        };
        let path = |text: &str| Some(PathBuf::from(text));
        let caches = with(&[("HOME", "/h")]);
        assert_eq!(
            (caches.converted, caches.hub),
            (path("/h/.cache/nasnet"), path("/h/.cache/huggingface/hub"))
        );
        let caches = with(&[("HOME", "/h"), ("XDG_CACHE_HOME", "/x"), ("HF_HOME", "/f")]);
        assert_eq!((caches.converted, caches.hub), (path("/x/nasnet"), path("/f/hub")));
        let caches = with(&[("NASNET_CACHE", "/n"), ("HF_HUB_CACHE", "/c"), ("HF_HOME", "/f")]);
        assert_eq!((caches.converted, caches.hub), (path("/n"), path("/c")));
    }

    #[test]
    fn a_file_of_the_hub_is_found_by_branch_and_by_commit() {
        let cache = tempfile::tempdir().unwrap();
        let commit = "0123456789012345678901234567890123456789";
        let repo = cache.path().join("models--owner--name");
        std::fs::create_dir_all(repo.join("snapshots").join(commit)).unwrap();
        std::fs::create_dir_all(repo.join("refs")).unwrap();
        std::fs::write(repo.join("refs/main"), commit).unwrap();
        let file = repo.join("snapshots").join(commit).join("model.safetensors");
        std::fs::write(&file, "").unwrap();
        let caches = Caches { hub: Some(cache.path().to_owned()), converted: None };
        for revision in ["main", commit] {
            let source = ModelSource::hub("owner/name", revision, "model.safetensors").unwrap();
            let located = source.in_caches(caches.clone()).locate().unwrap();
            let source = Some(format!("owner/name@{commit}"));
            assert_eq!(located, Located::File { path: file.clone(), source, name: None });
        }
        let other = ModelSource::hub("owner/name", "v2", "model.safetensors").unwrap().in_caches(caches);
        assert!(matches!(other.locate(), Err(Error::Missing { .. })));
    }

    #[test]
    fn a_missing_model_comes_with_the_way_out() {
        let error = ModelSource::named("mobile").locate().unwrap_err();
        assert_eq!(error.to_string(), "the weights of `mobile` are not on this machine");
        let hint = error.hint().unwrap();
        assert!(hint.contains("NASNet-mobile.h5") && hint.contains("--model tiny"), "{hint}");
    }

    #[test]
    fn a_repository_is_an_owner_and_a_name() {
        for bad in ["name", "a/b/c", "../x", "a/", "/a", "a/..", "a\\b/c"] {
            assert!(ModelSource::hub(bad, "main", "f").is_err(), "{bad}");
        }
        assert!(ModelSource::hub("a/b", "..", "f").is_err());
        assert!(ModelSource::hub("a/b", "main", "../f").is_err());
    }
}
