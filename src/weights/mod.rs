//! Weights: from any file that people have to the tensors that a graph asks for.

pub mod synthetic;
pub mod tensor;

use crate::model::graph::{Graph, WeightId};
pub use tensor::{Dtype, Tensor};

/// A network's weights in canonical layout, in the order of [`Graph::weights`].
#[derive(Debug, Clone)]
pub struct Weights {
    tensors: Vec<Tensor>,
}

impl Weights {
    /// Weights in the order of the graph's list.
    ///
    /// # Panics
    /// When a tensor does not have the shape that the graph asks for; readers report such files before.
    pub fn new(graph: &Graph, tensors: Vec<Tensor>) -> Self {
        assert_eq!(graph.weights.len(), tensors.len(), "count of weights");
        for (spec, tensor) in graph.weights.iter().zip(&tensors) {
            assert_eq!(spec.shape, tensor.shape(), "{}", spec.name());
        }
        Weights { tensors }
    }

    /// The tensor behind an id.
    pub fn get(&self, id: WeightId) -> &Tensor {
        &self.tensors[id.0]
    }

    /// All tensors, in the order of the graph's list.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}
