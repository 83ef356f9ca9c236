//! `nasnet merge`: the outputs of shards joined in the order of the inputs. Each file is read as a stream;
//! one line of each is in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;

use super::ExitStatus;
use crate::output::Format;
use crate::output::console::Console;
use crate::output::rows::{self, RowContent, RowHead};
use crate::output::text::count;
use crate::run::sink::{Sink, refuse_inputs};
use crate::settings::{Common, Merge};

/// How many findings of a kind are named; the others are counted.
const NAMED: usize = 5;

/// Runs the command: a pass that looks whether the files are a whole, and one that writes it.
///
/// # Errors
/// When a file cannot be read, or the output cannot be written.
pub fn run(settings: &Merge, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    for file in &settings.files {
        let metadata = file.metadata().with_context(|| file.display().to_string())?;
        if !metadata.is_file() {
            bail!("{}: merge reads its files twice; this is not a plain file", file.display());
        }
    }
    refuse_inputs("--output", settings.output.as_deref(), settings.files.iter())?;
    let scrolls = settings.output.is_none() && common.table.is_terminal;
    let progress = common.console.scrolling(scrolls).row_counter();
    progress.set_message("checking");
    let features_fit = settings.format == Format::JsonLines;
    let findings = join(&settings.files, &mut |shard| {
        progress.inc(1);
        if !features_fit && shard.head.as_ref().is_some_and(|head| head.content == RowContent::Features) {
            bail!(
                "{}: features, which --format jsonl joins; `nasnet embed` writes npy and more",
                shard.place()
            );
        }
        Ok(())
    })?;
    // Clears the line of the progress bar before messages follow.
    progress.finish_and_clear();
    if findings.report(settings.incomplete, common.console) {
        common.console.note("nothing was written");
        return Ok(ExitStatus::SomeFailed);
    }
    let progress = common.console.scrolling(scrolls).row_counter();
    progress.set_message("writing");
    let mut sink = Sink::open(settings.output.as_deref(), settings.force, stdout)?;
    match settings.format {
        #[cfg(feature = "parquet")]
        Format::Parquet => write_parquet(&settings.files, &findings, &mut sink, &progress)?,
        _ => write_lines(&settings.files, &mut sink, &progress)?,
    }
    progress.finish_and_clear();
    sink.finish()?;
    common.console.note(&format!(
        "{} of {}",
        count(findings.rows, "row"),
        count(settings.files.len() as u64, "file")
    ));
    Ok(ExitStatus::Success)
}

/// The rows as they are.
fn write_lines(files: &[PathBuf], sink: &mut Sink, progress: &ProgressBar) -> Result<()> {
    join(files, &mut |shard| {
        progress.inc(1);
        sink.write_all(&shard.line).with_context(|| sink.describe())
    })?;
    Ok(())
}

/// The rows, all of one model, in columns.
#[cfg(feature = "parquet")]
fn write_parquet(
    files: &[PathBuf],
    findings: &Findings,
    sink: &mut Sink,
    progress: &ProgressBar,
) -> Result<()> {
    use crate::output::{Parquet, ParquetRow, Printer};

    let model = findings.models.keys().next();
    let mut parquet = Parquet::of_rows(model.map(String::as_str), findings.rolled_up)?;
    join(files, &mut |shard| {
        progress.inc(1);
        let row = ParquetRow::parse(&shard.line).with_context(|| shard.place())?;
        parquet.row(&row, sink).with_context(|| sink.describe())
    })?;
    parquet.end(sink).with_context(|| sink.describe())
}

/// What is wrong with a set of files.
#[derive(Debug, Default)]
struct Findings {
    rows: u64,
    /// First place that is missing, and the next one that is there.
    gaps: Few<(u64, u64)>,
    missing: u64,
    duplicates: Few<String>,
    /// Places that have rows of several paths.
    shared: u64,
    /// Lines that are no rows, or out of order.
    bad: Few<String>,
    /// Rows of each model, and where the first one is.
    models: BTreeMap<String, (u64, String)>,
    /// Some rows have a rolled-up answer.
    rolled_up: bool,
}

/// The first few of many.
#[derive(Debug)]
struct Few<T> {
    named: Vec<T>,
    count: u64,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few { named: Vec::new(), count: 0 }
    }
}

impl<T> Few<T> {
    fn push(&mut self, item: impl FnOnce() -> T) {
        self.count += 1;
        if self.named.len() < NAMED {
            self.named.push(item());
        }
    }

    fn more(&self) -> String {
        match self.count - self.named.len() as u64 {
            0 => String::new(),
            more => format!(" and {more} more"),
        }
    }
}

