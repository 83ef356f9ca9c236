//! Calibration: whether answers with a probability of 70 % are right in seven of ten cases, after Guo et al. 2017,
//! "On Calibration of Modern Neural Networks".

use std::f64::consts::FRAC_2_PI;

use serde::Serialize;

use super::GradedAnswer;

/// Bins of equal width from 0 to 1, as in the paper.
const BINS: usize = 15;

/// Temperatures beyond these are not looked for: only few images, or answers that are all right, have them.
const LOWEST: f64 = 0.05;
const HIGHEST: f64 = 20.0;

/// Steps of the search, of which bisection alone would take 40.
const STEPS: usize = 100;

/// The last step of the search, as a share.
const PRECISION: f64 = 1e-10;

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
    /// What a model whose probabilities are all true would have for an error with as many images and these
    /// confidences: accuracy varies by chance in each bin, and its distance counts whatever its sign.
    pub expected_error_by_chance: f64,
    /// Mean negative logarithm of the true class's probability, at the temperature in use.
    pub log_loss: f64,
    /// What logits are to be divided by for the least mean negative log-likelihood.
    pub temperature: f64,
    /// The expected calibration error after that.
    pub expected_error_at_temperature: f64,
    /// The mean negative log-likelihood after that.
    pub log_loss_at_temperature: f64,
    /// The reliability diagram.
    pub bins: Vec<Bin>,
}

impl Calibration {
    /// Of all answers, at the temperature that the model is used with.
    pub fn new(graded: &[GradedAnswer], used: f64) -> Self {
        let temperature = temperature(graded);
        let in_use = Reliability::new(graded, used);
        let best = Reliability::new(graded, temperature);
        Calibration {
            expected_error: in_use.expected_error,
            expected_error_by_chance: in_use.by_chance,
            log_loss: log_loss(graded, used),
            temperature,
            expected_error_at_temperature: best.expected_error,
            log_loss_at_temperature: log_loss(graded, temperature),
            bins: in_use.bins,
        }
    }
}

/// The logarithm of a class's probability at a temperature.
fn log_probability(logits: &[f32], class: usize, temperature: f64) -> f64 {
    let greatest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let sum: f64 = logits.iter().map(|logit| ((f64::from(*logit) - greatest) / temperature).exp()).sum();
    (f64::from(logits[class]) - greatest) / temperature - sum.ln()
}

/// The mean negative log-likelihood.
fn log_loss(graded: &[GradedAnswer], temperature: f64) -> f64 {
    let of = |outcome: &GradedAnswer| -log_probability(&outcome.logits, outcome.truth, temperature);
    graded.iter().map(of).sum::<f64>() / graded.len().max(1) as f64
}

/// Confidence against accuracy.
struct Reliability {
    expected_error: f64,
    by_chance: f64,
    bins: Vec<Bin>,
}

/// What is added up of the answers of a bin.
#[derive(Clone, Copy, Default)]
struct Sums {
    images: usize,
    confidence: f64,
    right: f64,
    /// Of right answers, if each confidence is true.
    variance: f64,
}

impl Reliability {
    fn new(graded: &[GradedAnswer], temperature: f64) -> Self {
        let mut sums = [Sums::default(); BINS];
        for outcome in graded {
            let confidence = log_probability(&outcome.logits, outcome.answer, temperature).exp();
            // Bins are open below and closed above.
            let bin = &mut sums[((confidence * BINS as f64).ceil() as usize).clamp(1, BINS) - 1];
            bin.images += 1;
            bin.confidence += confidence;
            bin.right += f64::from(u8::from(outcome.answer == outcome.truth));
            bin.variance += confidence * (1.0 - confidence);
        }
        let all = graded.len().max(1) as f64;
        let bin = |(place, Sums { images, confidence, right, .. }): (usize, Sums)| {
            let (up_to, count) = (place as f64 / BINS as f64, images.max(1) as f64);
            Bin { up_to, images, confidence: confidence / count, accuracy: right / count }
        };
        Reliability {
            expected_error: sums.iter().map(|bin| (bin.right - bin.confidence).abs()).sum::<f64>() / all,
            // The mean distance of a normal variable from its mean.
            by_chance: sums.iter().map(|bin| (bin.variance * FRAC_2_PI).sqrt()).sum::<f64>() / all,
            bins: (1..=BINS).zip(sums).map(bin).collect(),
        }
    }
}

