//! Rows in memory, column by column, until there are enough for a group. Nested values are written as Dremel has
//! them: a definition level says how much of a column's path is there, a repetition level whether a value goes on
//! with the list of the one before it.

use std::io::Write;

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, FloatType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

use super::row::{ParquetRow, Prediction};

/// Rows of a group.
const ENOUGH_ROWS: usize = 20_000;

/// Bytes in memory of a group, about: with long lists of classes these are reached first.
const ENOUGH_BYTES: usize = 32 << 20;

/// What a row takes beside its texts and classes, and what a class takes beside its texts: values, their
/// levels, and handles of texts.
const ROW_BYTES: usize = 256;
const CLASS_BYTES: usize = 128;

/// Definition levels of the columns under `predictions`.
const NO_LIST: i16 = 0;
const EMPTY_LIST: i16 = 1;
const IN_LIST: i16 = 2;

/// The columns of [`super::SCHEMA`].
#[derive(Default)]
pub(super) struct Columns {
    seq: Column<Int64Type>,
    path: Column<ByteArrayType>,
    path_bytes: Column<ByteArrayType>,
    width: Column<Int32Type>,
    height: Column<Int32Type>,
    truncated: Column<BoolType>,
    model: Column<ByteArrayType>,
    error_kind: Column<ByteArrayType>,
    error_message: Column<ByteArrayType>,
    classes: Classes,
    groups: Option<Groups>,
    rows: usize,
    bytes: usize,
}

/// The columns of rolled-up answers.
#[derive(Default)]
struct Groups {
    wnid: Column<ByteArrayType>,
    label: Column<ByteArrayType>,
    score: Column<FloatType>,
}

/// The columns under `predictions`.
#[derive(Default)]
struct Classes {
    rank: Column<Int32Type>,
    index: Column<Int32Type>,
    wnid: Column<ByteArrayType>,
    label: Column<ByteArrayType>,
    score: Column<FloatType>,
}

impl Columns {
    /// Empty columns, with those of rolled-up answers or without.
    pub(super) fn new(rolled_up: bool) -> Self {
        Columns { groups: rolled_up.then(Groups::default), ..Columns::default() }
    }

    pub(super) fn push(&mut self, row: &ParquetRow) {
        self.seq.required(row.seq);
        self.path.required(text(&row.path));
        self.path_bytes.optional(row.path_bytes.as_deref().map(bytes));
        self.width.optional(row.width);
        self.height.optional(row.height);
        self.truncated.optional(row.truncated);
        self.model.required(text(&row.model));
        self.error_kind.optional(row.error.as_ref().map(|error| text(&error.kind)));
        self.error_message.optional(row.error.as_ref().map(|error| text(&error.message)));
        self.classes.push(row.predictions.as_deref());
        if let Some(groups) = &mut self.groups {
            let group = row.group.as_ref();
            groups.wnid.optional(group.and_then(|group| group.wnid.as_deref()).map(text));
            groups.label.optional(group.and_then(|group| group.label.as_deref()).map(text));
            groups.score.optional(group.map(|group| group.score));
        }
        self.rows += 1;
        self.bytes += weight(row);
    }

    pub(super) fn are_none(&self) -> bool {
        self.rows == 0
    }

    pub(super) fn are_enough(&self) -> bool {
        self.rows >= ENOUGH_ROWS || self.bytes >= ENOUGH_BYTES
    }

