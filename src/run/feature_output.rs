//! Where features go: stdout, a file that gets its name only when it is whole, or a file that is gone on with.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Error, Result, bail};

use super::journal::{self, Kind};
use super::npy_pair;
use super::sink::{refuse_inputs, refuse_to_replace, resolved};
use super::work_items::{SharedLedger, locked};
use crate::files::partial_name;
use crate::output::ModelHeader;
use crate::output::console::Console;
use crate::output::rows;
use crate::output::vectors::{self, Form, NpyRows, VectorWriter};
use crate::settings::{Embed, Resume};

/// What the rows of a run are.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub form: Form,
    /// The shape of one image's features.
    pub shape: &'a [usize],
    pub model: &'a ModelHeader,
}

/// Where features go.
pub enum Output {
    Stdout,
    /// A file, and the name that it has until it is whole.
    New {
        name: PathBuf,
        partial: PathBuf,
    },
    Resumed(Resumed),
}

/// A file that is gone on with.
pub struct Resumed {
    ledger: SharedLedger,
    name: PathBuf,
    /// The lines that name images: the file itself, or the one beside it.
    lines: File,
    lines_name: PathBuf,
    /// The numbers, where they have a file of their own; the writer takes them.
    numbers: Option<NpyRows>,
}

impl Output {
    /// Looks at what is there, and opens what is gone on with.
    ///
    /// # Errors
    /// When a file is in the way, or is none to go on with.
    pub fn open(settings: &Embed, rows: Rows, console: Console) -> Result<Self> {
        let Some(name) = &settings.output else { return Ok(Output::Stdout) };
        refuse_inputs("--output", Some(name), settings.inputs.named())?;
        if let Some(resume) = settings.resume {
            return Ok(Output::Resumed(Resumed::open(name, resume, rows, console)?));
        }
        for file in vectors::files(rows.form, name) {
            refuse_to_replace("--output", &file, settings.force)?;
        }
        let name = resolved(name);
        Ok(Output::New { partial: partial_name(&name), name })
    }

    /// Which images a file to go on with has.
    pub fn ledger(&self) -> Option<SharedLedger> {
        match self {
            Output::Resumed(resumed) => Some(Arc::clone(&resumed.ledger)),
            _ => None,
        }
    }

    /// The writer of the rows to come.
    ///
    /// # Errors
    /// When a file cannot be created or written.
    pub fn writer<'a>(
        &mut self,
        rows: Rows,
        stdout: &'a mut dyn Write,
        for_terminal: bool,
    ) -> Result<Box<dyn VectorWriter + 'a>> {
        let Rows { form, shape, model } = rows;
        match self {
            Output::Stdout => Ok(vectors::to_stdout(form, stdout, shape, model, for_terminal)?),
            Output::New { partial, .. } => vectors::to_file(form, partial, shape, model)
                .with_context(|| format!("--output {}", partial.display())),
            Output::Resumed(resumed) => {
                resumed.writer(rows).with_context(|| format!("--output {}", resumed.name.display()))
            }
        }
    }

    /// The file that is being written, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Output::Stdout => None,
            Output::New { partial, .. } => Some(partial),
            Output::Resumed(resumed) => Some(&resumed.name),
        }
    }

    /// An error of writing, with the file at fault.
    pub fn blame(&self, error: Error) -> Error {
        match self.file() {
            Some(file) => error.context(format!("--output {}", file.display())),
            None => error,
        }
    }

    /// Gives files their names, when the writer is done with them; a file that was gone on with is brought into the
    /// order of the inputs.
    ///
    /// # Errors
    /// When a file cannot be renamed or written anew.
    pub fn finish(&self, rows: Rows) -> Result<()> {
        match self {
            Output::Stdout => Ok(()),
            Output::New { name, partial } => {
                let files = vectors::files(rows.form, name);
                for (from, to) in vectors::files(rows.form, partial).iter().zip(files) {
                    fs::rename(from, &to).with_context(|| to.display().to_string())?;
                }
                Ok(())
            }
            Output::Resumed(resumed) => resumed.finish(rows),
        }
    }
}

impl Resumed {
    fn open(name: &Path, resume: Resume, rows: Rows, console: Console) -> Result<Self> {
        let model = rows.model.short();
        let (numbers, lines_name, kind) = if rows.form == Form::Npy {
            let numbers = npy_pair::open(name, rows.shape)?;
            let kind = Kind::Rows { available: numbers.rows() };
            (Some(numbers), vectors::sidecar(name), kind)
        } else {
            (None, name.to_owned(), Kind::Features)
        };
        let request = journal::Request {
            name: &lines_name,
            fingerprint: rows::fingerprint(&model),
            kind,
            retry_errors: resume == Resume::RetryErrors,
        };
        let (lines, lines_name, ledger) = journal::open(request, console)?;
        if let (Some(_), Some(other)) = (&numbers, ledger.other_model()) {
            let name = name.display();
            bail!(
                "--output {name}: its rows are of {other}, those of this run of {model}; name another file, or start \
                 anew with --force instead of --resume"
            );
        }
        let ledger = Arc::new(Mutex::new(ledger));
        Ok(Resumed { ledger, name: name.to_owned(), lines, lines_name, numbers })
    }

    fn writer(&mut self, rows: Rows) -> Result<Box<dyn VectorWriter>> {
        let lines = self.lines.try_clone()?;
        Ok(match self.numbers.take() {
            Some(numbers) => numbers.go_on(locked(&self.ledger).places(), lines, rows.model)?,
            None => vectors::behind(lines, rows.shape, rows.model)?,
        })
    }

    fn finish(&self, rows: Rows) -> Result<()> {
        self.lines.sync_all().with_context(|| format!("--output {}", self.lines_name.display()))?;
        let ledger = locked(&self.ledger);
        match rows.form {
            Form::Npy => npy_pair::tidy(&ledger, &self.name, &self.lines_name, rows.shape),
            _ => ledger.tidy(&self.lines_name),
        }
    }
}
