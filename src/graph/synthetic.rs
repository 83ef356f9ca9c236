//! Random weights from a seed, for tests and benches that must not depend on files.

use super::{Graph, Role, WeightSpec, Weights};
use crate::tensor::Tensor;

/// Weights for a graph: kernels that keep the size of activations, batch norms that are not trivial.
pub fn weights(graph: &Graph, seed: u64) -> Weights {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    Weights::new(graph, graph.weights.iter().map(|spec| tensor(spec, &mut random)).collect())
}

/// Numbers in -1 to 1, as preprocessed pixels are.
pub fn pixels(count: usize, seed: u64) -> Vec<f32> {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..count).map(|_| random.between(-1.0, 1.0)).collect()
}

fn tensor(spec: &WeightSpec, random: &mut Random) -> Tensor {
    let inputs: usize = match spec.role {
        Role::DepthwiseKernel => spec.shape[..2].iter().product(),
        _ => spec.shape[..spec.shape.len() - 1].iter().product(),
    };
    let spread = (3.0 / inputs.max(1) as f32).sqrt();
    let (low, high) = match spec.role {
        Role::Gamma => (0.6, 1.4),
        Role::Beta | Role::Mean | Role::DenseBias => (-0.5, 0.5),
        Role::Variance => (0.5, 1.5),
        Role::ConvKernel | Role::DepthwiseKernel | Role::PointwiseKernel | Role::DenseKernel => {
            (-spread, spread)
        }
    };
    let values: Vec<f32> = (0..spec.elements()).map(|_| random.between(low, high)).collect();
    Tensor::from_f32(spec.shape.clone(), &values)
}

/// Marsaglia's xorshift with 64 bits.
struct Random(u64);

impl Random {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + (high - low) * ((self.0 >> 40) as f32 / (1 << 24) as f32)
    }
}
