//! The functions that heads apply to their numbers, as Keras defines them (keras/src/activations/activations.py).

use std::fmt;

use serde::{Deserialize, Serialize};

/// A function of a vector; all but the softmaxes take its numbers one by one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// The numbers as they are.
    Linear,
    /// `x` from `threshold` up to `max`, `slope * (x - threshold)` below it.
    Relu {
        /// The greatest result; `None` for no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f32>,
        /// The slope below the threshold: 0 for a plain relu.
        slope: f32,
        /// Where the slope ends.
        threshold: f32,
    },
    /// `exp(x) / sum(exp(x))`.
    Softmax,
    /// The logarithm of the softmax.
    LogSoftmax,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// Hyperbolic tangent.
    Tanh,
    /// `x` above zero, `alpha * (exp(x) - 1)` below.
    Elu {
        /// The limit far below zero, negated.
        alpha: f32,
    },
    /// The ELU with the two constants of Klambauer et al. 2017.
    Selu,
    /// `x` times the normal distribution's share below `x`.
    Gelu {
        /// By a tangent instead of the error function.
        approximate: bool,
    },
    /// `x * sigmoid(x)`, also called swish.
    Silu,
    /// `log(1 + exp(x))`.
    Softplus,
    /// `x / (1 + |x|)`.
    Softsign,
    /// `exp(x)`.
    Exponential,
    /// `x * tanh(softplus(x))`.
    Mish,
}

impl Activation {
    /// A plain relu.
    pub const RELU: Activation = Activation::Relu { max: None, slope: 0.0, threshold: 0.0 };

