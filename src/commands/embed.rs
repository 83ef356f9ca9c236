//! `nasnet embed`: images in, features out.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Result;

use super::ExitStatus;
use crate::classifier::Pooling;
use crate::engine::Output;
use crate::engine::max_pool;
use crate::inputs::{self, PathKey};
use crate::output::vectors::{Features, Row, VectorWriter};
use crate::run::feature_output::{Output as Target, Rows};
use crate::run::interrupt::Interrupt;
use crate::run::journal::Ledger;
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::work_items::{jobs, locked, sum_up};
use crate::settings::{Common, Embed};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Embed, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (sources, passed_over) = inputs::sources(&settings.inputs)?;
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    let interrupt = Interrupt::listen()?;
    let (shape, header) = (shape(&pipeline, settings.pooling), pipeline.header(numbers(settings)));
    let rows = Rows { form: settings.form, shape: &shape, model: &header };
    let mut output = Target::open(settings, rows, common.console)?;
    let ledger = output.ledger();

    let walked = Arc::new(AtomicU64::new(0));
    let jobs = jobs(sources, settings.shard, ledger.clone(), Arc::clone(&walked));
    let wanted = if settings.pooling == Pooling::Average { Output::Pooled } else { Output::Features };
    let mut images = pipeline.images(jobs, wanted)?;
    let mut batch = images.next_batch(&interrupt)?;
    if batch.is_empty() && interrupt.signal().is_none() && walked.load(Ordering::Relaxed) == 0 {
        return Err(inputs::none(&passed_over).into());
    }
    let mut writer = output.writer(rows, stdout, common.table.is_terminal)?;
    let counter = common.console.counter();
    let (mut answered, mut failed) = (0, 0);
    while !batch.is_empty() {
        failed += batch.iter().filter(|image| image.image.is_err()).count() as u64;
        answered += batch.len() as u64;
        let written = write(&pipeline, settings, batch, writer.as_mut(), ledger.as_deref());
        let written = written.map_err(|error| output.blame(error));
        counter.set_position(answered + ledger.as_deref().map_or(0, |ledger| locked(ledger).passed_over()));
        batch = match written.and_then(|()| images.next_batch(&interrupt)) {
            Ok(batch) => batch,
            Err(error) => {
                // What is written stays a whole document, if it can be written to at all.
                let _ = writer.end();
                return Err(error);
            }
        };
    }
    counter.finish_and_clear();
    writer.end().map_err(|error| output.blame(error.into()))?;
    drop(writer);

    if let Some(signal) = interrupt.signal() {
        if let Some(file) = output.file() {
            let way_out = if settings.resume.is_some() { "; --resume goes on from there" } else { "" };
            let place = file.display();
            common
                .console
                .note(&format!("interrupted after {answered} images, they are in {place}{way_out}"));
        }
        return Ok(ExitStatus::Interrupted(signal));
    }
    output.finish(rows)?;
    let failed = sum_up(common.console, &passed_over, ledger.as_deref(), answered, failed);
    let excused = failed == 0 || settings.exit_zero;
    Ok(if excused { ExitStatus::Success } else { ExitStatus::SomeFailed })
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
    for Answered { seq, path, mut image } in batch {
        if let Ok(Numbers { row, .. }) = &mut image {
            if settings.pooling == Pooling::Max {
                *row = max_pool(row, pipeline.classifier.config().penultimate_filters);
            }
            if settings.normalize {
                scale_to_length_one(row);
            }
        }
        let outcome = image.as_ref().map(|Numbers { width, height, row, .. }| Features {
            width: *width,
            height: *height,
            values: row,
        });
        let at = writer.position();
        writer.row(&Row { path: &path, seq, outcome })?;
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
