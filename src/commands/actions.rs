//! What `nasnet classify` does with its records beside printing them: a printer around the one that prints.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Result;
use rayon::prelude::*;

use super::resume::partial_name;
use super::sink::refuse_to_replace;
use crate::evaluation::truth::Names;
use crate::image::decode::{DecodeOptions, decode};
use crate::inputs::Source;
use crate::labels::Labels;
use crate::output::console::Console;
use crate::output::report::{Predictions, thumbnail};
use crate::output::{ModelHeader, Printer};
use crate::predictions::{Prediction, Record};
use crate::settings::{Actions, SortInto, Way};

/// Records that wait for their thumbnails, which are made together.
const TOGETHER: usize = 32;

/// The classes that --only names.
///
/// # Errors
/// When a label is no class of the model.
pub fn only(actions: &Actions, labels: Option<&Labels>) -> Result<Vec<usize>> {
    let names = Names::new(labels, labels.map_or(0, Labels::len));
    let classes = actions.only.iter().map(|text| names.class(text, true));
    classes.collect::<Result<_, String>>().map_err(|detail| anyhow::anyhow!("--only: {detail}"))
}

/// The printer of a run with all that was asked for around it.
///
/// # Errors
/// When the report cannot be written.
pub fn around(
    printer: Box<dyn Printer>,
    actions: &Actions,
    force: bool,
    decode: DecodeOptions,
    only: Vec<usize>,
    model: impl FnOnce() -> ModelHeader,
    console: Console,
) -> Result<Box<dyn Printer>> {
    let page = match &actions.report {
        Some(name) => {
            refuse_to_replace("--report", name, force)?;
            let partial = partial_name(name);
            let out = BufWriter::new(File::create(&partial)?);
            Some(Page {
                page: Predictions::new(out, &model())?,
                partial,
                name: name.clone(),
                waiting: Vec::new(),
                decode,
            })
        }
        None => None,
    };
    if page.is_none() && actions.sort_into.is_none() && only.is_empty() {
        return Ok(printer);
    }
    Ok(Box::new(Around { printer, only, page, sort_into: actions.sort_into.clone(), console }))
}

struct Around {
    printer: Box<dyn Printer>,
    only: Vec<usize>,
    page: Option<Page>,
    sort_into: Option<SortInto>,
    console: Console,
}

impl Printer for Around {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.printer.begin(out)
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let best = record.outcome.as_ref().ok().and_then(|answer| answer.predictions.first());
        let wanted = best.is_some_and(|best| self.only.contains(&best.index));
        if record.outcome.is_ok() && !self.only.is_empty() && !wanted {
            return Ok(());
        }
        self.printer.record(record, out)?;
        if let Some(page) = &mut self.page {
            page.push(record)?;
        }
        if let (Some(sort_into), Some(best)) = (&self.sort_into, best) {
            match sort(sort_into, &record.path, best) {
                Ok(Some(done)) => self.console.note(&done),
                Ok(None) => {}
                Err(error) => self.console.note(&format!("{}: not sorted: {error}", record.path.display())),
            }
        }
        Ok(())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        // A report that fails leaves the output whole.
        let page = self.page.as_mut().map_or(Ok(()), Page::end);
        self.printer.end(out).and(page)
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
    partial: PathBuf,
    name: PathBuf,
    waiting: Vec<Record>,
    decode: DecodeOptions,
}

impl Page {
    fn push(&mut self, record: &Record) -> io::Result<()> {
        self.waiting.push(record.clone());
        if self.waiting.len() < TOGETHER { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> io::Result<()> {
        let options = self.decode;
        let small = |record: &Record| {
            record.outcome.as_ref().ok()?;
            let stdin = record.path.as_os_str() == "-";
            let bytes = (!stdin).then(|| Source::named(record.path.clone()).read().ok()).flatten()?;
            thumbnail(&decode(&bytes, &options).ok()?)
        };
        let thumbnails: Vec<Option<String>> = self.waiting.par_iter().map(small).collect();
        for (record, thumbnail) in self.waiting.drain(..).zip(thumbnails) {
            self.page.record(&record, thumbnail)?;
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.write()?;
        self.page.end()?;
        fs::rename(&self.partial, &self.name)
    }
}
