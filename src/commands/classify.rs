//! `nasnet classify`: images in, records out.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};

use super::ExitStatus;
use crate::answers::policy::{Decision, Policy};
use crate::answers::predictions::{Answer, Record};
use crate::engine::Output::Logits;
use crate::inputs::{self, PathKey};
use crate::output::console::Console;
use crate::output::{self, Format, ModelHeader, Printer};
use crate::run::actions::{self, Actions};
use crate::run::answering;
use crate::run::explainer::{self, Explainer};
use crate::run::image_run::{ImageRun, Inputs, Totals};
use crate::run::journal::{self, Continued, Kind, SharedLedger, locked};
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::sink::{Sink, refuse_inputs, refuse_to_replace};
use crate::settings::{Classify, Common};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Classify, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let sources = inputs::sources(&settings.inputs)?;
    let [output, report] = [&settings.output, &settings.actions.report].map(Option::as_deref);
    for (flag, name) in [("--output", output), ("--report", report)] {
        refuse_inputs(flag, name, settings.inputs.named())?;
        if let Some(name) = name.filter(|_| settings.resume.is_none()) {
            refuse_to_replace(flag, name, settings.force)?;
        }
    }
    settings.actions.explain.as_ref().map(explainer::prepare).transpose()?;
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    let classes = pipeline.classifier.classes()?;
    let policy = answering::policy(&settings.answers, &pipeline.classifier, common.console)?;
    // Its fingerprint may take a hash of all weights, so it is made only where it is wanted.
    let header = || pipeline.header_of(&policy);
    let continued = continued(settings, header, common.console)?;
    let ledger = continued.as_ref().map(|continued| Arc::clone(&continued.ledger));
    let inputs = Inputs { options: &settings.inputs, shard: settings.shard, ledger: ledger.clone() };
    let mut run = ImageRun::start(&pipeline, inputs, sources, Logits, common.console)?;
    let only = actions::only(&settings.actions, pipeline.classifier.labels(), classes)?;
    let explainer = settings.actions.explain.as_ref().map(|wanted| {
        let how = explainer::How {
            policy: policy.clone(),
            replace: settings.force || settings.resume.is_some(),
            only: only.clone(),
            model: header().short(),
        };
        Explainer::new(wanted, how, common.console)
    });
    let rolled_up = settings.answers.rollup.is_some();
    let printer = output::printer(settings.format, header, settings.answers.scores, rolled_up, common.table)?;
    let actions = Actions::new(settings, only, header, common.console)?;
    let mut records = Records {
        settings,
        pipeline: &pipeline,
        policy: &policy,
        explainer,
        printer,
        actions,
        sink: Sink::behind(continued, output, settings.force, stdout)?,
        ledger,
        console: common.console,
        refused: 0,
    };
    records.printer.begin(&mut records.sink)?;
    match run.for_each_batch(|batch| records.write_batch(batch)) {
        Ok(()) => records.finish(&run),
        Err(error) => Err(records.give_up(error)),
    }
}

/// The output that is continued, if one is.
fn continued(
    settings: &Classify,
    header: impl FnOnce() -> ModelHeader,
    console: Console,
) -> Result<Option<Continued>> {
    let (Some(name), Some(resume)) = (&settings.output, settings.resume) else { return Ok(None) };
    let model = &header().short();
    journal::open(journal::Request { name, model, kind: Kind::Predictions, resume }, console).map(Some)
}

/// What becomes of the answers: records in the output, and whatever else was asked for.
struct Records<'a> {
    settings: &'a Classify,
    pipeline: &'a Pipeline,
    policy: &'a Policy,
    explainer: Option<Explainer>,
    printer: Box<dyn Printer>,
    actions: Actions,
    sink: Sink<'a>,
    ledger: Option<SharedLedger>,
    console: Console,
    /// Overlays that were not written.
    refused: u64,
}

