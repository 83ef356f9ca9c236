//! Where a run's data goes: stdout, a file that gets its name only once it is complete, or a file that is continued.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::journal::Continued;
use crate::error::Error;
use crate::files::{claim_anew, is_claimed, is_same_file, partial_name};

/// A writer of data that must be finished.
pub enum Sink<'a> {
    /// stdout.
    Stdout(&'a mut dyn Write),
    /// A new file.
    File {
        /// What is written to it.
        writer: BufWriter<File>,
        /// Its names.
        unfinished: Unfinished,
    },
    /// More rows at the end of a file.
    Rows {
        /// The file, at its end.
        writer: BufWriter<File>,
        /// Its name.
        name: PathBuf,
        /// Its length with all that was written.
        length: u64,
    },
}

impl<'a> Sink<'a> {
    /// The sink of a continued file if there is one, else that of [`Sink::open`].
    ///
    /// # Errors
    /// As there.
    pub fn behind(
        continued: Option<Continued>,
        file: Option<&Path>,
        force: bool,
        stdout: &'a mut dyn Write,
    ) -> Result<Self> {
        let Some(Continued { file, name, .. }) = continued else { return Sink::open(file, force, stdout) };
        let length = file.metadata().with_context(|| format!("--output {}", name.display()))?.len();
        Ok(Sink::Rows { writer: BufWriter::new(file), name, length })
    }

    /// Opens a file's sink, or stdout's where there is no file.
    ///
    /// # Errors
    /// When the file is there and not to be replaced, or cannot be written.
    pub fn open(file: Option<&Path>, force: bool, stdout: &'a mut dyn Write) -> Result<Self> {
        let Some(name) = file else { return Ok(Sink::Stdout(stdout)) };
        let (writer, unfinished) = Unfinished::create("--output", name, force)?;
        Ok(Sink::File { writer, unfinished })
    }

    /// Makes the data durable and gives the file its name.
    ///
    /// # Errors
    /// When the disk is full or the file cannot be renamed; the unfinished file stays.
    pub fn finish(mut self) -> Result<()> {
        self.flush().with_context(|| self.describe())?;
        match self {
            Sink::Stdout(_) => {}
            Sink::File { unfinished, .. } => unfinished.finish()?,
            Sink::Rows { writer, name, .. } => {
                writer.get_ref().sync_all().with_context(|| format!("--output {}", name.display()))?;
            }
        }
        Ok(())
    }

    /// The file that is being written, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Sink::Stdout(_) => None,
            Sink::File { unfinished, .. } => Some(unfinished.file()),
            Sink::Rows { name, .. } => Some(name),
        }
    }

    /// What it is, for errors.
    pub fn describe(&self) -> String {
        match self {
            Sink::Stdout(_) => "stdout".to_owned(),
            Sink::File { unfinished, .. } => unfinished.describe(),
            Sink::Rows { name, .. } => format!("--output {}", name.display()),
        }
    }

    /// Where in a file of rows the next one starts.
    pub fn position(&self) -> u64 {
        match self {
            Sink::Stdout(_) | Sink::File { .. } => 0,
            Sink::Rows { length, .. } => *length,
        }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(out) => out.write(bytes),
            Sink::File { writer, .. } => writer.write(bytes),
            Sink::Rows { writer, length, .. } => {
                let written = writer.write(bytes)?;
                *length += written as u64;
                Ok(written)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(out) => out.flush(),
            Sink::File { writer, .. } | Sink::Rows { writer, .. } => writer.flush(),
        }
    }
}

/// A file that gets its name when it is whole.
pub struct Unfinished {
    /// The flag that names it, for errors.
    flag: &'static str,
    handle: File,
    partial: PathBuf,
    name: PathBuf,
}

impl Unfinished {
    /// Creates the file that `flag` names, under its temporary name, and a writer for it.
    ///
    /// # Errors
    /// When one of that name is there and not to be replaced, or it cannot be written.
    pub fn create(flag: &'static str, name: &Path, force: bool) -> Result<(BufWriter<File>, Self)> {
        refuse_to_replace(flag, name, force)?;
        refuse_to_lose(flag, name, force)?;
        let name = resolved(name);
        let partial = partial_name(&name);
        let created = claim_anew(&partial).and_then(|file| Ok((file.try_clone()?, file)));
        let (handle, file) = created.with_context(|| format!("{flag} {}", partial.display()))?;
        Ok((BufWriter::new(file), Unfinished { flag, handle, partial, name }))
    }

