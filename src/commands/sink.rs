//! Where a run's data goes: stdout, or a file that gets its name only when it is whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

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
}

impl<'a> Sink<'a> {
    /// Opens a file's sink, or stdout's where there is no file.
    ///
    /// # Errors
    /// When the file is there and not to be replaced, or cannot be written.
    pub fn open(file: Option<&Path>, force: bool, stdout: &'a mut dyn Write) -> Result<Self> {
        let Some(name) = file else { return Ok(Sink::Stdout(stdout)) };
        refuse_to_replace(name, force)?;
        let mut partial = name.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let writer = File::create(&partial).with_context(|| format!("--output {}", partial.display()))?;
        Ok(Sink::File { writer: BufWriter::new(writer), partial, name: name.to_owned() })
    }

    /// Makes the data durable and gives the file its name.
    ///
    /// # Errors
    /// When the disk is full or the file cannot be renamed; the unfinished file stays.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        if let Sink::File { writer, partial, name } = self {
            writer.get_ref().sync_all().with_context(|| partial.display().to_string())?;
            fs::rename(&partial, &name).with_context(|| name.display().to_string())?;
        }
        Ok(())
    }

    /// The unfinished file, if there is one.
    pub fn partial(&self) -> Option<&Path> {
        match self {
            Sink::Stdout(_) => None,
            Sink::File { partial, .. } => Some(partial),
        }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Sink::Stdout(out) => out.write(bytes),
            Sink::File { writer, .. } => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Sink::Stdout(out) => out.flush(),
            Sink::File { writer, .. } => writer.flush(),
        }
    }
}

/// An output file that is there is replaced only when that was asked for.
///
/// # Errors
/// When it is there and `force` is not set.
pub fn refuse_to_replace(name: &Path, force: bool) -> Result<()> {
    if !force && name.symlink_metadata().is_ok() {
        bail!("--output {}: it is there already; --force replaces it", name.display());
    }
    Ok(())
}
