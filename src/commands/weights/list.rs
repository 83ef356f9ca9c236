//! `nasnet weights list`: which models have names, and what is on this machine.

use std::io::Write;

use anyhow::Result;
use indicatif::HumanBytes;
use serde::Serialize;

use crate::commands::ExitStatus;
use crate::output;
use crate::output::text::printable;
use crate::settings;
use crate::store::inventory::{self, Item};

/// The wire form.
#[derive(Debug, Serialize)]
struct List {
    schema: u32,
    models: Vec<Item>,
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

fn table(models: &[Item], out: &mut dyn Write) -> std::io::Result<()> {
    let rows: Vec<[String; 5]> = models.iter().map(row).collect();
    let head = ["model", "here", "size", "source", "hash"].map(str::to_owned);
    let rows: Vec<_> = [head].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", printable(cell))).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    writeln!(out, "\n`tiny` is built in. `nasnet weights fetch MODEL` brings a model here.")
}

fn row(item: &Item) -> [String; 5] {
    let here = match (item.here, item.verified) {
        (false, _) => "no",
        (true, true) => "yes",
        (true, false) => "unchecked",
    };
    let source = match &item.commit {
        Some(commit) => format!("{}@{} {}", item.source, commit.get(..12).unwrap_or(commit), item.file),
        None => item.source.clone(),
    };
    let hash = item.published.as_ref().map(ToString::to_string);
    [
        item.name.clone(),
        here.to_owned(),
        item.bytes.map_or("-".to_owned(), |bytes| HumanBytes(bytes).to_string()),
        source,
        hash.unwrap_or_else(|| "-".to_owned()),
    ]
}
