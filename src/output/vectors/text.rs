//! Features as lines of text, and the lines that name the rows of a file of bare numbers.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde::Serialize;

use super::{FeatureRow, VectorWriter};
use crate::output::json::write as write_json;
use crate::output::text::printable;
use crate::output::wire::{ErrorLine, ModelHeader, StampLine, path_bytes};

/// A record of features.
#[derive(Debug, Serialize)]
struct Line<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// The place among the rows of the file beside this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(flatten)]
    outcome: VectorBody<'a>,
    seq: u64,
    model: &'a str,
    #[serde(flatten)]
    file: Option<StampLine>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum VectorBody<'a> {
    Features {
        width: u32,
        height: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        shape: Option<&'a [usize]>,
        #[serde(skip_serializing_if = "Option::is_none")]
        features: Option<&'a [f32]>,
    },
    Failure {
        error: ErrorLine<'a>,
    },
}

fn line<'a>(
    row: &FeatureRow<'a>,
    place: Option<u64>,
    shape: Option<&'a [usize]>,
    model: &'a str,
) -> Line<'a> {
    let outcome = match &row.outcome {
        Ok(features) => VectorBody::Features {
            width: features.width,
            height: features.height,
            shape,
            features: shape.is_some().then_some(features.values),
        },
        Err(error) => VectorBody::Failure { error: ErrorLine::new(error) },
    };
    let path = row.path.to_string_lossy().into_owned();
    let file = row.stamp.map(StampLine::new);
    Line { path, path_bytes: path_bytes(row.path), row: place, outcome, seq: row.seq, model, file }
}

/// A writer that counts its bytes.
struct Counted<W> {
    out: W,
    length: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One record a line, with its features.
pub(super) struct JsonLines<W> {
    out: Counted<W>,
    shape: Vec<usize>,
    model: String,
}

impl<W: Write> JsonLines<W> {
    pub(super) fn new(out: W, shape: Vec<usize>, model: &ModelHeader) -> Self {
        JsonLines { out: Counted { out, length: 0 }, shape, model: model.short() }
    }

    /// The same writer, after `length` bytes of lines.
    pub(super) fn behind(mut self, length: u64) -> Self {
        self.out.length = length;
        self
    }
}

impl<W: Write> VectorWriter for JsonLines<W> {
    fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        write_json(&line(row, None, Some(&self.shape), &self.model), &mut self.out)?;
        self.out.write_all(b"\n")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn position(&self) -> u64 {
        self.out.length
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// One record a line, with the row of its features in the file beside it.
pub(super) struct Sidecar {
    out: Counted<BufWriter<File>>,
    model: String,
    rows: u64,
}

impl Sidecar {
    pub(super) fn new(out: BufWriter<File>, model: &ModelHeader) -> Self {
        Sidecar { out: Counted { out, length: 0 }, model: model.short(), rows: 0 }
    }

    /// Appends lines to a file that is open at its end and has lines for `rows` rows.
    pub(super) fn behind(file: File, model: &ModelHeader, rows: u64) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Sidecar { out: Counted { out: BufWriter::new(file), length }, model: model.short(), rows })
    }

    pub(super) fn position(&self) -> u64 {
        self.out.length
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    pub(super) fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        let place = row.outcome.is_ok().then_some(self.rows);
        self.rows += u64::from(row.outcome.is_ok());
        write_json(&line(row, place, None, &self.model), &mut self.out)?;
        self.out.write_all(b"\n")
    }

    pub(super) fn end(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.out.get_ref().sync_all()
    }
}

/// `path,error,f0,f1,...`: a row for each image.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    length: usize,
    for_terminal: bool,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(out: W, length: usize, for_terminal: bool) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_field("path")?;
        writer.write_field("error")?;
        for index in 0..length {
            writer.write_field(format!("f{index}"))?;
        }
        writer.write_record(None::<&[u8]>)?;
        Ok(Csv { writer, length, for_terminal })
    }
}

impl<W: Write> VectorWriter for Csv<W> {
    fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        let path = row.path.to_string_lossy();
        let path = if self.for_terminal { printable(&path) } else { path };
        self.writer.write_field(path.as_ref())?;
        match &row.outcome {
            Ok(features) => {
                self.writer.write_field("")?;
                for value in features.values {
                    self.writer.write_field(value.to_string())?;
                }
            }
            Err(error) => {
                self.writer.write_field(format!("{}: {}", error.kind.as_str(), error.message))?;
                for _ in 0..self.length {
                    self.writer.write_field("")?;
                }
            }
        }
        self.writer.write_record(None::<&[u8]>)?;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn end(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
