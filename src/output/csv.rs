//! csv: one row for each prediction; an image that failed has a row with its error.

use std::borrow::Cow;
use std::io::{self, Write};

use super::Printer;
use super::text::printable;
use crate::answers::predictions::Record;
use crate::answers::rollup::RolledUp;

/// The header of every file.
const HEADER: [&str; 7] = ["path", "rank", "index", "wnid", "label", "score", "error"];

/// More columns for rolled-up answers; empty where the answer is unknown.
const GROUP_HEADER: [&str; 3] = ["group_wnid", "group_label", "group_score"];

/// RFC 4180 rows, quoted where needed. Paths and names are exact for programs; a terminal gets them with
/// control characters written out.
#[derive(Debug)]
pub struct Csv {
    for_terminal: bool,
    rolled_up: bool,
}

impl Csv {
    /// Rows for a program, or for a terminal; with the group of an answer or without.
    pub fn new(for_terminal: bool, rolled_up: bool) -> Self {
        Csv { for_terminal, rolled_up }
    }

    fn row(&self, out: &mut dyn Write, fields: [&str; 7], group: [&str; 3]) -> io::Result<()> {
        let group = if self.rolled_up { &group[..] } else { &[] };
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(fields.iter().chain(group))?;
        writer.flush()
    }

    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.for_terminal { printable(text) } else { Cow::Borrowed(text) }
    }
}

impl Printer for Csv {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.row(out, HEADER, GROUP_HEADER)
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let path = record.path.to_string_lossy();
        let path = self.text(&path);
        let group = match record.outcome.as_ref().ok().and_then(|answer| answer.group.as_ref()) {
            Some(RolledUp::Known { wnid, label, score }) => {
                let [wnid, label] = [wnid, label].map(|text| self.text(text.as_deref().unwrap_or_default()));
                [wnid, label, Cow::Owned(score.to_string())]
            }
            Some(RolledUp::Unknown) | None => Default::default(),
        };
        let group = group.each_ref().map(|text| &**text);
        match &record.outcome {
            // No class reached the threshold.
            Ok(answer) if answer.predictions.is_empty() => {
                self.row(out, [&path, "", "", "", "", "", ""], group)
            }
            Ok(answer) => answer.predictions.iter().try_for_each(|prediction| {
                let [rank, index] = [prediction.rank, prediction.index].map(|number| number.to_string());
                let score = prediction.score.to_string();
                let label = prediction.label.as_ref();
                let wnid = self.text(label.and_then(|label| label.wnid.as_deref()).unwrap_or_default());
                let name = self.text(label.map_or("", |label| &label.name));
                self.row(out, [&path, &rank, &index, &wnid, &name, &score, ""], group)
            }),
            Err(error) => {
                let error = format!("{}: {}", error.kind.as_str(), error.message);
                self.row(out, [&path, "", "", "", "", "", &self.text(&error)], group)
            }
        }
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
