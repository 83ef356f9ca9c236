//! `nasnet embed`: images in, features out.

use std::io::Write;
use std::sync::Mutex;

use anyhow::Result;

use super::ExitStatus;
use crate::classifier::Pooling;
use crate::engine::{NetworkOutput, max_pool};
use crate::inputs::{self, PathKey};
use crate::output::text::count;
use crate::output::vectors::{FeatureRow, Features, VectorWriter};
use crate::run::feature_output::{FeatureLayout, FeatureOutput};
use crate::run::image_run::{ImageRun, Inputs};
use crate::run::journal::{Ledger, locked};
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::settings::{Common, Embed};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Embed, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let sources = inputs::sources(&settings.inputs)?;
    let pipeline = Pipeline::open_for(&settings.inputs, &settings.pipeline, common.console)?;
    let (shape, header) = (shape(&pipeline, settings.pooling), pipeline.header(numbers(settings)));
    let rows = FeatureLayout { form: settings.form, shape: &shape, model: &header };
    let mut output = FeatureOutput::open(settings, rows, common.console)?;
    let ledger = output.ledger();
    let wanted =
        if settings.pooling == Pooling::Average { NetworkOutput::Pooled } else { NetworkOutput::Features };
    let inputs = Inputs { options: &settings.inputs, ledger: ledger.clone() };
    let console = common.console.scrolling(settings.output.is_none() && common.table.is_terminal);
    let mut run = ImageRun::start(&pipeline, inputs, sources, wanted, console)?;
    let mut writer = output.writer(rows, stdout, common.table.is_terminal)?;
    let written = run.for_each_batch(|batch| {
        let written = write(&pipeline, settings, batch, writer.as_mut(), ledger.as_deref());
        written.map_err(|error| output.blame(error))
    });
    // What is written becomes a whole document also after a failure, if it can be written to at all.
    let ended = writer.end().map_err(|error| output.blame(error.into()));
    drop(writer);
    written.and(ended)?;

    if let Some(signal) = run.signal() {
        if let Some(file) = output.file() {
            let way_out = if settings.resume.is_some() { "; --resume continues there" } else { "" };
            let (answered, place) = (count(run.answered(), "image"), file.display());
            common.console.note(&format!("interrupted after {answered}, they are in {place}{way_out}"));
        }
        return Ok(ExitStatus::Interrupted(signal));
    }
    output.finish(rows)?;
    Ok(ExitStatus::of_images(run.sum_up().failed, settings.exit_zero))
}

/// The shape of one image's features: H, W, C or C.
fn shape(pipeline: &Pipeline, pooling: Pooling) -> Vec<usize> {
    let graph = &pipeline.classifier.weights().graph;
    let map = graph.node(graph.features).shape;
    match pooling {
        Pooling::None => vec![map.height, map.width, map.channels],
        Pooling::Average | Pooling::Max => vec![map.channels],
    }
}

/// What the numbers are, for those who compare runs.
fn numbers(settings: &Embed) -> &'static str {
    match (settings.pooling, settings.normalize) {
        (Pooling::None, false) => "features none",
        (Pooling::Average, false) => "features avg",
        (Pooling::Max, false) => "features max",
        (Pooling::None, true) => "features none normalized",
        (Pooling::Average, true) => "features avg normalized",
        (Pooling::Max, true) => "features max normalized",
    }
}

/// Writes the features of a batch, failed images in their place.
fn write(
    pipeline: &Pipeline,
    settings: &Embed,
    batch: Vec<Answered>,
    writer: &mut dyn VectorWriter,
    ledger: Option<&Mutex<Ledger>>,
) -> Result<()> {
    for Answered { seq, path, stamp, mut result } in batch {
        if let Ok(Numbers { row, .. }) = &mut result {
            if settings.pooling == Pooling::Max {
                *row = max_pool(row, pipeline.classifier.config().penultimate_filters);
            }
            if settings.normalize {
                scale_to_length_one(row);
            }
        }
        let outcome = result.as_ref().map(|Numbers { width, height, row, .. }| Features {
            width: *width,
            height: *height,
            values: row,
        });
        let at = writer.position();
        writer.row(&FeatureRow { path: &path, seq, stamp, outcome })?;
        if let Some(ledger) = ledger {
            locked(ledger).wrote(PathKey::of(&path), seq, at);
        }
    }
    Ok(writer.flush()?)
}

/// Divides by the Euclidean length; features that are all zero stay so.
fn scale_to_length_one(values: &mut [f32]) {
    let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        values.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}
