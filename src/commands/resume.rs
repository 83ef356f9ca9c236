//! A jsonl output that a run goes on with: which paths it has answers for, and how it ends up with one row
//! a path, in order, whatever happened before.
//!
//! New rows are appended to the file itself, so that a run that is killed leaves all it had. Only at the end, and
//! only where rows were replaced or have moved, the file is written anew beside itself and renamed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::inputs::PathKey;
use crate::output::console::Console;
use crate::output::rows::{self, RowHead};

/// What is known of a path, from the least worth keeping to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    /// The file's row is of another fingerprint.
    OtherModel,
    /// The file's row is an error that is to be tried again.
    Retry,
    /// The file's row is an error.
    Failed,
    /// The file's row is an answer.
    Answered,
    /// This run has met it.
    Met,
}

/// The row of a path.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Its place in the input.
    seq: u64,
    /// Where in the file it starts; [`NOWHERE`] until it is written.
    at: u64,
    state: State,
}

const NOWHERE: u64 = u64::MAX;

/// The rows of an output file: about 80 bytes a path.
#[derive(Debug, Default)]
pub struct Ledger {
    rows: HashMap<PathKey, Row>,
    last_seq: Option<u64>,
    /// The file is not yet one row a path in the order of the inputs.
    untidy: bool,
    skipped: u64,
    failed: u64,
    duplicates: u64,
}

/// What resuming was asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The output file.
    pub name: &'a Path,
    /// Fingerprint of the rows that count, as rows have it.
    pub fingerprint: &'a str,
    /// Errors do not count as answers.
    pub retry_errors: bool,
}

/// Opens an output file to go on with, at its end, less a torn last line.
///
/// # Errors
/// When it cannot be read and written, another run is at it, or it holds what is no row.
pub fn open(request: Request<'_>, console: Console) -> Result<(File, PathBuf, Ledger)> {
    let name = request.name.canonicalize().unwrap_or_else(|_| request.name.to_owned());
    let partial = partial_name(&name);
    // What a run without --resume left behind when it was ended.
    let adopted = !name.exists() && partial.is_file();
    let found = if adopted { &partial } else { &name };
    let context = || format!("--output {}", found.display());
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(found);
    let mut file = file.with_context(context)?;
    if !file.metadata().with_context(context)?.is_file() {
        bail!("--output {}: --resume needs a plain file", found.display());
    }
    if matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        bail!("--output {}: another run is writing to it", found.display());
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
    Ok((file, name, ledger))
}

/// The name under which a file is written that is not whole yet.
pub fn partial_name(name: &Path) -> PathBuf {
    let mut partial = name.as_os_str().to_owned();
    partial.push(".partial");
    partial.into()
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
            (Some(head), None) => ledger.found(&head, at, request),
            (Some(_), Some((_, number))) => {
                bail!("line {number} is no row of jsonl, and rows follow it; mend or remove that line");
            }
            (None, None) => {
                let plausible = ledger.last_seq.is_some() || starts_like_a_row(&line);
                if !plausible {
                    bail!("line {number} is no row of jsonl: this is not an output to go on with");
                }
                bad = Some((at, number));
            }
            (None, Some(_)) => {}
        }
        at += length;
    }
    Ok((ledger, bad.map_or(at, |(at, _)| at)))
}

/// Whether a torn line may be the start of a row: a run that is killed at once leaves nothing more.
fn starts_like_a_row(line: &[u8]) -> bool {
    const START: &[u8] = b"{\"path\": ";
    let common = line.len().min(START.len());
    line[..common] == START[..common] || line.iter().all(|byte| *byte == 0)
}

impl Ledger {
    fn found(&mut self, head: &RowHead, at: u64, request: Request<'_>) {
        let state = match (head.fingerprint() == request.fingerprint, head.failed) {
            (false, _) => State::OtherModel,
            (true, true) if request.retry_errors => State::Retry,
            (true, true) => State::Failed,
            (true, false) => State::Answered,
        };
        let row = Row { seq: head.seq, at, state };
        self.untidy |= self.last_seq.is_some_and(|last| last >= head.seq);
        self.last_seq = Some(head.seq);
        match self.rows.entry(PathKey::of_bytes(&head.path)) {
            Entry::Vacant(entry) => {
                entry.insert(row);
            }
            Entry::Occupied(mut entry) => {
                self.untidy = true;
                if entry.get().state <= state {
                    entry.insert(row);
                }
            }
        }
    }

    /// Whether the path at place `seq` of the input is to be answered now.
    pub fn wants(&mut self, key: PathKey, seq: u64) -> bool {
        let row = match self.rows.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(Row { seq, at: NOWHERE, state: State::Met });
                return true;
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        let before = std::mem::replace(&mut row.state, State::Met);
        match before {
            State::Met => {
                self.duplicates += 1;
                false
            }
            State::OtherModel | State::Retry => {
                row.seq = seq;
                true
            }
            State::Failed | State::Answered => {
                self.untidy |= row.seq != seq;
                row.seq = seq;
                self.skipped += 1;
                self.failed += u64::from(before == State::Failed);
                false
            }
        }
    }

    /// Notes a row that was written at byte `at`.
    pub fn wrote(&mut self, key: PathKey, seq: u64, at: u64) {
        self.untidy |= self.last_seq.is_some_and(|last| last >= seq);
        self.last_seq = Some(seq);
        if let Some(row) = self.rows.get_mut(&key) {
            self.untidy |= row.at != NOWHERE;
            row.at = at;
        }
    }

    /// Inputs that were passed over because the file had their rows.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Inputs that were passed over for either reason.
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

    /// Rows of paths that were not among the inputs; they are kept.
    pub fn strangers(&self) -> usize {
        self.rows.values().filter(|row| row.state != State::Met).count()
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
        let written = self.write_tidy(name, &partial);
        if written.is_err() {
            // The rows are all in the file itself.
            let _ = fs::remove_file(&partial);
        }
        written.with_context(|| format!("--output {}", partial.display()))?;
        fs::rename(&partial, name).with_context(|| format!("--output {}", name.display()))
    }

    fn write_tidy(&self, name: &Path, partial: &Path) -> io::Result<()> {
        let mut order: Vec<(u64, u64)> =
            self.rows.values().filter(|row| row.at != NOWHERE).map(|row| (row.seq, row.at)).collect();
        order.sort_unstable();
        let mut reader = BufReader::new(File::open(name)?);
        let mut writer = BufWriter::new(File::create(partial)?);
        let (mut here, mut line) = (0, Vec::new());
        for (seq, at) in order {
            reader.seek_relative(at as i64 - here as i64)?;
            here = at + rows::read_line(&mut reader.by_ref(), &mut line)?;
            let moved = RowHead::parse(&line).is_some_and(|head| head.seq != seq);
            match moved.then(|| rows::renumbered(&line, seq)).flatten() {
                Some(line) => writer.write_all(&line)?,
                None => writer.write_all(&line)?,
            }
        }
        writer.flush()?;
        writer.get_ref().sync_all()
    }
}
