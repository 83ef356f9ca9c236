//! Settings of `nasnet finetune`.

use std::path::PathBuf;

use super::Environment;
use super::pipeline::{self, Pipeline};
use crate::cli;
use crate::error::{Error, Result};
use crate::training::Recipe;

/// Settings of `nasnet finetune`.
#[derive(Debug, Clone)]
pub struct Finetune {
    /// The class folders.
    pub dir: PathBuf,
    /// The weights file to write.
    pub output: PathBuf,
    /// Replace it.
    pub force: bool,
    /// How to train.
    pub recipe: Recipe,
    /// The model whose features are used, and how it runs.
    pub pipeline: Pipeline,
}

/// Settings of `nasnet finetune`.
///
/// # Errors
/// Names the flag at fault.
pub fn finetune(flags: &cli::Finetune, environment: &Environment) -> Result<Finetune> {
    let cli::Training { holdout, steps, seed } = flags.training;
    if !(holdout > 0.0 && holdout < 1.0) {
        return Err(Error::Config(format!("--holdout: expected a share between 0 and 1, got {holdout}")));
    }
    let extension = flags.output.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    if extension.is_some_and(|extension| extension != "safetensors") {
        let file = flags.output.display();
        return Err(Error::Config(format!("--output {file}: a head is written as NAME.safetensors")));
    }
    let recipe = Recipe { seed, holdout, steps: steps as usize, ..Recipe::default() };
    Ok(Finetune {
        dir: flags.dir.clone(),
        output: flags.output.clone(),
        force: flags.force,
        recipe,
        pipeline: pipeline::of_flags(&flags.pipeline, environment)?,
    })
}
