//! A network as data: operations, the edges between them, the shapes that flow along the edges and
//! the weights that they use. It knows no device, no file and no NASNet.

mod activation;
pub mod synthetic;
mod weights;

use std::borrow::Cow;
use std::collections::HashSet;

pub use activation::Activation;
use serde::{Deserialize, Serialize};
pub use weights::Weights;

/// The epsilon of every batch norm.
pub const BATCH_NORM_EPSILON: f32 = 1e-3;

/// Height, width and channels of one image's activations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Channels, innermost in memory.
    pub channels: usize,
}

impl Shape {
    /// Pixels.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// Numbers in one image's activations.
    pub fn elements(&self) -> usize {
        self.pixels() * self.channels
    }
}

/// A node's place in [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// A weight's place in [`Graph::weights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WeightId(pub usize);

/// What a weight is to its layer; it fixes the canonical layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Full convolution: kernel rows, kernel columns, channels in, channels out.
    ConvKernel,
    /// 1 x 1 convolution: channels in, channels out.
    PointwiseKernel,
    /// Depthwise convolution: kernel rows, kernel columns, channels.
    DepthwiseKernel,
    /// Dense layer: features in, classes out.
    DenseKernel,
    /// Dense layer: classes.
    DenseBias,
    /// Batch norm scale: channels.
    Gamma,
    /// Batch norm shift: channels.
    Beta,
    /// Batch norm moving mean: channels.
    Mean,
    /// Batch norm moving variance: channels.
    Variance,
}

impl Role {
    /// The weight's name within its layer, as Keras spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::ConvKernel | Role::DenseKernel => "kernel",
            Role::PointwiseKernel => "pointwise_kernel",
            Role::DepthwiseKernel => "depthwise_kernel",
            Role::DenseBias => "bias",
            Role::Gamma => "gamma",
            Role::Beta => "beta",
            Role::Mean => "moving_mean",
            Role::Variance => "moving_variance",
        }
    }

    /// Whether training changes it by gradient.
    pub fn trainable(self) -> bool {
        !matches!(self, Role::Mean | Role::Variance)
    }
}

/// A weight that the graph needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightSpec {
    /// The Keras layer that it belongs to.
    pub layer: String,
    /// What it is to its layer.
    pub role: Role,
    /// Its shape in the canonical layout.
    pub shape: Vec<usize>,
}

impl WeightSpec {
    /// The canonical tensor name: `layer/weight`. A plain 1 x 1 convolution's kernel is called `kernel`.
    pub fn name(&self) -> String {
        let separable = self.layer.starts_with("separable_");
        let role = match self.role {
            Role::PointwiseKernel if !separable => "kernel",
            role => role.as_str(),
        };
        format!("{}/{role}", self.layer)
    }

    /// Numbers in it.
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The four weights of a batch norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchNorm {
    /// Scale.
    pub gamma: WeightId,
    /// Shift.
    pub beta: WeightId,
    /// Moving mean.
    pub mean: WeightId,
    /// Moving variance.
    pub variance: WeightId,
}

/// The batch norm of a head: it has the epsilon of its own layer, and its scale and shift can be absent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadNorm {
    /// Scale; 1 where there is none.
    pub gamma: Option<WeightId>,
    /// Shift; 0 where there is none.
    pub beta: Option<WeightId>,
    /// Moving mean.
    pub mean: WeightId,
    /// Moving variance.
    pub variance: WeightId,
    /// Added to the variance.
    pub epsilon: f32,
}

/// A pool of a head: padding, where there is some, is never seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// The greatest number instead of the mean.
    pub max: bool,
    /// Rows and columns of the window.
    pub size: (usize, usize),
    /// Rows and columns from window to window.
    pub stride: (usize, usize),
    /// SAME padding instead of none.
    pub same: bool,
}

impl Window {
    /// The shape of the pooled map; `None` where a window without padding does not fit.
    pub fn pooled(&self, shape: Shape) -> Option<Shape> {
        let side = |length: usize, size: usize, stride: usize| match self.same {
            _ if size == 0 || stride == 0 => None,
            true => Some(length.div_ceil(stride)),
            false => Some(length.checked_sub(size)? / stride + 1),
        };
        let height = side(shape.height, self.size.0, self.stride.0)?;
        Some(Shape { height, width: side(shape.width, self.size.1, self.stride.1)?, ..shape })
    }
}