    /// Writes the rows as a group, and forgets them.
    pub(super) fn write<W: Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<()> {
        let mut group = file.next_row_group()?;
        self.seq.write(&mut group)?;
        self.path.write(&mut group)?;
        self.path_bytes.write(&mut group)?;
        self.width.write(&mut group)?;
        self.height.write(&mut group)?;
        self.truncated.write(&mut group)?;
        self.model.write(&mut group)?;
        self.error_kind.write(&mut group)?;
        self.error_message.write(&mut group)?;
        self.classes.write(&mut group)?;
        if let Some(groups) = &mut self.groups {
            groups.wnid.write(&mut group)?;
            groups.label.write(&mut group)?;
            groups.score.write(&mut group)?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Classes {
    fn push(&mut self, predictions: Option<&[Prediction]>) {
        match predictions {
            None => self.nothing(NO_LIST),
            Some([]) => self.nothing(EMPTY_LIST),
            Some(predictions) => predictions.iter().enumerate().for_each(|(place, prediction)| {
                let repetition = i16::from(place > 0);
                self.rank.nested(Some(prediction.rank), IN_LIST, repetition);
                self.index.nested(Some(prediction.index), IN_LIST, repetition);
                self.wnid.nested(prediction.wnid.as_deref().map(text), IN_LIST + 1, repetition);
                self.label.nested(prediction.label.as_deref().map(text), IN_LIST + 1, repetition);
                self.score.nested(Some(prediction.score.unwrap_or(f32::NAN)), IN_LIST, repetition);
            }),
        }
    }

    /// A row without classes.
    fn nothing(&mut self, definition: i16) {
        self.rank.level(definition, 0);
        self.index.level(definition, 0);
        self.wnid.level(definition, 0);
        self.label.level(definition, 0);
        self.score.level(definition, 0);
    }

    fn write<W: Write + Send>(&mut self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        self.rank.write(group)?;
        self.index.write(group)?;
        self.wnid.write(group)?;
        self.label.write(group)?;
        self.score.write(group)
    }
}

/// About how many bytes of memory a row takes here.
fn weight(row: &ParquetRow) -> usize {
    let length = |text: Option<&str>| text.map_or(0, str::len);
    let message = length(row.error.as_ref().map(|error| &error.message[..]));
    let classes = row.predictions.iter().flatten();
    let classes =
        classes.map(|class| CLASS_BYTES + length(class.wnid.as_deref()) + length(class.label.as_deref()));
    ROW_BYTES + row.path.len() + row.model.len() + message + classes.sum::<usize>()
}

fn text(text: &str) -> ByteArray {
    bytes(text.as_bytes())
}

fn bytes(bytes: &[u8]) -> ByteArray {
    bytes.to_vec().into()
}

/// Values of a column that are there, and the levels of all.
struct Column<T: DataType> {
    values: Vec<T::T>,
    definition: Vec<i16>,
    repetition: Vec<i16>,
}

impl<T: DataType> Default for Column<T> {
    fn default() -> Self {
        Column { values: Vec::new(), definition: Vec::new(), repetition: Vec::new() }
    }
}

impl<T: DataType> Column<T> {
    /// A value of a column in which every row has one, and which needs no levels.
    fn required(&mut self, value: T::T) {
        self.values.push(value);
    }

    /// What a row has in a column in which it may have nothing.
    fn optional(&mut self, value: Option<T::T>) {
        self.definition.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    /// What an item of a list has; `definition` is the level of a value that is there.
    fn nested(&mut self, value: Option<T::T>, definition: i16, repetition: i16) {
        self.level(definition - i16::from(value.is_none()), repetition);
        self.values.extend(value);
    }

    fn level(&mut self, definition: i16, repetition: i16) {
        self.definition.push(definition);
        self.repetition.push(repetition);
    }

    /// Writes the next column of a group, and empties itself.
    fn write<W: Write + Send>(&mut self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<()> {
        let mut column = group
            .next_column()?
            .ok_or_else(|| ParquetError::General("the schema has fewer columns".to_owned()))?;
        column.typed::<T>().write_batch(
            &self.values,
            (!self.definition.is_empty()).then_some(&self.definition[..]),
            (!self.repetition.is_empty()).then_some(&self.repetition[..]),
        )?;
        column.close()?;
        self.values.clear();
        self.definition.clear();
        self.repetition.clear();
        Ok(())
    }
}
