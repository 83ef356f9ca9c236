//! What `nasnet classify` does with its records beside printing them.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::sink::Unfinished;
use crate::answers::labels::Labels;
use crate::answers::predictions::{Prediction, Record};
use crate::evaluation::truth::Names;
use crate::files::is_same_file;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::output::report::Predictions;
use crate::settings::{self, SortInto, Way};

/// The classes that --only names.
///
/// # Errors
/// When a label is no class of the model.
pub fn only(actions: &settings::Actions, labels: Option<&Labels>, classes: usize) -> Result<Vec<usize>> {
    let names = Names::new(labels, classes);
    let classes = actions.only.iter().map(|text| names.class(text, true));
    classes.collect::<Result<_, String>>().map_err(|detail| anyhow::anyhow!("--only: {detail}"))
}

/// Whether an image is to be spoken of by its best class: all are where --only names none.
pub fn is_among(only: &[usize], best: Option<&Prediction>) -> bool {
    only.is_empty() || best.is_some_and(|best| only.contains(&best.index))
}

/// What is done with the records of a run.
pub struct Actions {
    only: Vec<usize>,
    page: Option<Page>,
    sort_into: Option<SortInto>,
    /// Images that could not be sorted.
    unsorted: u64,
    console: Console,
}

impl Actions {
    /// Those that `settings` asks for; `only` are the classes of --only.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn new(
        settings: &settings::Classify,
        only: Vec<usize>,
        model: impl FnOnce() -> ModelHeader,
        console: Console,
    ) -> Result<Self> {
        let page = |name: &PathBuf| {
            if settings.resume.is_some() && name.symlink_metadata().is_ok() {
                bail!(
                    "--report {}: it is there already, and shows what one run answers; name another file",
                    name.display()
                );
            }
            Page::new(name, settings.force, &model())
        };
        let actions = &settings.actions;
        let page = actions.report.as_ref().map(page).transpose()?;
        Ok(Actions { only, page, sort_into: actions.sort_into.clone(), unsorted: 0, console })
    }

    /// Whether the run is to speak of a record: images that failed, and those of the classes of --only.
    pub fn wants(&self, record: &Record) -> bool {
        record.outcome.as_ref().map_or(true, |answer| is_among(&self.only, answer.predictions.first()))
    }

    /// Does what is to be done with a record that is wanted; `thumbnail` is what the report shows of its image.
    ///
    /// # Errors
    /// When the report cannot be written; that an image cannot be sorted is said.
    pub fn take(&mut self, record: &Record, thumbnail: Option<String>) -> Result<()> {
        if let Some(page) = &mut self.page {
            page.record(record, thumbnail)?;
        }
        let best = record.outcome.as_ref().ok().and_then(|answer| answer.predictions.first());
        if let (Some(sort_into), Some(best)) = (&self.sort_into, best) {
            match sort(sort_into, &record.path, best) {
                Ok(Some(done)) => self.console.note(&done),
                Ok(None) => {}
                Err(error) => {
                    self.unsorted += 1;
                    self.console.error(&format!("{}: not sorted: {error}", record.path.display()));
                }
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

    /// Images that could not be sorted, which was said of each.
    pub fn unsorted(&self) -> u64 {
        self.unsorted
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
    if is_same_file(path, &target) || settings.way != Way::Move && is_copy(path, &target)? {
        return Ok(None); // a run that is done again has nothing to add
    }
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

/// Whether a file is there that holds the same.
fn is_copy(path: &Path, target: &Path) -> io::Result<bool> {
    let Ok(there) = target.metadata() else { return Ok(false) };
    Ok(there.is_file() && there.len() == path.metadata()?.len() && fs::read(target)? == fs::read(path)?)
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
}

impl Page {
    fn new(name: &Path, force: bool, model: &ModelHeader) -> Result<Self> {
        let (out, unfinished) = Unfinished::create("--report", name, force)?;
        let page = Predictions::new(out, model).with_context(|| unfinished.describe())?;
        Ok(Page { page, unfinished })
    }

    fn record(&mut self, record: &Record, thumbnail: Option<String>) -> Result<()> {
        self.page.record(record, thumbnail).with_context(|| self.unfinished.describe())
    }

    fn end(&mut self) -> Result<()> {
        self.page.end().with_context(|| self.unfinished.describe())
    }
}
