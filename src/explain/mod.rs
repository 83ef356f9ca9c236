//! Class activation maps: which parts of a photo raise the score of a class, and how they are drawn over it.
//!
//! NASNet ends in relu, global average and one dense layer, so a class's score is the mean of a map:
//! `map[h, w] = sum over c of kernel[c, class] * features[h, w, c]`, and `mean(map) + bias` is the logit
//! (Zhou et al., *Learning Deep Features for Discriminative Localization*, 2016, section 2). The map is
//! exact: nothing is estimated or left out. This room opens no files and runs no network.

mod colour;
mod overlay;

use crate::answers::predictions::Prediction;
use crate::graph::Weights;
use crate::graph::{Graph, Op};

pub use overlay::overlay;

/// Where in an image the score of a class comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivationMap {
    /// The class.
    pub class: usize,
    /// Rows; each covers an equal part of the input's height.
    pub height: usize,
    /// Columns; each covers an equal part of the input's width.
    pub width: usize,
    /// H, W: how much each place adds to the class's logit, or takes from it.
    pub values: Vec<f32>,
    /// The class's bias, which depends on no image.
    pub bias: f32,
}

impl ActivationMap {
    /// The class's score before softmax: the mean of the map and the bias, summed in f64.
    pub fn logit(&self) -> f64 {
        let sum: f64 = self.values.iter().map(|value| f64::from(*value)).sum();
        sum / self.values.len().max(1) as f64 + f64::from(self.bias)
    }

    /// The least and the greatest value.
    pub fn range(&self) -> (f32, f32) {
        let values = self.values.iter().copied();
        values
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }
}

/// A class of an answer with its map.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The class, its rank and its score.
    pub prediction: Prediction,
    /// Where its score comes from.
    pub map: ActivationMap,
}

/// The last layer of a network, by itself.
#[derive(Clone)]
pub struct Top {
    /// C, classes.
    kernel: Vec<f32>,
    /// Classes.
    bias: Vec<f32>,
}

impl std::fmt::Debug for Top {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Top of {} classes", self.bias.len())
    }
}

impl Top {
    /// A copy of a network's dense layer; `None` where the head is anything else than one dense layer over averaged
    /// features.
    pub fn of(graph: &Graph, weights: &Weights) -> Option<Self> {
        let node = graph.node(graph.logits.filter(|_| graph.has_usual_head())?);
        let Op::Dense { kernel, bias } = node.op else { return None };
        let numbers = |id| weights.get(id).to_f32().into_owned();
        let bias = bias.map_or_else(|| vec![0.0; node.shape.channels], numbers);
        Some(Top { kernel: numbers(kernel), bias })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.bias.len()
    }

    /// The length C of a pixel of the last feature map.
    pub fn channels(&self) -> usize {
        self.kernel.len() / self.bias.len().max(1)
    }

    /// The map of a class from an image's last feature map, summed in f64.
    ///
    /// `features`: H, W, C after the last relu; `size`: its (H, W).
    ///
    /// # Panics
    /// When there is no such class, or `features` are not H, W, C.
    pub fn map(&self, features: &[f32], size: (usize, usize), class: usize) -> ActivationMap {
        let (height, width) = size;
        assert_eq!(features.len(), height * width * self.channels(), "features of H, W {size:?}");
        let column = self.kernel.iter().skip(class).step_by(self.classes());
        let column: Vec<f64> = column.map(|weight| f64::from(*weight)).collect();
        let dot = |pixel: &[f32]| {
            let products = pixel.iter().zip(&column).map(|(value, weight)| f64::from(*value) * weight);
            products.sum::<f64>() as f32
        };
        let values = features.chunks_exact(self.channels()).map(dot).collect();
        ActivationMap { class, height, width, values, bias: self.bias[class] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_the_sum_over_channels_and_its_mean_the_score() {
        // C = 2, three classes.
        let top = Top { kernel: vec![1.0, 2.0, -1.0, 0.5, 0.0, 4.0], bias: vec![0.0, 0.25, -2.0] };
        assert_eq!((top.classes(), top.channels()), (3, 2));
        let features = [1.0, 0.0, 0.0, 2.0, 3.0, 1.0, 0.0, 0.0, 5.0, 5.0, 0.5, 4.0];
        let map = top.map(&features, (2, 3), 2);
        assert_eq!(map.values, [-1.0, 8.0, 1.0, 0.0, 15.0, 15.5]);
        assert_eq!((map.range(), map.logit()), ((-1.0, 15.5), 38.5 / 6.0 - 2.0));
        assert_eq!(top.map(&features, (3, 2), 1).values, [2.0, 0.0, 6.0, 0.0, 10.0, 1.0]);
    }
}
