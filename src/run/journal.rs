//! The jsonl output of a run with `--resume`: tells which paths have answers already, and brings the file to one row
//! for each path, in the order of the inputs.
//!
//! New rows are appended to the file itself, so a killed run keeps every row it wrote. At the end, if rows were
//! replaced or are out of order, the file is rewritten beside itself and renamed.

mod row_index;

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};

use crate::files::{Stamp, claim, partial_name, write_whole};
use crate::inputs::PathKey;
use crate::output::console::Console;
use crate::output::rows::{self, RowContent, RowHead, with_number};
use crate::settings::Resume;
use row_index::{Known, Row, State};

/// The rows of an output file.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: Known,
    last_seq: Option<u64>,
    /// The file is not yet one row a path in the order of the inputs.
    untidy: bool,
    skipped: u64,
    failed: u64,
    duplicates: u64,
    /// Inputs with rows of an earlier state of their files.
    edited: u64,
    /// Rows of features in the file beside this one.
    places: u64,
    /// A model of another fingerprint that has rows here.
    other_model: Option<String>,
}

/// A ledger shared by the walk over the inputs, which reads it, and the run, which updates it.
pub type SharedLedger = Arc<Mutex<Ledger>>;

/// The ledger itself; nothing that holds the lock can panic.
pub fn locked(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the rows of an output hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Classes.
    Predictions,
    /// Features.
    Features,
    /// Where features are in a file beside the lines.
    Rows {
        /// How many are whole there.
        available: u64,
    },
}

impl RowKind {
    /// Whether such an output may hold this row.
    fn takes(self, answer: RowContent) -> bool {
        match answer {
            RowContent::Failed => true,
            RowContent::Predictions => self == RowKind::Predictions,
            RowContent::Features => self == RowKind::Features,
            RowContent::Row(_) => matches!(self, RowKind::Rows { .. }),
        }
    }
}

/// How to continue an output.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The output file.
    pub name: &'a Path,
    /// The run's model as its rows name it: `name@fingerprint`.
    pub model: &'a str,
    /// What its rows say.
    pub kind: RowKind,
    /// Whether rows of failed images count as answers.
    pub resume: Resume,
}

/// An output that a run continues: open at its end.
pub struct Continued {
    /// The file.
    pub file: File,
    /// Its name, links followed.
    pub name: PathBuf,
    /// The rows that it has.
    pub ledger: SharedLedger,
}

/// Opens an output file to continue, at its end, without a torn last line.
///
/// # Errors
/// When it cannot be read and written, another run is writing to it, or a line is not a row.
pub fn open(request: Request<'_>, console: Console) -> Result<Continued> {
    let name = request.name.canonicalize().unwrap_or_else(|_| request.name.to_owned());
    let partial = partial_name(&name);
    // A run without --resume may have been ended and left its file.
    let adopted = !name.exists() && partial.is_file();
    let found = if adopted { &partial } else { &name };
    let context = || format!("--output {}", found.display());
    let mut file = claim(found).with_context(context)?;
    if adopted && name.exists() {
        bail!("--output {}: another run has just finished it; start again", name.display());
    }
    if !file.metadata().with_context(context)?.is_file() {
        bail!("--output {}: --resume needs a plain file", found.display());
    }
    let (ledger, whole) = scan(&file, request).with_context(context)?;
    let length = file.metadata().with_context(context)?.len();
    if length > whole {
        console.note(&format!("{}: dropped {} bytes of a torn last line", found.display(), length - whole));
        file.set_len(whole).with_context(context)?;
    }
    file.seek(SeekFrom::End(0)).with_context(context)?;
    if adopted {
        fs::rename(&partial, &name).with_context(context)?;
    }
    Ok(Continued { file, name, ledger: Arc::new(Mutex::new(ledger)) })
}

/// Reads a file's rows; returns them, and the length of the file up to the last whole one.
fn scan(file: &File, request: Request<'_>) -> Result<(Ledger, u64)> {
    let mut ledger = Ledger::default();
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut line = Vec::new();
    let (mut at, mut number, mut bad) = (0, 0u64, None);
    loop {
        let length = match rows::read_line(&mut reader, &mut line) {
            Ok(0) => break,
            Ok(length) => length,
            // A file system that lost power may have filled the end with zeros, without a newline.
            Err(error)
                if error.kind() == io::ErrorKind::InvalidData && line.iter().all(|byte| *byte == 0) =>
            {
                line.len() as u64
            }
            Err(error) => return Err(error.into()),
        };
        number += 1;
        let head = if line.last() == Some(&b'\n') { RowHead::parse(&line) } else { None };
        match (head, bad) {
            (Some(head), None) if !request.kind.takes(head.content) => {
                bail!(
                    "line {number} is a row of another command's output, which --resume can't continue here"
                );
            }
            (Some(head), None) => {
                if let (RowContent::Row(row), RowKind::Rows { available }) = (head.content, request.kind) {
                    if row != ledger.places {
                        bail!("line {number} is of row {row}, expected row {}", ledger.places);
                    }
                    if row >= available {
                        // Its numbers, and those of all lines behind it, did not reach their file.
                        break;
                    }
                    ledger.places += 1;
                }
                ledger.found(&head, at, request);
            }
            (Some(_), Some((_, number))) => {
                bail!("line {number} is no row of jsonl, but rows follow it; fix or remove that line");
            }
            (None, None) => {
                let plausible = ledger.last_seq.is_some() || starts_like_a_row(&line);
                if !plausible {
                    bail!("line {number} is no row of jsonl, so this file can't be continued");
                }
                bad = Some((at, number));
            }
            (None, Some(_)) => {}
        }
        at += length;
    }
    Ok((ledger, bad.map_or(at, |(at, _)| at)))
}

