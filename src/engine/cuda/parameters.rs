//! Weights as a card wants them: filters as rows, their depth padded as the pixels are that they are multiplied
//! with, batch norms folded in.

use rayon::prelude::*;

use super::arena::padded;
use crate::engine::plan::Plan;
use crate::engine::plan::pack::folded;
use crate::graph::Weights;

/// Pieces start at multiples of this many numbers: 256 bytes of the smallest.
const START: usize = 128;

/// Filters that see some of a left side; the others see zeros there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// In [`Plan::matrices`].
    pub matrix: usize,
    /// The first of them.
    pub first_column: usize,
    /// Channels of each buffer or window that they see, in their order.
    pub spans: Vec<usize>,
}

/// The filters of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filters {
    /// By what they see of the left side, from the left.
    pub blocks: Vec<Block>,
    /// Filters, with those of zeros behind them that fill a pixel.
    pub columns: usize,
    /// Where they start.
    pub filters: usize,
    /// Where their biases start.
    pub bias: usize,
}

impl Filters {
    /// Numbers of a filter.
    pub fn depth(&self) -> usize {
        self.blocks.iter().flat_map(|block| &block.spans).copied().map(padded).sum()
    }
}

/// Where all weights of a plan lie, in numbers.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// By product.
    pub filters: Vec<Filters>,
    /// By [`Plan::depthwise_weights`].
    pub depthwise_weights: Vec<usize>,
    /// How many there are.
    pub elements: usize,
}

impl Parameters {
    /// Places the weights of depthwise windows; products follow by [`Parameters::add`].
    pub fn new(plan: &Plan) -> Parameters {
        let mut parameters = Parameters::default();
        for depthwise in &plan.depthwise_weights {
            let offset = parameters.take(depthwise.taps * padded(depthwise.channels));
            parameters.depthwise_weights.push(offset);
        }
        parameters
    }

    /// Places the filters of a product; gives their place in [`Parameters::filters`].
    pub fn add(&mut self, blocks: Vec<Block>, columns: usize) -> usize {
        let mut filters = Filters { blocks, columns, filters: 0, bias: self.take(columns) };
        filters.filters = self.take(columns * filters.depth());
        self.filters.push(filters);
        self.filters.len() - 1
    }

    fn take(&mut self, elements: usize) -> usize {
        let start = self.elements;
        self.elements += elements.next_multiple_of(START);
        start
    }

    /// All weights, in their places.
    pub fn fill(&self, plan: &Plan, weights: &Weights) -> Vec<f32> {
        let mut all = vec![0.0; self.elements];
        let depthwise =
            plan.depthwise_weights.par_iter().zip(&self.depthwise_weights).map(|(depthwise, &offset)| {
                let kernel = weights.get(depthwise.kernel).to_f32();
                let mut rows = vec![0.0; depthwise.taps * padded(depthwise.channels)];
                let pixels = rows.chunks_exact_mut(padded(depthwise.channels));
                for (to, from) in pixels.zip(kernel.chunks_exact(depthwise.channels)) {
                    to[..from.len()].copy_from_slice(from);
                }
                (offset, rows)
            });
        let filters = self.filters.par_iter().flat_map_iter(|filters| {
            let (rows, biases) = filter_rows(filters, plan, weights);
            [(filters.filters, rows), (filters.bias, biases)]
        });
        for (offset, piece) in depthwise.chain(filters).collect::<Vec<_>>() {
            all[offset..offset + piece.len()].copy_from_slice(&piece);
        }
        all
    }
}

fn filter_rows(filters: &Filters, plan: &Plan, weights: &Weights) -> (Vec<f32>, Vec<f32>) {
    let depth = filters.depth();
    let mut rows = vec![0.0; filters.columns * depth];
    let mut biases = vec![0.0; filters.columns];
    let mut start = 0; // of what a block sees
    for Block { matrix, first_column, spans } in &filters.blocks {
        let matrix = &plan.matrices[*matrix];
        let (scales, sums) = folded(matrix, weights);
        let mut places = padded_places(spans);
        for (part, scales) in matrix.parts.iter().zip(&scales) {
            let kernel = weights.get(part.kernel).to_f32();
            // There are as many channels on the left side as the matrix has rows.
            for (from, place) in kernel.chunks_exact(matrix.panels.columns).zip(&mut places) {
                for (column, (value, scale)) in from.iter().zip(scales).enumerate() {
                    rows[(first_column + column) * depth + start + place] =
                        (f64::from(*value) * scale) as f32;
                }
            }
        }
        for (to, from) in biases[*first_column..].iter_mut().zip(sums) {
            *to = from as f32;
        }
        start += spans.iter().copied().map(padded).sum::<usize>();
    }
    (rows, biases)
}

/// Where each channel lies once every span is padded.
fn padded_places(spans: &[usize]) -> impl Iterator<Item = usize> {
    let mut start = 0;
    spans.iter().flat_map(move |&channels| {
        let first = start;
        start += padded(channels);
        first..first + channels
    })
}
