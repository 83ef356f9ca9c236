//! Writes records: one printer for each format, over a writer that the caller owns. Messages go to stderr, see
//! [`console`].

pub mod console;
mod csv;
pub mod evaluation;
mod json;
pub mod labels;
pub mod model_info;
pub mod overlay;
#[cfg(feature = "parquet")]
mod parquet;
pub mod report;
pub mod rows;
mod table;
pub mod text;
pub mod transfer;
pub mod vectors;
mod wire;
pub mod xmp;

use std::io::{self, Write};

use crate::answers::predictions::{Record, Scores};
pub use csv::Csv;
pub use json::{Json, JsonLines, pretty};
#[cfg(feature = "parquet")]
pub use parquet::{Parquet, ParquetRow};
pub use table::{Table, TableStyle};
pub use wire::{ModelHeader, PreprocessingHeader};

/// Prints a run's records. `begin` is called once, when the set-up is complete; `end` once, also after an interrupt.
pub trait Printer {
    /// Writes what comes before the first record.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;
    /// Writes one record.
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()>;
    /// Writes what comes after the last record.
    fn end(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One document.
    Json,
    /// One record a line.
    JsonLines,
    /// One prediction a row.
    Csv,
    /// One image a row, in columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// Whether an output can only be read once its end is written.
    pub fn stands_on_its_end(self) -> bool {
        match self {
            Format::Table | Format::Json | Format::JsonLines | Format::Csv => false,
            #[cfg(feature = "parquet")]
            Format::Parquet => true,
        }
    }
}

/// The printer of a form; `model` is asked only where the form speaks of it, and `rolled_up` says whether answers have a
/// group.
///
/// # Errors
/// When what the form says of the model cannot be written.
pub fn printer(
    format: Format,
    model: impl FnOnce() -> ModelHeader,
    scores: Scores,
    rolled_up: bool,
    style: TableStyle,
) -> io::Result<Box<dyn Printer>> {
    Ok(match format {
        Format::Table => Box::new(Table::new(scores, style)),
        Format::Json => Box::new(Json::new(model())),
        Format::JsonLines => Box::new(JsonLines::new(&model())),
        Format::Csv => Box::new(Csv::new(style.is_terminal, rolled_up)),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(Parquet::new(&model(), rolled_up)?),
    })
}
