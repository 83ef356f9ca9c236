//! `nasnet weights import`: files of other formats to canonical ones.

use anyhow::{Context, Result};

use crate::answers::labels::Labels;
use crate::commands::ExitStatus;
use crate::files;
use crate::run::sink::refuse_to_replace;
use crate::settings::{Common, Import};
use crate::weights::{self, canonical};

/// Runs the command.
///
/// # Errors
/// When the file is no NASNet-A, or the other one cannot be written.
pub fn run(settings: &Import, common: Common) -> Result<ExitStatus> {
    refuse_to_replace("--output", &settings.output, settings.force)?;
    let mut loaded = weights::load(&settings.file, &settings.overrides)?;
    for note in &loaded.notes {
        common.console.note(note);
    }
    if let Some(path) = &settings.labels {
        loaded.labels = Some(Labels::from_file(path)?);
    }
    if loaded.preprocessing.is_some() || settings.preprocessing != Default::default() {
        loaded.preprocessing = Some(settings.preprocessing.apply(loaded.preprocessing)?);
    }
    if let Some(path) = &settings.notes {
        let text = files::read_text(path).with_context(|| path.display().to_string())?;
        loaded.card_notes =
            serde_json::from_str(&text).with_context(|| format!("{}: not JSON", path.display()))?;
    }
    // A canonical file travels: it names the file that it was made from, not where that lay.
    let file_name = settings.file.file_name().map(|name| name.to_string_lossy().into_owned());
    if loaded.kind != "canonical" {
        loaded.source = file_name;
    }
    let dtype = settings.dtype.unwrap_or(loaded.weights.dtype());
    let card = canonical::write(&settings.output, &loaded.graph, &loaded.weights, &loaded.card(), dtype)?;
    common.console.note(&format!(
        "{}: {} in {}, dialect {}, sha256 {}",
        settings.output.display(),
        card.config,
        dtype.as_str(),
        card.dialect,
        &card.fingerprint
    ));
    Ok(ExitStatus::Success)
}
