//! The order in which Keras counts a model's layers, for weights files that keep no layer names: those of Keras 2 and of
//! early Keras 3. A group there is called after a class and a counter over `model.layers`, which a functional model sorts
//! by depth (steps to the output, the longest way), then by the order in which a walk from the output first meets them
//! (`map_graph_network`, keras/src/models/functional.py and keras/src/ops/function.py).

use std::collections::{HashMap, HashSet};

use crate::graph::{Graph, NodeId, Op};
use crate::nasnet::graph;
use crate::nasnet::{Config, Dialect};

/// The group of each weighted layer (`conv2d`, `conv2d_1`, ...) to the layer's name, for N blocks. Widths and sizes do not
/// change the order.
pub(crate) fn layer_of_group(num_blocks: usize, skip_reduction: bool, top: bool) -> HashMap<String, String> {
    let config = Config {
        num_blocks,
        penultimate_filters: 96,
        skip_reduction,
        classes: top.then_some(1),
        ..Config::mobile()
    };
    let Ok(graph) = graph(&config, Dialect::Keras) else { return HashMap::new() };
    let mut counters: HashMap<&str, usize> = HashMap::new();
    let mut groups = HashMap::new();
    for id in sorted(&graph) {
        let node = graph.node(id);
        let class = match node.op {
            Op::Conv { .. } => "conv2d",
            Op::Pointwise { .. } if node.layer.starts_with("separable_") => "separable_conv2d",
            Op::Pointwise { .. } => "conv2d",
            Op::BatchNorm(_) => "batch_normalization",
            Op::Dense { .. } => "dense",
            _ => continue,
        };
        let counter = counters.entry(class).or_default();
        let group = if *counter == 0 { class.to_owned() } else { format!("{class}_{counter}") };
        groups.insert(group, node.layer.clone());
        *counter += 1;
    }
    groups
}

/// The layers with weights in the order of `model.layers`: that in which Keras loads a file of weights.
pub(crate) fn weighted_layers(graph: &Graph) -> Vec<&str> {
    let weighted: HashSet<&str> = graph.weights.iter().map(|spec| spec.layer.as_str()).collect();
    let mut met = HashSet::new();
    let layers = sorted(graph).into_iter().map(|id| graph.node(id).layer.as_str());
    layers.filter(|layer| weighted.contains(layer) && met.insert(*layer)).collect()
}

/// N of a network by its separable convolutions: ten in each of its 3N + 4 cells.
pub(crate) fn blocks(separable_convolutions: usize) -> Option<usize> {
    let cells = separable_convolutions / 10;
    let whole = separable_convolutions.is_multiple_of(10) && cells >= 7 && (cells - 4).is_multiple_of(3);
    whole.then(|| (cells - 4) / 3)
}

/// All nodes as Keras sorts them.
fn sorted(graph: &Graph) -> Vec<NodeId> {
    let output = graph.logits.unwrap_or(graph.features);
    let mut depth = vec![0; graph.nodes.len()];
    for place in (0..=output.0).rev() {
        for input in &graph.nodes[place].inputs {
            depth[input.0] = depth[input.0].max(depth[place] + steps(graph, place));
        }
    }
    let (mut met, mut order, mut next) = (vec![false; graph.nodes.len()], Vec::new(), vec![output]);
    while let Some(id) = next.pop() {
        if !met[id.0] {
            met[id.0] = true;
            order.push(id);
            next.extend(graph.node(id).inputs.iter().rev());
        }
    }
    order.sort_by_key(|id| std::cmp::Reverse(depth[id.0])); // stable: as they were met within a depth
    order
}

/// Keras layers from a node to its inputs: paddings and crops are layers of their own there, and a separable convolution
/// is one layer.
fn steps(graph: &Graph, place: usize) -> usize {
    let node = &graph.nodes[place];
    let after_depthwise = |id: &NodeId| matches!(graph.node(*id).op, Op::Depthwise { .. });
    match node.op {
        Op::Pointwise { .. } if node.inputs.iter().any(after_depthwise) => 0,
        Op::Depthwise { stride: 2, .. } | Op::AveragePool { stride: 2, .. } | Op::MaxPool { .. } => 2,
        Op::Subsample { offset: 1 } => 3,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_keras_does() {
        // From `[layer.name for layer in model.layers]` of Keras 3.15 for (1 @ 96).
        let groups = layer_of_group(1, false, true);
        for (group, layer) in [
            ("conv2d", "stem_conv1"),
            ("batch_normalization", "stem_bn1"),
            ("conv2d_1", "reduction_conv_1_stem_1"),
            ("separable_conv2d", "separable_conv_1_reduction_left1_stem_1"),
            ("separable_conv2d_1", "separable_conv_1_reduction_right1_stem_1"),
            ("batch_normalization_2", "separable_conv_1_bn_reduction_left1_stem_1"),
            ("separable_conv2d_4", "separable_conv_1_reduction_right2_stem_1"),
            ("separable_conv2d_5", "separable_conv_1_reduction_right3_stem_1"),
            ("separable_conv2d_6", "separable_conv_1_reduction_left4_stem_1"),
            ("dense", "predictions"),
        ] {
            assert_eq!(groups[group], layer, "{group}");
        }
    }

    #[test]
    fn finds_the_number_of_blocks() {
        assert_eq!([70, 160, 220].map(blocks), [Some(1), Some(4), Some(6)]);
        assert_eq!([0, 10, 71, 80].map(blocks), [None; 4]);
    }
}
