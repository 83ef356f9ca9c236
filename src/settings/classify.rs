//! Settings of `nasnet classify`.

use std::path::PathBuf;

use super::inputs::{inputs, shard};
use super::pipeline::{self, Pipeline};
use super::selection::selection;
use super::{Actions, Answers, Environment, Resume, Shard, actions, answers, output};
use crate::cli;
use crate::cli::values;
use crate::error::{Error, Result};
use crate::inputs::InputOptions;
use crate::output::Format;

/// Settings of `nasnet classify`.
#[derive(Debug, Clone)]
pub struct Classify {
    /// Which images.
    pub inputs: InputOptions,
    /// Which part of them.
    pub shard: Option<Shard>,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How answers are made of the scores.
    pub answers: Answers,
    /// The format of the output.
    pub format: Format,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Continue that file.
    pub resume: Option<Resume>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
    /// What is done with the answers beside printing them.
    pub actions: Actions,
}

/// Settings of `nasnet classify`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn classify(flags: &cli::Classify, environment: &Environment) -> Result<Classify> {
    let (selection, scores) = selection(&flags.selection)?;
    let answers = answers::of_flags(&flags.answers, scores, selection)?;
    let format = format(&flags.output)?;
    let actions = actions::of_flags(&flags.actions);
    if actions.report.is_some() && actions.report == flags.output.output {
        return Err(Error::Config("--report and --output name the same file".to_owned()));
    }
    check_resume(flags, format)?;
    if flags.output.exif && !matches!(format, Format::Table | Format::Json | Format::JsonLines) {
        let message = "--exif: csv and parquet have no columns for it; use --format json or jsonl";
        return Err(Error::Config(message.to_owned()));
    }
    let pipeline = pipeline::of_flags(&flags.model, &flags.run, &flags.images, environment)?;
    let mut inputs = inputs(&flags.inputs)?;
    inputs.folders.except = actions.explain.as_ref().map(|explain| explain.dir.clone());
    Ok(Classify {
        inputs,
        shard: shard(&flags.inputs)?,
        pipeline: Pipeline {
            explains: actions.explain.is_some(),
            thumbnails: actions.report.is_some(),
            reads_exif: flags.output.exif,
            ..pipeline
        },
        answers,
        format,
        output: flags.output.output.clone(),
        force: flags.output.force,
        resume: Resume::of_flags(flags.output.resume, flags.output.retry_errors),
        exit_zero: flags.output.exit_zero,
        actions,
    })
}

fn format(flags: &cli::Output) -> Result<Format> {
    let format = if flags.json { values::Format::Json } else { flags.format };
    output::format(format, flags.output.as_deref())
}

/// A run can be continued where rows can be added, and where each image has a name.
fn check_resume(flags: &cli::Classify, format: Format) -> Result<()> {
    if !flags.output.resume {
        return Ok(());
    }
    if format != Format::JsonLines {
        let way_out = match flags.output.format {
            values::Format::Parquet => {
                "resume with --format jsonl, then `nasnet merge --format parquet` converts the file"
            }
            values::Format::Table | values::Format::Json | values::Format::Jsonl | values::Format::Csv => {
                "add --format jsonl"
            }
        };
        return Err(Error::Config(format!("--resume: only jsonl output can be resumed; {way_out}")));
    }
    if flags.inputs.paths.iter().any(|path| path.as_os_str() == "-") {
        let detail = "--resume: an image on stdin has no path, so its row can't be found again";
        return Err(Error::Config(detail.to_owned()));
    }
    Ok(())
}
