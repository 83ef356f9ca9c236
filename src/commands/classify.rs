//! `nasnet classify`: images in, records out.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::ExitStatus;
use crate::answers::policy::{Decision, Policy};
use crate::answers::predictions::{Answer, Record};
use crate::engine::NetworkOutput::Logits;
use crate::inputs;
use crate::output::console::Console;
use crate::output::{self, ModelHeader};
use crate::run::answering;
use crate::run::bursts::{Burst, Bursts};
use crate::run::image_run::{ImageRun, Inputs};
use crate::run::journal::{self, Continued, RowKind};
use crate::run::page::Page;
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::records::Records;
use crate::run::sink::{Sink, refuse_inputs, refuse_to_lose, refuse_to_replace};
use crate::settings::{Classify, Common};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Classify, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let console = common.console;
    let sources = inputs::sources(&settings.inputs)?;
    check_files(settings)?;
    let pipeline = Pipeline::open_for(&settings.inputs, &settings.pipeline, console)?;
    let policy =
        answering::policy(&settings.answers, &pipeline.classifier, console)?.of_bursts(settings.burst);
    // Its fingerprint may take a hash of all weights, so it is made only where it is needed.
    let header = || pipeline.header_of(&policy);
    let continued = continued(settings, header, console)?;
    let ledger = continued.as_ref().map(|continued| Arc::clone(&continued.ledger));
    let inputs = Inputs { options: &settings.inputs, ledger: ledger.clone() };
    let scrolls = settings.output.is_none() && common.table.is_terminal;
    let mut run = ImageRun::start(&pipeline, inputs, sources, Logits, console.scrolling(scrolls))?;

    let rolled_up = settings.answers.rollup.is_some();
    let printer = output::printer(settings.format, header, settings.answers.scores, rolled_up, common.table)?;
    let page = page(settings, header)?;
    let sink = Sink::behind(continued, settings.output.as_deref(), settings.force, stdout)?;
    let records = Records::begin((settings.format, printer), sink, ledger, console)?;
    let bursts = settings.burst.map(Bursts::new);
    let mut answers =
        AnswerWriter { policy: &policy, bursts, shows_exif: settings.exif, records, page, console };
    if let Err(error) = run.for_each_batch(|batch| answers.take(batch)) {
        // What is written becomes a complete document, if it can be written to at all.
        let end = answers.end();
        answers.note_rest(end.is_ok());
        return Err(error);
    }
    // Of an interrupted run the last burst may not be whole.
    let last = if run.signal().is_none() { answers.end_bursts() } else { Ok(()) };
    last.and_then(|()| answers.end()).inspect_err(|_| answers.note_rest(false))?;
    if let Some(signal) = run.signal() {
        answers.note_rest(true);
        return Ok(ExitStatus::Interrupted(signal));
    }
    answers.finish()?;
    Ok(ExitStatus::of_images(run.sum_up().failed, settings.exit_zero))
}

/// Checks the files that are to be written, before any work is done.
fn check_files(settings: &Classify) -> Result<()> {
    let [output, report] = [&settings.output, &settings.report].map(Option::as_deref);
    for (flag, name) in [("--output", output), ("--report", report)] {
        refuse_inputs(flag, name, settings.inputs.named())?;
        if let Some(name) = name.filter(|_| settings.resume.is_none()) {
            refuse_to_replace(flag, name, settings.force)?;
            refuse_to_lose(flag, name, settings.force)?;
        }
    }
    Ok(())
}

/// The output that is continued, if one is.
fn continued(
    settings: &Classify,
    header: impl FnOnce() -> ModelHeader,
    console: Console,
) -> Result<Option<Continued>> {
    let (Some(name), Some(resume)) = (&settings.output, settings.resume) else { return Ok(None) };
    let model = &header().short();
    journal::open(journal::Request { name, model, kind: RowKind::Predictions, resume }, console).map(Some)
}

/// The page of `--report`.
fn page(settings: &Classify, header: impl FnOnce() -> ModelHeader) -> Result<Option<Page>> {
    let Some(name) = &settings.report else { return Ok(None) };
    if settings.resume.is_some() && name.symlink_metadata().is_ok() {
        bail!(
            "--report {}: it is there already, and shows what one run answers; name another file",
            name.display()
        );
    }
    Page::create(name, settings.force, &header()).map(Some)
}

/// Everything that is written about the answers.
struct AnswerWriter<'a> {
    policy: &'a Policy,
    /// Photos whose answer is that of their burst.
    bursts: Option<Bursts>,
    /// Whether records say when and where photos were taken.
    shows_exif: bool,
    records: Records<'a>,
    page: Option<Page>,
    console: Console,
}

impl AnswerWriter<'_> {
    /// Writes the records of a batch, failed ones in their place.
    fn take(&mut self, images: Vec<Answered>) -> Result<()> {
        for image in images {
            let Some(bursts) = &mut self.bursts else {
                let policy = self.policy;
                self.write(image, |photo| policy.decide(&photo.row))?;
                continue;
            };
            if let Some(burst) = bursts.take(image, self.policy) {
                self.write_burst(burst)?;
            }
        }
        self.records.flush()
    }

    /// Writes the records of the last burst.
    fn end_bursts(&mut self) -> Result<()> {
        let last = self.bursts.as_mut().and_then(Bursts::end);
        last.map_or(Ok(()), |burst| self.write_burst(burst))
    }

    fn write_burst(&mut self, burst: Burst) -> Result<()> {
        let Burst { images, photos, probabilities } = burst;
        let policy = self.policy;
        for mut image in images {
            if let Ok(photo) = &mut image.result {
                photo.notes.burst = Some(photos);
                if !self.shows_exif {
                    (photo.notes.taken, photo.notes.gps) = (None, None);
                }
            }
            self.write(image, |_| policy.decide_together(&probabilities))?;
        }
        Ok(())
    }

    fn write(&mut self, image: Answered, decide: impl Fn(&Numbers) -> Decision) -> Result<()> {
        let Answered { seq, path, stamp, result } = image;
        let mut small = None;
        let outcome = result.map(|mut photo| {
            small = photo.thumbnail.take();
            let Decision { predictions, group } = decide(&photo);
            let Numbers { width, height, notes, .. } = photo;
            Answer { width, height, notes, predictions, group, explained: None }
        });
        let record = Record { path, seq, stamp, outcome };
        self.records.write(&record)?;
        match &mut self.page {
            Some(page) => page.record(&record, small),
            None => Ok(()),
        }
    }

    /// Writes what comes after the last record.
    fn end(&mut self) -> Result<()> {
        // A page that fails leaves the output complete.
        let page = self.page.as_mut().map_or(Ok(()), Page::end);
        self.records.end().and(page)
    }

    /// Says where the output of an unfinished run is.
    fn note_rest(&self, has_end: bool) {
        if let Some(page) = &self.page {
            self.console.note(&format!("the report so far is in {}", page.file().display()));
        }
        self.records.note_rest(has_end);
    }

    /// Gives files their names.
    fn finish(self) -> Result<()> {
        self.records.finish()?;
        self.page.map_or(Ok(()), Page::finish)
    }
}
