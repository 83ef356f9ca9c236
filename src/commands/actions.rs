//! What `nasnet classify` does with its records beside printing them.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;

use super::sink::Unfinished;
use crate::evaluation::truth::Names;
use crate::image::decode::{DecodeOptions, decode};
use crate::inputs::Source;
use crate::labels::Labels;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::output::report::{Predictions, thumbnail};
use crate::predictions::{Answer, Prediction, Record};
use crate::settings::{self, SortInto, Way};

/// Records that wait for their thumbnails, which are made together.
const TOGETHER: usize = 32;

/// The classes that --only names.
///
/// # Errors
/// When a label is no class of the model.
pub fn only(actions: &settings::Actions, labels: Option<&Labels>) -> Result<Vec<usize>> {
    let names = Names::new(labels, labels.map_or(0, Labels::len));
    let classes = actions.only.iter().map(|text| names.class(text, true));
    classes.collect::<Result<_, String>>().map_err(|detail| anyhow::anyhow!("--only: {detail}"))
}

/// What is done with the records of a run.
pub struct Actions {
    only: Vec<usize>,
    page: Option<Page>,
    sort_into: Option<SortInto>,
    console: Console,
}

impl Actions {
    /// Those that `settings` asks for; `only` are the classes of --only.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn new(
        settings: &settings::Actions,
        force: bool,
        decode: DecodeOptions,
        only: Vec<usize>,
        model: impl FnOnce() -> ModelHeader,
        console: Console,
    ) -> Result<Self> {
        let page = |name: &PathBuf| Page::new(name, force, decode, &model());
        let page = settings.report.as_ref().map(page).transpose()?;
        Ok(Actions { only, page, sort_into: settings.sort_into.clone(), console })
    }

    /// Whether the run is to speak of a record: images that failed, and those of the classes of --only.
    pub fn wants(&self, record: &Record) -> bool {
        let class =
            |answer: &Answer| answer.predictions.first().is_some_and(|best| self.only.contains(&best.index));
        self.only.is_empty() || record.outcome.as_ref().map_or(true, class)
    }

    /// Does what is to be done with a record that is wanted.
    ///
    /// # Errors
    /// When the report cannot be written; that an image cannot be sorted is said.
    pub fn take(&mut self, record: &Record) -> Result<()> {
        if let Some(page) = &mut self.page {
            page.push(record)?;
        }
        let best = record.outcome.as_ref().ok().and_then(|answer| answer.predictions.first());
        if let (Some(sort_into), Some(best)) = (&self.sort_into, best) {
            match sort(sort_into, &record.path, best) {
                Ok(Some(done)) => self.console.note(&done),
                Ok(None) => {}
                Err(error) => self.console.note(&format!("{}: not sorted: {error}", record.path.display())),
            }
        }
        Ok(())
    }

    /// Makes the report a whole document, which it is also when the run was interrupted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(&mut self) -> Result<()> {
        self.page.as_mut().map_or(Ok(()), Page::end)
    }

    /// The report, under the name that it has until [`Actions::finish`].
    pub fn report(&self) -> Option<&Path> {
        self.page.as_ref().map(|page| page.unfinished.file())
    }

    /// Gives the report of a finished run its name.
    ///
    /// # Errors
    /// When it cannot be made durable or renamed.
    pub fn finish(self) -> Result<()> {
        self.page.map_or(Ok(()), |page| page.unfinished.finish())
    }
}

/// Puts an image into its class's folder; what would be done is said when nothing is to be done.
fn sort(settings: &SortInto, path: &Path, best: &Prediction) -> io::Result<Option<String>> {
    let (true, Some(name)) = (path.is_file(), path.file_name()) else {
        return Err(io::Error::other("it is no file"));
    };
    let folder = settings.dir.join(folder_name(best));
    let target = folder.join(name);
    if settings.dry_run {
        let place = if target.symlink_metadata().is_ok() { ", which is there already" } else { "" };
        return Ok(Some(format!("{} would go to {}{place}", path.display(), target.display())));
    }
    fs::create_dir_all(&folder)?;
    // A hard link is made only where nothing is, in one step; a copy goes to a file that was not there before.
    match settings.way {
        Way::Link => fs::hard_link(path, &target)?,
        Way::Copy => copy(path, &target)?,
        Way::Move => {
            if fs::hard_link(path, &target).is_err() {
                copy(path, &target)?;
            }
            fs::remove_file(path)?;
        }
    }
    Ok(None)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = File::options().write(true).create_new(true).open(to)?;
    io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).inspect_err(|_| {
        // A part of a copy is no copy.
        let _ = fs::remove_file(to);
    })
}

/// A class as a folder: its label and, since two of ImageNet's labels occur twice, its wnid.
fn folder_name(best: &Prediction) -> String {
    let text = match &best.label {
        Some(label) => match &label.wnid {
            Some(wnid) => format!("{}-{wnid}", label.name),
            None => label.name.clone(),
        },
        None => format!("class-{}", best.index),
    };
    let safe: String = text
        .chars()
        .map(
            |character| {
                if character.is_control() || "/\\:*?\"<>|".contains(character) { '_' } else { character }
            },
        )
        .collect();
    if safe.trim_matches('.').is_empty() { format!("class-{}", best.index) } else { safe }
}

/// The report that is being written.
struct Page {
    page: Predictions<BufWriter<File>>,
    unfinished: Unfinished,
    waiting: Vec<Record>,
    decode: DecodeOptions,
}

impl Page {
    fn new(name: &Path, force: bool, decode: DecodeOptions, model: &ModelHeader) -> Result<Self> {
        let (out, unfinished) = Unfinished::create("--report", name, force)?;
        let page = Predictions::new(out, model).with_context(|| unfinished.describe())?;
        Ok(Page { page, unfinished, waiting: Vec::new(), decode })
    }

    fn push(&mut self, record: &Record) -> Result<()> {
        self.waiting.push(record.clone());
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> Result<()> {
        let options = self.decode;
        let small = |record: &Record| {
            record.outcome.as_ref().ok()?;
            let stdin = record.path.as_os_str() == "-";
            let bytes = (!stdin).then(|| Source::named(record.path.clone()).read().ok()).flatten()?;
            thumbnail(&decode(&bytes, &options).ok()?)
        };
        let thumbnails: Vec<Option<String>> = self.waiting.par_iter().map(small).collect();
        for (record, thumbnail) in self.waiting.drain(..).zip(thumbnails) {
            self.page.record(&record, thumbnail).with_context(|| self.unfinished.describe())?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.write()?;
        self.page.end().with_context(|| self.unfinished.describe())
    }
}
