//! Weight files of every format, recognised by their contents: a model, or an error.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nasnet::weights::{Overrides, load};
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|bytes: &[u8]| {
    let file: PathBuf = FOLDER.path().join("weights");
    fs::write(&file, bytes).expect("a file");
    let _ = load(&file, &Overrides::default());
});