    /// The name in flags and records, Keras' where it has one.
    pub fn as_str(&self) -> &'static str {
        match self {
            Activation::Linear => "linear",
            Activation::Relu { .. } => "relu",
            Activation::Softmax => "softmax",
            Activation::LogSoftmax => "log_softmax",
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Elu { .. } => "elu",
            Activation::Selu => "selu",
            Activation::Gelu { .. } => "gelu",
            Activation::Silu => "silu",
            Activation::Softplus => "softplus",
            Activation::Softsign => "softsign",
            Activation::Exponential => "exponential",
            Activation::Mish => "mish",
        }
    }

    /// The function of that name with Keras' defaults; `None` for a name that is not known here.
    pub fn named(name: &str) -> Option<Activation> {
        Some(match name {
            "linear" => Activation::Linear,
            "relu" => Activation::RELU,
            "relu6" => Activation::Relu { max: Some(6.0), slope: 0.0, threshold: 0.0 },
            "leaky_relu" => Activation::Relu { max: None, slope: 0.2, threshold: 0.0 },
            "softmax" => Activation::Softmax,
            "log_softmax" => Activation::LogSoftmax,
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "elu" => Activation::Elu { alpha: 1.0 },
            "selu" => Activation::Selu,
            "gelu" => Activation::Gelu { approximate: false },
            "silu" | "swish" => Activation::Silu,
            "softplus" => Activation::Softplus,
            "softsign" => Activation::Softsign,
            "exponential" => Activation::Exponential,
            "mish" => Activation::Mish,
            _ => return None,
        })
    }

    /// Applies it to a vector, computing in f64.
    pub fn apply(&self, values: &mut [f32]) {
        match self {
            Activation::Linear => {}
            Activation::Softmax | Activation::LogSoftmax => {
                let greatest = f64::from(values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
                let sum: f64 = values.iter().map(|value| (f64::from(*value) - greatest).exp()).sum();
                for value in values {
                    let shifted = f64::from(*value) - greatest;
                    let softmax = *self == Activation::Softmax;
                    *value = if softmax { shifted.exp() / sum } else { shifted - sum.ln() } as f32;
                }
            }
            _ => values.iter_mut().for_each(|value| *value = self.of(f64::from(*value)) as f32),
        }
    }

    /// The function of one number.
    fn of(&self, x: f64) -> f64 {
        let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        match *self {
            Activation::Linear | Activation::Softmax | Activation::LogSoftmax => x,
            Activation::Relu { max, slope, threshold } => {
                let max = max.map_or(f64::INFINITY, f64::from);
                let threshold = f64::from(threshold);
                if x < threshold { f64::from(slope) * (x - threshold) } else { x.min(max) }
            }
            Activation::Sigmoid => sigmoid(x),
            Activation::Tanh => x.tanh(),
            Activation::Elu { alpha } => {
                if x > 0.0 {
                    x
                } else {
                    f64::from(alpha) * x.exp_m1()
                }
            }
            Activation::Selu => {
                let (alpha, scale) = (1.673_263_242_354_377_2, 1.050_700_987_355_480_5);
                scale * if x > 0.0 { x } else { alpha * x.exp_m1() }
            }
            Activation::Gelu { approximate: false } => {
                0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
            }
            Activation::Gelu { approximate: true } => {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }
            Activation::Silu => x * sigmoid(x),
            Activation::Softplus => softplus(x),
            Activation::Softsign => x / (1.0 + x.abs()),
            Activation::Exponential => x.exp(),
            Activation::Mish => x * softplus(x).tanh(),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_those_of_keras() {
        // keras.activations of 3.15 at -2, -0.5, 0.25 and 7.
        for (activation, expected) in [
            (Activation::named("relu6").unwrap(), [0.0, 0.0, 0.25, 6.0]),
            (Activation::named("leaky_relu").unwrap(), [-0.4, -0.1, 0.25, 7.0]),
            (Activation::Relu { max: None, slope: 0.5, threshold: 1.0 }, [-1.5, -0.75, -0.375, 7.0]),
            (Activation::Sigmoid, [0.11920292, 0.37754067, 0.5621765, 0.999089]),
            (Activation::Tanh, [-0.9640276, -0.46211717, 0.24491866, 0.9999983]),
            (Activation::Elu { alpha: 1.0 }, [-0.86466473, -0.39346933, 0.25, 7.0]),
            (Activation::Selu, [-1.5201665, -0.69175816, 0.26267525, 7.354907]),
            (Activation::Gelu { approximate: false }, [-0.04550026, -0.15426877, 0.14967658, 7.0]),
            (Activation::Gelu { approximate: true }, [-0.045_402_31, -0.154_286, 0.14967535, 7.0]),
            (Activation::Silu, [-0.23840584, -0.18877034, 0.14054413, 6.993623]),
            (Activation::Softplus, [0.12692801, 0.474_077, 0.825_939_4, 7.000_911_5]),
            (Activation::Softsign, [-0.6666667, -0.33333334, 0.2, 0.875]),
            (Activation::Exponential, [0.13533528, 0.60653067, 1.2840254, 1096.6332]),
            (Activation::Mish, [-0.252_501_5, -0.22074377, 0.16957241, 6.9999884]),
            (Activation::Softmax, [0.00012318224, 0.0005520645, 0.001168721, 0.998_156]),
            (Activation::LogSoftmax, [-9.001846, -7.501_846, -6.751_846, -0.001_845_669_5]),
        ] {
            let mut values = [-2.0, -0.5, 0.25, 7.0];
            activation.apply(&mut values);
            for (got, expected) in values.iter().zip(expected) {
                assert!(
                    (got - expected).abs() <= 2e-6f32.max(expected.abs() * 1e-6),
                    "{activation}: {values:?}"
                );
            }
        }
    }

    #[test]
    fn great_numbers_make_no_infinities() {
        for activation in [Activation::Softmax, Activation::Sigmoid, Activation::Softplus, Activation::Mish] {
            let mut values = [-1000.0, 0.0, 1000.0];
            activation.apply(&mut values);
            assert!(values.iter().all(|value| value.is_finite()), "{activation}: {values:?}");
        }
    }
}
