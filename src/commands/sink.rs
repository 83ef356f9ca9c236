//! Where a run's data goes: stdout, a file that gets its name only when it is whole, or a file that is
//! gone on with.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::resume::partial_name;

/// A writer that has to be finished.
pub enum Sink<'a> {
    /// Data for whoever reads.
    Stdout(&'a mut dyn Write),
    /// Data for a file.
    File {
        /// The unfinished file.
        writer: BufWriter<File>,
        /// Its name.
        partial: PathBuf,
        /// The name that it gets.
        name: PathBuf,
    },
    /// Rows behind those that a file has.
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
    /// Opens a file's sink, or stdout's where there is no file.
    ///
    /// # Errors
    /// When the file is there and not to be replaced, or cannot be written.
    pub fn open(file: Option<&Path>, force: bool, stdout: &'a mut dyn Write) -> Result<Self> {
        let Some(name) = file else { return Ok(Sink::Stdout(stdout)) };
        refuse_to_replace("--output", name, force)?;
        let partial = partial_name(name);
        let writer = File::create(&partial).with_context(|| format!("--output {}", partial.display()))?;
        Ok(Sink::File { writer: BufWriter::new(writer), partial, name: name.to_owned() })
    }

    /// A sink behind the end of `file`, which is open there.
    ///
    /// # Errors
    /// When its length cannot be had.
    pub fn rows(file: File, name: PathBuf) -> Result<Self> {
        let length = file.metadata().with_context(|| format!("--output {}", name.display()))?.len();
        Ok(Sink::Rows { writer: BufWriter::new(file), name, length })
    }

    /// Makes the data durable and gives the file its name.
    ///
    /// # Errors
    /// When the disk is full or the file cannot be renamed; the unfinished file stays.
    pub fn finish(mut self) -> Result<()> {
        self.flush().with_context(|| self.describe())?;
        match self {
            Sink::Stdout(_) => {}
            Sink::File { writer, partial, name } => {
                writer.get_ref().sync_all().with_context(|| format!("--output {}", partial.display()))?;
                fs::rename(&partial, &name).with_context(|| format!("--output {}", name.display()))?;
            }
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
            Sink::File { partial, .. } => Some(partial),
            Sink::Rows { name, .. } => Some(name),
        }
    }

    /// What it is, for errors.
    pub fn describe(&self) -> String {
        self.file().map_or_else(|| "stdout".to_owned(), |file| format!("--output {}", file.display()))
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

/// An output file that is there is replaced only when that was asked for.
///
/// # Errors
/// When it is there and `force` is not set.
pub fn refuse_to_replace(flag: &str, name: &Path, force: bool) -> Result<()> {
    if !force && name.symlink_metadata().is_ok() {
        bail!("{flag} {}: it is there already; --force replaces it", name.display());
    }
    Ok(())
}
