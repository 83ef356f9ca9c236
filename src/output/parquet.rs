//! Parquet: one row for each image, for programs that read columns. Rows are collected into groups of bounded size,
//! each encoded in memory and written in one piece. The file can only be read once its footer is written.

mod columns;
mod row;

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use serde_json::json;

use super::{ModelHeader, Printer};
use crate::answers::predictions::Record;
use columns::Columns;
pub use row::ParquetRow;

/// The version of the columns, under the key `nasnet.schema`.
const SCHEMA_VERSION: &str = "1";

/// The columns of a file. `predictions` is null for an image that failed, and empty where no class reached
/// the threshold; `path_bytes` is there for paths that are not UTF-8, `truncated` for images whose file ends early.
const SCHEMA: &str = "message nasnet {
    required int64 seq;
    required binary path (STRING);
    optional binary path_bytes;
    optional int32 width;
    optional int32 height;
    optional boolean truncated;
    required binary model (STRING);
    optional binary error_kind (STRING);
    optional binary error_message (STRING);
    optional group predictions (LIST) {
        repeated group list {
            required group element {
                required int32 rank;
                required int32 index;
                optional binary wnid (STRING);
                optional binary label (STRING);
                required float score;
            }
        }
    }
}";

/// More columns for rolled-up answers; null where the answer is unknown.
const GROUP_COLUMNS: &str = "
    optional binary group_wnid (STRING);
    optional binary group_label (STRING);
    optional float group_score;
}";

/// Columns whose values hardly ever repeat, so that a dictionary does not pay.
const WITHOUT_DICTIONARY: [&[&str]; 4] =
    [&["seq"], &["path"], &["path_bytes"], &["predictions", "list", "element", "score"]];

/// A Parquet file as it grows.
pub struct Parquet {
    model: String,
    file: SerializedFileWriter<Vec<u8>>,
    rows: Columns,
    /// A write failed midway, so nothing more may be written.
    torn: bool,
}

impl Parquet {
    /// A file of answers of `model`, which stands as JSON under the key `nasnet.model`.
    ///
    /// # Errors
    /// When the header is no JSON.
    pub fn new(model: &ModelHeader, rolled_up: bool) -> io::Result<Self> {
        Self::open(model.short(), Some(serde_json::to_string(model)?), rolled_up)
    }

    /// A file of rows that are there already; `model` is the `name@fingerprint` that they name, which is all
    /// that they tell of it.
    ///
    /// # Errors
    /// None that depends on the rows.
    pub fn of_rows(model: Option<&str>, rolled_up: bool) -> io::Result<Self> {
        let (name, fingerprint) = model.and_then(|model| model.rsplit_once('@')).unzip();
        let header = model.map(|_| json!({"name": name, "fingerprint": fingerprint}).to_string());
        Self::open(model.unwrap_or_default().to_owned(), header, rolled_up)
    }

    fn open(model: String, header: Option<String>, rolled_up: bool) -> io::Result<Self> {
        let schema = match rolled_up {
            true => parse_message_type(
                &(SCHEMA.trim_end_matches(['\n', '}']).to_owned() + "\n    }" + GROUP_COLUMNS),
            )?,
            false => parse_message_type(SCHEMA)?,
        };
        let version = KeyValue::new("nasnet.schema".to_owned(), SCHEMA_VERSION.to_owned());
        let header = header.map(|header| KeyValue::new("nasnet.model".to_owned(), header));
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(std::iter::once(version).chain(header).collect()));
        for path in WITHOUT_DICTIONARY {
            let path = ColumnPath::new(path.iter().map(|name| (*name).to_owned()).collect());
            properties = properties.set_column_dictionary_enabled(path, false);
        }
        let file = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties.build()))?;
        Ok(Parquet { model, file, rows: Columns::new(rolled_up), torn: false })
    }

    /// One row.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn row(&mut self, row: &ParquetRow, out: &mut dyn Write) -> io::Result<()> {
        self.rows.push(row);
        self.write_enough(out)
    }

    fn write_enough(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.rows.are_enough() { self.write_group(out) } else { Ok(()) }
    }

    fn write_group(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.rows.write(&mut self.file)?;
        self.hand_on(out)
    }

    /// Moves encoded bytes to `out`; the Parquet writer keeps count of them.
    fn hand_on(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if std::mem::replace(&mut self.torn, true) {
            return Err(io::Error::other("an earlier part of the file could not be written"));
        }
        out.write_all(&std::mem::take(self.file.inner_mut()))?;
        self.torn = false;
        Ok(())
    }
}

impl Printer for Parquet {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        self.rows.push(&ParquetRow::new(record, &self.model)?);
        self.write_enough(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.rows.are_none() {
            self.write_group(out)?;
        }
        self.file.finish()?;
        self.hand_on(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ImageError, ImageErrorKind};

    /// A disk that is full once.
    struct Full(bool);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let full = std::mem::replace(&mut self.0, false);
            if full { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn after_a_write_that_failed_no_footer_makes_the_file_look_whole() {
        let error = ImageError::new(ImageErrorKind::Io, "gone");
        let record = Record { path: "a.jpg".into(), seq: 0, stamp: None, outcome: Err(error) };
        let mut parquet = Parquet::of_rows(Some("x@0"), false).unwrap();
        parquet.record(&record, &mut io::sink()).unwrap();
        let mut out = Full(true);
        assert_eq!(parquet.write_group(&mut out).unwrap_err().kind(), io::ErrorKind::StorageFull);
        parquet.record(&record, &mut out).unwrap();
        assert!(parquet.end(&mut out).unwrap_err().to_string().contains("earlier part"));
    }
}
