//! Settings of `nasnet weights`.

use std::path::PathBuf;

use super::{Environment, PreprocessingOverrides, overrides};
use crate::cli;
use crate::error::{Error, Result};
use crate::store::ModelSource;
use crate::store::registry::PUBLISHED;
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
    let mut sources = Vec::new();
    for name in &flags.models {
        let source = ModelSource::named(name);
        if name != "tiny" && source.published().is_none() {
            let known: Vec<&str> = PUBLISHED.iter().map(|entry| entry.name).collect();
            return Err(Error::Config(format!(
                "expected one of {} or --repo, got {name:?}",
                known.join(", ")
            )));
        }
        sources.push(environment.provided(source, flags.hub.offline)?);
    }
    if let Some(repo) = &flags.hub.repo {
        let source = ModelSource::hub(repo, &flags.hub.revision, flags.hub.file.as_deref())?;
        sources.push(environment.provided(source, flags.hub.offline)?);
    }
    Ok(sources)
}
