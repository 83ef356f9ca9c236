//! Settings of `nasnet explain`.

use std::path::PathBuf;

use super::inputs::inputs;
use super::pipeline::{self, Pipeline};
use super::selection::checked;
use super::{Answers, Environment, output};
use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::error::Result;
use crate::inputs::{InputOptions, Together};
use crate::output::Format;

/// Settings of `nasnet explain`.
#[derive(Debug, Clone)]
pub struct Explain {
    /// Which images.
    pub inputs: InputOptions,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How answers are made of the scores; every class of an answer is drawn.
    pub answers: Answers,
    /// The folder of the PNG files.
    pub dir: PathBuf,
    /// Replace existing files of other content.
    pub force: bool,
    /// Only images whose best class is one of these; empty: all.
    pub only: Vec<String>,
    /// The format of the records on stdout.
    pub format: Format,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet explain`.
///
/// # Errors
/// Names the flag at fault.
pub fn explain(flags: &cli::Explain, environment: &Environment) -> Result<Explain> {
    let scores = Scores::Probability;
    let selection = Selection { top_k: flags.top_k as usize, threshold: checked(flags.threshold, scores)? };
    let pipeline = pipeline::of_flags(&flags.pipeline, environment)?;
    let mut inputs = inputs(&flags.inputs, Together::Nothing)?;
    // Maps of an earlier run are no input.
    inputs.folders.except = Some(flags.output.clone());
    Ok(Explain {
        inputs,
        pipeline: Pipeline { explains: true, ..pipeline },
        answers: Answers { selection, scores, ..Answers::default() },
        dir: flags.output.clone(),
        force: flags.force,
        only: flags.only.only.clone(),
        format: output::records(flags.format),
        exit_zero: flags.failures.exit_zero,
    })
}
