//! `nasnet embed`: images in, features out.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::ExitStatus;
use super::interrupt::Interrupt;
use super::pipeline::{Answered, Numbers, Pipeline};
use super::sink::refuse_to_replace;
use crate::classifier::{Pooling, max_pool};
use crate::inputs;
use crate::model::engine::Output;
use crate::output::vectors::{self, Features, Row, VectorWriter};
use crate::settings::{Common, Embed};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Embed, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (sources, passed_over) = inputs::sources(&settings.inputs)?;
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    let interrupt = Interrupt::listen()?;
    let mut images = pipeline.images((0..).zip(sources), output(settings.pooling))?;
    let mut batch = images.next_batch(&interrupt)?;
    if batch.is_empty() && interrupt.signal().is_none() {
        return Err(inputs::none(&passed_over).into());
    }

    let partial = settings.output.as_deref().map(|name| partial(name, settings)).transpose()?;
    let (shape, header) = (shape(&pipeline, settings.pooling), pipeline.header(numbers(settings)));
    let mut writer = match &partial {
        Some(partial) => vectors::to_file(settings.form, partial, &shape, &header)
            .with_context(|| format!("--output {}", partial.display()))?,
        None => vectors::to_stdout(settings.form, stdout, &shape, &header, common.table.is_terminal)?,
    };
    let counter = common.console.counter();
    let (mut answered, mut failed) = (0, 0);
    while !batch.is_empty() {
        failed += batch.iter().filter(|image| image.image.is_err()).count();
        answered += batch.len();
        let next = write(&pipeline, settings, batch, writer.as_mut());
        counter.set_position(answered as u64);
        batch = match next.and_then(|()| images.next_batch(&interrupt)) {
            Ok(batch) => batch,
            Err(error) => {
                // What is written stays a whole document, if it can be written to at all.
                let _ = writer.end();
                return Err(error);
            }
        };
    }
    counter.finish_and_clear();
    writer.end()?;
    drop(writer);

    if let Some(signal) = interrupt.signal() {
        if let Some(partial) = &partial {
            let place = partial.display();
            common.console.note(&format!("interrupted after {answered} images, they are in {place}"));
        }
        return Ok(ExitStatus::Interrupted(signal));
    }
    if let (Some(partial), Some(name)) = (&partial, &settings.output) {
        for (from, to) in
            vectors::files(settings.form, partial).iter().zip(vectors::files(settings.form, name))
        {
            fs::rename(from, &to).with_context(|| to.display().to_string())?;
        }
    }
    if passed_over.count() > 0 {
        common.console.note(&format!("{} other files were passed over", passed_over.count()));
    }
    if failed > 0 {
        common.console.note(&format!("{failed} of {answered} images failed"));
    }
    let excused = failed == 0 || settings.exit_zero;
    Ok(if excused { ExitStatus::Success } else { ExitStatus::SomeFailed })
}

/// The name of the unfinished file, when nothing is in the way of the finished one.
fn partial(name: &Path, settings: &Embed) -> Result<PathBuf> {
    for file in vectors::files(settings.form, name) {
        refuse_to_replace(&file, settings.force)?;
    }
    let mut partial = name.as_os_str().to_owned();
    partial.push(".partial");
    Ok(PathBuf::from(partial))
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

/// What the network is asked for.
fn output(pooling: Pooling) -> Output {
    if pooling == Pooling::Average { Output::Pooled } else { Output::Features }
}

/// Writes the features of a batch, failed images in their place.
fn write(
    pipeline: &Pipeline,
    settings: &Embed,
    batch: Vec<Answered>,
    writer: &mut dyn VectorWriter,
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
        let outcome = image.as_ref().map(|Numbers { width, height, row }| Features {
            width: *width,
            height: *height,
            values: row,
        });
        writer.row(&Row { path: &path, seq, outcome })?;
    }
    Ok(())
}

/// Divides by the Euclidean length; features that are all zero stay so.
fn scale_to_length_one(values: &mut [f32]) {
    let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        values.iter_mut().for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}
