//! Models that scale their pixels themselves. Networks here take pixels from -1 to 1; the scaling by a model's own
//! layers is folded into its stem when it is loaded. This is exact, since the stem convolves without padding and
//! without bias: `conv(a * x + b) = conv'(x) + sum(kernel * b)`, and the constant is subtracted from the mean of the
//! batch norm that follows.

use crate::graph::{Graph, Role};
use crate::tensor::Tensor;
use crate::weights::keras::Affine;

/// Factors and summands that differ by less are the same: Keras keeps them as floats.
const SAME: f64 = 1e-6;

/// A scale that takes 0..1, and not 0..255, to a range of about two.
const OF_UNIT_RANGE: f64 = 0.1;

/// Folds what a model's layers do to pixels into the stem, and returns a note about it. `None` where they scale
/// pixels to -1 to 1, as `x / 127.5 - 1` does: there is nothing to fold.
pub(crate) fn fold(graph: &Graph, tensors: &mut [Tensor], pixels: Affine) -> Option<String> {
    // What comes in: bytes, or bytes that somebody divided by 255 before.
    let greatest = pixels.scale.iter().copied().map(f64::abs).fold(0.0, f64::max);
    let (top, range) = if greatest < OF_UNIT_RANGE { (255.0, "0..255") } else { (1.0, "0..1") };
    // x = top * (u + 1) / 2 for u from -1 to 1.
    let scale = pixels.scale.map(|scale| scale * top / 2.0);
    let offset = [0, 1, 2].map(|channel| scale[channel] + pixels.offset[channel]);
    if scale.iter().all(|scale| (scale - 1.0).abs() < SAME) && offset.iter().all(|offset| offset.abs() < SAME)
    {
        return None;
    }
    let place = |layer: &str, role: Role| {
        graph.weights.iter().position(|spec| spec.layer == layer && spec.role == role)
    };
    let kernel = place("stem_conv1", Role::ConvKernel)?;
    let mean = place("stem_bn1", Role::Mean)?;
    let shape = tensors.get(kernel)?.shape().to_vec(); // rows, columns, in, out
    let filters = *shape.last()?;
    let mut values = tensors[kernel].to_f32().into_owned();
    let mut constant = vec![0.0f64; filters];
    for (place, row) in values.chunks_exact_mut(filters).enumerate() {
        let channel = place % scale.len();
        for (value, constant) in row.iter_mut().zip(&mut constant) {
            *constant += f64::from(*value) * offset[channel];
            *value = (f64::from(*value) * scale[channel]) as f32;
        }
    }
    let means = tensors[mean].to_f32();
    let means: Vec<f32> =
        means.iter().zip(&constant).map(|(mean, c)| (f64::from(*mean) - c) as f32).collect();
    tensors[kernel] = Tensor::from_f32(shape, &values);
    tensors[mean] = Tensor::from_f32(vec![filters], &means);
    let shown = |values: [f64; 3]| {
        let texts = values.map(|value| format!("{value:.6}"));
        if texts.iter().all(|text| *text == texts[0]) {
            texts[0].clone()
        } else {
            format!("({})", texts.join(", "))
        }
    };
    Some(format!(
        "the model's own layers make pixels of {range} x * {} + {}; that is folded into the stem",
        shown(pixels.scale),
        shown(pixels.offset)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::synthetic;
    use crate::nasnet::{Config, Dialect, graph};

    #[test]
    fn the_usual_scaling_is_not_applied_twice() {
        let graph = graph(&Config::tiny(), Dialect::Keras).unwrap();
        let weights = synthetic::weights(&graph, 1);
        for (scale, offset) in [(1.0 / 127.5, -1.0), (2.0, -1.0), (0.00784313725490196, -1.0)] {
            let mut tensors = weights.tensors().to_vec();
            let pixels = Affine { scale: [scale; 3], offset: [offset; 3] };
            assert_eq!(fold(&graph, &mut tensors, pixels), None);
        }
        let mut tensors = weights.tensors().to_vec();
        let pixels = Affine { scale: [1.0 / 255.0; 3], offset: [0.0; 3] };
        let note = fold(&graph, &mut tensors, pixels).unwrap();
        assert!(note.contains("0..255 x * 0.003922 + 0.000000"), "{note}");
        // Half the range, and half of it higher.
        let (old, new) = (weights.tensors()[0].to_f32(), tensors[0].to_f32());
        assert!(old.iter().zip(new.iter()).all(|(old, new)| (old / 2.0 - new).abs() < 1e-7));
    }
}
