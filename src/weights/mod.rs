//! Weights: from any file that people have to the tensors that a graph asks for.
//!
//! [`load()`] maps a file and asks `format` what it is; a reader (`keras`, `pytorch`, `safetensors`) lists its
//! tensors as a `Source`, unread; `infer` settles which network they are; `assemble` holds every name and shape against
//! that network's graph and only then reads the numbers, turned into canonical layout. [`canonical`] writes the result.

mod assemble;
mod blob;
pub mod canonical;
pub mod card;
#[cfg(test)]
mod damage_tests;
mod file_hash;
mod format;
mod gather;
mod hdf5;
mod infer;
mod keras;
mod keras_config;
mod keras_order;
mod load;
mod names;
mod pickle;
mod pytorch;
mod safetensors;
mod source;
pub mod store;
pub mod synthetic;
pub mod tensor;
#[cfg(test)]
mod tests;
mod unpickle;
mod zipped;

use crate::model::graph::{Graph, WeightId};
pub use card::{Card, fingerprint};
pub use infer::Overrides;
pub use load::{Loaded, load, load_static};
pub use tensor::{Dtype, Tensor};

/// The built-in small model: canonical safetensors with its card, within the binary.
static TINY: &[u8] = include_bytes!("tiny/nasnet-a-4-768-tiny-imagenet.safetensors");

/// The weights of the built-in small model.
///
/// # Errors
/// When `overrides` make no network.
pub fn builtin(overrides: &Overrides) -> crate::error::Result<Loaded> {
    load_static(TINY, overrides)
}

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

    /// No weights any more: what is left when an engine has taken them over.
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
