//! The HTML page of `nasnet classify --report`, while it is written.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};

use super::sink::Unfinished;
use crate::answers::predictions::Record;
use crate::output::ModelHeader;
use crate::output::report::{Predictions, link};

/// A page that gets its name when it is complete.
pub struct Page {
    page: Predictions<BufWriter<File>>,
    unfinished: Unfinished,
}

impl Page {
    /// Starts a page.
    ///
    /// # Errors
    /// When a file is there and must not be replaced, or the page cannot be written.
    pub fn create(name: &Path, force: bool, model: &ModelHeader) -> Result<Self> {
        let (out, unfinished) = Unfinished::create("--report", name, force)?;
        let page = Predictions::new(out, model).with_context(|| unfinished.describe())?;
        Ok(Page { page, unfinished })
    }

    /// Adds an image; `thumbnail` shows it.
    ///
    /// # Errors
    /// When the page cannot be written.
    pub fn record(&mut self, record: &Record, thumbnail: Option<String>) -> Result<()> {
        let link = link(self.unfinished.file(), &record.path);
        self.page.record(record, thumbnail, link).with_context(|| self.unfinished.describe())
    }

    /// Makes it a complete document, also when the run was interrupted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(&mut self) -> Result<()> {
        self.page.end().with_context(|| self.unfinished.describe())
    }

    /// The page under the name that it has until [`Page::finish`].
    pub fn file(&self) -> &Path {
        self.unfinished.file()
    }

    /// Gives the page of a finished run its name.
    ///
    /// # Errors
    /// When it cannot be made durable or renamed.
    pub fn finish(self) -> Result<()> {
        self.unfinished.finish()
    }
}
