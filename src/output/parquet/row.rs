//! A row in the types of the file's columns, of a record or of a line of jsonl.

use std::borrow::Cow;
use std::io;
use std::num::TryFromIntError;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, de};

use crate::answers::predictions::{Answer, Record};
use crate::answers::rollup::RolledUp;

/// One image.
#[derive(Debug, Deserialize)]
pub struct ParquetRow<'a> {
    pub(super) seq: i64,
    #[serde(borrow)]
    pub(super) path: Cow<'a, str>,
    #[serde(default, deserialize_with = "base64")]
    pub(super) path_bytes: Option<Cow<'a, [u8]>>,
    #[serde(default)]
    pub(super) width: Option<i32>,
    #[serde(default)]
    pub(super) height: Option<i32>,
    /// Only of images that were.
    #[serde(default)]
    pub(super) truncated: Option<bool>,
    #[serde(borrow)]
    pub(super) model: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) error: Option<Failure<'a>>,
    #[serde(borrow, default)]
    pub(super) predictions: Option<Vec<Prediction<'a>>>,
    #[serde(borrow, default)]
    pub(super) group: Option<Group<'a>>,
}

/// Why an image has no answer.
#[derive(Debug, Deserialize)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) message: Cow<'a, str>,
}

/// A rolled-up answer.
#[derive(Debug, Deserialize)]
pub(super) struct Group<'a> {
    #[serde(borrow)]
    pub(super) wnid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) label: Option<Cow<'a, str>>,
    pub(super) score: f32,
}

/// A class of an answer.
#[derive(Debug, Deserialize)]
pub(super) struct Prediction<'a> {
    pub(super) rank: i32,
    pub(super) index: i32,
    #[serde(borrow)]
    pub(super) wnid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(super) label: Option<Cow<'a, str>>,
    /// `None` for what is no finite number: JSON has only null for it.
    pub(super) score: Option<f32>,
}

impl<'a> ParquetRow<'a> {
    /// The row of a record; `model` is `name@fingerprint`.
    ///
    /// # Errors
    /// When a number is too large for its column.
    pub fn new(record: &'a Record, model: &'a str) -> io::Result<Self> {
        Self::of(record, model).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn of(record: &'a Record, model: &'a str) -> Result<Self, TryFromIntError> {
        let answer = record.outcome.as_ref().ok();
        let failure = |error: &'a crate::ImageError| Failure {
            kind: error.kind.as_str().into(),
            message: (&error.message).into(),
        };
        let is_text = record.path.to_str().is_some();
        Ok(ParquetRow {
            seq: record.seq.try_into()?,
            path: record.path.to_string_lossy(),
            path_bytes: (!is_text).then(|| record.path.as_os_str().as_encoded_bytes().into()),
            width: answer.map(|answer| answer.width.try_into()).transpose()?,
            height: answer.map(|answer| answer.height.try_into()).transpose()?,
            truncated: answer.and_then(|answer| answer.notes.truncated.then_some(true)),
            model: model.into(),
            error: record.outcome.as_ref().err().map(failure),
            predictions: answer.map(Prediction::all).transpose()?,
            group: answer.and_then(|answer| Group::of(answer.group.as_ref()?)),
        })
    }

    /// The row of a line of jsonl.
    ///
    /// # Errors
    /// When the line is no whole row.
    pub fn parse(line: &'a [u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(line)?)
    }
}

impl<'a> Group<'a> {
    fn of(group: &'a RolledUp) -> Option<Self> {
        let RolledUp::Known { wnid, label, score } = group else { return None };
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        Some(Group { wnid: text(wnid), label: text(label), score: *score })
    }
}

impl<'a> Prediction<'a> {
    fn all(answer: &'a Answer) -> Result<Vec<Self>, TryFromIntError> {
        let of = |prediction: &'a crate::Prediction| {
            let label = prediction.label.as_ref();
            Ok(Prediction {
                rank: prediction.rank.try_into()?,
                index: prediction.index.try_into()?,
                wnid: label.and_then(|label| label.wnid.as_deref()).map(Cow::Borrowed),
                label: label.map(|label| Cow::Borrowed(&label.name[..])),
                score: Some(prediction.score),
            })
        };
        answer.predictions.iter().map(of).collect()
    }
}

fn base64<'de, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Cow<'a, [u8]>>, D::Error> {
    let text = Option::<Cow<'_, str>>::deserialize(deserializer)?;
    text.map(|text| STANDARD.decode(text.as_bytes()).map(Cow::Owned)).transpose().map_err(de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::predictions::{Notes, Prediction};
    use crate::output::wire::StreamLine;
    use crate::{ImageError, ImageErrorKind, Label};

    fn rows_agree(record: &Record) {
        let line = serde_json::to_vec(&StreamLine::new(record, "x@y@0123", None)).unwrap();
        let (direct, parsed) =
            (ParquetRow::new(record, "x@y@0123").unwrap(), ParquetRow::parse(&line).unwrap());
        assert_eq!(format!("{direct:?}"), format!("{parsed:?}"));
    }

    #[test]
    fn a_record_and_its_line_are_the_same_row() {
        let label = Label { wnid: None, name: "a \"quoted\"\u{1b} name".to_owned() };
        let mut score = 1.0f32;
        // Scores of all magnitudes, each of which has to come back from its text to the bit.
        let predictions = (0..20_000).map(|index| {
            score = score * 0.996_337 + f32::from(index as u16) * 1e-30;
            let label = (index % 2 == 0).then(|| label.clone());
            Prediction { rank: index + 1, index, label, score }
        });
        let answer = Answer {
            width: 17,
            height: 5,
            notes: Notes { truncated: true, ..Notes::default() },
            predictions: predictions.collect(),
            group: None,
            explained: None,
        };
        let known = RolledUp::Known { wnid: Some("n02084071".to_owned()), label: None, score: 0.1 };
        for group in [None, Some(RolledUp::Unknown), Some(known)] {
            let outcome = Ok(Answer { group, ..answer.clone() });
            rows_agree(&Record { path: "ü\n.jpg".into(), seq: 1 << 40, stamp: None, outcome });
        }
        let error = ImageError::new(ImageErrorKind::Decode, "\"corrupt\"\u{7f}");
        rows_agree(&Record { path: "b".into(), seq: 0, stamp: None, outcome: Err(error.clone()) });
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            let path = std::ffi::OsStr::from_bytes(b"not\xffutf8").into();
            rows_agree(&Record { path, seq: 0, stamp: None, outcome: Err(error) });
        }
    }

    #[test]
    fn a_line_that_is_no_whole_row_is_refused() {
        let line = r#"{"path": "a", "predictions": [{"rank": 1}], "seq": 7, "model": "x@0"}"#;
        assert!(ParquetRow::parse(line.as_bytes()).unwrap_err().to_string().contains("missing field"));
    }
}