/// An operation. Activations are N, H, W, C throughout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Op {
    /// The preprocessed image.
    Input,
    /// Full 3 x 3 convolution, stride 2, no padding, no bias: the stem.
    Conv {
        /// Rows, columns, in, out.
        kernel: WeightId,
    },
    /// 1 x 1 convolution without bias.
    Pointwise {
        /// In, out.
        kernel: WeightId,
    },
    /// Depthwise convolution with SAME padding, see [`same_padding`].
    Depthwise {
        /// Rows, columns, channels.
        kernel: WeightId,
        /// Side of the window.
        size: usize,
        /// 1 or 2.
        stride: usize,
    },
    /// `(x - mean) / sqrt(variance + epsilon) * gamma + beta`.
    BatchNorm(BatchNorm),
    /// `max(x, 0)`.
    Relu,
    /// Sum of two inputs.
    Add,
    /// Channels of all inputs, one after another.
    Concat,
    /// Every second pixel, from `(offset, offset)` on; zero beyond the border.
    Subsample {
        /// 0 or 1.
        offset: usize,
    },
    /// 3 x 3 average with SAME padding.
    AveragePool {
        /// 1 or 2.
        stride: usize,
        /// Divide by nine everywhere (padding counts as zeros) instead of by the pixels in the window.
        count_padding: bool,
    },
    /// 3 x 3 maximum, stride 2, with SAME padding.
    MaxPool {
        /// The padding is zeros that may win, instead of being unseen.
        see_padding: bool,
    },
    /// Mean over all pixels.
    GlobalAverage,
    /// Fully connected layer.
    Dense {
        /// In, out.
        kernel: WeightId,
        /// Out.
        bias: Option<WeightId>,
    },
    /// The greatest number over all pixels.
    GlobalMax,
    /// All numbers of a map as one pixel: rows, columns, channels.
    Flatten,
    /// A pool over windows of any size.
    Window(Window),
    /// The batch norm of a head.
    HeadNorm(HeadNorm),
    /// A function of a pixel's numbers.
    Activation(Activation),
}

/// One operation, where its inputs come from and what it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The operation.
    pub op: Op,
    /// Earlier nodes.
    pub inputs: Vec<NodeId>,
    /// The shape of the result.
    pub shape: Shape,
    /// The Keras layer that it is (part of), or a description where Keras numbers its layers by itself.
    pub layer: String,
}

/// A network: nodes in an order in which they can be run.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// Nodes; inputs come before their users.
    pub nodes: Vec<Node>,
    /// The weights that nodes refer to, in the order of their first use.
    pub weights: Vec<WeightSpec>,
    /// The last feature map, after its relu.
    pub features: NodeId,
    /// The features averaged over all pixels.
    pub pooled: NodeId,
    /// Class scores before the last activation; `None` without a top.
    pub logits: Option<NodeId>,
}

impl Graph {
    /// The node behind an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// Whether the class scores are one dense layer over the averaged features, as in the published networks. The engines
    /// compute such a head themselves; any other one is computed behind them, from the features.
    pub fn has_usual_head(&self) -> bool {
        self.logits.is_some_and(|id| {
            let node = self.node(id);
            matches!(node.op, Op::Dense { .. }) && node.inputs == [self.pooled]
        })
    }

    /// The part that engines compute: the whole graph, without its head if that is not the usual one. Weights keep
    /// their places.
    pub fn without_unusual_head(&self) -> Cow<'_, Graph> {
        if self.logits.is_none() || self.has_usual_head() {
            return Cow::Borrowed(self);
        }
        let nodes = self.nodes[..=self.features.0.max(self.pooled.0)].to_vec();
        Cow::Owned(Graph { nodes, logits: None, ..self.clone() })
    }

    /// The shape of the image that the network takes.
    pub fn input_shape(&self) -> Shape {
        self.nodes[0].shape
    }

    /// Multiply-adds of a node for one image. Convolutions and the dense layer count, as is usual.
    pub fn multiply_adds(&self, node: &Node) -> u64 {
        let outputs = node.shape.elements() as u64;
        let per_output = match node.op {
            Op::Conv { kernel } | Op::Pointwise { kernel } | Op::Dense { kernel, .. } => {
                let spec = &self.weights[kernel.0];
                spec.elements() / node.shape.channels
            }
            Op::Depthwise { size, .. } => size * size,
            _ => 0,
        };
        outputs * per_output as u64
    }

    /// Multiply-adds of the whole network for one image.
    pub fn total_multiply_adds(&self) -> u64 {
        self.nodes.iter().map(|node| self.multiply_adds(node)).sum()
    }

    /// Numbers in all weights: (all, those that training changes by gradient).
    pub fn parameters(&self) -> (u64, u64) {
        let count = |only_trainable: bool| {
            self.weights
                .iter()
                .filter(|spec| !only_trainable || spec.role.trainable())
                .map(|spec| spec.elements() as u64)
                .sum()
        };
        (count(false), count(true))
    }

    /// Layers with weights, as Keras counts them.
    pub fn weighted_layers(&self) -> usize {
        self.weights.iter().map(|spec| &spec.layer).collect::<HashSet<_>>().len()
    }
}

/// SAME padding of one axis as (before, after), for windows of an odd `size`: half the window on both
/// sides, and with stride 2 one less in front of an even `length` (TensorFlow's rule, Keras' `correct_pad`).
pub fn same_padding(length: usize, size: usize, stride: usize) -> (usize, usize) {
    let half = size / 2;
    let before = if stride == 1 || length % 2 == 1 { half } else { half.saturating_sub(1) };
    (before, half)
}

/// Length of an axis after SAME padding and a stride.
pub fn strided(length: usize, stride: usize) -> usize {
    length.div_ceil(stride)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_gives_the_length_over_the_stride_rounded_up() {
        for length in 1..40 {
            for size in [1, 3, 5, 7] {
                for stride in [1, 2] {
                    let (before, after) = same_padding(length, size, stride);
                    let out = (length + before + after - size) / stride + 1;
                    assert_eq!(out, strided(length, stride), "length {length} size {size} stride {stride}");
                }
            }
        }
        assert_eq!(same_padding(56, 5, 2), (1, 2));
        assert_eq!(same_padding(111, 5, 2), (2, 2));
    }
}
