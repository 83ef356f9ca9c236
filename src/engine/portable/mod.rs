//! Runs a graph as it is written, node by node, with candle's operations on any device: nothing fused,
//! nothing folded. It is slow and plain, which makes it the oracle of the numeric tests and the engine
//! wherever no faster one is at hand.
//!
//! A CPU has a depthwise convolution of its own; every other device gets [`Operations::General`], whose
//! operations all backends of candle have, on tensors that lie in one piece: Metal's kernels (0.11) ignore
//! offsets and some strides. The tests run those very operations on a CPU.

mod depthwise;

use candle_core::{D, DType, Device, Tensor};

use crate::error::Result;
use crate::graph::Weights;
use crate::graph::{BATCH_NORM_EPSILON, Graph, Node, NodeId, Op, WeightId, same_padding};

/// What a forward pass gives, each with the batch in front.
#[derive(Debug, Clone)]
pub struct Outputs {
    /// The last feature map: N, H, W, C.
    pub features: Tensor,
    /// The features averaged over all pixels: N, C.
    pub pooled: Tensor,
    /// Class scores before the last activation: N, classes. `None` without a top, or with one that is not the usual one.
    pub logits: Option<Tensor>,
}

/// What a graph is run with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operations {
    /// With a custom operation that only a CPU has.
    Cpu,
    /// With candle's own operations.
    General,
}

/// A graph with its weights on a device.
#[derive(Debug)]
pub struct Portable {
    graph: Graph,
    weights: Vec<Tensor>,
    last_use: Vec<usize>,
    device: Device,
    operations: Operations,
}

impl Portable {
    /// Puts the weights on a device, as f32.
    ///
    /// # Errors
    /// When the device refuses them.
    pub fn new(graph: Graph, weights: &Weights, device: &Device) -> Result<Self> {
        let operations = if device.is_cpu() { Operations::Cpu } else { Operations::General };
        Portable::with(graph, weights, device, operations)
    }

    /// The same with given operations.
    ///
    /// # Errors
    /// When the device refuses the weights.
    pub fn with(graph: Graph, weights: &Weights, device: &Device, operations: Operations) -> Result<Self> {
        let graph = graph.without_unusual_head().into_owned();
        let tensors = weights.tensors().iter();
        let weights = tensors
            .map(|tensor| Ok(Tensor::from_slice(&tensor.to_f32(), tensor.shape(), device)?))
            .collect::<Result<_>>()?;
        let last_use = last_use(&graph);
        Ok(Portable { graph, weights, last_use, device: device.clone(), operations })
    }

    /// The device that it runs on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// A forward pass.
    ///
    /// `pixels`: N, H, W, 3, f32 in -1 to 1, with the graph's H and W, on the device.
    ///
    /// # Errors
    /// When the shape is another one, or the device fails.
    pub fn forward(&self, pixels: &Tensor) -> Result<Outputs> {
        let input = self.graph.input_shape();
        let (batch, ..) = pixels.dims4()?;
        let pixels = pixels.reshape((batch, input.height, input.width, input.channels))?;
        let mut values: Vec<Option<Tensor>> = vec![None; self.graph.nodes.len()];
        for (index, node) in self.graph.nodes.iter().enumerate() {
            let value = match node.op {
                Op::Input => pixels.to_dtype(DType::F32)?,
                _ => {
                    let inputs: Vec<&Tensor> =
                        node.inputs.iter().filter_map(|input| values[input.0].as_ref()).collect();
                    self.run(node, &inputs)?
                }
            };
            values[index] = Some(value);
            for input in &node.inputs {
                if self.last_use[input.0] == index {
                    values[input.0] = None;
                }
            }
        }
        let mut take = |id: NodeId| {
            values[id.0].take().ok_or(candle_core::Error::Msg(format!("node {} was not computed", id.0)))
        };
        let features = take(self.graph.features)?;
        let pooled = take(self.graph.pooled)?.flatten_from(1)?;
        let logits = match self.graph.logits {
            Some(id) => Some(take(id)?.flatten_from(1)?),
            None => None,
        };
        Ok(Outputs { features, pooled, logits })
    }

    fn run(&self, node: &Node, inputs: &[&Tensor]) -> candle_core::Result<Tensor> {
        let x = inputs[0];
        match node.op {
            Op::Input => Ok(x.clone()),
            Op::Conv { kernel } => stem(x, self.weight(kernel)),
            Op::Pointwise { kernel } => pointwise(x, self.weight(kernel)),
            Op::Depthwise { kernel, stride, .. } => match self.operations {
                Operations::Cpu => depthwise::on_cpu(x, self.weight(kernel), stride),
                Operations::General => depthwise::by_shifts(x, self.weight(kernel), stride),
            },
            Op::BatchNorm(norm) => {
                let deviation = (self.weight(norm.variance) + f64::from(BATCH_NORM_EPSILON))?.sqrt()?;
                let scale = (self.weight(norm.gamma) / deviation)?;
                let shift = (self.weight(norm.beta) - (self.weight(norm.mean) * &scale)?)?;
                x.broadcast_mul(&scale)?.broadcast_add(&shift)
            }
            Op::Relu => x.relu(),
            Op::Add => x + inputs[1],
            Op::Concat => Tensor::cat(inputs, D::Minus1),
            Op::Subsample { offset } => subsample(x, offset),
            Op::AveragePool { stride, count_padding } => average_pool(x, stride, count_padding),
            Op::MaxPool { see_padding } => max_pool(x, see_padding),
            Op::GlobalAverage => x.mean_keepdim((1, 2)),
            Op::Dense { kernel, bias } => {
                let x = pointwise(x, self.weight(kernel))?;
                bias.map_or(Ok(x.clone()), |bias| x.broadcast_add(self.weight(bias)))
            }
            Op::GlobalMax | Op::Flatten | Op::Window(_) | Op::HeadNorm(_) | Op::Activation(_) => {
                candle_core::bail!("{} belongs to a head, which runs behind the engine", node.layer)
            }
        }
    }

