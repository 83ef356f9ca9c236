//! From a loaded network to the files of other tools. What such a tool cannot represent is refused by its name.

mod keras;
mod onnx;
mod protobuf;
mod timm;

pub use keras::keras;
pub use onnx::onnx;
pub use timm::timm;

use crate::graph::WeightSpec;
use crate::nasnet::layouts::file_shape;
use crate::nasnet::names::Scheme;
use crate::tensor::Tensor;
use crate::weights::file_contents::row_major;
use crate::weights::strided_copy::StridedView;

/// A weight as files of a scheme lay it out: its shape there, and its numbers in f32.
fn laid_out(spec: &WeightSpec, tensor: &Tensor, scheme: Scheme) -> (Vec<usize>, Vec<u8>) {
    let (shape, order) = file_shape(spec, scheme, 4);
    let canonical = row_major(tensor.shape());
    // Dimensions that only the file has are ones: their stride is never used.
    let mut strides = vec![0; shape.len()];
    order.iter().zip(canonical).for_each(|(axis, stride)| strides[*axis] = stride);
    let numbers = tensor.to_f32();
    let source: Vec<u8> = numbers.iter().flat_map(|value| value.to_le_bytes()).collect();
    let view = StridedView { shape: shape.clone(), strides, offset: 0 };
    (shape, view.strided_copy::<4>(&source))
}
