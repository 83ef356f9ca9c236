//! `nasnet explain`: class activation maps over the photos, as PNG files, and records that name them.

use std::io::Write;

use anyhow::Result;

use super::ExitStatus;
use crate::answers::policy::{Decision, Policy};
use crate::answers::predictions::{Answer, Record};
use crate::engine::NetworkOutput::Logits;
use crate::inputs;
use crate::output;
use crate::output::text::count;
use crate::run::answering;
use crate::run::explainer::{self, Drawn, Explainer, ExplainerSettings};
use crate::run::image_run::{ImageRun, Inputs};
use crate::run::only::Only;
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::records::Records;
use crate::run::sink::Sink;
use crate::settings::{Common, Explain};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, folder; or when a file or stdout cannot be written.
pub fn run(settings: &Explain, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let console = common.console;
    let sources = inputs::sources(&settings.inputs)?;
    explainer::prepare(&settings.dir)?;
    let pipeline = Pipeline::open_for(&settings.inputs, &settings.pipeline, console)?;
    let policy = answering::policy(&settings.answers, &pipeline.classifier, console)?;
    let classifier = &pipeline.classifier;
    let only = Only::of(&settings.only, classifier, console)?;
    let header = || pipeline.header_of(&policy);
    let inputs = Inputs { options: &settings.inputs, ledger: None };
    let console_of_run = console.scrolling(common.table.is_terminal);
    let mut run = ImageRun::start(&pipeline, inputs, sources, Logits, console_of_run)?;

    let printer = output::printer(settings.format, header, settings.answers.scores, false, common.table)?;
    let sink = Sink::open(None, false, stdout)?;
    let mut records = Records::begin((settings.format, printer), sink, None, console)?;
    let drawing = ExplainerSettings {
        dir: settings.dir.clone(),
        policy: policy.clone(),
        only: only.clone(),
        replace: settings.force,
        model: header().short(),
    };
    let explainer = Explainer::new(drawing, console);
    let mut refused = 0;
    let done = run.for_each_batch(|batch| {
        let drawn = explainer.draw(&pipeline, &batch)?;
        refused += drawn.refused;
        write(batch, drawn, &policy, &only, &mut records)
    });
    // What is written stays a complete document, if it can be written to at all.
    let end = records.end();
    done.and(end)?;
    records.finish()?;
    if let Some(signal) = run.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    let failed = run.sum_up().failed;
    if refused > 0 {
        let were = if refused == 1 { "was" } else { "were" };
        console.note(&format!("{} {were} not written: other files have their names", count(refused, "file")));
    }
    Ok(ExitStatus::of_images(failed + refused, settings.exit_zero))
}

/// Writes the records of a batch, failed ones in their place.
fn write(
    images: Vec<Answered>,
    drawn: Drawn,
    policy: &Policy,
    only: &Only,
    records: &mut Records,
) -> Result<()> {
    let mut explained = drawn.explained.into_iter();
    for Answered { seq, path, stamp, result } in images {
        let outcome = match result {
            Ok(Numbers { width, height, notes, row, .. }) => {
                let Decision { predictions, group } = policy.decide(&row);
                let explained = explained.next();
                if !only.wants(predictions.first()) {
                    continue;
                }
                Ok(Answer { width, height, notes, predictions, group, explained })
            }
            Err(error) => Err(error),
        };
        records.write(&Record { path, seq, stamp, outcome })?;
    }
    records.flush()
}
