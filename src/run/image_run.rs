//! A run over images, from the first batch to the last, for every command that answers images. It shows progress,
//! counts and sums up; the command decides what to do with each batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::Result;
use indicatif::ProgressBar;

use super::interrupt::Interrupt;
use super::journal::{SharedLedger, locked};
use super::pipeline::{Answered, ImageStream, Pipeline};
use super::work_items::work_items;
use crate::engine::NetworkOutput;
use crate::error::Needed;
use crate::inputs::{self, InputOptions, PassedOver, Source};
use crate::output::console::{self, Console};
use crate::output::text::count;

/// The images of a run.
pub struct Inputs<'a> {
    /// Where they are.
    pub options: &'a InputOptions,
    /// What an output that is continued has already.
    pub ledger: Option<SharedLedger>,
}

/// A run that has its first batch.
pub struct ImageRun {
    images: ImageStream,
    interrupt: Interrupt,
    first: Vec<Answered>,
    passed_over: PassedOver,
    ledger: Option<SharedLedger>,
    console: Console,
    counter: ProgressBar,
    started: Instant,
    answered: u64,
    failed: u64,
    /// The limits on pixels and on memory that would allow each image that failed for its size.
    needed: (Option<u64>, Option<u64>),
}

/// Counts of a run's images, including those that the output had before.
#[derive(Debug, Clone, Copy)]
pub struct Totals {
    /// Images that this run answered or failed on.
    pub answered: u64,
    /// Images without an answer in the output.
    pub failed: u64,
}

impl ImageRun {
    /// Starts the workers and waits for the first batch.
    ///
    /// `sources` are those of `inputs`, looked at before the model was opened.
    ///
    /// # Errors
    /// When there are no inputs, threads cannot be started, or the device fails.
    pub fn start(
        pipeline: &Pipeline,
        inputs: Inputs,
        sources: (impl Iterator<Item = Source> + Send + 'static, PassedOver),
        wanted: NetworkOutput,
        console: Console,
    ) -> Result<Self> {
        let Inputs { options, ledger } = inputs;
        let (sources, passed_over) = sources;
        // Signals are handled only from here on: before, there is nothing to finish, and they end the process at
        // once.
        let interrupt = Interrupt::listen()?;
        let walked = Arc::new(AtomicU64::new(0));
        let items = work_items(sources, options.clone(), ledger.clone(), Arc::clone(&walked));
        let mut images = pipeline.images(items, wanted)?;
        let started = Instant::now();
        let first = images.next_batch(&interrupt)?;
        if first.is_empty() && interrupt.signal().is_none() && walked.load(Ordering::Relaxed) == 0 {
            return Err(inputs::none(options, &passed_over).into());
        }
        let counter = console.counter();
        count_ahead(&counter, options);
        let (answered, failed) = (0, 0);
        Ok(ImageRun {
            images,
            interrupt,
            first,
            passed_over,
            ledger,
            console,
            counter,
            started,
            answered,
            failed,
            needed: (None, None),
        })
    }

    /// Hands every batch to `take`, in the order of the inputs, until there are no more or the run is interrupted.
    ///
    /// # Errors
    /// Those of `take`, and when the device fails.
    pub fn for_each_batch(&mut self, mut take: impl FnMut(Vec<Answered>) -> Result<()>) -> Result<()> {
        let mut batch = Ok(std::mem::take(&mut self.first));
        let end = loop {
            match batch {
                Ok(batch) if batch.is_empty() => break Ok(()),
                Ok(images) => {
                    self.answered += images.len() as u64;
                    for error in images.iter().filter_map(|image| image.result.as_ref().err()) {
                        self.failed += 1;
                        let (pixels, memory) = &mut self.needed;
                        match error.needed {
                            Some(Needed::Pixels(needed)) => *pixels = (*pixels).max(Some(needed)),
                            Some(Needed::Memory(needed)) => *memory = (*memory).max(Some(needed)),
                            None => {}
                        }
                    }
                    if let Err(error) = take(images) {
                        break Err(error);
                    }
                }
                Err(error) => break Err(error),
            }
            self.show_progress();
            batch = self.images.next_batch(&self.interrupt);
        };
        self.counter.finish_and_clear();
        end
    }

    /// The signal that interrupted the run.
    pub fn signal(&self) -> Option<u8> {
        self.interrupt.signal()
    }

    /// Images that this run answered or failed on.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    fn show_progress(&self) {
        let before = self.ledger.as_deref().map_or(0, |ledger| locked(ledger).passed_over());
        self.counter.set_position(self.answered + before);
        if self.failed > 0 {
            self.counter.set_message(format!(", {} failed", self.failed));
        }
    }

    /// Says on stderr what became of the inputs, and counts the images that failed, those of earlier runs included.
    pub fn sum_up(&self) -> Totals {
        if self.passed_over.count() > 0 {
            self.console.note(&self.passed_over.describe());
        }
        let (mut answered, mut failed) = (self.answered, self.failed);
        if let Some(ledger) = self.ledger.as_deref() {
            let ledger = locked(ledger);
            ledger.notes().iter().for_each(|note| self.console.note(note));
            (answered, failed) = (answered + ledger.skipped(), failed + ledger.failed());
        }
        if failed > 0 {
            self.console.note(&format!("{failed} of {} failed", count(answered, "image")));
        }
        if let Some(pixels) = self.needed.0 {
            self.console.tip(&format!("--max-pixels {pixels} allows all images that were too large"));
        }
        if let Some(memory) = self.needed.1 {
            let megabytes = memory.div_ceil(1_000_000);
            self.console.tip(&format!("--memory {megabytes}M allows all images that need too much memory"));
        }
        let seconds = self.started.elapsed().as_secs_f64();
        // Over less time a rate is noise.
        if self.answered > 1 && seconds >= 0.1 {
            let rate = self.answered as f64 / seconds;
            self.console
                .note(&format!("{} in {seconds:.1} s, {rate:.1} images/s", count(self.answered, "image")));
        }
        Totals { answered: self.answered, failed }
    }
}

/// Walks the inputs a second time to count them, where progress is shown and they can be walked twice.
pub fn count_ahead(counter: &ProgressBar, inputs: &InputOptions) {
    if counter.is_hidden() || !inputs::can_be_walked_twice(inputs) {
        return;
    }
    let (options, counter) = (inputs.clone(), counter.clone());
    let count = move || {
        let Ok((sources, _)) = inputs::sources(&options) else { return };
        let own = |source: &Source| options.takes(&source.path);
        console::expect(&counter, sources.filter(own).count() as u64);
    };
    // If no thread can be started, progress has no total.
    let _ = std::thread::Builder::new().name("count".to_owned()).spawn(count);
}
