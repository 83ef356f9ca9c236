//! `nasnet weights list`: which models have names, and what is on this machine.

use std::io::Write;

use anyhow::Result;
use indicatif::HumanBytes;
use serde::Serialize;

use crate::commands::ExitStatus;
use crate::output;
use crate::output::text::printable;
use crate::settings;
use crate::store::inventory::{self, ListedModel};

/// The wire form.
#[derive(Debug, Serialize)]
struct List {
    schema: u32,
    models: Vec<ListedModel>,
}

/// Runs the command.
///
/// # Errors
/// When the output cannot be written.
pub fn run(settings: &settings::List, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let models = inventory::list(&settings.caches);
    if settings.json {
        output::pretty(&List { schema: 1, models }, stdout)?;
    } else {
        table(&models, stdout)?;
    }
    Ok(ExitStatus::Success)
}

/// Models as columns that fit a terminal, each with its checksum on a line below; addresses are left to JSON.
fn table(models: &[ListedModel], out: &mut dyn Write) -> std::io::Result<()> {
    let head = (["model", "here", "size", "file"].map(str::to_owned), None);
    let rows = models.iter().map(|item| (row(item), item.published.as_ref()));
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|(row, _)| row[column].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..4).map(width).collect();
    for (row, checksum) in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", printable(cell))).collect();
        // A long name pushes no other row out of its columns.
        let (name, rest) = (&cells[0], cells[1..].join("  "));
        if name.chars().count() > WIDEST {
            writeln!(out, "{name}\n{:<1$}  {2}", "", widths[0], rest.trim_end())?;
        } else {
            writeln!(out, "{name}  {}", rest.trim_end())?;
        }
        if let Some(checksum) = checksum {
            writeln!(out, "  {checksum}")?;
        }
    }
    writeln!(out, "\n`tiny` is built in. `nasnet weights fetch MODEL` brings a model here.")
}

/// Characters of a name that leave room for the other columns.
const WIDEST: usize = 24;

fn row(item: &ListedModel) -> [String; 4] {
    let here = match (item.here, item.verified) {
        (false, _) => "no",
        (true, true) => "yes",
        (true, false) => "unchecked",
    };
    let bytes = item.bytes.map_or("-".to_owned(), |bytes| HumanBytes(bytes).to_string());
    // Its name says where a file of the Hub is from, but for models that have a name of their own.
    let file = match &item.commit {
        Some(commit) if item.architecture.is_none() => {
            format!("{} at {}", item.file, commit.get(..12).unwrap_or(commit))
        }
        Some(_) => format!("hf:{}", item.source),
        None => format!("Keras' {}", item.file),
    };
    [item.name.clone(), here.to_owned(), bytes, file]
}