impl Records<'_> {
    /// Writes the records of a batch, failed ones in their place.
    fn write_batch(&mut self, images: Vec<Answered>) -> Result<()> {
        let mut explained = Vec::new().into_iter();
        if let Some(explainer) = &self.explainer {
            let drawn = explainer.draw(self.pipeline, &images)?;
            self.refused += drawn.refused;
            explained = drawn.explained.into_iter();
        }
        for Answered { seq, path, stamp, result } in images {
            let mut small = None;
            let outcome = result.map(|Numbers { width, height, notes, row, thumbnail, .. }| {
                small = thumbnail;
                let Decision { predictions, group } = self.policy.decide(&row);
                Answer { width, height, notes, predictions, group, explained: explained.next() }
            });
            self.write(&Record { path, seq, stamp, outcome }, small)?;
        }
        self.sink.flush().with_context(|| self.sink.describe())
    }

    fn write(&mut self, record: &Record, thumbnail: Option<String>) -> Result<()> {
        if !self.actions.wants(record) {
            return Ok(());
        }
        let at = self.sink.position();
        self.printer.record(record, &mut self.sink).with_context(|| self.sink.describe())?;
        if let Some(ledger) = self.ledger.as_deref() {
            locked(ledger).wrote(PathKey::of(&record.path), record.seq, at);
        }
        self.actions.take(record, thumbnail)
    }

    /// The output cannot be written: what is written stays a whole document, if it can be written to at all.
    fn give_up(mut self, error: anyhow::Error) -> anyhow::Error {
        let end = self.end();
        self.note_rest(end.is_ok());
        error
    }

    /// Writes what stands behind the last record.
    fn end(&mut self) -> Result<()> {
        // A report that fails leaves the output whole.
        let report = self.actions.end();
        let end = self.printer.end(&mut self.sink).and_then(|()| self.sink.flush());
        end.with_context(|| self.sink.describe()).and(report)
    }

    /// What there is of a file that is not finished, and how to continue it.
    fn note_rest(&self, has_end: bool) {
        if let Some(report) = self.actions.report() {
            self.console.note(&format!("the report so far is in {}", report.display()));
        }
        let Some(file) = self.sink.file() else { return };
        let (file, format) = (file.display(), self.settings.format);
        self.console.note(&match format {
            Format::JsonLines => format!("what was answered is in {file}; --resume continues there"),
            _ if format.stands_on_its_end() && !has_end => format!(
                "{file} cannot be read without its end; --format jsonl keeps each row as it is known, and \
                 `nasnet merge` converts it"
            ),
            _ => format!("what was answered is in {file}"),
        });
    }

    fn finish(mut self, run: &ImageRun) -> Result<ExitStatus> {
        self.end().inspect_err(|_| self.note_rest(false))?;
        if let Some(signal) = run.signal() {
            self.note_rest(true);
            return Ok(ExitStatus::Interrupted(signal));
        }
        let file = self.sink.file().map(Path::to_owned);
        self.sink.finish()?;
        let unsorted = self.actions.unsorted();
        self.actions.finish()?;
        if let (Some(ledger), Some(file)) = (self.ledger.as_deref(), file) {
            locked(ledger).tidy(&file)?;
        }
        let console = self.console;
        let Totals { answered, failed, elapsed } = run.sum_up();
        if answered > 1 {
            let (seconds, count) = (elapsed.as_secs_f64(), answered as f64);
            console.note(&format!(
                "{answered} images in {seconds:.1} s, {:.1} images/s",
                count / seconds.max(1e-9)
            ));
        }
        if self.refused > 0 {
            console.note(&format!("{} overlays of --explain were not written", self.refused));
        }
        if unsorted > 0 {
            console.note(&format!("{unsorted} images were not sorted"));
        }
        let excused = failed + self.refused + unsorted == 0 || self.settings.exit_zero;
        Ok(if excused { ExitStatus::Success } else { ExitStatus::SomeFailed })
    }
}
