//! csv: a prediction a row; an image that failed is a row with its error.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Printer;
use super::text::printable;
use crate::answers::predictions::Record;

/// The header of every file.
const HEADER: [&str; 7] = ["path", "rank", "index", "wnid", "label", "score", "error"];

/// RFC 4180 rows, quoted where needed. Paths and names are exact for programs; a terminal gets them with
/// control characters written out.
#[derive(Debug)]
pub struct Csv {
    for_terminal: bool,
}

impl Csv {
    /// Rows for a program, or for a terminal.
    pub fn new(for_terminal: bool) -> Self {
        Csv { for_terminal }
    }

    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.for_terminal { printable(text) } else { Cow::Borrowed(text) }
    }
}

impl Printer for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        row(out, HEADER)
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let path = record.path.to_string_lossy();
        let path = self.text(&path);
        match &record.outcome {
            // No class reached the threshold.
            Ok(answer) if answer.predictions.is_empty() => row(out, [&path, "", "", "", "", "", ""]),
            Ok(answer) => answer.predictions.iter().try_for_each(|prediction| {
                let [rank, index] = [prediction.rank, prediction.index].map(|number| number.to_string());
                let score = prediction.score.to_string();
                let label = prediction.label.as_ref();
                let wnid = self.text(label.and_then(|label| label.wnid.as_deref()).unwrap_or_default());
                let name = self.text(label.map_or("", |label| &label.name));
                row(out, [&path, &rank, &index, &wnid, &name, &score, ""])
            }),
            Err(error) => {
                let error = format!("{}: {}", error.kind.as_str(), error.message);
                row(out, [&path, "", "", "", "", "", &self.text(&error)])
            }
        }
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

fn row(out: &mut dyn Write, fields: [&str; 7]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(fields)?;
    writer.flush()
}
