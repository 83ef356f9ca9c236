//! A head that is not the usual one, computed behind whatever engine gave the features: every device has it, in the
//! same numbers, and the engines need not know it. It is small beside the network.

use rayon::prelude::*;

use super::NetworkOutput;
use crate::graph::{Activation, Graph, Node, NodeId, Op, Shape, WeightId, Weights, Window};

/// The layers of a head with their numbers.
#[derive(Debug)]
pub(super) struct Head {
    /// What it starts from.
    pub from: NetworkOutput,
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// The shape of what it reads.
    input: Shape,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Average,
    Max,
    Window(Window),
    /// In, out.
    Dense {
        kernel: Vec<f32>,
        bias: Vec<f32>,
    },
    /// A batch norm: a factor and a summand for each channel.
    Affine {
        factor: Vec<f32>,
        summand: Vec<f32>,
    },
    Activation(Activation),
}

impl Head {
    /// The head of a graph; `None` where engines compute it, or there is none.
    pub fn of(graph: &Graph, weights: &Weights) -> Option<Head> {
        let mut at = graph.logits.filter(|_| !graph.has_usual_head())?;
        let mut steps = Vec::new();
        while at != graph.features && at != graph.pooled {
            let node = graph.node(at);
            let from = *node.inputs.first()?;
            steps.extend(step(graph, node, from, weights));
            at = from;
        }
        steps.reverse();
        let from = if at == graph.pooled { NetworkOutput::Pooled } else { NetworkOutput::Features };
        Some(Head { from, steps })
    }

    /// Turns rows of features into rows of class scores.
    pub fn apply(&self, rows: &mut [Vec<f32>]) {
        rows.par_iter_mut().for_each(|row| *row = self.scores(std::mem::take(row)));
    }

    /// Class scores before the last function; `features`: H, W, C, or C where it starts from the average.
    pub fn scores(&self, features: Vec<f32>) -> Vec<f32> {
        self.steps.iter().fold(features, |values, step| step.run(values))
    }
}

fn step(graph: &Graph, node: &Node, from: NodeId, weights: &Weights) -> Option<Step> {
    let numbers = |id: WeightId| weights.get(id).to_f32().into_owned();
    let channels = node.shape.channels;
    let work = match node.op {
        Op::GlobalAverage => Work::Average,
        Op::GlobalMax => Work::Max,
        Op::Window(window) => Work::Window(window),
        Op::Activation(activation) => Work::Activation(activation),
        Op::Dense { kernel, bias } => {
            Work::Dense { kernel: numbers(kernel), bias: bias.map_or_else(|| vec![0.0; channels], numbers) }
        }
        Op::HeadNorm(norm) => {
            let or = |id: Option<WeightId>, value: f32| id.map_or_else(|| vec![value; channels], numbers);
            let (gamma, beta) = (or(norm.gamma, 1.0), or(norm.beta, 0.0));
            let (mean, variance) = (numbers(norm.mean), numbers(norm.variance));
            let factor = |place: usize| {
                f64::from(gamma[place]) / (f64::from(variance[place]) + f64::from(norm.epsilon)).sqrt()
            };
            let summand = |place: usize| f64::from(beta[place]) - f64::from(mean[place]) * factor(place);
            Work::Affine {
                factor: (0..channels).map(|place| factor(place) as f32).collect(),
                summand: (0..channels).map(|place| summand(place) as f32).collect(),
            }
        }
        // Rows, columns, channels is how a map lies in memory.
        _ => return None,
    };
    Some(Step { input: graph.node(from).shape, work })
}

impl Step {
    fn run(&self, mut values: Vec<f32>) -> Vec<f32> {
        let channels = self.input.channels;
        match &self.work {
            Work::Average => average(&values, channels),
            Work::Max => max_pool(&values, channels),
            Work::Window(window) => pool(&values, self.input, *window),
            Work::Dense { kernel, bias } => {
                values.chunks_exact(channels).flat_map(|pixel| dense(pixel, kernel, bias)).collect()
            }
            Work::Affine { factor, summand } => {
                for pixel in values.chunks_exact_mut(channels) {
                    for ((value, factor), summand) in pixel.iter_mut().zip(factor).zip(summand) {
                        *value = *value * factor + summand;
                    }
                }
                values
            }
            Work::Activation(activation) => {
                values.chunks_exact_mut(channels).for_each(|pixel| activation.apply(pixel));
                values
            }
        }
    }
}

