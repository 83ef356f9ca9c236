//! Where the records of a run go: through a printer to stdout, to a new file, or after the rows of a file that is
//! continued.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::journal::{SharedLedger, locked};
use super::sink::Sink;
use crate::answers::predictions::Record;
use crate::inputs::PathKey;
use crate::output::console::Console;
use crate::output::{Format, Printer};

/// The place that records are written to.
pub struct Records<'a> {
    printer: Box<dyn Printer>,
    format: Format,
    sink: Sink<'a>,
    ledger: Option<SharedLedger>,
    console: Console,
}

impl<'a> Records<'a> {
    /// Records in a sink that is open; `ledger` is that of a file that is continued.
    ///
    /// # Errors
    /// When what comes before the first record cannot be written.
    pub fn begin(
        (format, printer): (Format, Box<dyn Printer>),
        sink: Sink<'a>,
        ledger: Option<SharedLedger>,
        console: Console,
    ) -> Result<Self> {
        let mut records = Records { printer, format, sink, ledger, console };
        records.printer.begin(&mut records.sink).with_context(|| records.sink.describe())?;
        Ok(records)
    }

    /// Writes a record.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, record: &Record) -> Result<()> {
        let at = self.sink.position();
        self.printer.record(record, &mut self.sink).with_context(|| self.sink.describe())?;
        if let Some(ledger) = self.ledger.as_deref() {
            locked(ledger).wrote(PathKey::of(&record.path), record.seq, at);
        }
        Ok(())
    }

    /// Hands everything on that was written.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        self.sink.flush().with_context(|| self.sink.describe())
    }

    /// Writes what comes after the last record, so that the document is complete.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end(&mut self) -> Result<()> {
        let end = self.printer.end(&mut self.sink).and_then(|()| self.sink.flush());
        end.with_context(|| self.sink.describe())
    }

    /// Says where the records of an unfinished run are, and how to continue it.
    pub fn note_rest(&self, has_end: bool) {
        let Some(file) = self.sink.file() else { return };
        let file = file.display();
        self.console.note(&match self.format {
            Format::JsonLines => format!("the answers so far are in {file}; --resume continues there"),
            format if format.stands_on_its_end() && !has_end => format!(
                "{file} cannot be read without its end; --format jsonl writes each row at once, and `nasnet merge` \
                 converts it"
            ),
            _ => format!("the answers so far are in {file}"),
        });
    }

    /// Gives a new file its name; brings the rows of a continued one into the order of the inputs.
    ///
    /// # Errors
    /// When the disk is full, or the file cannot be renamed or written anew.
    pub fn finish(self) -> Result<()> {
        let file = self.sink.file().map(Path::to_owned);
        self.sink.finish()?;
        match (self.ledger.as_deref(), file) {
            (Some(ledger), Some(file)) => locked(ledger).tidy(&file),
            _ => Ok(()),
        }
    }
}
