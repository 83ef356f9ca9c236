//! Output files that `--resume` continues: whole rows stay as they are, a torn last one goes, all else is refused.
#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use nasnet::output::console::Console;
use nasnet::run::journal::{RowKind, Request, open};
use nasnet::settings::Resume;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fuzz_target!(|bytes: &[u8]| {
    let name = FOLDER.path().join("out.jsonl");
    fs::write(&name, bytes).expect("a file");
    let request = Request {
        name: &name,
        model: "tiny@0123456789ab",
        kind: RowKind::Predictions,
        resume: Resume::KeepErrors,
    };
    let continued = open(request, Console { quiet: true, ..Console::default() });
    let after = fs::read(&name).expect("the file is still there");
    assert!(bytes.starts_with(&after), "rows were changed");
    if continued.is_err() {
        assert_eq!(bytes, after, "a file that was refused was changed");
    }
});
