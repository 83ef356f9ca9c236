//! Calibration: whether answers with a probability of 70 % are right in seven of ten cases, after Guo et al. 2017,
//! "On Calibration of Modern Neural Networks".

use serde::Serialize;

use super::GradedAnswer;

/// Bins of equal width from 0 to 1, as in the paper.
const BINS: usize = 15;

/// A bin: the answers of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Its greatest probability; the bin before it ends where it begins.
    pub up_to: f64,
    /// How many answers.
    pub images: usize,
    /// Their mean probability.
    pub confidence: f64,
    /// The share of right ones.
    pub accuracy: f64,
}

/// How well probabilities match accuracy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Expected calibration error, from 0 to 1, at the temperature that the model was used with.
    pub expected_error: f64,
    /// What logits are to be divided by for the least mean negative log-likelihood.
    pub temperature: f64,
    /// The expected calibration error after that.
    pub expected_error_at_temperature: f64,
    /// The reliability diagram.
    pub bins: Vec<Bin>,
}

impl Calibration {
    /// Of all answers, at the temperature that the model is used with.
    pub fn new(graded: &[GradedAnswer], used: f64) -> Self {
        let temperature = temperature(graded);
        let (expected_error, bins) = reliability(graded, used);
        let (expected_error_at_temperature, _) = reliability(graded, temperature);
        Calibration { expected_error, temperature, expected_error_at_temperature, bins }
    }
}

/// The logarithm of a class's probability at a temperature.
fn log_probability(logits: &[f32], class: usize, temperature: f64) -> f64 {
    let greatest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|logit| ((f64::from(*logit) - greatest) / temperature).exp()).sum();
    (f64::from(logits[class]) - greatest) / temperature - sum.ln()
}

fn reliability(graded: &[GradedAnswer], temperature: f64) -> (f64, Vec<Bin>) {
    let mut sums = [(0usize, 0.0, 0.0); BINS];
    for outcome in graded {
        let confidence = log_probability(&outcome.logits, outcome.answer, temperature).exp();
        // Bins are open below and closed above.
        let bin = ((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1;
        sums[bin].0 += 1;
        sums[bin].1 += confidence;
        sums[bin].2 += f64::from(u8::from(outcome.answer == outcome.truth));
    }
    let bins: Vec<Bin> = (1..=BINS)
        .zip(sums)
        .map(|(place, (images, confidence, right))| {
            let count = images.max(1) as f64;
            let up_to = place as f64 / BINS as f64;
            Bin { up_to, images, confidence: confidence / count, accuracy: right / count }
        })
        .collect();
    let all = graded.len().max(1) as f64;
    let gap = |bin: &Bin| bin.images as f64 / all * (bin.accuracy - bin.confidence).abs();
    (bins.iter().map(gap).sum(), bins)
}

/// Golden-section search on the logarithm: the likelihood has one maximum in the inverse temperature, since
/// it is concave there.
fn temperature(graded: &[GradedAnswer]) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    if graded.is_empty() {
        return 1.0;
    }
    let loss = |log: f64| -> f64 {
        -graded.iter().map(|o| log_probability(&o.logits, o.truth, log.exp())).sum::<f64>()
    };
    let (mut low, mut high) = (0.05f64.ln(), 20f64.ln());
    let at = |low: f64, high: f64, share: f64| low + (high - low) * share;
    let (mut left, mut right) = (at(low, high, 1.0 - GOLDEN), at(low, high, GOLDEN));
    let (mut at_left, mut at_right) = (loss(left), loss(right));
    while high - low > 1e-4 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = at(low, high, 1.0 - GOLDEN);
            at_left = loss(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = at(low, high, GOLDEN);
            at_right = loss(right);
        }
    }
    ((low + high) / 2.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers that are right in `right` of ten, each with logit `sure` against 0.
    fn answers(right: usize, sure: f32) -> Vec<GradedAnswer> {
        (0..10).map(|i| GradedAnswer::new(i, usize::from(i as usize >= right), vec![sure, 0.0])).collect()
    }

    #[test]
    fn a_model_as_right_as_it_is_sure_has_no_error_and_temperature_one() {
        let calibration = Calibration::new(&answers(8, 4f32.ln()), 1.0);
        assert!(calibration.expected_error < 1e-6, "{calibration:?}");
        assert!((calibration.temperature - 1.0).abs() < 1e-3, "{calibration:?}");
    }

    #[test]
    fn too_sure_a_model_is_cooled() {
        let calibration = Calibration::new(&answers(8, 2.0 * 4f32.ln()), 1.0);
        assert!((calibration.temperature - 2.0).abs() < 1e-3, "{calibration:?}");
        assert!((calibration.expected_error - (16.0 / 17.0 - 0.8)).abs() < 1e-6, "{calibration:?}");
        assert!(calibration.expected_error_at_temperature < 1e-4, "{calibration:?}");
    }

    #[test]
    fn the_error_is_that_at_the_temperature_in_use() {
        let calibration = Calibration::new(&answers(8, 2.0 * 4f32.ln()), 2.0);
        assert!(calibration.expected_error < 1e-6, "{calibration:?}");
        assert!((calibration.temperature - 2.0).abs() < 1e-3, "it is fitted to the logits themselves");
    }
}
