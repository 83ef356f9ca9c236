//! From a model's scores to named predictions, and the record of an image's answer. It knows no tensors
//! and opens no files.

use std::path::PathBuf;

use crate::answers::labels::{Label, Labels};
use crate::answers::rollup::RolledUp;
use crate::error::{Error, ImageError, Result};
use crate::files::Stamp;

/// What a prediction's score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scores {
    /// Softmax over all classes: 0 to 1.
    #[default]
    Probability,
    /// The class score before softmax.
    Logit,
}

impl Scores {
    /// The name in flags and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Scores::Probability => "probability",
            Scores::Logit => "logit",
        }
    }
}

/// One class of an image's answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// 1 for the best.
    pub rank: usize,
    /// The class, an index into the model's classes.
    pub index: usize,
    /// What the class is called; `None` where the model has no labels.
    pub label: Option<Label>,
    /// Probability or logit.
    pub score: f32,
}

/// The record of one image.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The path as it was given.
    pub path: PathBuf,
    /// Its place in the whole input, from 0.
    pub seq: u64,
    /// The state of its file; `None` if the image was not a file.
    pub stamp: Option<Stamp>,
    /// The answer, or why there is none.
    pub outcome: Result<Answer, ImageError>,
}

/// An image that was classified.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Pixels across, after EXIF orientation.
    pub width: u32,
    /// Pixels down, after EXIF orientation.
    pub height: u32,
    /// Other facts about the image.
    pub notes: Notes,
    /// Best first.
    pub predictions: Vec<Prediction>,
    /// The most specific class or group that is sure enough; `None` without --rollup.
    pub group: Option<RolledUp>,
    /// The class activation maps that were drawn; `None` if none were requested.
    pub explained: Option<Vec<Explained>>,
}

/// Facts about an image that its record shows beside the answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Notes {
    /// The file ends before its pixels do.
    pub truncated: bool,
    /// The answer is that of a preview within the file.
    pub preview: bool,
    /// When the photo was taken, ISO 8601.
    pub taken: Option<String>,
    /// Where the photo was taken, in degrees north and east.
    pub gps: Option<[f64; 2]>,
    /// How many photos of a burst the answer is of; `None` where bursts are not looked for.
    pub burst: Option<u64>,
}

/// A class activation map over its photo, as a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The rank of its class, 1 for the best.
    pub rank: usize,
    /// The class.
    pub index: usize,
    /// The PNG.
    pub file: PathBuf,
}

/// How many classes of an answer are wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    /// At most this many; 0 for all.
    pub top_k: usize,
    /// Only those with at least this score.
    pub threshold: Option<f32>,
}

impl Default for Selection {
    fn default() -> Self {
        Selection { top_k: 5, threshold: None }
    }
}

/// Softmax of logits: positive, sums to 1. Computed in f64, so that the sum over many classes is exact
/// to the last bit of f32.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = logits.iter().map(|&logit| f64::from(logit - greatest).exp()).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(|value| (value / sum) as f32).collect()
}

/// The best classes of one image's scores, best first; equal scores in the order of their classes.
pub fn select(scores: &[f32], selection: Selection, labels: Option<&Labels>) -> Vec<Prediction> {
    let wanted = if selection.top_k == 0 { scores.len() } else { selection.top_k.min(scores.len()) };
    let mut order: Vec<usize> = (0..scores.len()).collect();
    let better = |a: &usize, b: &usize| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b));
    if wanted < order.len() {
        order.select_nth_unstable_by(wanted, better);
        order.truncate(wanted);
    }
    order.sort_unstable_by(better);
    order
        .into_iter()
        .enumerate()
        .map(|(place, index)| Prediction {
            rank: place + 1,
            index,
            label: labels.and_then(|labels| labels.get(index)).cloned(),
            score: scores[index],
        })
        .take_while(|prediction| selection.threshold.is_none_or(|least| prediction.score >= least))
        .collect()
}

/// Keras' `decode_predictions`: the `top` best of each row of ImageNet scores, as named predictions.
///
/// `scores`: N x 1000, row after row.
///
/// # Errors
/// When the scores are no rows of 1000 classes.
///
/// ```
/// let mut scores = vec![0.0; 1000];
/// (scores[281], scores[282]) = (0.9, 0.1);
/// let best = nasnet::decode_predictions(&scores, 2)?.remove(0).remove(0);
/// let label = best.label.unwrap();
/// assert_eq!((label.wnid.as_deref(), label.name.as_str(), best.score), (Some("n02123045"), "tabby", 0.9));
/// # Ok::<(), nasnet::Error>(())
/// ```
pub fn decode_predictions(scores: &[f32], top: usize) -> Result<Vec<Vec<Prediction>>> {
    let labels = Labels::imagenet();
    if scores.is_empty() || !scores.len().is_multiple_of(labels.len()) {
        return Err(Error::Config(format!(
            "decode_predictions needs rows of {} ImageNet scores, got {} numbers",
            labels.len(),
            scores.len()
        )));
    }
    let selection = Selection { top_k: top, threshold: None };
    Ok(scores.chunks_exact(labels.len()).map(|row| select(row, selection, Some(labels))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(scores: &[f32], top_k: usize, threshold: Option<f32>) -> Vec<usize> {
        select(scores, Selection { top_k, threshold }, None).iter().map(|p| p.index).collect()
    }

    #[test]
    fn best_come_first_and_equals_keep_their_order() {
        let scores = [0.1, 0.3, -0.2, 0.3, 0.5];
        assert_eq!(indices(&scores, 3, None), [4, 1, 3]);
        assert_eq!(indices(&scores, 2, None), [4, 1]);
        assert_eq!(indices(&scores, 0, None), [4, 1, 3, 0, 2]);
        assert_eq!(indices(&scores, 9, Some(0.3)), [4, 1, 3]);
        assert_eq!(indices(&scores, 5, Some(0.6)), [0usize; 0]);
    }

    #[test]
    fn softmax_sums_to_one_however_large_the_logits() {
        for logits in [vec![1000.0, 999.0, -1000.0], vec![0.0; 7], vec![-3e38, 3e38]] {
            let sum: f32 = softmax(&logits).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6, "{logits:?}: {sum}");
        }
    }

    #[test]
    fn decode_predictions_refuses_other_classes_than_imagenets() {
        let error = decode_predictions(&[0.0; 1001], 5).unwrap_err().to_string();
        assert_eq!(error, "decode_predictions needs rows of 1000 ImageNet scores, got 1001 numbers");
    }
}
