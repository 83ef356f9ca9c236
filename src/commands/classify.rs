//! `nasnet classify`: images in, records out.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use indicatif::ProgressBar;

use super::ExitStatus;
use super::actions;
use super::interrupt::Interrupt;
use super::open;
use super::sink::Sink;
use crate::batch;
use crate::classifier::Classifier;
use crate::error::{Error, ImageError, ImageErrorKind};
use crate::image::decode::{DecodeOptions, decode};
use crate::inputs::{self, PassedOver, Source};
use crate::output::console::Console;
use crate::output::{self, Printer};
use crate::predictions::{Answer, Record};
use crate::settings::{Classify, Common};

/// Forward passes of the CPU gain nothing from more images than this.
const CPU_BATCH: usize = 8;

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device, output; or when the output cannot be written.
pub fn run(settings: &Classify, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let interrupt = Interrupt::listen()?;
    let (sources, passed_over) = inputs::sources(&settings.inputs)?;
    let threads = open::threads(settings.threads)?;
    let classifier = Arc::new(open::classifier(settings, threads, common.console)?);
    classifier.classes()?;

    let batch_size = settings.batch_size.unwrap_or(CPU_BATCH);
    let decoder = decoder(Arc::clone(&classifier), settings.decode);
    let mut images = batch::ordered(
        sources.enumerate(),
        threads,
        batch_size + 2 * threads,
        decoder,
        |(seq, source): &(usize, Source)| Decoded {
            seq: *seq as u64,
            path: source.path.clone(),
            image: Err(ImageError::new(ImageErrorKind::Decode, "corrupt image: its decoder gave up")),
        },
    )?;

    let first = images.next_batch(batch_size, interrupt.flag());
    if first.is_empty() && interrupt.signal().is_none() {
        return Err(no_inputs(&passed_over).into());
    }
    let header = || open::header(&classifier, settings);
    let printer = actions::around(
        output::printer(settings.format, header, settings.scores, common.table),
        &settings.actions,
        settings.force,
        settings.decode,
        classifier.labels(),
        header,
        common.console,
    )?;
    let mut run = Run {
        settings,
        classifier: &classifier,
        printer,
        sink: Sink::open(settings.output.as_deref(), settings.force, stdout)?,
        counter: common.console.counter(),
        answered: 0,
        failed: 0,
    };
    run.printer.begin(&mut run.sink)?;
    let mut images = std::iter::once(first)
        .chain(std::iter::from_fn(|| Some(images.next_batch(batch_size, interrupt.flag()))));
    while let Some(images) = images.next().filter(|images| !images.is_empty()) {
        if let Err(error) = run.answer(images) {
            // What is written stays a whole document, if it can be written to at all.
            let _ = run.printer.end(&mut run.sink).and_then(|()| run.sink.flush());
            return Err(error);
        }
        if interrupt.signal().is_some() {
            break;
        }
    }
    run.finish(&interrupt, &passed_over, common.console)
}

/// An image on its way from its file to its record.
struct Decoded {
    seq: u64,
    path: PathBuf,
    image: Result<Input, ImageError>,
}

/// An image as the network takes it.
struct Input {
    width: u32,
    height: u32,
    /// H, W, 3.
    pixels: Vec<f32>,
}

/// The work on one source: read, decode, preprocess.
fn decoder(
    classifier: Arc<Classifier>,
    options: DecodeOptions,
) -> impl Fn(&(usize, Source)) -> Decoded + Send + Sync {
    move |(seq, source)| {
        let image = source.read().and_then(|bytes| decode(&bytes, &options)).map(|image| Input {
            width: image.width,
            height: image.height,
            pixels: classifier.preprocess(&image),
        });
        Decoded { seq: *seq as u64, path: source.path.clone(), image }
    }
}

struct Run<'a> {
    settings: &'a Classify,
    classifier: &'a Classifier,
    printer: Box<dyn Printer>,
    sink: Sink<'a>,
    counter: ProgressBar,
    answered: u64,
    failed: u64,
}

impl Run<'_> {
    /// Classifies a batch and writes its records, failed ones in their place.
    fn answer(&mut self, images: Vec<Decoded>) -> Result<()> {
        let pixels: Vec<&[f32]> = images
            .iter()
            .filter_map(|image| image.image.as_ref().ok())
            .map(|input| &input.pixels[..])
            .collect();
        let mut rows = self.classifier.logits(&pixels.concat())?.into_iter();
        for Decoded { seq, path, image } in images {
            let outcome = match image {
                Ok(input) => {
                    let logits = rows.next().ok_or(Error::Config("a row of scores is missing".to_owned()))?;
                    let predictions =
                        self.classifier.predictions(&logits, self.settings.scores, self.settings.selection);
                    Ok(Answer { width: input.width, height: input.height, predictions })
                }
                Err(error) => {
                    self.failed += 1;
                    Err(error)
                }
            };
            self.answered += 1;
            self.printer.record(&Record { path, seq, outcome }, &mut self.sink)?;
        }
        self.sink.flush()?;
        self.counter.set_position(self.answered);
        Ok(())
    }

    fn finish(
        mut self,
        interrupt: &Interrupt,
        passed_over: &PassedOver,
        console: Console,
    ) -> Result<ExitStatus> {
        self.counter.finish_and_clear();
        self.printer.end(&mut self.sink)?;
        if let Some(signal) = interrupt.signal() {
            self.sink.flush()?;
            if let Some(partial) = self.sink.partial() {
                console.note(&format!(
                    "interrupted after {} images, they are in {}",
                    self.answered,
                    partial.display()
                ));
            }
            return Ok(ExitStatus::Interrupted(signal));
        }
        self.sink.finish()?;
        if passed_over.count() > 0 {
            console.note(&format!("{} other files were passed over", passed_over.count()));
        }
        if self.failed > 0 {
            console.note(&format!("{} of {} images failed", self.failed, self.answered));
        }
        let excused = self.failed == 0 || self.settings.exit_zero;
        Ok(if excused { ExitStatus::Success } else { ExitStatus::SomeFailed })
    }
}

fn no_inputs(passed_over: &PassedOver) -> Error {
    let what = match passed_over.count() {
        0 => "no inputs: there is no image there".to_owned(),
        count => format!("no inputs: there is no image there, and {count} other files were passed over"),
    };
    Error::Missing { what, hint: "name a file outright to try it whatever its name, or say --ext".to_owned() }
}
