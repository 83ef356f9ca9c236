//! What follows the last feature map, as data: pooling, dense layers, batch norms and functions, down to the class
//! scores. The published networks have an average and one dense layer; people train others.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::cells::Builder;
use crate::error::{Error, Result};
use crate::graph::{Activation, HeadNorm, NodeId, Op, Role, Shape, WeightId, Window};

/// The dense layer of the published networks, and of every head of their form.
pub const PREDICTIONS: &str = "predictions";

/// More layers than any head has.
const MAX_LAYERS: usize = 64;

/// The layers between the last feature map and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// From the feature map, after its relu, to the class scores before the last function.
    pub layers: Vec<HeadLayer>,
    /// The last function.
    pub activation: Activation,
    /// A sigmoid of one output p, kept as two classes, "not" with 1 - p and "yes" with p. The first column of the last
    /// dense layer is zeros: the softmax of (0, z) is (1 - sigmoid(z), sigmoid(z)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub binary: bool,
}

/// A layer of a head. Only layers with weights have a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum HeadLayer {
    /// The mean over all pixels.
    GlobalAverage,
    /// The greatest number over all pixels.
    GlobalMax,
    /// All numbers of the map: rows, columns, channels.
    Flatten,
    /// A pool over windows.
    Pool(Window),
    /// A fully connected layer.
    Dense {
        /// Keras' name of the layer.
        name: String,
        /// Its outputs.
        units: usize,
        /// Whether it has a bias.
        bias: bool,
    },
    /// A batch norm.
    Norm {
        /// Keras' name of the layer.
        name: String,
        /// Whether it has a gamma.
        scale: bool,
        /// Whether it has a beta.
        center: bool,
        /// Added to the variance.
        epsilon: f32,
    },
    /// A function.
    Activation(Activation),
}

impl Head {
    /// The head of the published networks: average, dense, softmax.
    pub fn usual(classes: usize) -> Self {
        let dense = HeadLayer::Dense { name: PREDICTIONS.to_owned(), units: classes, bias: true };
        Head { layers: vec![HeadLayer::GlobalAverage, dense], activation: Activation::Softmax, binary: false }
    }

    /// Classes of its answer: the outputs of its last dense layer.
    pub fn classes(&self) -> Option<usize> {
        self.layers.iter().rev().find_map(|layer| match layer {
            HeadLayer::Dense { units, .. } => Some(*units),
            _ => None,
        })
    }

    /// What makes scores of its classes' logits: its last function, or softmax over the two classes of a sigmoid of one
    /// output.
    pub fn over_classes(&self) -> Activation {
        if self.binary { Activation::Softmax } else { self.activation }
    }

    /// Ends it with another function. A sigmoid of one output is two classes, any other function of one output is one.
    pub fn end_with(&mut self, activation: Activation) {
        self.activation = activation;
        if let Some(HeadLayer::Dense { units, .. }) = self.layers.last_mut() {
            let one = *units == 1 || self.binary;
            self.binary = one && activation == Activation::Sigmoid;
            if one {
                *units = if self.binary { 2 } else { 1 };
            }
        }
    }

    /// Whether it is the head of the published networks: average, dense, softmax.
    pub fn is_usual(&self) -> bool {
        self.classes().map(Head::usual).as_ref() == Some(self)
    }

