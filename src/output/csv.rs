//! csv: a prediction a row; an image that failed is a row with its error.

use std::io::{self, Write};

use super::Printer;
use crate::predictions::Record;

/// The header of every file.
const HEADER: [&str; 7] = ["path", "rank", "index", "wnid", "label", "score", "error"];

/// RFC 4180 rows, quoted where needed.
#[derive(Debug)]
pub struct Csv;

impl Printer for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        row(out, HEADER)
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let path = record.path.to_string_lossy();
        match &record.outcome {
            Ok(answer) => answer.predictions.iter().try_for_each(|prediction| {
                let [rank, index] = [prediction.rank, prediction.index].map(|number| number.to_string());
                let score = prediction.score.to_string();
                let label = prediction.label.as_ref();
                let wnid = label.and_then(|label| label.wnid.as_deref()).unwrap_or_default();
                let name = label.map_or("", |label| label.name.as_str());
                row(out, [&path, &rank, &index, wnid, name, &score, ""])
            }),
            Err(error) => {
                let error = format!("{}: {}", error.kind.as_str(), error.message);
                row(out, [&path, "", "", "", "", "", &error])
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
