//! Settings of `nasnet sort`.

use std::path::PathBuf;

use super::answers;
use super::inputs::inputs;
use super::pipeline::{self, Pipeline};
use super::{Answers, Environment};
use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::error::{Error, Result};
use crate::inputs::{InputOptions, Together};

/// How an image is put into the folder of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A copy.
    Copy,
    /// A hard link.
    Link,
    /// The image itself.
    Move,
}

/// Settings of `nasnet sort`.
#[derive(Debug, Clone)]
pub struct Sort {
    /// Which images.
    pub inputs: InputOptions,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How answers are made of the scores.
    pub answers: Answers,
    /// The folder that gets a folder for each answer.
    pub into: PathBuf,
    /// How the images are put there.
    pub way: Way,
    /// Images whose best class has a smaller probability stay where they are.
    pub min_score: Option<f32>,
    /// Only images whose best class is one of these; empty: all.
    pub only: Vec<String>,
    /// Change nothing and say what would be done.
    pub dry_run: bool,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet sort`.
///
/// # Errors
/// Names the flag at fault.
pub fn sort(flags: &cli::Sort, environment: &Environment) -> Result<Sort> {
    if let Some(least) = flags.min_score
        && !(0.0..=1.0).contains(&least)
    {
        return Err(Error::Config(format!("--min-score: expected a probability from 0 to 1, got {least}")));
    }
    let selection = Selection { top_k: 1, threshold: None };
    let mut inputs = inputs(&flags.inputs, Together::Nothing)?;
    // What was sorted before is no input.
    inputs.folders.except = Some(flags.into.clone());
    Ok(Sort {
        inputs,
        pipeline: pipeline::of_flags(&flags.pipeline, environment)?,
        answers: answers::of_flags(&flags.answers, Scores::Probability, selection)?,
        into: flags.into.clone(),
        way: match (flags.link, flags.move_files) {
            (true, _) => Way::Link,
            (false, true) => Way::Move,
            (false, false) => Way::Copy,
        },
        min_score: flags.min_score,
        only: flags.only.only.clone(),
        dry_run: flags.dry_run,
        exit_zero: flags.failures.exit_zero,
    })
}
