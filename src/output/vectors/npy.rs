//! NumPy's .npy, version 1.0: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use super::text::Sidecar;
use super::{Row, VectorWriter};

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

/// Rows of f32 behind a header that learns at the end how many they are.
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

impl VectorWriter for Npy {
    fn row(&mut self, row: &Row) -> io::Result<()> {
        if let Ok(features) = &row.outcome {
            numbers(&mut self.file, features.values)?;
            self.rows += 1;
        }
        self.sidecar.row(row)
    }

    fn end(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header("<f4", &with_rows(self.rows, &self.shape))?)?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        self.sidecar.end()
    }
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
