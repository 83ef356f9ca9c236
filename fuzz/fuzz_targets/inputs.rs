//! Lists of files and tar archives: members lie within the archive, and every source is bytes or an error. Lists may
//! name folders and archives, so what they lead to is not looked into.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nasnet::inputs::{InputOptions, sources};
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|bytes: &[u8]| {
    let archive = FOLDER.path().join("photos.tar");
    fs::write(&archive, bytes).expect("a file");
    let options = InputOptions { paths: vec![archive], ..InputOptions::default() };
    if let Ok((found, _)) = sources(&options) {
        for source in found.take(1000) {
            if let Ok(read) = source.read() {
                assert!(read.len() <= bytes.len(), "{}", source.path.display());
            }
        }
    }
    let list = FOLDER.path().join("list");
    fs::write(&list, bytes).expect("a file");
    for null in [false, true] {
        let options = InputOptions { files_from: Some(list.clone()), null, ..InputOptions::default() };
        if let Ok((found, _)) = sources(&options) {
            let _ = found.take(1000).count();
        }
    }
});
