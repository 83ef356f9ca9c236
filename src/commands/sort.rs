//! `nasnet sort`: each image into a folder named after its answer.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

use super::ExitStatus;
use crate::answers::policy::Policy;
use crate::engine::NetworkOutput::Logits;
use crate::inputs;
use crate::output::console::Console;
use crate::output::text::{count, printable, write_counts};
use crate::run::answering;
use crate::run::image_run::{ImageRun, Inputs};
use crate::run::only::Only;
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::sink::expect_folder;
use crate::run::sorter::{Placed, Sorter};
use crate::settings::{Common, Sort, Way};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device; or when stdout cannot be written.
pub fn run(settings: &Sort, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let console = common.console;
    let sources = inputs::sources(&settings.inputs)?;
    expect_folder("--into", &settings.into)?;
    let pipeline = Pipeline::open_for(&settings.inputs, &settings.pipeline, console)?;
    let policy = answering::policy(&settings.answers, &pipeline.classifier, console)?;
    let classifier = &pipeline.classifier;
    let only = Only::of(&settings.only, classifier, console)?;
    let inputs = Inputs { options: &settings.inputs, ledger: None };
    let scrolls = settings.dry_run && common.table.is_terminal;
    let mut run = ImageRun::start(&pipeline, inputs, sources, Logits, console.scrolling(scrolls))?;
    let mut sorting =
        Sorting { sorter: Sorter::new(settings), settings, policy: &policy, only, console, unsorted: 0 };
    run.for_each_batch(|batch| sorting.take(batch, stdout))?;
    sorting.sum_up(run.signal().is_some(), stdout)?;
    if let Some(signal) = run.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    let failed = run.sum_up().failed;
    Ok(ExitStatus::of_images(failed + sorting.unsorted, settings.exit_zero))
}

struct Sorting<'a> {
    sorter: Sorter<'a>,
    settings: &'a Sort,
    policy: &'a Policy,
    only: Only,
    console: Console,
    /// Images that could be read, but not put into their folders.
    unsorted: u64,
}

impl Sorting<'_> {
    /// Sorts a batch. An image that cannot be read or placed is reported, and the run goes on.
    fn take(&mut self, images: Vec<Answered>, stdout: &mut dyn Write) -> Result<()> {
        for Answered { path, result, .. } in images {
            let row = match result {
                Ok(Numbers { row, .. }) => row,
                Err(error) => {
                    let kind = error.kind.as_str();
                    self.console.error(&format!("{}: not sorted ({kind}): {error}", path.display()));
                    continue;
                }
            };
            let answer = self.policy.decide(&row);
            if !self.only.wants(answer.predictions.first()) {
                continue;
            }
            match self.sorter.place(&path, &answer) {
                Ok(Placed::At(target)) if self.settings.dry_run => {
                    let line = format!("{} -> {}", path.display(), target.display());
                    writeln!(stdout, "{}", printable(&line))?;
                }
                Ok(Placed::At(_) | Placed::Already | Placed::Unsure) => {}
                // None of the others will fit either.
                Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                    return Err(error).with_context(|| path.display().to_string());
                }
                Err(error) => {
                    self.unsorted += 1;
                    self.console.error(&format!("{}: not sorted: {error}", path.display()));
                }
            }
        }
        Ok(())
    }

    /// Says how many images went where: the folders on stdout, the rest on stderr.
    fn sum_up(&self, interrupted: bool, stdout: &mut dyn Write) -> Result<()> {
        let folders = self.sorter.folders();
        if self.settings.dry_run && !folders.is_empty() {
            writeln!(stdout)?;
        }
        write_counts(folders.iter().map(|(folder, images)| (folder.to_string_lossy(), *images)), stdout)?;
        let done = match (self.settings.dry_run, self.settings.way) {
            (true, _) => "would go",
            (false, Way::Copy) => "copied",
            (false, Way::Link) => "linked",
            (false, Way::Move) => "moved",
        };
        let images = count(folders.values().sum(), "image");
        let mut note = format!("{images} {done} to {}", count(folders.len() as u64, "folder"));
        if self.sorter.already() > 0 {
            note += &format!(", {} there already", self.sorter.already());
        }
        if self.sorter.unsure() > 0 {
            note += &format!(", {} left where they are: not sure enough", self.sorter.unsure());
        }
        if interrupted {
            note += ", interrupted";
        }
        if self.unsorted > 0 {
            note += &format!(", {} could not be sorted", self.unsorted);
        }
        self.console.note(&note);
        Ok(())
    }
}
