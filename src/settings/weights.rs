//! Settings of `nasnet weights`.

use std::path::PathBuf;

use super::{Environment, PreprocessingOverrides, overrides};
use crate::cli;
use crate::error::Result;
use crate::store::ModelSource;
use crate::tensor::Dtype;
use crate::weights::Overrides;

/// Settings of `nasnet weights import`.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file to convert.
    pub file: PathBuf,
    /// The file to write.
    pub output: PathBuf,
    /// Replace it.
    pub force: bool,
    /// Number type to store; `None` for the file's own.
    pub dtype: Option<Dtype>,
    /// What the caller knows better.
    pub overrides: Overrides,
    /// A label file to record.
    pub labels: Option<PathBuf>,
    /// Preprocessing to record.
    pub preprocessing: PreprocessingOverrides,
    /// A JSON file of notes to record.
    pub notes: Option<PathBuf>,
}

/// Settings of `nasnet weights import`.
///
/// # Errors
/// Names the flag at fault.
pub fn import(flags: &cli::Import) -> Result<Import> {
    let dtype = flags.dtype.as_deref().map(|dtype| match dtype {
        "f16" => Dtype::F16,
        "bf16" => Dtype::Bf16,
        _ => Dtype::F32,
    });
    Ok(Import {
        notes: flags.notes.clone(),
        file: flags.file.clone(),
        output: flags.output.clone(),
        force: flags.force,
        dtype,
        overrides: Overrides { name: flags.name.clone(), ..overrides(&flags.identity)? },
        labels: flags.labels.clone(),
        preprocessing: PreprocessingOverrides::of_flags(
            flags.preset.as_deref(),
            flags.resize.as_deref(),
            flags.filter.as_deref(),
            flags.crop_pct,
        )?,
    })
}

/// Settings of the commands that work on the weight store.
///
/// # Errors
/// Names the model that is not known, or the flag at fault.
pub fn which(flags: &cli::Which, environment: &Environment) -> Result<Vec<ModelSource>> {
    let source = |name: &String| {
        let source = ModelSource::parse(name)?;
        if !source.is_remote() && !source.is_built_in() {
            return Err(source.not_kept());
        }
        environment.provided(source, flags.network.offline)
    };
    flags.models.iter().map(source).collect()
}