    fn weight(&self, id: WeightId) -> &Tensor {
        &self.weights[id.0]
    }
}

/// For each node, the last node that reads it; the results of the graph are never given up.
fn last_use(graph: &Graph) -> Vec<usize> {
    let mut last = vec![usize::MAX; graph.nodes.len()];
    for (index, node) in graph.nodes.iter().enumerate() {
        for input in &node.inputs {
            last[input.0] = index;
        }
    }
    for kept in [Some(graph.features), Some(graph.pooled), graph.logits].into_iter().flatten() {
        last[kept.0] = usize::MAX;
    }
    last
}

/// `x`: N, H, W, C; `kernel`: rows, columns, in, out. Stride 2, no padding.
fn stem(x: &Tensor, kernel: &Tensor) -> candle_core::Result<Tensor> {
    let kernel = kernel.permute((3, 2, 0, 1))?.force_contiguous()?;
    to_rows(&to_planes(x)?.force_contiguous()?.conv2d(&kernel, 0, 2, 1, 1)?)
}

/// `x`: N, H, W, in; `kernel`: in, out. A 1 x 1 convolution is a matrix product over all pixels.
fn pointwise(x: &Tensor, kernel: &Tensor) -> candle_core::Result<Tensor> {
    let (batch, height, width, channels) = x.dims4()?;
    x.reshape((batch * height * width, channels))?.matmul(kernel)?.reshape((batch, height, width, ()))
}

/// Pixels (2i + offset, 2j + offset) of N, H, W, C, zero beyond the border.
fn subsample(x: &Tensor, offset: usize) -> candle_core::Result<Tensor> {
    let mut x = x.clone();
    for axis in [1, 2] {
        let out = x.dim(axis)?.div_ceil(2) as u32;
        let wanted: Vec<u32> = (0..out).map(|i| 2 * i + offset as u32).collect();
        let index = Tensor::new(wanted, x.device())?;
        x = x.pad_with_zeros(axis, 0, offset)?.force_contiguous()?.index_select(&index, axis)?;
    }
    Ok(x)
}

fn average_pool(x: &Tensor, stride: usize, count_padding: bool) -> candle_core::Result<Tensor> {
    let (_, height, width, _) = x.dims4()?;
    let mut planes = to_planes(x)?;
    for axis in [2, 3] {
        let (before, after) = same_padding(planes.dim(axis)?, 3, stride);
        planes = planes.pad_with_zeros(axis, before, after)?;
    }
    let mean = to_rows(&planes.force_contiguous()?.avg_pool2d_with_stride(3, stride)?)?; // divides by nine
    if count_padding {
        return Ok(mean);
    }
    let weight = |length: usize| -> Vec<f32> {
        let (before, _) = same_padding(length, 3, stride);
        (0..length.div_ceil(stride))
            .map(|i| {
                let start = i * stride;
                let inside = (start..start + 3).filter(|at| (before..before + length).contains(at)).count();
                3.0 / inside as f32
            })
            .collect()
    };
    let rows = Tensor::new(weight(height), x.device())?.reshape(((), 1, 1))?;
    let columns = Tensor::new(weight(width), x.device())?.reshape((1, (), 1))?;
    mean.broadcast_mul(&rows.broadcast_mul(&columns)?)
}

/// A border repeated outwards never wins over the pixel that it repeats, which is in the same window:
/// padding that is not seen.
fn max_pool(x: &Tensor, see_padding: bool) -> candle_core::Result<Tensor> {
    let mut planes = to_planes(x)?;
    for axis in [2, 3] {
        let (before, after) = same_padding(planes.dim(axis)?, 3, 2);
        planes = if see_padding {
            planes.pad_with_zeros(axis, before, after)?
        } else {
            planes.pad_with_same(axis, before, after)?
        };
    }
    to_rows(&planes.force_contiguous()?.max_pool2d_with_stride(3, 2)?)
}

/// N, H, W, C to N, C, H, W.
fn to_planes(x: &Tensor) -> candle_core::Result<Tensor> {
    x.permute((0, 3, 1, 2))?.contiguous()
}

