//! Formats of output files, and how an interrupted run's file is continued.

use std::path::Path;

use crate::cli::values;
use crate::error::{Error, Result};
use crate::output::Format;

/// How an interrupted run's file is continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// Rows that are errors count as answered.
    KeepErrors,
    /// Rows that are errors are redone.
    RetryErrors,
}

impl Resume {
    /// What `--resume` and `--retry-errors` ask for.
    pub(super) fn of_flags(resume: bool, retry_errors: bool) -> Option<Self> {
        resume.then_some(if retry_errors { Resume::RetryErrors } else { Resume::KeepErrors })
    }
}

/// The format of predictions, for a command that writes to `output`.
///
/// # Errors
/// When the format needs a file and there is none, or this binary was built without it.
pub(super) fn format(format: values::Format, output: Option<&Path>) -> Result<Format> {
    Ok(match format {
        values::Format::Table => Format::Table,
        values::Format::Json => Format::Json,
        values::Format::Jsonl => Format::JsonLines,
        values::Format::Csv => Format::Csv,
        values::Format::Parquet => parquet(output)?,
    })
}

/// The format of joined rows, for a command that writes to `output`.
///
/// # Errors
/// As [`format`].
pub(super) fn merge_format(format: values::MergeFormat, output: Option<&Path>) -> Result<Format> {
    match format {
        values::MergeFormat::Jsonl => Ok(Format::JsonLines),
        values::MergeFormat::Parquet => parquet(output),
    }
}

/// Parquet, in a binary that has it.
#[cfg(feature = "parquet")]
const PARQUET: Option<Format> = Some(Format::Parquet);
#[cfg(not(feature = "parquet"))]
const PARQUET: Option<Format> = None;

fn parquet(output: Option<&Path>) -> Result<Format> {
    let fail = |detail: &str| Error::Config(format!("--format parquet: {detail}"));
    let format = PARQUET.ok_or_else(|| {
        fail("this binary was built without it (cargo install --path . --features parquet)")
    })?;
    output.map(|_| format).ok_or_else(|| fail("it needs a file: name one with --output"))
}
