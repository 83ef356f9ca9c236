//! Continues an .npy file and the lines beside it together. Numbers are written before their line, so the pair is
//! complete up to the last line.
//!
//! To reorder rows, both files are rewritten as `*.tidy` and renamed, the numbers first. From the first renaming on
//! the new pair is the valid one; if a run ends between the two, the next run does the second.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::journal::Ledger;
use crate::files::{beside, claim, partial_name};
use crate::output::rows::{RowContent, RowHead, with_number};
use crate::output::vectors::{self, Form, NpyRows};

/// The numbers of a pair, which may still be more or fewer than its lines say.
///
/// # Errors
/// When the file is none that `nasnet embed` wrote for features of this shape, or its lines are missing.
pub fn open(name: &Path, shape: &[usize]) -> Result<NpyRows> {
    let context = || format!("--output {}", name.display());
    let lines = vectors::sidecar(name);
    finish_tidying(name, &lines).with_context(context)?;
    // A run without --resume may have been ended and left its files.
    for (from, to) in vectors::files(Form::Npy, &partial_name(name)).iter().zip([name, &lines]) {
        if !to.exists() && from.is_file() {
            claim(from).with_context(context)?; // nobody is at it
            fs::rename(from, to).with_context(context)?;
        }
    }
    let numbers = NpyRows::open(name, shape).with_context(context)?;
    if numbers.rows() > 0 && !lines.exists() {
        bail!("--output {}: {}, which names its rows, is missing", name.display(), lines.display());
    }
    Ok(numbers)
}

fn tidy_name(name: &Path) -> PathBuf {
    beside(name, ".tidy")
}

/// Finishes the reordering that an interrupted run left.
fn finish_tidying(name: &Path, lines: &Path) -> Result<()> {
    let (new_numbers, new_lines) = (tidy_name(name), tidy_name(lines));
    if !new_numbers.exists() && !new_lines.exists() {
        return Ok(());
    }
    if let Ok(file) = File::open(lines)
        && matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    {
        bail!("another run is writing to it");
    }
    if new_numbers.exists() {
        remove(&new_numbers, &new_lines);
        return Ok(());
    }
    Ok(fs::rename(new_lines, lines)?)
}

/// The lines go first: on their own they would mean that the numbers have been renamed.
fn remove(new_numbers: &Path, new_lines: &Path) {
    if fs::remove_file(new_lines).is_ok() || !new_lines.exists() {
        // A file that cannot be removed does no harm.
        let _ = fs::remove_file(new_numbers);
    }
}

/// Brings a finished pair to one row a path, in the order of the inputs.
///
/// # Errors
/// When it cannot be written; the pair is then as it was.
pub fn tidy(ledger: &Ledger, name: &Path, lines: &Path, shape: &[usize]) -> Result<()> {
    if !ledger.is_untidy() {
        return Ok(());
    }
    let context = || format!("--output {}", name.display());
    let (new_numbers, new_lines) = (tidy_name(name), tidy_name(lines));
    let written = write(ledger, (name, lines), (&new_numbers, &new_lines), shape);
    if written.is_err() {
        remove(&new_numbers, &new_lines);
    }
    written.with_context(context)?;
    fs::rename(&new_numbers, name).with_context(context)?;
    fs::rename(&new_lines, lines).with_context(context)
}

fn write(ledger: &Ledger, from: (&Path, &Path), to: (&Path, &Path), shape: &[usize]) -> io::Result<()> {
    let row = |line: &[u8]| match RowHead::parse(line)?.content {
        RowContent::Row(row) => Some(row),
        _ => None,
    };
    let mut order = Vec::new();
    ledger.in_order(from.1, |line, _| {
        order.extend(row(line));
        Ok(())
    })?;
    NpyRows::open(from.0, shape)?.reordered(to.0, &order)?;
    let mut out = BufWriter::new(File::create(to.1)?);
    let mut place = 0;
    ledger.in_order(from.1, |line, seq| {
        let lost = || io::Error::other("a line that was written can't be read as a row");
        let mut line = with_number(line, "seq", seq).ok_or_else(lost)?;
        if row(&line).is_some() {
            line = with_number(&line, "row", place).ok_or_else(lost)?;
            place += 1;
        }
        out.write_all(&line)
    })?;
    out.flush()?;
    out.get_ref().sync_all()
}
