//! The real binary with a hub on the loopback for the Hub, in a home of its own.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::loopback::{COMMIT, Hub, sha256};

pub const FILE: &str = "model.safetensors";
/// The hub's repository, as `--model` takes it.
pub const MODEL: &str = "hf:owner/toy";

/// Weights of a toy network, as timm writes them.
pub fn toy() -> Vec<u8> {
    fixture("timm.safetensors")
}

pub fn fixture(name: &str) -> Vec<u8> {
    let file = fs::File::open(super::fixture("weights.zip")).unwrap();
    let mut content = Vec::new();
    zip::ZipArchive::new(file).unwrap().by_name(name).unwrap().read_to_end(&mut content).unwrap();
    content
}

pub fn toy_hub() -> Hub {
    Hub::of(&[("README.md", b"toy".to_vec()), (FILE, toy())])
}

/// A home of its own.
pub struct Home {
    folder: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Home { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Puts the toy's weights into the Hub's cache as another tool would have, under this name.
    pub fn put_into_hub_cache(&self, name: &str) {
        let repo = self.path(".cache/huggingface/hub/models--owner--toy");
        for folder in ["blobs", "refs", &format!("snapshots/{COMMIT}")] {
            fs::create_dir_all(repo.join(folder)).unwrap();
        }
        fs::write(repo.join("refs/main"), COMMIT).unwrap();
        fs::write(self.blob(), toy()).unwrap();
        let link = repo.join("snapshots").join(COMMIT).join(name);
        std::os::unix::fs::symlink(Path::new("../../blobs").join(sha256(&toy())), link).unwrap();
    }

    /// The tool in this home, impatient, with `hub` for the Hub. It runs in the folder of the package.
    pub fn nasnet(&self, hub: &Hub, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nasnet"));
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
        command.env_clear().env("HOME", self.folder.path());
        command.env("HF_ENDPOINT", &hub.url).env("NASNET_KERAS_URL", format!("{}/keras", hub.url));
        command.env("NASNET_RETRY_WAIT", "0.01").env("HF_HUB_DOWNLOAD_TIMEOUT", "0.5");
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, hub: &Hub, arguments: &[&str]) -> Output {
        self.nasnet(hub, arguments).output().unwrap()
    }

    pub fn fetch(&self, hub: &Hub) -> Output {
        self.run(hub, &["weights", "fetch", MODEL])
    }

    /// Every file that a later run could take for weights, and is not whole.
    pub fn wrong_files(&self, right: &[u8]) -> Vec<PathBuf> {
        let files = walkdir::WalkDir::new(self.folder.path()).into_iter().flatten();
        files
            .filter(|entry| {
                entry.path().is_file() && !entry.path().to_string_lossy().ends_with(".incomplete")
            })
            .map(|entry| entry.into_path())
            .filter(|path| {
                let path_text = path.to_string_lossy();
                let weights = path_text.contains("/blobs/") || path_text.contains("/snapshots/");
                (weights || path_text.ends_with(".safetensors")) && fs::read(path).unwrap() != right
            })
            .collect()
    }

    pub fn blob(&self) -> PathBuf {
        self.path(".cache/huggingface/hub/models--owner--toy/blobs").join(sha256(&toy()))
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
pub fn assert_succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[track_caller]
pub fn assert_refused(output: &Output, words: &[&str]) {
    assert_refused_without_hint(output, words);
    let said = text(&output.stderr);
    assert!(said.contains("\nhint: "), "{said}");
}

/// [`assert_refused`] for an error that names its own way out.
pub fn assert_refused_without_hint(output: &Output, words: &[&str]) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "{said}");
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said}");
    }
}
