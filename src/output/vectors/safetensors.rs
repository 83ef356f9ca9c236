//! safetensors with one tensor, `features`: <https://github.com/huggingface/safetensors#format>. The header may
//! be padded with spaces, so that it is written again in its place when the rows have been counted.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use serde_json::json;

use super::npy::{numbers, with_rows};
use super::text::Sidecar;
use super::{FeatureRow, VectorWriter};
use crate::output::ModelHeader;

pub(super) struct Safetensors {
    file: BufWriter<File>,
    shape: Vec<usize>,
    model: String,
    header_bytes: usize,
    rows: u64,
    sidecar: Sidecar,
}

impl Safetensors {
    pub(super) fn new(
        file: BufWriter<File>,
        shape: Vec<usize>,
        model: &ModelHeader,
        sidecar: Sidecar,
    ) -> io::Result<Self> {
        let model = serde_json::to_string(model)?;
        let mut writer = Safetensors { file, shape, model, header_bytes: 0, rows: 0, sidecar };
        // Room for the longest counts there can be.
        writer.header_bytes = (writer.header(0).len() + 80).next_multiple_of(64);
        writer.write_header()?;
        Ok(writer)
    }

    fn header(&self, rows: u64) -> String {
        let row: u64 = self.shape.iter().map(|side| *side as u64).product::<u64>() * 4;
        json!({
            "__metadata__": {"model": self.model},
            "features": {"dtype": "F32", "shape": with_rows(rows, &self.shape), "data_offsets": [0, rows * row]},
        })
        .to_string()
    }

    fn write_header(&mut self) -> io::Result<()> {
        let header = self.header(self.rows);
        let padding = " ".repeat(self.header_bytes.saturating_sub(header.len()));
        self.file.write_all(&(self.header_bytes as u64).to_le_bytes())?;
        self.file.write_all(header.as_bytes())?;
        self.file.write_all(padding.as_bytes())
    }
}

impl VectorWriter for Safetensors {
    fn row(&mut self, row: &FeatureRow) -> io::Result<()> {
        if let Ok(features) = &row.outcome {
            numbers(&mut self.file, features.values)?;
            self.rows += 1;
        }
        self.sidecar.row(row)
    }

    fn end(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.write_header()?;
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        self.sidecar.end()
    }
}
