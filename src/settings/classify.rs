//! Settings of `nasnet classify`.

use std::path::PathBuf;

use super::pipeline::{self, Pipeline};
use super::{Actions, Answers, Environment, actions, answers, inputs, parquet, word};
use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::error::{Error, Result};
use crate::inputs::{InputOptions, PathKey};
use crate::output::Format;

/// Settings of `nasnet classify`.
#[derive(Debug, Clone)]
pub struct Classify {
    /// Which images.
    pub inputs: InputOptions,
    /// Through which model, and how.
    pub pipeline: Pipeline,
    /// Which form of output.
    pub format: Format,
    /// What answers are made of the scores.
    pub answers: Answers,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Go on with that file.
    pub resume: Option<Resume>,
    /// Take only a part of the inputs.
    pub shard: Option<Shard>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
    /// What is done with the answers beside printing them.
    pub actions: Actions,
}

/// How an output file is gone on with.
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

/// A part of the inputs, by a hash of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    index: u32,
    /// Of how many.
    count: u32,
}

impl Shard {
    /// Whether a path is in this part.
    pub fn takes(self, path: PathKey) -> bool {
        path.shard(self.count) == self.index
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(index, count)| index.parse().ok().zip(count.parse().ok()));
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index, count }),
            _ => Err(format!("expected I/N with I from 1 to N, such as 1/3, got {text:?}")),
        }
    }
}

/// Settings of `nasnet classify`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn classify(flags: &cli::Classify, environment: &Environment) -> Result<Classify> {
    let output = &flags.output;
    if output.threshold.is_some_and(f32::is_nan) {
        return Err(Error::Config("--threshold: expected a number, got NaN".to_owned()));
    }
    if output.scores != "logit" && output.threshold.is_some_and(|threshold| threshold > 1.0) {
        return Err(Error::Config("--threshold: expected a probability, at most 1".to_owned()));
    }
    let format = match output.format.as_str() {
        "json" => Format::Json,
        "jsonl" => Format::JsonLines,
        "csv" => Format::Csv,
        "parquet" => parquet::format(output.output.as_deref())?,
        _ if output.json => Format::Json,
        _ => Format::Table,
    };
    if output.resume && format != Format::JsonLines {
        let way_out = match output.format.as_str() {
            "parquet" => "resume with --format jsonl, then `nasnet merge --format parquet` converts the file",
            _ => "add --format jsonl",
        };
        return Err(Error::Config(format!("--resume: goes on with rows of jsonl only; {way_out}")));
    }
    let pipeline = pipeline::of_flags(&flags.model, &flags.run, &flags.images, environment)?;
    let scores = if output.scores == "logit" { Scores::Logit } else { Scores::Probability };
    let selection = Selection { top_k: output.top_k, threshold: output.threshold };
    let answers = answers::of_flags(&flags.answers, scores, selection)?;
    let actions = actions::of_flags(&flags.actions);
    if actions.report.is_some() && actions.report == output.output {
        return Err(Error::Config("--report and --output name the same file".to_owned()));
    }
    let stdin = |path: &PathBuf| path.as_os_str() == "-";
    if output.resume && flags.inputs.paths.iter().any(stdin) {
        return Err(Error::Config(
            "--resume: an image on stdin has no name that it could be known by".to_owned(),
        ));
    }
    let mut inputs = inputs(&flags.inputs);
    inputs.folders.except = actions.explain.as_ref().map(|explain| explain.dir.clone());
    Ok(Classify {
        inputs,
        pipeline: Pipeline {
            explains: actions.explain.is_some(),
            thumbnails: actions.report.is_some(),
            ..pipeline
        },
        format,
        answers,
        output: output.output.clone(),
        force: output.force,
        resume: Resume::of_flags(output.resume, output.retry_errors),
        shard: word("--shard", flags.inputs.shard.as_deref())?,
        exit_zero: output.exit_zero,
        actions,
    })
}
