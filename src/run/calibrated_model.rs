//! `nasnet eval --calibrate`: the same weights in a file that records a temperature.

use std::path::Path;

use anyhow::{Result, bail};

use super::open;
use super::sink::{refuse_inputs, refuse_to_replace};
use crate::answers::temperature::Fitted;
use crate::classifier::Classifier;
use crate::evaluation::GradedAnswer;
use crate::evaluation::calibration::Calibration;
use crate::output::console::Console;
use crate::output::text::count;
use crate::settings::Eval;
use crate::weights::canonical;

/// How a temperature is found.
const METHOD: &str = "least mean negative log-likelihood";

/// Checks that the file can be written, before any work is done.
///
/// # Errors
/// When it is there already, is an input, or its folder does not exist.
pub fn prepare(name: &Path, settings: &Eval) -> Result<()> {
    refuse_inputs("--output", Some(name), settings.labels_file.iter().chain(&settings.synsets))?;
    refuse_to_replace("--output", name, settings.force)
}

/// Fits a temperature to the answers of a model, and writes its weights with it.
///
/// # Errors
/// When there are no answers, or the file cannot be written.
pub fn write(
    name: &Path,
    settings: &Eval,
    classifier: &Classifier,
    graded: &[GradedAnswer],
    console: Console,
) -> Result<()> {
    if graded.is_empty() {
        bail!("--calibrate: no image was answered, so there is nothing to fit a temperature to");
    }
    // The temperature is fitted to the logits themselves, whatever they were divided by until now.
    let before = Calibration::new(graded, 1.0);
    let preprocessing = classifier.preprocessing();
    let (height, width) = classifier.config().input_size;
    let fitted = Fitted {
        temperature: before.temperature,
        method: METHOD.to_owned(),
        images: graded.len(),
        expected_error_before: before.expected_error,
        expected_error_after: before.expected_error_at_temperature,
        preprocessing: Some(format!(
            "{} {}, crop_pct {}, {height} x {width}",
            preprocessing.resize, preprocessing.filter, preprocessing.crop_pct
        )),
    };
    // The classifier may have freed its tensors.
    let mut loaded = open::weights(&settings.pipeline.model, Console { quiet: true, ..console })?;
    loaded.preprocessing = Some(*preprocessing);
    loaded.temperature = Some(fitted);
    // The file may be moved, so it names the file that it was made from without its folder.
    let origin = loaded.source.as_deref().map(Path::new).filter(|path| path.is_file());
    if let Some(file) = origin.and_then(Path::file_name) {
        loaded.source = Some(file.to_string_lossy().into_owned());
    }
    canonical::write(name, &loaded.graph, &loaded.weights, &loaded.card(), loaded.weights.dtype())?;
    console.note(&format!(
        "{}: temperature {:.4}, fitted on {}; expected calibration error on them {:.2} %, before {:.2} %",
        name.display(),
        before.temperature,
        count(graded.len() as u64, "image"),
        before.expected_error_at_temperature * 100.0,
        before.expected_error * 100.0
    ));
    Ok(())
}
