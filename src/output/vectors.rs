//! Writes features: npy, npz and safetensors, whose header counts the rows and so is written last, and jsonl and csv,
//! which grow line by line. Only the current row is kept in memory.

mod npy;
mod npz;
mod safetensors;
mod text;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::ModelHeader;
use crate::error::ImageError;
use crate::files::{Stamp, beside, claim_anew};
use npy::Npy;
pub use npy::NpyRows;
use npz::Npz;
use safetensors::Safetensors;
use text::{Csv, JsonLines, Sidecar};

/// The forms of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// NumPy's array, with its paths in FILE.jsonl.
    Npy,
    /// NumPy's archive of arrays: features, paths, and the images that failed.
    Npz,
    /// A tensor `features`, with its paths in FILE.jsonl.
    Safetensors,
    /// One record a line.
    JsonLines,
    /// One image a row.
    Csv,
}

impl Form {
    /// All forms.
    pub const ALL: [Form; 5] = [Form::Npy, Form::Npz, Form::Safetensors, Form::JsonLines, Form::Csv];

    /// The name in flags, which is also the extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Npy => "npy",
            Form::Npz => "npz",
            Form::Safetensors => "safetensors",
            Form::JsonLines => "jsonl",
            Form::Csv => "csv",
        }
    }
}

/// One image of the output.
#[derive(Debug)]
pub struct FeatureRow<'a> {
    /// The path as it was given.
    pub path: &'a Path,
    /// Its place in the whole input.
    pub seq: u64,
    /// Which state of its file it speaks of.
    pub stamp: Option<Stamp>,
    /// Features, or why there are none.
    pub outcome: Result<Features<'a>, &'a ImageError>,
}

/// An image's features.
#[derive(Debug)]
pub struct Features<'a> {
    /// Pixels across, after EXIF orientation.
    pub width: u32,
    /// Pixels down, after EXIF orientation.
    pub height: u32,
    /// The numbers, row-major in the writer's shape.
    pub values: &'a [f32],
}

/// A writer of rows that has to be finished.
pub trait VectorWriter {
    /// One image.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn row(&mut self, row: &FeatureRow) -> io::Result<()>;

    /// Flushes what is written, numbers before the lines that refer to them. Formats whose header is written last may
    /// wait for [`Self::end`].
    ///
    /// # Errors
    /// When the file cannot be written.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Where in a file of lines the next one starts; 0 where there are none.
    fn position(&self) -> u64 {
        0
    }

    /// Completes the document: writes counts into headers and flushes to disk. Call it once, at the end or after an
    /// interrupt.
    ///
    /// # Errors
    /// When the file cannot be written.
    fn end(&mut self) -> io::Result<()>;
}

/// The writer of a form to a file; `shape` is that of one image's features.
///
/// # Errors
/// When a file cannot be created, or another run is writing to it.
pub fn to_file(
    form: Form,
    file: &Path,
    shape: &[usize],
    model: &ModelHeader,
) -> io::Result<Box<dyn VectorWriter>> {
    let create = |path: &Path| claim_anew(path).map(BufWriter::new);
    let shape = shape.to_vec();
    Ok(match form {
        Form::Npy => Box::new(Npy::new(create(file)?, shape, Sidecar::new(create(&sidecar(file))?, model))?),
        Form::Npz => Box::new(Npz::new(file, shape)?),
        Form::Safetensors => {
            let sidecar = Sidecar::new(create(&sidecar(file))?, model);
            Box::new(Safetensors::new(create(file)?, shape, model, sidecar)?)
        }
        Form::JsonLines => Box::new(JsonLines::new(create(file)?, shape, model)),
        Form::Csv => Box::new(Csv::new(create(file)?, shape.iter().product(), false)?),
    })
}

/// The writer of a form that grows line by line.
///
/// # Errors
/// When `out` cannot be written to.
pub fn to_stdout<'a>(
    form: Form,
    out: &'a mut dyn Write,
    shape: &[usize],
    model: &ModelHeader,
    for_terminal: bool,
) -> io::Result<Box<dyn VectorWriter + 'a>> {
    Ok(match form {
        Form::Csv => Box::new(Csv::new(out, shape.iter().product(), for_terminal)?),
        _ => Box::new(JsonLines::new(out, shape.to_vec(), model)),
    })
}

/// A writer of jsonl that appends to a file, which is open at its end.
///
/// # Errors
/// When its length is unknown.
pub fn behind(file: File, shape: &[usize], model: &ModelHeader) -> io::Result<Box<dyn VectorWriter>> {
    let length = file.metadata()?.len();
    Ok(Box::new(JsonLines::new(BufWriter::new(file), shape.to_vec(), model).behind(length)))
}

/// All files of a form, beginning with the named one: what is written as `FILE.partial` and renamed.
pub fn files(form: Form, file: &Path) -> Vec<PathBuf> {
    match form {
        Form::Npy | Form::Safetensors => vec![file.to_owned(), sidecar(file)],
        _ => vec![file.to_owned()],
    }
}

/// The file that holds the paths for a file of bare numbers.
pub fn sidecar(file: &Path) -> PathBuf {
    beside(file, ".jsonl")
}

/// A file that is removed when it is done with.
#[derive(Debug)]
struct Scratch {
    path: PathBuf,
    writer: BufWriter<File>,
}

impl Scratch {
    fn beside(file: &Path, suffix: &str) -> io::Result<Self> {
        let path = beside(file, suffix);
        let writer =
            BufWriter::new(File::options().read(true).write(true).create(true).truncate(true).open(&path)?);
        Ok(Scratch { path, writer })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A file that cannot be removed stays; its name says what it belongs to.
        let _ = fs::remove_file(&self.path);
    }
}
