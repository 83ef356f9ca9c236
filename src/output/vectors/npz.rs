//! NumPy's .npz: a zip of arrays, stored. `features` and `paths` have a row an answered image, `failed` and `errors`
//! one for each that failed. Rows are collected in scratch files beside it, since a zip's entries are written one
//! after another.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, Write};
use std::mem::ManuallyDrop;
use std::path::Path;

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::npy::{header, numbers, with_rows};
use super::{FeatureRow, Scratch, VectorWriter};
use crate::files::claim_anew;

pub(super) struct Npz {
    file: File,
    shape: Vec<usize>,
    features: Scratch,
    rows: u64,
    paths: Texts,
    failed: Texts,
    errors: Texts,
}

impl Npz {
    pub(super) fn new(file: &Path, shape: Vec<usize>) -> io::Result<Self> {
        let texts = |suffix: &str| {
            Ok::<_, io::Error>(Texts { scratch: Scratch::beside(file, suffix)?, count: 0, longest: 1 })
        };
        Ok(Npz {
            file: claim_anew(file)?,
            shape,
            features: Scratch::beside(file, ".rows")?,
            rows: 0,
            paths: texts(".paths")?,
            failed: texts(".failed")?,
            errors: texts(".errors")?,
        })
    }
}

impl VectorWriter for Npz {
    fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        let path = row.path.to_string_lossy();
        match &row.outcome {
            Ok(features) => {
                numbers(&mut self.features.writer, features.values)?;
                self.rows += 1;
                self.paths.push(&path)
            }
            Err(error) => {
                self.failed.push(&path)?;
                self.errors.push(&format!("{}: {}", error.kind.as_str(), error.message))
            }
        }
    }

    fn end(&mut self) -> io::Result<()> {
        // The same images make the same bytes: no times.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(true);
        // If dropped unfinished after a failure, it would try again and print an error.
        let mut archive = ManuallyDrop::new(ZipWriter::new(&mut self.file));
        archive.start_file("features.npy", options)?;
        archive.write_all(&header("<f4", &with_rows(self.rows, &self.shape))?)?;
        io::copy(&mut reread(&mut self.features)?, &mut *archive)?;
        for (name, texts) in [
            ("paths.npy", &mut self.paths),
            ("failed.npy", &mut self.failed),
            ("errors.npy", &mut self.errors),
        ] {
            archive.start_file(name, options)?;
            texts.write(&mut *archive)?;
        }
        ManuallyDrop::into_inner(archive).finish()?;
        self.file.sync_all()
    }
}

/// Texts that become an array of NumPy's fixed-width strings.
struct Texts {
    scratch: Scratch,
    count: u64,
    longest: usize,
}

impl Texts {
    fn push(&mut self, text: &str) -> io::Result<()> {
        self.count += 1;
        self.longest = self.longest.max(text.chars().count());
        // No path and no message holds a NUL; NumPy could not keep one at the end either.
        self.scratch.writer.write_all(text.replace('\0', "\u{fffd}").as_bytes())?;
        self.scratch.writer.write_all(b"\0")
    }

    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&header(&format!("<U{}", self.longest), &[self.count])?)?;
        for text in reread(&mut self.scratch)?.split(0) {
            let text = String::from_utf8(text?).map_err(io::Error::other)?;
            let mut cell = Vec::with_capacity(self.longest * 4);
            text.chars().for_each(|character| cell.extend(u32::from(character).to_le_bytes()));
            cell.resize(self.longest * 4, 0);
            out.write_all(&cell)?;
        }
        Ok(())
    }
}

/// A scratch file from its beginning.
fn reread(scratch: &mut Scratch) -> io::Result<BufReader<&File>> {
    scratch.writer.flush()?;
    let mut file = scratch.writer.get_ref();
    file.rewind()?;
    Ok(BufReader::new(file))
}
