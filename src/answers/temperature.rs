//! Temperature: the number that logits are divided by before softmax, so that probabilities match accuracy. After Guo
//! et al. 2017, "On Calibration of Modern Neural Networks".

use serde::{Deserialize, Serialize};

/// A fitted temperature and how it was found, as a weights file's card records it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// What logits are divided by.
    pub temperature: f64,
    /// How it was found.
    pub method: String,
    /// On how many images.
    pub images: usize,
    /// Expected calibration error on those images before, from 0 to 1.
    pub expected_error_before: f64,
    /// And after.
    pub expected_error_after: f64,
    /// What else the logits depend on beside the weights, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocessing: Option<String>,
}

/// Whether a number can be a temperature.
///
/// # Errors
/// Says what was expected.
pub fn check(temperature: f64) -> Result<(), String> {
    if temperature.is_finite() && temperature > 0.0 {
        return Ok(());
    }
    Err(format!("expected a number above 0, got {temperature}"))
}

/// Softmax of `logits / temperature` among `classes`: positive there and 0 elsewhere, and the sum is 1. `None` stands
/// for all classes.
///
/// Computed in f64, so that the sum over many classes is exact to the last bit of f32.
pub fn probabilities(logits: &[f32], temperature: f64, classes: Option<&[usize]>) -> Vec<f32> {
    let Some(classes) = classes else {
        return softmax_of(logits.iter().copied(), temperature).collect();
    };
    let mut row = vec![0.0; logits.len()];
    let values = softmax_of(classes.iter().map(|&class| logits[class]), temperature);
    for (&class, value) in classes.iter().zip(values) {
        row[class] = value;
    }
    row
}

fn softmax_of(logits: impl Iterator<Item = f32> + Clone, temperature: f64) -> impl Iterator<Item = f32> {
    let greatest = logits.clone().fold(f32::NEG_INFINITY, f32::max);
    let exponential = |logit: f32| (f64::from(logit - greatest) / temperature).exp();
    let exponentials: Vec<f64> = logits.map(exponential).collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials.into_iter().map(move |value| (value / sum) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::predictions::softmax;

    #[test]
    fn all_classes_at_temperature_one_is_softmax_to_the_bit() {
        let logits: Vec<f32> = (0..37).map(|class| ((class * 29 % 37) as f32).sqrt() * 3.1 - 7.0).collect();
        let bits = |row: Vec<f32>| row.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(probabilities(&logits, 1.0, None)), bits(softmax(&logits)));
        let all: Vec<usize> = (0..37).collect();
        assert_eq!(bits(probabilities(&logits, 1.0, Some(&all))), bits(softmax(&logits)));
    }

    #[test]
    fn others_than_the_named_classes_get_nothing() {
        let row = probabilities(&[9.0, 2f32.ln() * 3.0, 0.0], 3.0, Some(&[1, 2]));
        assert_eq!(row[0], 0.0);
        assert!((row[1] - 2.0 / 3.0).abs() < 1e-6 && (row[2] - 1.0 / 3.0).abs() < 1e-6, "{row:?}");
    }

    #[test]
    fn a_temperature_is_a_number_above_nothing() {
        assert!([0.5, 1.0, 3.7].iter().all(|&value| check(value).is_ok()));
        assert!([0.0, -1.0, f64::NAN, f64::INFINITY].iter().all(|&value| check(value).is_err()));
    }
}
