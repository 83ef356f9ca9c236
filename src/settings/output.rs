//! Formats of output files, and how an interrupted run's file is continued.

use std::path::{Path, PathBuf};

use crate::cli;
use crate::cli::values;
use crate::error::{Error, Result};
use crate::output::Format;
use crate::output::vectors::Form;

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

/// Extensions of files of predictions.
const PREDICTIONS: [(&str, values::Format); 6] = [
    ("json", values::Format::Json),
    ("jsonl", values::Format::Jsonl),
    ("ndjson", values::Format::Jsonl),
    ("csv", values::Format::Csv),
    ("parquet", values::Format::Parquet),
    ("txt", values::Format::Table),
];

/// Extensions of files of features.
const VECTORS: [(&str, values::VectorFormat); 6] = [
    ("npy", values::VectorFormat::Npy),
    ("npz", values::VectorFormat::Npz),
    ("safetensors", values::VectorFormat::Safetensors),
    ("jsonl", values::VectorFormat::Jsonl),
    ("ndjson", values::VectorFormat::Jsonl),
    ("csv", values::VectorFormat::Csv),
];

/// Extensions of files of joined rows.
const ROWS: [(&str, values::MergeFormat); 3] = [
    ("jsonl", values::MergeFormat::Jsonl),
    ("ndjson", values::MergeFormat::Jsonl),
    ("parquet", values::MergeFormat::Parquet),
];

/// The file of an HTML page.
///
/// # Errors
/// When it is stdout: the page has links that start where it lies.
pub(super) fn page(report: Option<&Path>) -> Result<Option<PathBuf>> {
    match (report, file(report)) {
        (Some(_), None) => {
            Err(Error::Config("--report -: expected the name of a file, got stdout".to_owned()))
        }
        (_, file) => Ok(file.map(Path::to_owned)),
    }
}

/// Format and file of predictions; no file is stdout.
///
/// # Errors
/// When the file's extension stands for no format, the format needs a file, or this binary was built without it.
pub(super) fn predictions(flags: &cli::Output) -> Result<(Format, Option<PathBuf>)> {
    let file = file(flags.output.as_deref());
    let named = if flags.json { Some(values::Format::Json) } else { flags.format };
    let format = match decided(named, file, &PREDICTIONS)?.unwrap_or(values::Format::Table) {
        values::Format::Table => Format::Table,
        values::Format::Json => Format::Json,
        values::Format::Jsonl => Format::JsonLines,
        values::Format::Csv => Format::Csv,
        values::Format::Parquet => parquet(file)?,
    };
    Ok((format, file.map(Path::to_owned)))
}

/// Format and file of features; no file is stdout.
///
/// # Errors
/// When the file's extension stands for no format, or the format needs a file.
pub(super) fn vectors(flags: &cli::VectorOutput) -> Result<(Form, Option<PathBuf>)> {
    let file = file(flags.output.as_deref());
    let form = decided(flags.format, file, &VECTORS)?.map_or(Form::JsonLines, Form::from);
    match form {
        Form::Npy | Form::Npz | Form::Safetensors if file.is_none() => {
            Err(Error::Config(format!("--format {}: it needs a file: name one with --output", form.as_str())))
        }
        Form::Npy | Form::Npz | Form::Safetensors | Form::JsonLines | Form::Csv => {
            Ok((form, file.map(Path::to_owned)))
        }
    }
}

/// Format and file of joined rows; no file is stdout.
///
/// # Errors
/// As [`predictions`].
pub(super) fn rows(flags: &cli::Merge) -> Result<(Format, Option<PathBuf>)> {
    let file = file(flags.output.as_deref());
    let format = match decided(flags.format, file, &ROWS)?.unwrap_or(values::MergeFormat::Jsonl) {
        values::MergeFormat::Jsonl => Format::JsonLines,
        values::MergeFormat::Parquet => parquet(file)?,
    };
    Ok((format, file.map(Path::to_owned)))
}

/// The format of records on stdout.
pub(super) fn records(format: values::RecordFormat) -> Format {
    match format {
        values::RecordFormat::Table => Format::Table,
        values::RecordFormat::Json => Format::Json,
        values::RecordFormat::Jsonl => Format::JsonLines,
    }
}

/// The file that a flag names, of which `-` is stdout.
fn file(output: Option<&Path>) -> Option<&Path> {
    output.filter(|file| file.as_os_str() != "-")
}

/// The format that `--format` names, else that of the file's extension.
fn decided<T: Copy>(named: Option<T>, file: Option<&Path>, known: &[(&str, T)]) -> Result<Option<T>> {
    let (None, Some(file)) = (named, file) else { return Ok(named) };
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match known.iter().find(|(known, _)| extension.as_deref() == Some(known)) {
        Some((_, format)) => Ok(Some(*format)),
        None => {
            let known: Vec<String> = known.iter().map(|(known, _)| format!(".{known}")).collect();
            Err(Error::Config(format!(
                "--output {}: expected an extension that names the format ({}), or --format",
                file.display(),
                known.join(", ")
            )))
        }
    }
}

/// Parquet, in a binary that has it.
#[cfg(feature = "parquet")]
const PARQUET: Option<Format> = Some(Format::Parquet);
#[cfg(not(feature = "parquet"))]
const PARQUET: Option<Format> = None;

fn parquet(file: Option<&Path>) -> Result<Format> {
    let fail = |detail: &str| Error::Config(format!("--format parquet: {detail}"));
    let format = PARQUET.ok_or_else(|| {
        fail("this binary was built without it (cargo install --path . --features parquet)")
    })?;
    file.map(|_| format).ok_or_else(|| fail("it needs a file: name one with --output"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector_form(format: Option<values::VectorFormat>, output: Option<&str>) -> Result<Form> {
        let flags = cli::VectorOutput {
            format,
            output: output.map(PathBuf::from),
            force: false,
            resume: false,
            retry_errors: false,
            failures: cli::Failures { exit_zero: false },
        };
        Ok(vectors(&flags)?.0)
    }

    #[test]
    fn a_format_is_as_it_is_called_or_as_its_file_is() {
        assert_eq!(vector_form(None, None).unwrap(), Form::JsonLines);
        assert_eq!(vector_form(None, Some("a.NPY")).unwrap(), Form::Npy);
        assert_eq!(vector_form(Some(values::VectorFormat::Csv), Some("a.npy")).unwrap(), Form::Csv);
        assert_eq!(vector_form(None, Some("a.ndjson")).unwrap(), Form::JsonLines);
        assert_eq!(vector_form(None, Some("-")).unwrap(), Form::JsonLines);
    }

    #[test]
    fn an_extension_that_names_no_format_is_an_error_that_lists_those_that_do() {
        for name in ["a.txt", "a", "npy", "a.csv.gz"] {
            let text = vector_form(None, Some(name)).unwrap_err().to_string();
            assert!(text.starts_with(&format!("--output {name}: ")) && text.contains(".npy, .npz"), "{text}");
        }
    }
}
