//! `nasnet classify`: images in, records out.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use super::ExitStatus;
use crate::answers::predictions::{Answer, Record};
use crate::engine::Output::Logits;
use crate::inputs::{self, PassedOver, PathKey, Source};
use crate::output::console::{self, Console};
use crate::output::{self, Format, ModelHeader, Printer, rows};
use crate::run::actions::{self, Actions};
use crate::run::explainer::{self, Explainer};
use crate::run::interrupt::Interrupt;
use crate::run::journal::{self, Kind};
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::sink::{Sink, refuse_inputs, refuse_to_replace};
use crate::run::work_items::{SharedLedger, jobs, locked, sum_up};
use crate::settings::{Classify, Common, Resume};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Classify, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (sources, passed_over) = inputs::sources(&settings.inputs)?;
    let [output, report] = [&settings.output, &settings.actions.report].map(Option::as_deref);
    for (flag, name) in [("--output", output), ("--report", report)] {
        refuse_inputs(flag, name, settings.inputs.named())?;
        if let Some(name) = name.filter(|_| settings.resume.is_none()) {
            refuse_to_replace(flag, name, settings.force)?;
        }
    }
    settings.actions.explain.as_ref().map(explainer::prepare).transpose()?;
    let pipeline = Pipeline::open(&settings.pipeline, common.console)?;
    // Until here there is nothing to finish: a signal ends the process at once, also amid a download.
    let interrupt = Interrupt::listen()?;
    let classes = pipeline.classifier.classes()?;
    // Its fingerprint may take a hash of all weights, so it is made only where it is wanted.
    let header = || pipeline.header(settings.scores.as_str());
    let mut output = Output::open(settings, header, common.console)?;

    let walked = Arc::new(AtomicU64::new(0));
    let jobs = jobs(sources, settings.shard, output.ledger.clone(), Arc::clone(&walked));
    let mut images = pipeline.images(jobs, Logits)?;

    let started = Instant::now();
    let first = images.next_batch(&interrupt)?;
    if first.is_empty() && interrupt.signal().is_none() && walked.load(Ordering::Relaxed) == 0 {
        return Err(inputs::none(&passed_over).into());
    }
    let only = actions::only(&settings.actions, pipeline.classifier.labels(), classes)?;
    let explainer = settings.actions.explain.as_ref().map(|wanted| {
        let how = explainer::How {
            scores: settings.scores,
            threshold: settings.selection.threshold,
            replace: settings.force || settings.resume.is_some(),
            only: only.clone(),
            model: header().short(),
        };
        Explainer::new(wanted, how, common.console)
    });
    let printer = output::printer(settings.format, header, settings.scores, common.table)?;
    let actions = Actions::new(settings, only, header, common.console)?;
    let mut run = Run {
        settings,
        pipeline: &pipeline,
        explainer,
        printer,
        actions,
        sink: output.sink(settings, stdout)?,
        ledger: output.ledger,
        counter: common.console.counter(),
        console: common.console,
        started,
        answered: 0,
        failed: 0,
        refused: 0,
    };
    run.count_ahead();
    run.printer.begin(&mut run.sink)?;
    let mut batch = Ok(first);
    loop {
        match batch.and_then(|batch| run.answer(batch)) {
            Ok(0) => break,
            Ok(_) if interrupt.signal().is_some() => break,
            Ok(_) => batch = images.next_batch(&interrupt),
            Err(error) => return Err(run.give_up(error)),
        }
    }
    run.finish(&interrupt, &passed_over)
}

/// Where the records go, before it is known that there are any.
struct Output {
    ledger: Option<SharedLedger>,
    rows: Option<(File, PathBuf)>,
}

impl Output {
    fn open(settings: &Classify, header: impl FnOnce() -> ModelHeader, console: Console) -> Result<Self> {
        let (Some(name), Some(resume)) = (&settings.output, settings.resume) else {
            return Ok(Output { ledger: None, rows: None });
        };
        let model = header().short();
        let request = journal::Request {
            name,
            fingerprint: rows::fingerprint(&model),
            kind: Kind::Predictions,
            retry_errors: resume == Resume::RetryErrors,
        };
        let (file, name, ledger) = journal::open(request, console)?;
        Ok(Output { ledger: Some(Arc::new(Mutex::new(ledger))), rows: Some((file, name)) })
    }

    fn sink<'a>(&mut self, settings: &Classify, stdout: &'a mut dyn Write) -> Result<Sink<'a>> {
        match self.rows.take() {
            Some((file, name)) => Sink::rows(file, name),
            None => Sink::open(settings.output.as_deref(), settings.force, stdout),
        }
    }
}