/// The temperature of the greatest likelihood. That is concave in the inverse temperature, so its slope falls and
/// is 0 at one place: Newton's method, which bisects where it would leave what is known of that place.
fn temperature(graded: &[GradedAnswer]) -> f64 {
    if graded.is_empty() {
        return 1.0;
    }
    let (mut low, mut high) = (1.0 / HIGHEST, 1.0 / LOWEST);
    let mut inverse = 1.0;
    for _ in 0..STEPS {
        let (slope, curvature) = slope(graded, inverse);
        if slope > 0.0 {
            low = inverse
        } else {
            high = inverse
        }
        let newton = inverse + slope / curvature;
        let next = if newton > low && newton < high { newton } else { (low * high).sqrt() };
        let step = (next / inverse - 1.0).abs();
        inverse = next;
        if step < PRECISION {
            break;
        }
    }
    1.0 / inverse
}

/// The first derivative of the log-likelihood by the inverse temperature, and the second one with its sign changed.
fn slope(graded: &[GradedAnswer], inverse: f64) -> (f64, f64) {
    let mut sums = (0.0, 0.0);
    for GradedAnswer { logits, truth, .. } in graded {
        let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        // Moments of the logits below the greatest one, under the model's probabilities.
        let (mut weights, mut first, mut second) = (0.0, 0.0, 0.0);
        for logit in logits {
            let below = f64::from(*logit) - f64::from(greatest);
            let weight = (below * inverse).exp();
            weights += weight;
            first += weight * below;
            second += weight * below * below;
        }
        let mean = first / weights;
        sums.0 += f64::from(logits[*truth]) - f64::from(greatest) - mean;
        sums.1 += second / weights - mean * mean;
    }
    sums
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
        assert!((calibration.temperature - 1.0).abs() < 1e-6, "{calibration:?}");
    }

    #[test]
    fn too_sure_a_model_is_cooled() {
        let calibration = Calibration::new(&answers(8, 2.0 * 4f32.ln()), 1.0);
        assert!((calibration.temperature - 2.0).abs() < 1e-6, "{calibration:?}");
        assert!((calibration.expected_error - (16.0 / 17.0 - 0.8)).abs() < 1e-6, "{calibration:?}");
        assert!(calibration.expected_error_at_temperature < 1e-6, "{calibration:?}");
    }

    #[test]
    fn the_error_is_that_at_the_temperature_in_use() {
        let calibration = Calibration::new(&answers(8, 2.0 * 4f32.ln()), 2.0);
        assert!(calibration.expected_error < 1e-6, "{calibration:?}");
        assert!((calibration.temperature - 2.0).abs() < 1e-6, "it is fitted to the logits themselves");
    }

    #[test]
    fn the_search_ends_at_its_limits_where_the_likelihood_has_no_maximum() {
        assert!((Calibration::new(&answers(10, 1.0), 1.0).temperature - LOWEST).abs() < 1e-6);
        assert!((Calibration::new(&answers(0, 1.0), 1.0).temperature - HIGHEST).abs() < 1e-3);
    }

    /// Answers with logits of many sizes, right as often as their probabilities say at `temperature`.
    fn answers_at(temperature: f64, images: usize) -> Vec<GradedAnswer> {
        let mut state = 7u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1u64 << 53) as f64
        };
        let image = |seq: usize| {
            let logits: Vec<f32> = (0..7).map(|_| (random() * 9.0) as f32).collect();
            let mut left = random();
            let truth = (0..7).find(|&class| {
                left -= log_probability(&logits, class, temperature).exp();
                left < 0.0
            });
            GradedAnswer::new(seq as u64, truth.unwrap_or(6), logits)
        };
        (0..images).map(image).collect()
    }

    #[test]
    fn the_temperature_is_where_the_log_loss_is_least() {
        let graded = answers_at(1.7, 2000);
        let Calibration { temperature, log_loss_at_temperature: least, .. } = Calibration::new(&graded, 1.0);
        assert!((temperature - 1.7).abs() < 0.1, "{temperature}");
        for other in [1.0 - 1e-4, 1.0 + 1e-4].map(|factor| temperature * factor) {
            assert!(log_loss(&graded, other) > least, "{other} {least}");
        }
    }

    #[test]
    fn chance_alone_explains_the_error_of_true_probabilities_and_no_other() {
        let graded = answers_at(1.7, 2000);
        let right = Calibration::new(&graded, 1.7);
        let wrong = Calibration::new(&graded, 1.0);
        let near = right.expected_error / right.expected_error_by_chance;
        assert!((0.5..1.5).contains(&near), "{right:?}");
        assert!(wrong.expected_error > 3.0 * wrong.expected_error_by_chance, "{wrong:?}");
        let fewer = Calibration::new(&graded[..500], 1.7);
        let ratio = fewer.expected_error_by_chance / right.expected_error_by_chance;
        assert!((1.8..2.2).contains(&ratio), "it falls with the root of the number of images: {ratio}");
    }
}
