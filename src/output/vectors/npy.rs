//! NumPy's .npy, version 1.0: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::text::Sidecar;
use super::{FeatureRow, VectorWriter};
use crate::output::ModelHeader;

/// Bytes of a header: room for any number of rows, and a multiple of 64 as the format asks.
const HEADER_BYTES: usize = 192;

/// The header of a C-ordered array, always of the same length.
pub(super) fn header(kind: &str, shape: &[u64]) -> io::Result<Vec<u8>> {
    let mut sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    if shape.len() > 1 {
        sides.truncate(sides.len() - 2);
    }
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({}), }}", sides.trim_end());
    let length = HEADER_BYTES - 10;
    if text.len() >= length {
        return Err(io::Error::other(format!("no npy header holds the shape {shape:?}")));
    }
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((length as u16).to_le_bytes());
    header.extend(text.as_bytes());
    header.resize(HEADER_BYTES - 1, b' ');
    header.push(b'\n');
    Ok(header)
}

/// The shape of `rows` features.
pub(super) fn with_rows(rows: u64, shape: &[usize]) -> Vec<u64> {
    std::iter::once(rows).chain(shape.iter().map(|side| *side as u64)).collect()
}

/// Rows of f32. The header's count of rows is updated as they are written.
pub(super) struct Npy {
    file: BufWriter<File>,
    shape: Vec<usize>,
    rows: u64,
    sidecar: Sidecar,
}

impl Npy {
    pub(super) fn new(mut file: BufWriter<File>, shape: Vec<usize>, sidecar: Sidecar) -> io::Result<Self> {
        file.write_all(&header("<f4", &with_rows(0, &shape))?)?;
        Ok(Npy { file, shape, rows: 0, sidecar })
    }
}

impl Npy {
    fn count(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header("<f4", &with_rows(self.rows, &self.shape))?)?;
        self.file.seek(SeekFrom::End(0)).map(drop)
    }
}

impl VectorWriter for Npy {
    fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        if let Ok(features) = &row.outcome {
            numbers(&mut self.file, features.values)?;
            self.rows += 1;
        }
        self.sidecar.row(row)
    }

    /// Also updates the header's count of rows, so that the array can be read however the run ends.
    fn flush(&mut self) -> io::Result<()> {
        self.count()?;
        self.file.flush()?;
        self.sidecar.flush()
    }

    fn position(&self) -> u64 {
        self.sidecar.position()
    }

    fn end(&mut self) -> io::Result<()> {
        self.count()?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        self.sidecar.end()
    }
}

/// An .npy file of rows that this tool wrote, to be continued.
pub struct NpyRows {
    file: File,
    shape: Vec<usize>,
    rows: u64,
}

impl NpyRows {
    /// Opens a file of rows of features of `shape`, or makes an empty one. Its length says how many there are, its
    /// header how many there were when that was last written.
    ///
    /// # Errors
    /// When it cannot be opened, or is another array.
    pub fn open(path: &Path, shape: &[usize]) -> io::Result<Self> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut found = Vec::new();
        Read::by_ref(&mut file).take(HEADER_BYTES as u64).read_to_end(&mut found)?;
        let own = header("<f4", &with_rows(counted(&found).unwrap_or(0), shape))?;
        if found != own[..found.len()] {
            let what = format!(
                "it is no .npy that `nasnet embed` wrote, or its features are not of shape {shape:?}"
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let mut rows = NpyRows { file, shape: shape.to_vec(), rows: 0 };
        rows.rows = rows.file.metadata()?.len().saturating_sub(HEADER_BYTES as u64) / rows.row_bytes();
        Ok(rows)
    }

    /// How many rows are whole.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    fn row_bytes(&self) -> u64 {
        self.shape.iter().map(|side| *side as u64).product::<u64>() * 4
    }

    fn start(&self, row: u64) -> u64 {
        HEADER_BYTES as u64 + row * self.row_bytes()
    }

    /// A writer behind the first `rows` rows; the others are dropped. `lines` is the file beside it, open at its end.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn go_on(self, rows: u64, lines: File, model: &ModelHeader) -> io::Result<Box<dyn VectorWriter>> {
        self.file.set_len(self.start(rows))?;
        let sidecar = Sidecar::behind(lines, model, rows)?;
        let mut writer = Npy { file: BufWriter::new(self.file), shape: self.shape, rows, sidecar };
        writer.count()?;
        Ok(Box::new(writer))
    }

    /// Writes a copy with the rows of `order`, in that order.
    ///
    /// # Errors
    /// When a row is not there, or the copy cannot be written.
    pub fn reordered(self, to: &Path, order: &[u64]) -> io::Result<()> {
        let mut out = BufWriter::new(File::create(to)?);
        out.write_all(&header("<f4", &with_rows(order.len() as u64, &self.shape))?)?;
        let mut reader = BufReader::new(&self.file);
        let mut here = reader.seek(SeekFrom::Start(self.start(0)))?;
        let mut row = vec![0; self.row_bytes() as usize];
        for place in order {
            reader.seek_relative(self.start(*place) as i64 - here as i64)?;
            reader.read_exact(&mut row)?;
            here = self.start(*place) + self.row_bytes();
            out.write_all(&row)?;
        }
        out.flush()?;
        out.get_ref().sync_all()
    }
}

/// The rows that a header counts.
fn counted(header: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"'shape': (";
    let start = header.windows(KEY.len()).position(|window| window == KEY)? + KEY.len();
    let digits = header[start..].split(|byte| *byte == b',').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Numbers as little-endian bytes.
pub(super) fn numbers(out: &mut impl Write, values: &[f32]) -> io::Result<()> {
    values.iter().try_for_each(|value| out.write_all(&value.to_le_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_as_long_whatever_they_count() {
        let few = header("<f4", &[0, 7, 7, 1056]).unwrap();
        let many = header("<f4", &[u64::MAX, 7, 7, 1056]).unwrap();
        assert_eq!((few.len(), many.len()), (HEADER_BYTES, HEADER_BYTES));
        assert!(few.starts_with(
            b"\x93NUMPY\x01\x00\xb6\x00{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7, 7, 1056), }"
        ));
        assert!(header("<U3", &[5]).unwrap().windows(4).any(|text| text == b"(5,)"));
    }
}
