//! Settings of `nasnet classify`.

use std::path::PathBuf;

use super::answers;
use super::inputs::inputs;
use super::pipeline::{self, Pipeline};
use super::selection::selection;
use super::{Answers, Environment, Resume, output};
use crate::answers::predictions::Scores;
use crate::cli;
use crate::cli::values;
use crate::error::{Error, Result};
use crate::inputs::{InputOptions, Together};
use crate::output::Format;

/// Settings of `nasnet classify`.
#[derive(Debug, Clone)]
pub struct Classify {
    /// Which images.
    pub inputs: InputOptions,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How answers are made of the scores.
    pub answers: Answers,
    /// The most seconds from one photo of a burst to the next; `None` where each photo is answered alone.
    pub burst: Option<f64>,
    /// Records show when and where photos were taken.
    pub exif: bool,
    /// The format of the output.
    pub format: Format,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Continue that file.
    pub resume: Option<Resume>,
    /// An HTML page to write.
    pub report: Option<PathBuf>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet classify`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn classify(flags: &cli::Classify, environment: &Environment) -> Result<Classify> {
    let (selection, scores) = selection(&flags.selection)?;
    let answers = answers::of_flags(&flags.answers, scores, selection)?;
    let (format, file) = output::predictions(&flags.output)?;
    let report = output::page(flags.output.report.as_deref())?;
    if report.is_some() && report == file {
        return Err(Error::Config("--report and --output name the same file".to_owned()));
    }
    check_resume(flags, format)?;
    let has_no_columns = !matches!(format, Format::Table | Format::Json | Format::JsonLines);
    for (flag, given) in [("--exif", flags.output.exif), ("--burst", flags.burst.is_some())] {
        if given && has_no_columns {
            let message = "csv and parquet have no columns for it; use --format json or jsonl";
            return Err(Error::Config(format!("{flag}: {message}")));
        }
    }
    let together = match flags.burst {
        None => Together::Nothing,
        Some(seconds) if !(seconds >= 0.0 && seconds.is_finite()) => {
            return Err(Error::Config(format!("--burst: expected seconds, 0 or more, got {seconds}")));
        }
        Some(_) if scores == Scores::Logit => {
            let detail = "--burst: the answer of a burst is a mean of probabilities, which --scores logit doesn't show";
            return Err(Error::Config(detail.to_owned()));
        }
        Some(_) => Together::Folder,
    };
    let reads_exif = flags.output.exif || flags.burst.is_some();
    let pipeline = pipeline::of_flags(&flags.pipeline, environment)?;
    Ok(Classify {
        inputs: inputs(&flags.inputs, together)?,
        pipeline: Pipeline { thumbnails: report.is_some(), reads_exif, ..pipeline },
        answers,
        burst: flags.burst,
        exif: flags.output.exif,
        format,
        output: file,
        force: flags.output.force,
        resume: Resume::of_flags(flags.output.resume, flags.output.retry_errors),
        report,
        exit_zero: flags.output.failures.exit_zero,
    })
}

/// A run can be continued where rows can be added, and where each image has a name.
fn check_resume(flags: &cli::Classify, format: Format) -> Result<()> {
    if !flags.output.resume {
        return Ok(());
    }
    if format != Format::JsonLines {
        let way_out = match flags.output.format {
            Some(values::Format::Parquet) => {
                "resume with --format jsonl, then `nasnet merge --format parquet` converts the file"
            }
            _ => "name the output NAME.jsonl, or add --format jsonl",
        };
        return Err(Error::Config(format!("--resume: only jsonl output can be resumed; {way_out}")));
    }
    if flags.inputs.paths.iter().any(|path| path.as_os_str() == "-") {
        let detail = "--resume: an image on stdin has no path, so its row can't be found again";
        return Err(Error::Config(detail.to_owned()));
    }
    Ok(())
}
