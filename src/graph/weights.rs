//! A network's weights: one tensor for each entry of the graph's list.

use super::{Graph, WeightId};
use crate::tensor::{Dtype, Tensor};

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

    /// No weights: what remains after an engine has taken them over.
    pub fn released() -> Self {
        Weights { tensors: Vec::new() }
    }

    /// The tensor behind an id.
    pub fn get(&self, id: WeightId) -> &Tensor {
        &self.tensors[id.0]
    }

    /// The number type of the largest tensor: small ones may be stored in a wider type.
    pub fn dtype(&self) -> Dtype {
        self.tensors.iter().max_by_key(|tensor| tensor.elements()).map_or(Dtype::F32, Tensor::dtype)
    }

    /// All tensors, in the order of the graph's list.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}
