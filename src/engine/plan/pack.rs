//! The numbers behind a plan: batch norms folded, kernels packed.

use std::ops::Range;

use super::{Matrix, Plan};
use crate::graph::Weights;
use crate::graph::{BATCH_NORM_EPSILON, BatchNorm};
use crate::kernels::pack::{pack_depthwise, packed_depthwise_elements};

impl Plan {
    /// How many pieces of packed weights there are. Pieces do not overlap.
    pub fn pieces(&self) -> usize {
        self.depthwise_weights.len() + self.matrices.len()
    }

    /// Where a piece lies among the packed weights, in floats.
    pub fn piece(&self, index: usize) -> Range<usize> {
        if let Some(depthwise) = self.depthwise_weights.get(index) {
            let elements = packed_depthwise_elements(depthwise.taps, depthwise.channels, self.lanes.count);
            return depthwise.offset..depthwise.offset + elements;
        }
        let matrix = &self.matrices[index - self.depthwise_weights.len()];
        matrix.bias..matrix.offset + matrix.panels.elements()
    }

    /// Fills a piece, and gives back the mapped pages that it was made of: a large network would otherwise be in
    /// memory twice.
    ///
    /// # Panics
    /// When `packed` is not of the size of the piece.
    pub fn pack(&self, index: usize, weights: &Weights, packed: &mut [f32]) {
        if let Some(depthwise) = self.depthwise_weights.get(index) {
            let kernel = weights.get(depthwise.kernel).to_f32();
            pack_depthwise(packed, depthwise.taps, depthwise.channels, self.lanes.count, &kernel);
            return weights.get(depthwise.kernel).release_pages();
        }
        let matrix = &self.matrices[index - self.depthwise_weights.len()];
        let (bias, panels) = packed.split_at_mut(matrix.offset - matrix.bias);
        pack_matrix(matrix, weights, bias, panels);
        matrix.parts.iter().for_each(|part| weights.get(part.kernel).release_pages());
    }
}

/// What the kernels of a matrix are multiplied by, part by part and column by column, and what is added to its
/// columns: in double precision, to be rounded once.
pub(crate) fn folded(matrix: &Matrix, weights: &Weights) -> (Vec<Vec<f64>>, Vec<f64>) {
    let columns = matrix.panels.columns;
    let mut biases = vec![0.0; columns];
    let mut scales = vec![vec![1.0; columns]; matrix.parts.len()];
    for (part, scales) in matrix.parts.iter().zip(&mut scales) {
        if let Some((norm, first_channel)) = part.norm {
            let channels = first_channel..first_channel + columns;
            for (column, (scale, shift)) in fold(weights, norm, channels).enumerate() {
                scales[column] = scale;
                biases[column] += shift;
            }
        }
        if let Some(id) = part.bias {
            for (sum, value) in biases.iter_mut().zip(weights.get(id).to_f32().iter()) {
                *sum += f64::from(*value);
            }
        }
    }
    (scales, biases)
}

fn pack_matrix(matrix: &Matrix, weights: &Weights, bias: &mut [f32], packed: &mut [f32]) {
    let (scales, biases) = folded(matrix, weights);
    let mut first_row = 0;
    for (part, scales) in matrix.parts.iter().zip(&scales) {
        matrix.panels.pack(packed, first_row, &weights.get(part.kernel).to_f32(), scales);
        first_row += part.depth;
    }
    bias.fill(0.0);
    for (to, from) in bias.iter_mut().zip(biases) {
        *to = from as f32;
    }
}

/// What a batch norm multiplies by and adds, channel by channel.
fn fold(weights: &Weights, norm: BatchNorm, channels: Range<usize>) -> impl Iterator<Item = (f64, f64)> {
    let [gamma, beta, mean, variance] =
        [norm.gamma, norm.beta, norm.mean, norm.variance].map(|id| weights.get(id).to_f32());
    channels.map(move |channel| {
        let deviation = (f64::from(variance[channel]) + f64::from(BATCH_NORM_EPSILON)).sqrt();
        let scale = f64::from(gamma[channel]) / deviation;
        (scale, f64::from(beta[channel]) - f64::from(mean[channel]) * scale)
    })
}