/// Whether a torn line may be the start of a row, which is all that a run leaves that is killed early.
fn starts_like_a_row(line: &[u8]) -> bool {
    const START: &[u8] = b"{\"path\": ";
    let common = line.len().min(START.len());
    line[..common] == START[..common] || line.iter().all(|byte| *byte == 0)
}

/// A hash of a file's size and time of modification.
fn file_hash(bytes: u64, modified: &str) -> u64 {
    PathKey::of_bytes(format!("{bytes} {modified}").as_bytes()).first_bits()
}

impl Ledger {
    fn found(&mut self, head: &RowHead, at: u64, request: Request<'_>) {
        let own = head.fingerprint() == rows::fingerprint(request.model);
        if !own {
            self.other_model.get_or_insert_with(|| head.model.clone());
        }
        let state = match (own, head.content == RowContent::Failed) {
            (false, _) => State::OtherModel,
            (true, true) if request.resume == Resume::RetryErrors => State::Retry,
            (true, true) => State::Failed,
            (true, false) => State::Answered,
        };
        let file = head.file.as_ref().map(|(bytes, modified)| file_hash(*bytes, modified));
        let (key, row) = (PathKey::of_bytes(&head.path), Row { seq: head.seq, at: Some(at), state, file });
        self.untidy |= self.last_seq.is_some_and(|last| last >= head.seq);
        self.last_seq = Some(head.seq);
        let before = self.rows.get(key);
        self.untidy |= before.is_some();
        if before.is_none_or(|before| before.state <= state) {
            self.rows.set(key, row);
        }
    }

    /// Whether the input at place `seq`, whose file has this stamp, is to be answered now.
    pub fn wants(&mut self, key: PathKey, seq: u64, stamp: Option<Stamp>) -> bool {
        let before = self.rows.get(key);
        if before.is_some_and(|before| before.state == State::Met) {
            self.duplicates += 1;
            return false;
        }
        let at = before.and_then(|before| before.at);
        self.rows.set(key, Row { seq, at, state: State::Met, file: None });
        let Some(before @ Row { state: State::Failed | State::Answered, .. }) = before else { return true };
        let file = stamp.map(|stamp| file_hash(stamp.bytes, &stamp.modified()));
        let changed = match (before.file, file) {
            (Some(before), Some(now)) => before != now,
            // The row is an error about a missing file, or of a version that did not write stamps.
            (None, Some(_)) => before.state == State::Failed,
            (_, None) => false,
        };
        if changed {
            self.edited += 1;
            return true;
        }
        self.untidy |= before.seq != seq;
        self.skipped += 1;
        self.failed += u64::from(before.state == State::Failed);
        false
    }

    /// Notes a row that was written at byte `at`.
    pub fn wrote(&mut self, key: PathKey, seq: u64, at: u64) {
        self.untidy |= self.last_seq.is_some_and(|last| last >= seq);
        self.last_seq = Some(seq);
        if let Some(row) = self.rows.get(key) {
            self.untidy |= row.at.is_some();
            self.rows.set(key, Row { at: Some(at), ..row });
        }
    }

    /// Inputs that were passed over because the file had their rows.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// All inputs that were passed over.
    pub fn passed_over(&self) -> u64 {
        self.skipped + self.duplicates
    }

    /// How many of the rows that the file had are errors.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Inputs that were passed over because their path was met before.
    pub fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Rows of the features file that have a line here.
    pub fn places(&self) -> u64 {
        self.places
    }

    /// Another model that has rows in the file.
    pub fn other_model(&self) -> Option<&str> {
        self.other_model.as_deref()
    }

    /// Whether the file is not yet one row a path in the order of the inputs.
    pub fn is_untidy(&self) -> bool {
        self.untidy
    }

    /// Notes for the user at the end.
    pub fn notes(&self) -> Vec<String> {
        let counts = [
            (self.skipped(), "images were answered already"),
            (self.edited, "images have changed since they were answered, and were answered again"),
            (self.duplicates(), "inputs were named twice and have one row"),
            (self.strangers() as u64, "rows of paths that are not among the inputs were kept"),
        ];
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect()
    }

    /// Rows of paths that were not among the inputs; they are kept.
    pub fn strangers(&self) -> usize {
        self.rows.iter().filter(|row| row.state != State::Met).count()
    }

    /// Brings a finished file to one row a path, in the order of the inputs.
    ///
    /// # Errors
    /// When it cannot be written; the file is then as it was.
    pub fn tidy(&self, name: &Path) -> Result<()> {
        if !self.untidy {
            return Ok(());
        }
        let partial = partial_name(name);
        write_whole(name, &partial, |writer| {
            self.in_order(name, |line, seq| {
                let moved = RowHead::parse(line).is_some_and(|head| head.seq != seq);
                match moved.then(|| with_number(line, "seq", seq)).flatten() {
                    Some(line) => writer.write_all(&line),
                    None => writer.write_all(line),
                }
            })
        })
        .with_context(|| format!("--output {}", partial.display()))
    }

    /// Passes the valid line of each path to `take`, in the order of the inputs, with its place there.
    ///
    /// # Errors
    /// When the file cannot be read, or `take` fails.
    pub fn in_order(
        &self,
        name: &Path,
        mut take: impl FnMut(&[u8], u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut order: Vec<(u64, u64)> =
            self.rows.iter().filter_map(|row| Some((row.seq, row.at?))).collect();
        order.sort_unstable();
        let mut reader = BufReader::new(File::open(name)?);
        let (mut here, mut line) = (0, Vec::new());
        for (seq, at) in order {
            reader.seek_relative(at as i64 - here as i64)?;
            here = at + rows::read_line(&mut reader.by_ref(), &mut line)?;
            take(&line, seq)?;
        }
        Ok(())
    }
}