impl Findings {
    /// Says what is wrong; false if nothing is.
    fn report(&self, incomplete: bool, console: Console) -> bool {
        let lack = |what: &str, way_out: &str| {
            if incomplete {
                console.note(what);
            } else {
                console.error(what);
                console.hint(way_out);
            }
        };
        for bad in &self.bad.named {
            console.error(bad);
        }
        if !self.bad.more().is_empty() {
            console.error(&format!("such lines:{}", self.bad.more()));
        }
        if self.missing > 0 {
            let span = |(from, to): &(u64, u64)| match to - from {
                1 => from.to_string(),
                _ => format!("{from} to {}", to - 1),
            };
            let spans: Vec<String> = self.gaps.named.iter().map(span).collect();
            let are_missing = match self.missing {
                1 => "1 row is missing".to_owned(),
                rows => format!("{rows} rows are missing"),
            };
            let missing = format!("{are_missing}: seq {}{}", spans.join(", "), self.gaps.more());
            lack(
                &missing,
                "name the outputs of all shards, finished by --resume; --incomplete joins what there is, also where \
                 inputs were named twice",
            );
        }
        if self.duplicates.count > 0 {
            console.error(&format!(
                "{} places have more than one row: {}{}",
                self.duplicates.count,
                self.duplicates.named.join(", "),
                self.duplicates.more()
            ));
            console.hint("name each output once, all of shards of the same inputs");
        }
        if self.models.len() > 1 {
            let model = |(model, (count, place)): (&String, &(u64, String))| {
                format!("{model} ({count} rows, the first at {place})")
            };
            let models: Vec<String> = self.models.iter().take(NAMED).map(model).collect();
            console.error(&format!("rows of {} different models: {}", self.models.len(), models.join(", ")));
            console.hint("classify the shards again with one model and the same settings; --resume redoes only rows of others");
        }
        if self.shared > 0 {
            let shared = format!("{} places have rows of several paths", self.shared);
            lack(
                &shared,
                "the inputs changed between runs, and --resume keeps rows of those that are gone; --incomplete joins \
                 them too",
            );
        }
        let gaps = !incomplete && self.missing + self.shared > 0;
        gaps || self.bad.count + self.duplicates.count > 0 || self.models.len() > 1
    }
}

/// A file of rows and its next one.
struct ShardFile<'a> {
    name: &'a Path,
    reader: BufReader<File>,
    /// The line of [`Self::head`].
    line: Vec<u8>,
    number: u64,
    head: Option<RowHead>,
}

impl<'a> ShardFile<'a> {
    fn open(name: &'a Path, findings: &mut Findings) -> Result<Self> {
        let file = File::open(name).with_context(|| name.display().to_string())?;
        let reader = BufReader::new(file);
        let mut shard = ShardFile { name, reader, line: Vec::new(), number: 0, head: None };
        shard.advance(findings)?;
        Ok(shard)
    }

    fn place(&self) -> String {
        format!("{}, line {}", self.name.display(), self.number)
    }

    /// Moves to the next row. Lines that are not rows, or out of order, are findings.
    fn advance(&mut self, findings: &mut Findings) -> Result<()> {
        let before = self.head.take().map(|head| head.seq);
        while rows::read_line(&mut self.reader, &mut self.line).with_context(|| self.place())? > 0 {
            self.number += 1;
            let whole = self.line.last() == Some(&b'\n');
            match RowHead::parse(&self.line).filter(|_| whole) {
                Some(RowHead { content: RowContent::Row(_), .. }) => {
                    findings.bad.push(|| {
                        format!("{}: its features are in another file; embed to jsonl to merge", self.place())
                    });
                }
                Some(head) if before.is_some_and(|before| head.seq < before) => {
                    let what = format!("seq {} stands behind seq {}", head.seq, before.unwrap_or_default());
                    findings
                        .bad
                        .push(|| format!("{}: {what}; finish that output with --resume", self.place()));
                }
                Some(head) => {
                    self.head = Some(head);
                    return Ok(());
                }
                None => {
                    let what = if whole {
                        "not a row that `nasnet classify` or `nasnet embed` writes as jsonl"
                    } else {
                        "torn; finish that output with --resume"
                    };
                    findings.bad.push(|| format!("{}: {what}", self.place()));
                }
            }
        }
        Ok(())
    }
}

/// Hands on the rows of all files in the order of the inputs, each as the shard that stands at it, and tells what
/// is wrong with them.
fn join(files: &[PathBuf], out: &mut dyn FnMut(&ShardFile) -> Result<()>) -> Result<Findings> {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    let mut findings = Findings::default();
    let mut shards = Vec::with_capacity(files.len());
    for file in files {
        shards.push(ShardFile::open(file, &mut findings)?);
    }
    let head =
        |(index, shard): (usize, &ShardFile<'_>)| shard.head.as_ref().map(|head| Reverse((head.seq, index)));
    let mut heads: BinaryHeap<_> = shards.iter().enumerate().filter_map(head).collect();
    let mut next = 0;
    let mut paths_here: Vec<Vec<u8>> = Vec::new(); // of the place before `next`
    while let Some(Reverse((seq, index))) = heads.pop() {
        let shard = &mut shards[index];
        if seq > next {
            findings.missing += seq - next;
            findings.gaps.push(|| (next, seq));
        }
        let path = shard.head.as_ref().map(|head| head.path.clone()).unwrap_or_default();
        if seq >= next {
            paths_here.clear();
        }
        if paths_here.contains(&path) {
            findings.duplicates.push(|| format!("seq {seq} ({})", shard.place()));
        } else {
            findings.shared += u64::from(paths_here.len() == 1);
            paths_here.push(path);
            out(shard)?;
            findings.rows += 1;
        }
        next = next.max(seq.saturating_add(1));
        if let Some(head) = &shard.head {
            findings.rolled_up |= head.rolled_up;
            match findings.models.get_mut(&head.model) {
                Some((count, _)) => *count += 1,
                None => {
                    findings.models.insert(head.model.clone(), (1, shard.place()));
                }
            }
        }
        shard.advance(&mut findings)?;
        heads.extend(head((index, shard)));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests;
