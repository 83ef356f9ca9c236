//! What the CPU engine does for a graph, as data: a list of fused steps over buffers in one arena.
//!
//! - A batch norm is folded into the pointwise kernel in front of it.
//! - A relu is applied by the step that produces a value, never by one that reads it; a value that is
//!   wanted both ways is stored both ways.
//! - A sum of convolutions is one product, its depths behind one another; any other summand is added as
//!   the result is stored. An average plus itself is one average, doubled.
//! - A concatenation is not computed: its readers read its parts. Only a window over one needs a copy.
//! - Steps whose inputs are ready at the same time form a region: they run side by side.
//!
//! A plan knows shapes and places, no numbers and no threads. `Display` prints it, one step on each line.

mod lower;
pub(crate) mod memory;
pub(crate) mod pack;
mod print;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::error::Result;
use crate::graph::{BatchNorm, Graph, Shape, WeightId};
use crate::kernels::CHANNEL_ALIGN;
use crate::kernels::pack::{Lanes, Panels};
use crate::kernels::pool::PoolKind;

/// A buffer's place in [`Plan::buffers`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub usize);

/// The activations of one value: H, W, C, pixels padded to [`CHANNEL_ALIGN`] floats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffer {
    /// Its shape.
    pub shape: Shape,
    /// Where it starts in the arena, in floats for one image; a pass over `n` images multiplies by `n`.
    pub offset: usize,
    /// The region that writes it.
    pub written: usize,
    /// The last region that reads it.
    pub last_read: usize,
}

impl Buffer {
    /// Floats from pixel to pixel.
    pub fn pixel_stride(&self) -> usize {
        self.shape.channels.next_multiple_of(CHANNEL_ALIGN)
    }

    /// Floats of one image.
    pub fn elements(&self) -> usize {
        self.shape.pixels() * self.pixel_stride()
    }
}

/// One factor of a product: what its rows, one an output pixel, are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Factor {
    /// The pixels of buffers, side by side.
    Pixels(Vec<BufferId>),
    /// A depthwise convolution of a buffer.
    Depthwise {
        /// What the window slides over.
        input: BufferId,
        /// Side of the window.
        size: usize,
        /// 1 or 2.
        stride: usize,
        /// In [`Plan::depthwise_weights`].
        weights: usize,
    },
    /// Every second pixel of buffers, side by side, from `(offset, offset)` on; zeros beyond the border.
    Subsample {
        /// What is subsampled.
        inputs: Vec<BufferId>,
        /// 0 or 1.
        offset: usize,
    },
    /// 3 x 3 patches of the image itself, with stride 2.
    Patches,
}

/// A matrix product.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Left side.
    pub factors: Vec<Factor>,
    /// Right side, in [`Plan::matrices`].
    pub matrix: usize,
    /// The first channel of the result that is written.
    pub first_channel: usize,
}

/// What a step computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// The factors, side by side, times packed weights.
    Product(Product),
    /// A 3 x 3 pool.
    Pool {
        /// What it slides over.
        input: BufferId,
        /// The operation on a window.
        kind: PoolKind,
        /// 1 or 2.
        stride: usize,
    },
    /// Buffers side by side in one, for the rare reader that needs them so.
    Copy {
        /// What is copied.
        inputs: Vec<BufferId>,
    },
    /// The mean of all pixels of buffers, side by side.
    GlobalAverage {
        /// What is averaged.
        inputs: Vec<BufferId>,
    },
}

/// A step: what it computes, what is added, and where the result goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The Keras layer of its result, or of its last part.
    pub name: String,
    /// Steps of a region depend on earlier regions only.
    pub region: usize,
    /// The result.
    pub shape: Shape,
    /// What it computes.
    pub work: Work,
    /// Added to the result.
    pub addend: Option<BufferId>,
    /// Where the result goes as it is.
    pub raw: Option<BufferId>,
    /// Where the result goes after relu.
    pub relu: Option<BufferId>,
    /// Multiply-adds for one image.
    pub multiply_adds: u64,
}

impl Step {
    /// The buffers that it reads.
    pub fn reads(&self) -> Vec<BufferId> {
        let mut reads: Vec<BufferId> = self.addend.into_iter().collect();
        match &self.work {
            Work::Pool { input, .. } => reads.push(*input),
            Work::GlobalAverage { inputs } | Work::Copy { inputs } => reads.extend(inputs),
            Work::Product(Product { factors, .. }) => {
                for factor in factors {
                    match factor {
                        Factor::Pixels(inputs) | Factor::Subsample { inputs, .. } => reads.extend(inputs),
                        Factor::Depthwise { input, .. } => reads.push(*input),
                        Factor::Patches => {}
                    }
                }
            }
        }
        reads
    }

    /// The buffers that it writes.
    pub fn writes(&self) -> impl Iterator<Item = BufferId> {
        [self.raw, self.relu].into_iter().flatten()
    }
}

/// A pointwise kernel with what is folded into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixPart {
    /// In, out; or any kernel whose last axis is out.
    pub kernel: WeightId,
    /// Rows of the matrix that it gives.
    pub depth: usize,
    /// A batch norm, and the first of its channels.
    pub norm: Option<(BatchNorm, usize)>,
    /// A bias.
    pub bias: Option<WeightId>,
}

/// The right side of a product: kernels on top of one another, their biases summed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// From top to bottom.
    pub parts: Vec<MatrixPart>,
    /// Shape and order.
    pub panels: Panels,
    /// Where the packed matrix starts, in floats.
    pub offset: usize,
    /// Where its bias starts.
    pub bias: usize,
}

/// Depthwise weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepthwiseWeights {
    /// Rows, columns, channels.
    pub kernel: WeightId,
    /// Taps.
    pub taps: usize,
    /// Channels.
    pub channels: usize,
    /// Where the packed weights start, in floats.
    pub offset: usize,
}

/// What the CPU engine does for a graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// One image.
    pub input: Shape,
    /// Steps in the order of their regions.
    pub steps: Vec<Step>,
    /// Each region's steps.
    pub regions: Vec<Range<usize>>,
    /// Buffers.
    pub buffers: Vec<Buffer>,
    /// Floats that hold all buffers, for one image.
    pub arena: usize,
    /// The right sides of products. They do not depend on the size of the input.
    pub matrices: Vec<Matrix>,
    /// The weights of depthwise windows. They do not depend on the size of the input.
    pub depthwise_weights: Vec<DepthwiseWeights>,
    /// Floats that hold all packed weights.
    pub packed: usize,
    /// The vectors that the weights are packed for.
    pub lanes: Lanes,
    /// The last feature map, after its relu, side by side.
    pub features: Vec<BufferId>,
    /// The features averaged over all pixels.
    pub pooled: BufferId,
    /// Class scores before softmax.
    pub logits: Option<BufferId>,
}

impl Plan {
    /// Plans a graph for vectors of these lanes.
    ///
    /// # Errors
    /// When the graph has something that the CPU engine has no step for; the portable engine runs it.
    pub fn new(graph: &Graph, lanes: Lanes) -> Result<Plan> {
        let mut plan = lower::lower(graph, lanes)?;
        memory::place_buffers(&mut plan);
        memory::place_weights(&mut plan);
        Ok(plan)
    }

    /// The buffer behind an id.
    pub fn buffer(&self, id: BufferId) -> &Buffer {
        &self.buffers[id.0]
    }

    /// Channels of buffers side by side.
    pub fn channels(&self, buffers: &[BufferId]) -> usize {
        buffers.iter().map(|&id| self.buffer(id).shape.channels).sum()
    }
}
