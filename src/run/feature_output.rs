//! Where features go: stdout, new files that get their names once they are complete, or files that are continued.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Error, Result, bail};

use super::journal::{self, Continued, RowKind, SharedLedger, locked};
use super::npy_pair;
use super::sink::{refuse_inputs, refuse_to_lose, refuse_to_replace, resolved};
use crate::files::partial_name;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::output::vectors::{self, Form, NpyRows, VectorWriter};
use crate::settings::{Embed, Resume};

/// What the rows of a run are.
#[derive(Clone, Copy)]
pub struct FeatureLayout<'a> {
    pub form: Form,
    /// The shape of one image's features.
    pub shape: &'a [usize],
    pub model: &'a ModelHeader,
}

/// Where features go.
pub enum FeatureOutput {
    Stdout,
    /// A file, and the name that it has until it is whole.
    New {
        name: PathBuf,
        partial: PathBuf,
    },
    Resumed(Resumed),
}

/// A file that is continued.
pub struct Resumed {
    name: PathBuf,
    /// The lines that name images: the file itself, or the one beside it.
    lines: Continued,
    /// The numbers, where they have a file of their own; the writer takes them.
    numbers: Option<NpyRows>,
}

impl FeatureOutput {
    /// Checks what exists, and opens what is continued.
    ///
    /// # Errors
    /// When a file is in the way, or cannot be continued.
    pub fn open(settings: &Embed, rows: FeatureLayout, console: Console) -> Result<Self> {
        let Some(name) = &settings.output else { return Ok(FeatureOutput::Stdout) };
        refuse_inputs("--output", Some(name), settings.inputs.named())?;
        if let Some(resume) = settings.resume {
            return Ok(FeatureOutput::Resumed(Resumed::open(name, resume, rows, console)?));
        }
        for file in vectors::files(rows.form, name) {
            refuse_to_replace("--output", &file, settings.force)?;
        }
        refuse_to_lose("--output", name, settings.force)?;
        let name = resolved(name);
        Ok(FeatureOutput::New { partial: partial_name(&name), name })
    }

    /// The rows that a continued file has.
    pub fn ledger(&self) -> Option<SharedLedger> {
        match self {
            FeatureOutput::Resumed(resumed) => Some(Arc::clone(&resumed.lines.ledger)),
            _ => None,
        }
    }

    /// The writer of the rows to come.
    ///
    /// # Errors
    /// When a file cannot be created or written.
    pub fn writer<'a>(
        &mut self,
        rows: FeatureLayout,
        stdout: &'a mut dyn Write,
        for_terminal: bool,
    ) -> Result<Box<dyn VectorWriter + 'a>> {
        let FeatureLayout { form, shape, model } = rows;
        match self {
            FeatureOutput::Stdout => Ok(vectors::to_stdout(form, stdout, shape, model, for_terminal)?),
            FeatureOutput::New { partial, .. } => vectors::to_file(form, partial, shape, model)
                .with_context(|| format!("--output {}", partial.display())),
            FeatureOutput::Resumed(resumed) => {
                resumed.writer(rows).with_context(|| format!("--output {}", resumed.name.display()))
            }
        }
    }

    /// The file that is being written, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            FeatureOutput::Stdout => None,
            FeatureOutput::New { partial, .. } => Some(partial),
            FeatureOutput::Resumed(resumed) => Some(&resumed.name),
        }
    }

    /// An error of writing, with the file at fault.
    pub fn blame(&self, error: Error) -> Error {
        match self.file() {
            Some(file) => error.context(format!("--output {}", file.display())),
            None => error,
        }
    }

    /// Gives files their names, when the writer is done with them; a file that was continued is brought into the
    /// order of the inputs.
    ///
    /// # Errors
    /// When a file cannot be renamed or written anew.
    pub fn finish(&self, rows: FeatureLayout) -> Result<()> {
        match self {
            FeatureOutput::Stdout => Ok(()),
            FeatureOutput::New { name, partial } => {
                let files = vectors::files(rows.form, name);
                for (from, to) in vectors::files(rows.form, partial).iter().zip(files) {
                    fs::rename(from, &to).with_context(|| to.display().to_string())?;
                }
                Ok(())
            }
            FeatureOutput::Resumed(resumed) => resumed.finish(rows),
        }
    }
}

impl Resumed {
    fn open(name: &Path, resume: Resume, rows: FeatureLayout, console: Console) -> Result<Self> {
        let model = rows.model.short();
        let (numbers, lines_name, kind) = if rows.form == Form::Npy {
            let numbers = npy_pair::open(name, rows.shape)?;
            let kind = RowKind::Rows { available: numbers.rows() };
            (Some(numbers), vectors::sidecar(name), kind)
        } else {
            (None, name.to_owned(), RowKind::Features)
        };
        let request = journal::Request { name: &lines_name, model: &model, kind, resume };
        let lines = journal::open(request, console)?;
        if let (Some(_), Some(other)) = (&numbers, locked(&lines.ledger).other_model()) {
            let name = name.display();
            bail!(
                "--output {name}: its rows are of {other}, this run's are of {model}; name another file, or start \
                 anew with --force instead of --resume"
            );
        }
        Ok(Resumed { name: name.to_owned(), lines, numbers })
    }

    fn writer(&mut self, rows: FeatureLayout) -> Result<Box<dyn VectorWriter>> {
        let lines = self.lines.file.try_clone()?;
        Ok(match self.numbers.take() {
            Some(numbers) => numbers.go_on(locked(&self.lines.ledger).places(), lines, rows.model)?,
            None => vectors::behind(lines, rows.shape, rows.model)?,
        })
    }

    fn finish(&self, rows: FeatureLayout) -> Result<()> {
        let name = &self.lines.name;
        self.lines.file.sync_all().with_context(|| format!("--output {}", name.display()))?;
        let ledger = locked(&self.lines.ledger);
        match rows.form {
            Form::Npy => npy_pair::tidy(&ledger, &self.name, name, rows.shape),
            _ => ledger.tidy(name),
        }
    }
}