/// N, C, H, W to N, H, W, C.
fn to_rows(x: &Tensor) -> candle_core::Result<Tensor> {
    x.permute((0, 2, 3, 1))?.contiguous()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::synthetic;
    use crate::nasnet;
    use crate::nasnet::{Config, Dialect};

    /// 1, 5, 4, 2 with negative numbers at the borders.
    fn sample() -> Tensor {
        let values: Vec<f32> = (0..40).map(|i| ((i * 7 + 3) % 11) as f32 - 12.0).collect();
        Tensor::from_vec(values, (1, 5, 4, 2), &Device::Cpu).unwrap()
    }

    /// The definition, written out: windows of three with SAME padding.
    fn window(x: &Tensor, stride: usize, row: usize, column: usize, channel: usize) -> Vec<f32> {
        let (_, height, width, _) = x.dims4().unwrap();
        let x = x.squeeze(0).unwrap().to_vec3::<f32>().unwrap();
        let (top, left) = (same_padding(height, 3, stride).0, same_padding(width, 3, stride).0);
        let mut seen = vec![];
        for i in 0..3 {
            for j in 0..3 {
                let (r, c) = (row * stride + i, column * stride + j);
                if (top..top + height).contains(&r) && (left..left + width).contains(&c) {
                    seen.push(x[r - top][c - left][channel]);
                }
            }
        }
        seen
    }

    fn check(name: &str, stride: usize, got: Tensor, want: impl Fn(&[f32]) -> f32) {
        let x = sample();
        let got = got.squeeze(0).unwrap().to_vec3::<f32>().unwrap();
        assert_eq!((got.len(), got[0].len()), (5usize.div_ceil(stride), 4usize.div_ceil(stride)), "{name}");
        for (r, row) in got.iter().enumerate() {
            for (c, pixel) in row.iter().enumerate() {
                for (channel, value) in pixel.iter().enumerate() {
                    let want = want(&window(&x, stride, r, c, channel));
                    assert!((value - want).abs() < 1e-5, "{name} at {r},{c},{channel}: {value} {want}");
                }
            }
        }
    }

    #[test]
    fn pools_follow_their_definitions_at_every_border() {
        let x = sample();
        let sum = |seen: &[f32]| seen.iter().sum::<f32>();
        for stride in [1, 2] {
            let mean = average_pool(&x, stride, false).unwrap();
            check("average of the pixels seen", stride, mean, |seen| sum(seen) / seen.len() as f32);
            let ninth = average_pool(&x, stride, true).unwrap();
            check("average with zeros", stride, ninth, |seen| sum(seen) / 9.0);
        }
        let greatest = |seen: &[f32]| seen.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        check("maximum", 2, max_pool(&x, false).unwrap(), greatest);
        check("maximum with zeros", 2, max_pool(&x, true).unwrap(), |seen| {
            if seen.len() < 9 { greatest(seen).max(0.0) } else { greatest(seen) }
        });
    }

    #[test]
    fn other_devices_get_the_numbers_of_a_cpu() {
        // DepthwiseWeights of 3, 5 and 7 with strides of 1 and 2 on odd and even sides; all of it runs on this CPU.
        for (size, skip_reduction) in [((49, 66), false), ((34, 45), true)] {
            for dialect in Dialect::ALL {
                let small = Config { num_blocks: 1, classes: Some(37), ..Config::mobile() };
                let config = Config { input_size: size, skip_reduction, ..small };
                let graph = nasnet::graph(&config, dialect).unwrap();
                let weights = synthetic::weights(&graph, 1);
                let pixels = synthetic::pixels(2 * graph.input_shape().elements(), 2);
                let pixels = Tensor::from_vec(pixels, (2, size.0, size.1, 3), &Device::Cpu).unwrap();
                let run = |operations| {
                    let engine = Portable::with(graph.clone(), &weights, &Device::Cpu, operations).unwrap();
                    engine.forward(&pixels).unwrap()
                };
                let (own, general) = (run(Operations::Cpu), run(Operations::General));
                let pairs = [
                    (own.features, general.features),
                    (own.pooled, general.pooled),
                    (own.logits.unwrap(), general.logits.unwrap()),
                ];
                for (own, general) in pairs {
                    assert_eq!(own.dims(), general.dims());
                    let greatest =
                        |x: Tensor| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                    let (off, largest) = (greatest((&own - general).unwrap()), greatest(own));
                    assert!(largest > 1e-3 && off < 1e-5 * largest, "{dialect} {size:?}: {off} of {largest}");
                }
            }
        }
    }

    #[test]
    fn subsampling_reads_zeros_beyond_the_border() {
        let x = sample();
        let pixels = x.squeeze(0).unwrap().to_vec3::<f32>().unwrap();
        for offset in [0, 1] {
            let got = subsample(&x, offset).unwrap().squeeze(0).unwrap().to_vec3::<f32>().unwrap();
            assert_eq!((got.len(), got[0].len()), (3, 2));
            for (r, row) in got.iter().enumerate() {
                for (c, pixel) in row.iter().enumerate() {
                    let source = pixels.get(2 * r + offset).and_then(|row| row.get(2 * c + offset));
                    assert_eq!(pixel, source.unwrap_or(&vec![0.0, 0.0]));
                }
            }
        }
    }
}
