//! The wire types of json and jsonl, which scripts rely on, apart from the working types.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::answers::predictions::{Explained, Prediction, Record};
use crate::answers::rollup::RolledUp;
use crate::error::ImageError;
use crate::files::Stamp;

/// The version of the json document's shape.
pub const SCHEMA: u32 = 1;

/// The model that answered: `model` in a json document.
#[derive(Debug, Clone, Serialize)]
pub struct ModelHeader {
    /// Its name.
    pub name: String,
    /// How strided pools treat the border.
    pub dialect: String,
    /// How images become its input.
    pub preprocessing: PreprocessingHeader,
    /// Number type of the arithmetic.
    pub dtype: String,
    /// Where it ran.
    pub device: String,
    /// Probability or logit.
    pub scores: String,
    /// The function that turns logits into scores, where it is not softmax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation: Option<String>,
    /// What logits were divided by before softmax, where it is not 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// SHA-256 of the canonical tensors.
    pub sha256: String,
    /// Where the weights are from.
    pub source: String,
    /// Over everything that decides an answer: tensors, labels, dialect, preprocessing, scores, number type, and what
    /// answers are made of the scores.
    pub fingerprint: String,
    /// Version of this tool.
    pub version: String,
}

impl ModelHeader {
    /// What rows say of it: `name@` and the first 12 hex digits of the fingerprint.
    pub fn short(&self) -> String {
        format!("{}@{}", self.name, self.fingerprint.get(..12).unwrap_or(&self.fingerprint))
    }
}

/// The preprocessing of a model, written out.
#[derive(Debug, Clone, Serialize)]
pub struct PreprocessingHeader {
    /// Height of the input.
    pub height: usize,
    /// Width of the input.
    pub width: usize,
    /// How another aspect ratio is handled.
    pub resize: String,
    /// How pixels are resampled.
    pub filter: String,
    /// Share of the image that a crop keeps; null where nothing is cropped.
    pub crop_pct: Option<f64>,
    /// Background behind transparency, or drop.
    pub alpha: String,
    /// Whether the EXIF orientation is applied.
    pub exif: bool,
    /// Detail of large JPEGs: exact or fast.
    pub decode: String,
    /// How images that end early are handled: error or accept.
    pub truncated: String,
}

/// A record in json.
#[derive(Debug, Serialize)]
pub struct RecordLine<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(flatten)]
    outcome: RecordBody<'a>,
}

/// A record in jsonl.
#[derive(Debug, Serialize)]
pub struct StreamLine<'a> {
    #[serde(flatten)]
    record: RecordLine<'a>,
    seq: u64,
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    activation: Option<&'a str>,
    #[serde(flatten)]
    file: Option<StampLine>,
}

/// The size and time of a row's file, by which a later run detects an edit.
#[derive(Debug, Serialize)]
pub(super) struct StampLine {
    bytes: u64,
    modified: String,
}

impl StampLine {
    pub(super) fn new(stamp: Stamp) -> Self {
        StampLine { bytes: stamp.bytes, modified: stamp.modified() }
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum RecordBody<'a> {
    Answer {
        width: u32,
        height: u32,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        preview: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        taken: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        gps: Option<[f64; 2]>,
        #[serde(skip_serializing_if = "Option::is_none")]
        burst: Option<u64>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
        predictions: Vec<PredictionLine<'a>>,
        /// Null where no class and no group is sure enough.
        #[serde(skip_serializing_if = "Option::is_none")]
        group: Option<Option<RecordGroup<'a>>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        explained: Option<Vec<ExplainedLine>>,
    },
    Failure {
        error: ErrorLine<'a>,
    },
}

#[derive(Debug, Serialize)]
struct PredictionLine<'a> {
    rank: usize,
    index: usize,
    wnid: Option<&'a str>,
    label: Option<&'a str>,
    score: f32,
}

#[derive(Debug, Serialize)]
struct RecordGroup<'a> {
    wnid: Option<&'a str>,
    label: Option<&'a str>,
    score: f32,
}

#[derive(Debug, Serialize)]
struct ExplainedLine {
    rank: usize,
    index: usize,
    file: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ErrorLine<'a> {
    kind: &'static str,
    message: &'a str,
}

/// A path that is not UTF-8, without loss; nothing for the others.
pub(super) fn path_bytes(path: &Path) -> Option<String> {
    match path.to_str() {
        Some(_) => None,
        None => Some(STANDARD.encode(path.as_os_str().as_encoded_bytes())),
    }
}

impl<'a> ErrorLine<'a> {
    pub(super) fn new(error: &'a ImageError) -> Self {
        ErrorLine { kind: error.kind.as_str(), message: &error.message }
    }
}

impl<'a> RecordLine<'a> {
    /// The wire form of a record.
    pub fn new(record: &'a Record) -> Self {
        let path_bytes = path_bytes(&record.path);
        let outcome = match &record.outcome {
            Ok(answer) => RecordBody::Answer {
                width: answer.width,
                height: answer.height,
                preview: answer.notes.preview,
                taken: answer.notes.taken.as_deref(),
                gps: answer.notes.gps,
                burst: answer.notes.burst,
                truncated: answer.notes.truncated,
                predictions: answer.predictions.iter().map(PredictionLine::new).collect(),
                group: answer.group.as_ref().map(RecordGroup::new),
                explained: answer
                    .explained
                    .as_ref()
                    .map(|explained| explained.iter().map(ExplainedLine::new).collect()),
            },
            Err(error) => RecordBody::Failure { error: ErrorLine::new(error) },
        };
        RecordLine { path: record.path.to_string_lossy().into_owned(), path_bytes, outcome }
    }
}

impl<'a> StreamLine<'a> {
    /// The wire form of a record in a stream; `model` is `name@fingerprint`, `activation` what makes scores of its logits
    /// where that is not softmax.
    pub fn new(record: &'a Record, model: &'a str, activation: Option<&'a str>) -> Self {
        let file = record.stamp.map(StampLine::new);
        StreamLine { record: RecordLine::new(record), seq: record.seq, model, activation, file }
    }
}

impl<'a> RecordGroup<'a> {
    fn new(group: &'a RolledUp) -> Option<Self> {
        match group {
            RolledUp::Known { wnid, label, score } => {
                Some(RecordGroup { wnid: wnid.as_deref(), label: label.as_deref(), score: *score })
            }
            RolledUp::Unknown => None,
        }
    }
}

impl ExplainedLine {
    fn new(explained: &Explained) -> Self {
        let Explained { rank, index, file } = explained;
        ExplainedLine { rank: *rank, index: *index, file: file.to_string_lossy().into_owned() }
    }
}

impl<'a> PredictionLine<'a> {
    fn new(prediction: &'a Prediction) -> Self {
        let label = prediction.label.as_ref();
        PredictionLine {
            rank: prediction.rank,
            index: prediction.index,
            wnid: label.and_then(|label| label.wnid.as_deref()),
            label: label.map(|label| label.name.as_str()),
            score: prediction.score,
        }
    }
}
