//! The table for people: one block for each image.

use std::io::{self, Write};

use super::Printer;
use super::text::printable;
use crate::answers::predictions::{Answer, Notes, Record, Scores};
use crate::answers::rollup::RolledUp;

/// What a terminal can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableStyle {
    /// It is shown on a terminal: bars beside probabilities, no control characters.
    pub is_terminal: bool,
    /// ANSI colours.
    pub colour: bool,
}

/// Blocks of path, then rank, score, label and WordNet id.
#[derive(Debug)]
pub struct Table {
    scores: Scores,
    style: TableStyle,
    first: bool,
}

impl Table {
    /// A table of such scores in such a style.
    pub fn new(scores: Scores, style: TableStyle) -> Self {
        Table { scores, style, first: true }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.style.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn answer(&self, answer: &Answer, out: &mut dyn Write) -> io::Result<()> {
        if let Some(notes) = notes(&answer.notes) {
            writeln!(out, "  {}", self.paint(DIM, &notes))?;
        }
        if answer.predictions.is_empty() {
            return writeln!(out, "  {}", self.paint(DIM, "no class at or above the threshold"));
        }
        let names: Vec<_> = answer
            .predictions
            .iter()
            .map(|prediction| {
                let name = prediction.label.as_ref().map(|label| printable(&label.name).into_owned());
                name.unwrap_or_else(|| format!("class {}", prediction.index))
            })
            .collect();
        let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
        let rank_width = answer.predictions.last().map_or(0, |last| last.rank).to_string().len();
        for (prediction, name) in answer.predictions.iter().zip(&names) {
            let score = match self.scores {
                Scores::Probability => format!("{:>6.2} %", prediction.score * 100.0),
                Scores::Logit => format!("{:>9.4}", prediction.score),
            };
            let bar = if self.style.is_terminal && self.scores == Scores::Probability {
                format!("  {}", self.paint(GREEN, &bar(prediction.score)))
            } else {
                String::new()
            };
            let wnid = prediction.label.as_ref().and_then(|label| label.wnid.as_deref()).unwrap_or_default();
            let padding = " ".repeat(name_width - name.chars().count());
            let tail = if wnid.is_empty() {
                String::new()
            } else {
                format!("{padding}  {}", self.paint(DIM, &printable(wnid)))
            };
            writeln!(out, "  {:>rank_width$}  {score}{bar}  {name}{tail}", prediction.rank)?;
        }
        Ok(())
    }

    /// The line of a rolled-up answer.
    fn group(&self, group: &RolledUp, out: &mut dyn Write) -> io::Result<()> {
        let RolledUp::Known { wnid, label, score } = group else {
            return writeln!(out, "  {}", self.paint(DIM, "group: unknown"));
        };
        let label = printable(label.as_deref().unwrap_or("unnamed")).replace('_', " ");
        let wnid = wnid
            .as_deref()
            .map_or_else(String::new, |wnid| format!("  {}", self.paint(DIM, &printable(wnid))));
        writeln!(out, "  group: {}  {:.2} %{wnid}", self.paint(BOLD, &label), score * 100.0)
    }
}

/// Notes about an image beside its answer, on one line.
fn notes(notes: &Notes) -> Option<String> {
    let preview = notes.preview.then(|| "embedded preview".to_owned());
    let taken = notes.taken.as_ref().map(|taken| format!("taken {taken}"));
    let place = notes.gps.map(|[latitude, longitude]| format!("at {latitude}, {longitude}"));
    let burst = notes.burst.filter(|photos| *photos > 1).map(|photos| format!("burst of {photos} photos"));
    let parts: Vec<String> = [preview, taken, place, burst].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| printable(&parts.join(", ")).into_owned())
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "31";
const GREEN: &str = "32";

/// Cells of a full bar.
const BAR_CELLS: usize = 20;

/// A bar of eighths of cells, padded to its full width.
fn bar(share: f32) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (BAR_CELLS * 8) as f32).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"].get(eighths % 8) {
        bar.push_str(part);
    }
    let missing = BAR_CELLS - bar.chars().count();
    bar + &" ".repeat(missing)
}

impl Printer for Table {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        if !self.first {
            writeln!(out)?;
        }
        self.first = false;
        let path = record.path.to_string_lossy();
        writeln!(out, "{}", self.paint(BOLD, &printable(&path)))?;
        match &record.outcome {
            Ok(answer) => {
                self.answer(answer, out)?;
                answer.group.as_ref().map_or(Ok(()), |group| self.group(group, out))
            }
            Err(error) => {
                let kind = self.paint(RED, &format!("error ({})", error.kind.as_str()));
                writeln!(out, "  {kind}: {}", printable(&error.message))
            }
        }
    }

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share_and_always_as_wide() {
        assert_eq!(bar(0.5).trim_end().chars().count(), 10);
        assert_eq!(bar(1.0), "█".repeat(20));
        assert_eq!(bar(0.00625), format!("▏{}", " ".repeat(19)));
        for share in [0.0, 0.013, 0.49, 0.999, 1.0, f32::NAN] {
            assert_eq!(bar(share).chars().count(), 20, "{share}");
        }
    }
}