    /// The names of the layers that have weights, first to last.
    pub fn weighted(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().filter_map(|layer| match layer {
            HeadLayer::Dense { name, .. } | HeadLayer::Norm { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether the last dense layer is that one.
    pub fn ends_with_dense(&self, layer: &str) -> bool {
        matches!(self.layers.last(), Some(HeadLayer::Dense { name, .. }) if name == layer)
    }

    /// Whether it is an average and one dense layer, whatever function follows.
    pub fn has_usual_layers(&self) -> bool {
        matches!(self.layers[..], [HeadLayer::GlobalAverage, HeadLayer::Dense { .. }])
    }

    /// The same head with the canonical names: a head of the usual layers calls its dense one `predictions`.
    pub fn with_canonical_names(mut self) -> Self {
        if self.has_usual_layers()
            && let Some(HeadLayer::Dense { name, .. }) = self.layers.last_mut()
        {
            PREDICTIONS.clone_into(name);
        }
        self
    }

    /// Checks a head that a file describes.
    ///
    /// # Errors
    /// Names the layer and what is wrong with it.
    pub fn validate(&self) -> Result<()> {
        let fail = |detail: String| Err(Error::Config(format!("head: {detail}")));
        if self.layers.len() > MAX_LAYERS {
            return fail(format!("{} layers, expected at most {MAX_LAYERS}", self.layers.len()));
        }
        let mut names: Vec<&str> = self.weighted().collect();
        if let Some(name) = names.iter().find(|name| name.is_empty() || name.contains(['/', '\0'])) {
            return fail(format!("a layer called {name:?}"));
        }
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return fail(format!("two layers are called {}", pair[0]));
        }
        match self.layers.last() {
            Some(HeadLayer::Dense { units: 2, .. }) => Ok(()),
            _ if self.binary => fail("a sigmoid of one output does not follow a dense layer".to_owned()),
            _ if self.classes().is_none() => fail("no dense layer".to_owned()),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Head {
    /// For people: `global average, dense 24, relu, dense 5, softmax`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, layer) in self.layers.iter().enumerate() {
            let last = place + 1 == self.layers.len();
            match layer {
                HeadLayer::GlobalAverage => f.write_str("global average")?,
                HeadLayer::GlobalMax => f.write_str("global max")?,
                HeadLayer::Flatten => f.write_str("flatten")?,
                HeadLayer::Pool(Window { max, size: (rows, columns), .. }) => {
                    write!(f, "{} {rows}x{columns}", if *max { "max" } else { "average" })?;
                }
                HeadLayer::Dense { units, .. } => {
                    write!(f, "dense {}", if self.binary && last { 1 } else { *units })?;
                }
                HeadLayer::Norm { .. } => f.write_str("batch norm")?,
                HeadLayer::Activation(activation) => activation.fmt(f)?,
            }
            f.write_str(", ")?;
        }
        self.activation.fmt(f)
    }
}

impl Builder {
    /// Adds a head behind the features.
    pub(super) fn head(&mut self, head: &Head, features: NodeId, pooled: NodeId) -> Result<NodeId> {
        head.validate()?;
        let mut x = features;
        for layer in &head.layers {
            x = self.head_layer(layer, x, (features, pooled))?;
        }
        let Shape { height, width, .. } = self.shape(x);
        if (height, width) != (1, 1) {
            let detail = format!(
                "head: the scores are a map of {height}x{width}, expected one row: no pooling or flatten"
            );
            return Err(Error::Config(detail));
        }
        Ok(x)
    }

    fn head_layer(
        &mut self,
        layer: &HeadLayer,
        x: NodeId,
        (features, pooled): (NodeId, NodeId),
    ) -> Result<NodeId> {
        let shape = self.shape(x);
        let flat = |channels| Shape { height: 1, width: 1, channels };
        Ok(match layer {
            // The graph has this average already.
            HeadLayer::GlobalAverage if x == features => pooled,
            HeadLayer::GlobalAverage => {
                self.push(Op::GlobalAverage, vec![x], flat(shape.channels), "head_average")
            }
            HeadLayer::GlobalMax => self.push(Op::GlobalMax, vec![x], flat(shape.channels), "head_max"),
            HeadLayer::Flatten if shape.pixels() == 1 => x,
            HeadLayer::Flatten => self.push(Op::Flatten, vec![x], flat(shape.elements()), "flatten"),
            HeadLayer::Pool(window) => {
                let pooled = window.pooled(shape).ok_or_else(|| {
                    let (rows, columns) = window.size;
                    let Shape { height, width, .. } = shape;
                    Error::Config(format!("head: a pool of {rows}x{columns} over a map of {height}x{width}"))
                })?;
                self.push(Op::Window(*window), vec![x], pooled, "head_pool")
            }
            HeadLayer::Dense { name, units, bias } => {
                let kernel = self.weight(name, Role::DenseKernel, vec![shape.channels, *units]);
                let bias = bias.then(|| self.weight(name, Role::DenseBias, vec![*units]));
                self.push(Op::Dense { kernel, bias }, vec![x], Shape { channels: *units, ..shape }, name)
            }
            HeadLayer::Norm { name, scale, center, epsilon } => {
                let mut weight = |role| -> WeightId { self.weight(name, role, vec![shape.channels]) };
                let norm = HeadNorm {
                    gamma: scale.then(|| weight(Role::Gamma)),
                    beta: center.then(|| weight(Role::Beta)),
                    mean: weight(Role::Mean),
                    variance: weight(Role::Variance),
                    epsilon: *epsilon,
                };
                self.push(Op::HeadNorm(norm), vec![x], shape, name)
            }
            HeadLayer::Activation(activation) => {
                self.push(Op::Activation(*activation), vec![x], shape, &format!("head_{activation}"))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nasnet::{Config, Dialect, graph, graph_with_head};

    fn dense(name: &str, units: usize) -> HeadLayer {
        HeadLayer::Dense { name: name.to_owned(), units, bias: true }
    }

    #[test]
    fn the_usual_head_is_that_of_the_published_networks() {
        let config = Config { classes: Some(7), ..Config::tiny() };
        let usual = graph(&config, Dialect::Keras).unwrap();
        assert!(usual.has_usual_head());
        assert_eq!(usual.without_unusual_head().as_ref(), &usual);
        let names: Vec<_> = usual.weights.iter().rev().take(2).map(|spec| spec.name()).collect();
        assert_eq!(names, ["predictions/bias", "predictions/kernel"]);
    }

    #[test]
    fn another_head_is_left_to_what_runs_behind_the_engine() {
        let norm = HeadLayer::Norm { name: "norm".into(), scale: true, center: false, epsilon: 1e-5 };
        let layers = vec![
            HeadLayer::GlobalMax,
            norm,
            dense("a", 9),
            HeadLayer::Activation(Activation::RELU),
            dense("b", 5),
        ];
        let head = Head { layers, activation: Activation::Sigmoid, binary: false };
        assert_eq!(head.to_string(), "global max, batch norm, dense 9, relu, dense 5, sigmoid");
        let config = Config { classes: Some(5), ..Config::tiny() };
        let whole = graph_with_head(&config, Dialect::Keras, Some(&head)).unwrap();
        let body = whole.without_unusual_head();
        assert!(!whole.has_usual_head() && body.logits.is_none());
        assert_eq!(body.weights, whole.weights);
        let names: Vec<_> = whole.weights[whole.weights.len() - 7..].iter().map(|spec| spec.name()).collect();
        let expected = [
            "norm/gamma",
            "norm/moving_mean",
            "norm/moving_variance",
            "a/kernel",
            "a/bias",
            "b/kernel",
            "b/bias",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn heads_that_make_no_scores_are_refused() {
        let said = |layers, binary| {
            let head = Head { layers, activation: Activation::Sigmoid, binary };
            graph_with_head(&Config::tiny(), Dialect::Keras, Some(&head)).unwrap_err().to_string()
        };
        assert!(said(vec![dense("a", 5)], false).contains("a map of 2x2"));
        assert!(said(vec![HeadLayer::GlobalMax], false).contains("no dense layer"));
        assert!(
            said(vec![HeadLayer::Flatten, dense("a", 5), dense("a", 5)], false)
                .contains("two layers are called a")
        );
        assert!(said(vec![HeadLayer::Flatten, dense("a", 5)], true).contains("one output"));
        let window = Window { max: false, size: (7, 7), stride: (7, 7), same: false };
        assert!(said(vec![HeadLayer::Pool(window), dense("a", 5)], false).contains("7x7 over a map of 2x2"));
    }

    #[test]
    fn a_sigmoid_of_one_output_is_two_classes() {
        let head = Head { binary: true, activation: Activation::Sigmoid, ..Head::usual(2) };
        let mut scores = [0.0, 1.25];
        head.over_classes().apply(&mut scores);
        assert!((scores[1] - 0.777_299_9).abs() < 1e-6 && (scores[0] + scores[1] - 1.0).abs() < 1e-6);
        assert_eq!(head.to_string(), "global average, dense 1, sigmoid");
        let text = serde_json::to_string(&head).unwrap();
        assert_eq!(serde_json::from_str::<Head>(&text).unwrap(), head);
    }
}
