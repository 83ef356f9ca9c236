//! `nasnet weights export`: a network to a file of another tool.

use anyhow::Result;

use crate::commands::ExitStatus;
use crate::run::open;
use crate::run::sink::{refuse_inputs, refuse_to_replace};
use crate::settings::{Common, Export, ExportFormat};
use crate::weights::export;

/// Runs the command.
///
/// # Errors
/// When the model is unavailable, the other tool has no such network, or the file cannot be written.
pub fn run(settings: &Export, common: Common) -> Result<ExitStatus> {
    refuse_to_replace("--output", &settings.output, settings.force)?;
    refuse_inputs("--output", Some(&settings.output), settings.model.labels.iter())?;
    let loaded = open::weights(&settings.model, common.console)?;
    match settings.to {
        ExportFormat::Keras => export::keras(&settings.output, &loaded)?,
        ExportFormat::Timm => export::timm(&settings.output, &loaded)?,
        ExportFormat::Onnx => export::onnx(&settings.output, &loaded)?,
    }
    let classes = loaded.config.classes.map_or("no head".to_owned(), |classes| format!("{classes} classes"));
    common.console.note(&format!("{}: {}, {classes}", settings.output.display(), loaded.config));
    Ok(ExitStatus::Success)
}
