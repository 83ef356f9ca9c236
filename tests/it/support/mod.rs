//! A hermetic place to run the real binary in: its own folder, no environment, no terminal.

pub mod builtin;
#[cfg(unix)]
pub mod home;
#[cfg(unix)]
pub mod loopback;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nasnet::Rgb8;
use serde::Deserialize;
use tempfile::TempDir;

/// A file of the fixtures.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The `picture` of the fixtures' generators.
pub fn picture((height, width): (usize, usize), seed: usize) -> Rgb8 {
    let byte = |y: usize, x: usize, c: usize| {
        let pattern = (7 * y * y + 11 * x * x + 13 * x * y + 17 * c + 29 * seed) % 97;
        (((3 + seed % 4) * y + (2 + seed % 5) * x + 80 * c + pattern) % 256) as u8
    };
    let places = (0..height).flat_map(|y| (0..width).flat_map(move |x| (0..3).map(move |c| (y, x, c))));
    let pixels = places.map(|(y, x, c)| byte(y, x, c)).collect();
    Rgb8 { width: width as u32, height: height as u32, pixels }
}

/// A fresh folder with nothing in it but what a test puts there.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Place { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Copies a fixture under a name of the test's, in folders as needed.
    pub fn put(&self, fixture_name: &str, name: impl AsRef<Path>) -> PathBuf {
        self.write(name, &fs::read(fixture(fixture_name)).unwrap())
    }

    pub fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Writes other bytes of the same number, and leaves the time of the last change as it was.
    pub fn replace_unseen(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.path().join(name);
        let before = fs::metadata(&path).unwrap();
        assert_eq!(before.len(), bytes.len() as u64);
        fs::write(&path, bytes).unwrap();
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(before.modified().unwrap())
            .unwrap();
    }

    /// A folder `in` of small images that all differ, one of them broken.
    pub fn small_images(&self, count: usize) {
        for index in 0..count {
            let shade = (index * 37 % 251) as u8;
            let pixels: Vec<u8> =
                (0..5 * 3).flat_map(|pixel| [shade, pixel as u8 * 16, 255 - shade]).collect();
            self.write(format!("in/{index:04}.ppm"), &[b"P6 5 3 255\n", &pixels[..]].concat());
        }
        self.write("in/0001.ppm", b"P6 5 3 255\nshort");
    }

    /// The binary, in this folder, with an empty environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nasnet"));
        command.args(arguments).current_dir(self.path()).env_clear().env("HOME", self.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Finished {
        Finished::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    pub fn run_with_stdin(&self, arguments: &[&str], stdin: &[u8]) -> Finished {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        Finished::of(child.wait_with_output().unwrap())
    }
}

/// What a run left.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    pub fn of(output: Output) -> Self {
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }

    /// Asserts the exit code, showing everything if it is another.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected {text:?} on stderr:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub fn document(&self) -> Document {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}:\n{}", self.stdout))
    }

    #[track_caller]
    pub fn lines(&self) -> Vec<Line> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.stdout.lines().map(parse).collect()
    }
}

// The wire types as scripts see them, declared again on purpose: a field that comes, goes or changes its
// type breaks these tests.

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Document {
    pub schema: u32,
    pub model: Model,
    pub results: Vec<Record>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Model {
    pub name: String,
    pub dialect: String,
    pub preprocessing: Preprocessing,
    pub dtype: String,
    pub device: String,
    pub scores: String,
    pub activation: Option<String>,
    pub temperature: Option<f64>,
    pub sha256: String,
    pub source: String,
    pub fingerprint: String,
    pub version: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Preprocessing {
    pub height: usize,
    pub width: usize,
    pub resize: String,
    pub filter: String,
    pub crop_pct: Option<f64>,
    pub alpha: String,
    pub exif: bool,
    pub decode: String,
    pub truncated: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Record {
    pub path: String,
    pub path_bytes: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub preview: Option<bool>,
    pub taken: Option<String>,
    pub gps: Option<[f64; 2]>,
    pub burst: Option<u64>,
    #[serde(default)]
    pub truncated: bool,
    pub predictions: Option<Vec<Prediction>>,
    #[serde(default, deserialize_with = "present")]
    pub group: Option<Option<Group>>,
    pub explained: Option<Vec<Explained>>,
    pub error: Option<Failure>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Line {
    pub path: String,
    pub path_bytes: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub preview: Option<bool>,
    pub taken: Option<String>,
    pub gps: Option<[f64; 2]>,
    pub burst: Option<u64>,
    #[serde(default)]
    pub truncated: bool,
    pub activation: Option<String>,
    pub predictions: Option<Vec<Prediction>>,
    #[serde(default, deserialize_with = "present")]
    pub group: Option<Option<Group>>,
    pub explained: Option<Vec<Explained>>,
    pub error: Option<Failure>,
    pub seq: u64,
    pub model: String,
    pub bytes: Option<u64>,
    pub modified: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)] // a field that no test reads is still checked to be there, and of its type
pub struct Prediction {
    pub rank: usize,
    pub index: usize,
    pub wnid: Option<String>,
    pub label: Option<String>,
    pub score: f32,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub wnid: Option<String>,
    pub label: Option<String>,
    pub score: f32,
}

/// A field that is there, if only as null.
fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<Group>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    pub rank: usize,
    pub index: usize,
    pub file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    pub kind: String,
    pub message: String,
}