    /// The file under the name that it has now.
    pub fn file(&self) -> &Path {
        &self.partial
    }

    /// What it is, for errors.
    pub fn describe(&self) -> String {
        format!("{} {}", self.flag, self.partial.display())
    }

    /// Makes what was written durable and gives the file its name.
    ///
    /// # Errors
    /// When the disk is full or the file cannot be renamed; the unfinished file stays.
    pub fn finish(self) -> Result<()> {
        if let Ok(before) = self.name.metadata() {
            self.handle.set_permissions(before.permissions()).with_context(|| self.describe())?;
        }
        self.handle.sync_all().with_context(|| self.describe())?;
        fs::rename(&self.partial, &self.name)
            .with_context(|| format!("{} {}", self.flag, self.name.display()))
    }
}

/// Checks, before any work is done, that an output file can be written. An existing one is replaced only with
/// --force.
///
/// # Errors
/// When it exists and `force` is not set, it is not a plain file, or its folder does not exist.
pub fn refuse_to_replace(flag: &str, name: &Path, force: bool) -> Result<()> {
    let place = name.display();
    if name.metadata().is_ok_and(|there| !there.is_file()) {
        return refused(
            format!("{flag} {place}: not a plain file"),
            "name a file, or omit the flag for stdout",
        );
    }
    if !force && name.symlink_metadata().is_ok() {
        return refused(format!("{flag} {place}: it is there already"), "--force replaces it");
    }
    if is_claimed(name) {
        return refused(
            format!("{flag} {place}: another run is writing to it"),
            "wait for it, or name another file",
        );
    }
    match name.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => refused(
            format!("{flag} {place}: no such folder: {}", folder.display()),
            "create the folder first",
        ),
        _ => Ok(()),
    }
}

/// Checks that what is to be a folder is nothing else.
///
/// # Errors
/// When a file has its name.
pub fn expect_folder(flag: &str, name: &Path) -> Result<()> {
    if name.exists() && !name.is_dir() {
        bail!("{flag} {}: expected a folder, got a file", name.display());
    }
    Ok(())
}

/// Checks whether an interrupted run left a partial file, which is replaced only with --force.
///
/// # Errors
/// When it did, and `force` is not set.
pub fn refuse_to_lose(flag: &str, name: &Path, force: bool) -> Result<()> {
    let partial = partial_name(&resolved(name));
    let holds_something = partial.metadata().is_ok_and(|there| there.is_file() && there.len() > 0);
    // A file that another run is writing is another error.
    if force || !holds_something || is_claimed(&partial) {
        return Ok(());
    }
    refused(
        format!("{flag} {}: an interrupted run left {}", name.display(), partial.display()),
        "--resume continues it where the format is jsonl or npy; --force replaces it",
    )
}

/// Checks that neither an output file nor its partial file is an input, which would be lost.
///
/// # Errors
/// When it is.
pub fn refuse_inputs<'a>(
    flag: &str,
    name: Option<&Path>,
    mut inputs: impl Iterator<Item = &'a PathBuf>,
) -> Result<()> {
    let Some(name) = name else { return Ok(()) };
    let partial = partial_name(&resolved(name));
    match inputs.find(|input| is_same_file(input, name) || is_same_file(input, &partial)) {
        Some(input) => {
            let what = format!("{flag} {}: it would replace the input {}", name.display(), input.display());
            refused(what, "name another file")
        }
        None => Ok(()),
    }
}

fn refused(what: String, hint: &'static str) -> Result<()> {
    Err(Error::Refused { what, hint }.into())
}

/// The file that a name stands for: links are followed.
pub fn resolved(name: &Path) -> PathBuf {
    match name.symlink_metadata() {
        Ok(there) if there.is_symlink() => name.canonicalize().unwrap_or_else(|_| name.to_owned()),
        _ => name.to_owned(),
    }
}
