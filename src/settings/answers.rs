//! What answers are made of a model's scores.

use std::path::PathBuf;

use crate::answers::predictions::{Scores, Selection};
use crate::answers::temperature;
use crate::cli;
use crate::error::{Error, Result};

/// What answers are made of a model's scores.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// How many classes.
    pub selection: Selection,
    /// What the scores are.
    pub scores: Scores,
    /// The classes that compete: a file, or names with commas between them; `None` for all.
    pub classes: Option<String>,
    /// The least probability of a rolled-up answer; `None` for no such answers.
    pub rollup: Option<f64>,
    /// A CSV file of thresholds and keywords.
    pub rules: Option<PathBuf>,
    /// What logits are divided by; `None` for what the weights record.
    pub temperature: Option<f64>,
}

/// The answers that flags ask for.
///
/// # Errors
/// Names the flag at fault, what was expected and what was given.
pub(super) fn of_flags(flags: &cli::Answers, scores: Scores, selection: Selection) -> Result<Answers> {
    if let Some(rollup) = flags.rollup
        && !(rollup > 0.0 && rollup <= 1.0)
    {
        return Err(Error::Config(format!(
            "--rollup: expected a probability above 0 and at most 1, got {rollup}"
        )));
    }
    let temperature = flags.temperature.map(checked).transpose()?;
    let (classes, rules) = (flags.classes.clone(), flags.rules.clone());
    Ok(Answers { selection, scores, classes, rollup: flags.rollup, rules, temperature })
}

/// A temperature that can be one.
///
/// # Errors
/// Names the flag.
pub(super) fn checked(value: f64) -> Result<f64> {
    temperature::check(value).map_err(|detail| Error::Config(format!("--temperature: {detail}")))?;
    Ok(value)
}