/// The maximum over all pixels of a map: H, W, C to C.
pub(crate) fn max_pool(map: &[f32], channels: usize) -> Vec<f32> {
    let mut greatest = vec![f32::NEG_INFINITY; channels];
    for pixel in map.chunks_exact(channels) {
        for (greatest, value) in greatest.iter_mut().zip(pixel) {
            *greatest = greatest.max(*value);
        }
    }
    greatest
}

fn average(values: &[f32], channels: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; channels];
    for pixel in values.chunks_exact(channels) {
        sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    let pixels = (values.len() / channels).max(1) as f64;
    sums.into_iter().map(|sum| (sum / pixels) as f32).collect()
}

/// Sums in f64: a flattened map has tens of thousands of summands.
fn dense(pixel: &[f32], kernel: &[f32], bias: &[f32]) -> Vec<f32> {
    let mut sums: Vec<f64> = bias.iter().map(|bias| f64::from(*bias)).collect();
    for (value, row) in pixel.iter().zip(kernel.chunks_exact(bias.len())) {
        let value = f64::from(*value);
        sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += value * f64::from(*weight));
    }
    sums.into_iter().map(|sum| sum as f32).collect()
}

/// `values`: H, W, C. Padding is never seen: TensorFlow's SAME pools divide by the pixels in the window.
fn pool(values: &[f32], shape: Shape, window: Window) -> Vec<f32> {
    let Some(pooled) = window.pooled(shape) else { return Vec::new() };
    // TensorFlow pads the odd pixel behind.
    let before = |length: usize, out: usize, size: usize, stride: usize| {
        if window.same { ((out - 1) * stride + size).saturating_sub(length) / 2 } else { 0 }
    };
    let top = before(shape.height, pooled.height, window.size.0, window.stride.0);
    let left = before(shape.width, pooled.width, window.size.1, window.stride.1);
    let range = |place: usize, stride: usize, size: usize, before: usize, length: usize| {
        (place * stride).saturating_sub(before)..(place * stride + size).saturating_sub(before).min(length)
    };
    let mut out = Vec::with_capacity(pooled.elements());
    for row in 0..pooled.height {
        for column in 0..pooled.width {
            let mut seen = Vec::new();
            for y in range(row, window.stride.0, window.size.0, top, shape.height) {
                for x in range(column, window.stride.1, window.size.1, left, shape.width) {
                    let start = (y * shape.width + x) * shape.channels;
                    seen.extend_from_slice(&values[start..start + shape.channels]);
                }
            }
            out.extend(if window.max {
                max_pool(&seen, shape.channels)
            } else {
                average(&seen, shape.channels)
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_without_padding_leave_out_what_does_not_fill_one() {
        // H, W, C = 3, 5, 1
        let values: Vec<f32> = (0..15).map(|value| value as f32).collect();
        let shape = Shape { height: 3, width: 5, channels: 1 };
        let window = |max, same| Window { max, size: (2, 2), stride: (2, 2), same };
        assert_eq!(pool(&values, shape, window(false, false)), [3.0, 5.0]);
        assert_eq!(pool(&values, shape, window(true, false)), [6.0, 8.0]);
        assert_eq!(pool(&values, shape, window(false, true)), [3.0, 5.0, 6.5, 10.5, 12.5, 14.0]);
        assert_eq!(pool(&values, shape, window(true, true)), [6.0, 8.0, 9.0, 11.0, 13.0, 14.0]);
    }

    #[test]
    fn a_window_of_three_with_same_padding_begins_one_pixel_before_an_odd_side() {
        let values = [1.0, 2.0, 3.0, 4.0, 5.0];
        let shape = Shape { height: 1, width: 5, channels: 1 };
        let window = Window { max: false, size: (1, 3), stride: (1, 2), same: true };
        assert_eq!(pool(&values, shape, window), [1.5, 3.0, 4.5]);
    }

    #[test]
    fn a_dense_layer_multiplies_rows_by_in_and_out() {
        assert_eq!(dense(&[1.0, 2.0], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[0.5, 0.0, -1.0]), [9.5, 12.0, 14.0]);
    }
}
