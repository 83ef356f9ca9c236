//! Settings of `nasnet embed`.

use std::path::PathBuf;

use super::inputs::inputs;
use super::pipeline::{self, Pipeline};
use super::{Environment, Resume, output};
use crate::classifier::Pooling;
use crate::cli;
use crate::error::{Error, Result};
use crate::inputs::{InputOptions, Together};
use crate::output::vectors::Form;

/// Settings of `nasnet embed`.
#[derive(Debug, Clone)]
pub struct Embed {
    /// Which images.
    pub inputs: InputOptions,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// How the feature map becomes features.
    pub pooling: Pooling,
    /// Scale features to length 1.
    pub normalize: bool,
    /// The format of the output.
    pub form: Form,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
    /// Continue that file.
    pub resume: Option<Resume>,
    /// Failed images do not change the exit code.
    pub exit_zero: bool,
}

/// Settings of `nasnet embed`.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub fn embed(flags: &cli::Embed, environment: &Environment) -> Result<Embed> {
    let (form, file) = output::vectors(&flags.output)?;
    let output = &flags.output;
    if output.resume && !matches!(form, Form::JsonLines | Form::Npy) {
        let form = form.as_str();
        return Err(Error::Config(format!(
            "--resume: {form} can't be resumed, jsonl and npy only; name the output NAME.npy or NAME.jsonl"
        )));
    }
    Ok(Embed {
        inputs: inputs(&flags.inputs, Together::Nothing)?,
        pipeline: pipeline::of_flags(&flags.pipeline, environment)?,
        pooling: flags.features.pooling.into(),
        normalize: flags.features.normalize,
        form,
        output: file,
        force: output.force,
        resume: Resume::of_flags(output.resume, output.retry_errors),
        exit_zero: output.failures.exit_zero,
    })
}
