//! Settings of `nasnet eval`.

use std::path::PathBuf;

use super::pipeline::{self, Pipeline};
use super::values::is_json;
use super::{Environment, answers, output};
use crate::cli;
use crate::error::Result;

/// Settings of `nasnet eval`.
#[derive(Debug, Clone)]
pub struct Eval {
    /// The images.
    pub dir: PathBuf,
    /// Their classes, where folders are not named by them.
    pub labels_file: Option<PathBuf>,
    /// The list that numbers in that file count through.
    pub synsets: Option<PathBuf>,
    /// Which model, and how it runs.
    pub pipeline: Pipeline,
    /// What logits are divided by; `None` for what the weights record.
    pub temperature: Option<f64>,
    /// Where to write the weights with a temperature that is fitted to the images.
    pub calibrated: Option<PathBuf>,
    /// Print JSON.
    pub json: bool,
    /// An HTML page to write.
    pub report: Option<PathBuf>,
    /// Replace these files.
    pub force: bool,
}

/// Settings of `nasnet eval`.
///
/// # Errors
/// Names the flag at fault.
pub fn eval(flags: &cli::Eval, environment: &Environment) -> Result<Eval> {
    Ok(Eval {
        dir: flags.dir.clone(),
        labels_file: flags.labels_file.clone(),
        synsets: flags.synsets.clone(),
        pipeline: pipeline::of_flags(&flags.pipeline, environment)?,
        temperature: flags.temperature.map(answers::checked).transpose()?,
        calibrated: flags.output.clone().filter(|_| flags.calibrate),
        json: flags.json || is_json(flags.format),
        report: output::page(flags.report.as_deref())?,
        force: flags.force,
    })
}
