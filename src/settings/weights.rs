//! Settings of `nasnet weights`.

use std::path::PathBuf;

use super::images::preprocessing;
use super::model::{self, overrides};
use super::{Environment, ModelSettings, PreprocessingOverrides};
use crate::cli;
use crate::error::{Error, Result};
use crate::store::{CacheFolders, ModelSource};
use crate::tensor::Dtype;
use crate::weights::Overrides;

/// Settings of a subcommand.
#[derive(Debug, Clone)]
pub enum Weights {
    /// `nasnet weights list`.
    List(List),
    /// `nasnet weights fetch`.
    Fetch(Fetch),
    /// `nasnet weights verify`.
    Verify(Verify),
    /// `nasnet weights path`: of these weights.
    Path(Vec<ModelSource>),
    /// `nasnet weights remove`: these weights.
    Remove(Chosen),
    /// `nasnet weights pack`.
    Pack(Pack),
    /// `nasnet weights unpack`.
    Unpack(Unpack),
    /// `nasnet weights import`.
    Import(Box<Import>),
    /// `nasnet weights export`.
    Export(Box<Export>),
}

/// Weights that a subcommand works on.
#[derive(Debug, Clone)]
pub enum Chosen {
    /// These.
    Named(Vec<ModelSource>),
    /// All in these folders.
    All(CacheFolders),
}

/// Settings of `nasnet weights list`.
#[derive(Debug, Clone)]
pub struct List {
    /// The folders that weights can be in.
    pub caches: CacheFolders,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet weights fetch`.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// Which weights.
    pub models: Vec<ModelSource>,
    /// Ask the Hub whether a branch or tag has moved.
    pub refresh: bool,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet weights verify`.
#[derive(Debug, Clone)]
pub struct Verify {
    /// Which weights.
    pub chosen: Chosen,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet weights pack`.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Which weights.
    pub chosen: Chosen,
    /// The tar file to write.
    pub output: PathBuf,
    /// Replace it.
    pub force: bool,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet weights unpack`.
#[derive(Debug, Clone)]
pub struct Unpack {
    /// The tar file to read.
    pub bundle: PathBuf,
    /// The folders that its weights are put in.
    pub caches: CacheFolders,
    /// Print JSON.
    pub json: bool,
}

/// Settings of `nasnet weights import`.
#[derive(Debug, Clone)]
pub struct Import {
    /// The file to convert.
    pub file: PathBuf,
    /// The file to write.
    pub output: PathBuf,
    /// Replace it.
    pub force: bool,
    /// The number type to store; `None` for the file's own.
    pub dtype: Option<Dtype>,
    /// What the user knows better than the file.
    pub overrides: Overrides,
    /// A label file to record.
    pub labels: Option<PathBuf>,
    /// Preprocessing to record.
    pub preprocessing: PreprocessingOverrides,
    /// A JSON file of notes to record.
    pub notes: Option<PathBuf>,
}

/// Settings of `nasnet weights export`.
#[derive(Debug, Clone)]
pub struct Export {
    /// The model.
    pub model: ModelSettings,
    /// The tool that the file is for.
    pub to: ExportFormat,
    /// The file to write.
    pub output: PathBuf,
    /// Replace it.
    pub force: bool,
}

/// A tool that reads exported weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Keras.
    Keras,
    /// timm.
    Timm,
    /// ONNX Runtime, and whatever else runs ONNX.
    Onnx,
}

/// Settings of a subcommand.
///
/// # Errors
/// Names the model that has no known name, or the flag at fault.
pub fn weights(flags: &cli::Weights, environment: &Environment) -> Result<Weights> {
    let caches = || environment.caches.clone();
    let named = |which: &cli::Which| named(which, environment);
    let chosen = |which: &cli::Which| -> Result<Chosen> {
        let models = sources(which, environment)?;
        Ok(if models.is_empty() { Chosen::All(caches()) } else { Chosen::Named(models) })
    };
    Ok(match flags {
        cli::Weights::List { json } => Weights::List(List { caches: caches(), json: *json }),
        cli::Weights::Fetch { which, refresh, json } => {
            Weights::Fetch(Fetch { models: named(which)?, refresh: *refresh, json: *json })
        }
        cli::Weights::Verify { which, json } => {
            Weights::Verify(Verify { chosen: chosen(which)?, json: *json })
        }
        cli::Weights::Path { which } => Weights::Path(named(which)?),
        cli::Weights::Remove { which, all } => Weights::Remove(match all {
            true => Chosen::All(caches()),
            false => Chosen::Named(named(which)?),
        }),
        cli::Weights::Pack { output, which, force, json } => {
            Weights::Pack(Pack { chosen: chosen(which)?, output: output.clone(), force: *force, json: *json })
        }
        cli::Weights::Unpack { bundle, json } => {
            Weights::Unpack(Unpack { bundle: bundle.clone(), caches: caches(), json: *json })
        }
        cli::Weights::Import(flags) => Weights::Import(Box::new(import(flags)?)),
        cli::Weights::Export(flags) => Weights::Export(Box::new(Export {
            model: model::named(
                &flags.model,
                &flags.network,
                &flags.identity,
                flags.labels.as_ref(),
                environment,
            )?,
            to: match flags.to {
                cli::values::ExportFormat::Keras => ExportFormat::Keras,
                cli::values::ExportFormat::Timm => ExportFormat::Timm,
                cli::values::ExportFormat::Onnx => ExportFormat::Onnx,
            },
            output: flags.output.clone(),
            force: flags.force,
        })),
    })
}

fn import(flags: &cli::Import) -> Result<Import> {
    Ok(Import {
        file: flags.file.clone(),
        output: flags.output.clone(),
        force: flags.force,
        dtype: flags.dtype.map(Into::into),
        overrides: Overrides { name: flags.name.clone(), ..overrides(&flags.identity)? },
        labels: flags.labels.clone(),
        preprocessing: preprocessing(&flags.preprocessing)?,
        notes: flags.notes.clone(),
    })
}

/// The weights that were named, of which there must be some.
fn named(which: &cli::Which, environment: &Environment) -> Result<Vec<ModelSource>> {
    let sources = sources(which, environment)?;
    if sources.is_empty() {
        let detail = "no model: expected a name of `nasnet weights list`, or hf:OWNER/NAME";
        return Err(Error::Config(detail.to_owned()));
    }
    Ok(sources)
}

fn sources(which: &cli::Which, environment: &Environment) -> Result<Vec<ModelSource>> {
    let source = |name: &String| {
        let source = ModelSource::parse(name)?;
        if !source.is_remote() && !source.is_built_in() {
            return Err(source.not_kept());
        }
        environment.provided(source, which.network.offline)
    };
    which.models.iter().map(source).collect()
}