struct Run<'a> {
    settings: &'a Classify,
    pipeline: &'a Pipeline,
    explainer: Option<Explainer>,
    printer: Box<dyn Printer>,
    actions: Actions,
    sink: Sink<'a>,
    ledger: Option<SharedLedger>,
    counter: ProgressBar,
    console: Console,
    started: Instant,
    answered: u64,
    failed: u64,
    /// Overlays that were not written.
    refused: u64,
}

impl Run<'_> {
    /// Writes the records of a batch, failed ones in their place, and says how many they were.
    fn answer(&mut self, images: Vec<Answered>) -> Result<usize> {
        let count = images.len();
        let mut explained = Vec::new().into_iter();
        if let Some(explainer) = &self.explainer {
            let drawn = explainer.draw(self.pipeline, &images)?;
            self.refused += drawn.refused;
            explained = drawn.explained.into_iter();
        }
        for Answered { seq, path, image } in images {
            let mut small = None;
            let outcome = match image {
                Ok(Numbers { width, height, truncated, row, thumbnail, .. }) => {
                    small = thumbnail;
                    let predictions = self.pipeline.classifier.predictions(
                        &row,
                        self.settings.scores,
                        self.settings.selection,
                    );
                    Ok(Answer { width, height, truncated, predictions, explained: explained.next() })
                }
                Err(error) => {
                    self.failed += 1;
                    Err(error)
                }
            };
            self.answered += 1;
            self.write(&Record { path, seq, outcome }, small)?;
        }
        self.sink.flush().with_context(|| self.sink.describe())?;
        self.counter.set_position(self.done());
        if self.failed > 0 {
            self.counter.set_message(format!(", {} failed", self.failed));
        }
        Ok(count)
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

    /// Inputs that are dealt with.
    fn done(&self) -> u64 {
        self.answered + self.ledger.as_deref().map_or(0, |ledger| locked(ledger).passed_over())
    }

    /// Walks the inputs a second time for their number, where progress is shown and they can be walked twice.
    fn count_ahead(&self) {
        if self.counter.is_hidden() || !inputs::can_be_walked_twice(&self.settings.inputs) {
            return;
        }
        let (options, shard) = (self.settings.inputs.clone(), self.settings.shard);
        let counter = self.counter.clone();
        let count = move || {
            let Ok((sources, _)) = inputs::sources(&options) else { return };
            let own = |source: &Source| shard.is_none_or(|shard| shard.takes(PathKey::of(&source.path)));
            console::expect(&counter, sources.filter(own).count() as u64);
        };
        // Progress without a total is progress too.
        let _ = std::thread::Builder::new().name("count".to_owned()).spawn(count);
    }

    /// The output cannot be written: what is written stays a whole document, if it can be written to at all.
    fn give_up(mut self, error: anyhow::Error) -> anyhow::Error {
        self.counter.finish_and_clear();
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

    /// What there is of a file that is not finished, and how to go on with it.
    fn note_rest(&self, has_end: bool) {
        if let Some(report) = self.actions.report() {
            self.console.note(&format!("the report so far is in {}", report.display()));
        }
        let Some(file) = self.sink.file() else { return };
        let (file, format) = (file.display(), self.settings.format);
        self.console.note(&match format {
            Format::JsonLines => format!("what was answered is in {file}; --resume goes on from there"),
            _ if format.stands_on_its_end() && !has_end => format!(
                "{file} cannot be read without its end; --format jsonl keeps each row as it is known, and \
                 `nasnet merge` converts it"
            ),
            _ => format!("what was answered is in {file}"),
        });
    }

    fn finish(mut self, interrupt: &Interrupt, passed_over: &PassedOver) -> Result<ExitStatus> {
        self.counter.finish_and_clear();
        self.end().inspect_err(|_| self.note_rest(false))?;
        if let Some(signal) = interrupt.signal() {
            self.note_rest(true);
            return Ok(ExitStatus::Interrupted(signal));
        }
        let file = self.sink.file().map(Path::to_owned);
        self.sink.finish()?;
        let unsorted = self.actions.unsorted();
        self.actions.finish()?;
        let (console, ledger) = (self.console, self.ledger.as_deref());
        if let (Some(ledger), Some(file)) = (ledger, file) {
            locked(ledger).tidy(&file)?;
        }
        let failed = sum_up(console, passed_over, ledger, self.answered, self.failed);
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.answered as f64 / seconds.max(1e-9);
        if self.answered > 1 {
            console.note(&format!("{} images in {seconds:.1} s, {rate:.1} images/s", self.answered));
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
