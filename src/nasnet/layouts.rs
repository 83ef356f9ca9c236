//! How Keras and PyTorch lay out a weight, beside the canonical layout of the graph.

use crate::graph::{Role, WeightSpec};
use crate::nasnet::names::Scheme;

/// The shape of a weight in a file, and the file's dimension for each canonical one. Keras keeps dimensions of size 1
/// in 1 x 1 and depthwise kernels; files without them (told by `rank`) are read too.
pub(crate) fn file_shape(spec: &WeightSpec, scheme: Scheme, rank: usize) -> (Vec<usize>, Vec<usize>) {
    let shape = spec.shape.as_slice();
    match (scheme, spec.role, shape) {
        (Scheme::Keras, Role::PointwiseKernel, [from, to]) if rank != 2 => {
            (vec![1, 1, *from, *to], vec![2, 3])
        }
        (Scheme::Keras, Role::DepthwiseKernel, [h, w, c]) if rank != 3 => {
            (vec![*h, *w, *c, 1], vec![0, 1, 2])
        }
        (Scheme::Torch { .. }, Role::ConvKernel, [h, w, from, to]) => {
            (vec![*to, *from, *h, *w], vec![2, 3, 1, 0])
        }
        (Scheme::Torch { .. }, Role::PointwiseKernel, [from, to]) => (vec![*to, *from, 1, 1], vec![1, 0]),
        (Scheme::Torch { .. }, Role::DepthwiseKernel, [h, w, c]) => (vec![*c, 1, *h, *w], vec![2, 3, 0]),
        (Scheme::Torch { .. }, Role::DenseKernel, [from, to]) => (vec![*to, *from], vec![1, 0]),
        _ => (shape.to_vec(), (0..shape.len()).collect()),
    }
}
