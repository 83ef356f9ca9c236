//! Which classes of an image are printed, and how they are scored.

use crate::answers::predictions::{Scores, Selection};
use crate::cli;
use crate::error::{Error, Result};

/// Which classes, and what their scores are.
///
/// # Errors
/// Names the flag at fault.
pub(super) fn selection(flags: &cli::Selection) -> Result<(Selection, Scores)> {
    let scores = flags.scores.into();
    let greatest = match scores {
        Scores::Probability => 1.0,
        Scores::Logit => f32::INFINITY,
    };
    match flags.threshold {
        Some(threshold) if threshold.is_nan() => {
            Err(Error::Config("--threshold: expected a number, got NaN".to_owned()))
        }
        Some(threshold) if threshold > greatest => {
            let detail = format!("--threshold: expected a probability, at most 1, got {threshold}");
            Err(Error::Config(detail))
        }
        threshold => Ok((Selection { top_k: flags.top_k, threshold }, scores)),
    }
}
