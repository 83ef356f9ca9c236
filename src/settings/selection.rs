//! Which classes of an image are printed, and what their scores are.

use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::error::{Error, Result};

/// Which classes, and what their scores are.
///
/// # Errors
/// Names the flag at fault.
pub(super) fn selection(flags: &cli::Selection) -> Result<(Selection, Scores)> {
    let scores = flags.scores.into();
    let threshold = checked(flags.threshold, scores)?;
    Ok((Selection { top_k: flags.top_k, threshold }, scores))
}

/// A `--threshold` that such scores can reach.
///
/// # Errors
/// When they cannot.
pub(super) fn checked(threshold: Option<f32>, scores: Scores) -> Result<Option<f32>> {
    let greatest = match scores {
        Scores::Probability => 1.0,
        Scores::Logit => f32::INFINITY,
    };
    match threshold {
        Some(threshold) if threshold.is_nan() => {
            Err(Error::Config("--threshold: expected a number, got NaN".to_owned()))
        }
        Some(threshold) if threshold > greatest => {
            let detail = format!("--threshold: expected a probability, at most 1, got {threshold}");
            Err(Error::Config(detail))
        }
        threshold => Ok(threshold),
    }
}
