//! Settings of the commands that describe models and outputs: bench, info, labels, merge.

use std::path::PathBuf;

use super::device::{device, threads};
use super::model::{model, overrides};
use super::values::is_json;
use super::{Environment, ModelSettings, output};
use crate::cli;
use crate::engine::device::DeviceChoice;
use crate::error::Result;
use crate::kernels::Precision;
use crate::output::Format;
use crate::store::ModelSource;

/// Settings of `nasnet bench`.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Which model.
    pub model: ModelSettings,
    /// Which device.
    pub device: DeviceChoice,
    /// The number type of the arithmetic.
    pub precision: Precision,
    /// How many threads; `None` for one per core.
    pub threads: Option<usize>,
    /// Images in a forward pass.
    pub batch_size: usize,
    /// Timed passes.
    pub iterations: usize,
    /// Passes before them.
    pub warmup: usize,
    /// Time each step.
    pub profile: bool,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet bench`.
///
/// # Errors
/// Names the flag at fault.
pub fn bench(flags: &cli::Bench, environment: &Environment) -> Result<Bench> {
    let (device, precision) = device(&flags.run)?;
    Ok(Bench {
        model: model(&flags.model, environment)?,
        device,
        precision,
        threads: threads(flags.run.threads, environment)?,
        batch_size: flags.run.batch_size.map_or(1, |size| size as usize),
        iterations: flags.iterations as usize,
        warmup: flags.warmup as usize,
        profile: flags.profile,
        json: is_json(flags.format),
    })
}

/// Settings of `nasnet merge`.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The outputs to join.
    pub files: Vec<PathBuf>,
    /// Inputs may have no row, or rows of several paths.
    pub incomplete: bool,
    /// The format of the output: the rows as they are, or Parquet.
    pub format: Format,
    /// A file to write instead of stdout.
    pub output: Option<PathBuf>,
    /// Replace that file.
    pub force: bool,
}

/// Settings of `nasnet merge`.
///
/// # Errors
/// When the format cannot be written.
pub fn merge(flags: &cli::Merge) -> Result<Merge> {
    let (format, output) = output::rows(flags)?;
    Ok(Merge { files: flags.files.clone(), incomplete: flags.incomplete, format, output, force: flags.force })
}

/// Settings of `nasnet info`.
#[derive(Debug, Clone)]
pub struct Info {
    /// Which model.
    pub model: ModelSettings,
    /// List every layer.
    pub layers: bool,
    /// List the CPU engine's steps.
    pub plan: bool,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet info`.
///
/// # Errors
/// Names the flag at fault.
pub fn info(flags: &cli::Info, environment: &Environment) -> Result<Info> {
    let source = ModelSource::parse(&flags.model)?.in_caches(environment.caches.clone());
    let model = ModelSettings { source, overrides: overrides(&flags.identity)?, labels: None };
    Ok(Info { model, layers: flags.layers, plan: flags.plan, json: flags.json })
}

/// Settings of `nasnet labels`.
#[derive(Debug, Clone)]
pub struct Labels {
    /// Which model.
    pub model: ModelSettings,
    /// What names must have.
    pub words: Vec<String>,
    /// Only list groups.
    pub groups: bool,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet labels`.
///
/// # Errors
/// Names the flag at fault.
pub fn labels(flags: &cli::Labels, environment: &Environment) -> Result<Labels> {
    let source = ModelSource::parse(&flags.model)?.in_caches(environment.caches.clone());
    let model =
        ModelSettings { source, overrides: overrides(&flags.identity)?, labels: flags.labels.clone() };
    Ok(Labels { model, words: flags.words.clone(), groups: flags.groups, json: flags.json })
}
