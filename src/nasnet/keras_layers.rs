//! A network layer by layer, as Keras' `summary()` lists it, for `nasnet info --layers`.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::graph::{Graph, Node, Op, Shape};

/// A layer as Keras counts it.
#[derive(Debug, Serialize)]
pub struct Layer {
    /// Keras' name for it.
    pub name: String,
    /// Height, width and channels; channels alone behind the global average.
    pub shape: Vec<usize>,
    /// Numbers in its weights.
    pub parameters: u64,
    /// Those that training changes by gradient.
    pub trainable_parameters: u64,
    /// For one image.
    pub multiply_adds: u64,
}

/// The nodes of the graph, those of one layer joined. Relus without a name get the numbers that Keras gives them in a
/// fresh process.
pub fn of(graph: &Graph) -> Vec<Layer> {
    let mut parameters: HashMap<&str, [u64; 2]> = HashMap::new();
    for spec in &graph.weights {
        let count = parameters.entry(&spec.layer).or_default();
        count[0] += spec.elements() as u64;
        count[1] += if spec.role.trainable() { spec.elements() as u64 } else { 0 };
    }
    let adjusting: HashSet<usize> = graph
        .nodes
        .iter()
        .filter(|node| matches!(node.op, Op::Subsample { .. }))
        .flat_map(|node| node.inputs.iter().map(|input| input.0))
        .collect();
    let mut layers: Vec<Layer> = Vec::new();
    let (mut relus, mut adds, mut concats, mut shifts) = (0, 0, 0, 0);
    for (index, node) in graph.nodes.iter().enumerate() {
        for (name, shape) in borders(graph, node, &mut shifts) {
            // The strided pools of a cell share theirs.
            if !layers.iter().any(|layer| layer.name == name) {
                let shape = vec![shape.height, shape.width, shape.channels];
                layers.push(Layer { name, shape, parameters: 0, trainable_parameters: 0, multiply_adds: 0 });
            }
        }
        let multiply_adds = graph.multiply_adds(node);
        let Shape { height, width, channels } = node.shape;
        let flat = index > graph.features.0 && (height, width) == (1, 1);
        let shape = if flat { vec![channels] } else { vec![height, width, channels] };
        let name = match node.op {
            Op::Input => "input_layer".to_owned(),
            Op::Relu if adjusting.contains(&index) => {
                // The relu in front of a halved map is called after its cell.
                let user = graph.nodes.iter().find(|user| user.inputs.iter().any(|input| input.0 == index));
                let cell = user.and_then(|user| user.layer.strip_prefix("adjust_avg_pool_1_"));
                format!("adjust_relu_1_{}", cell.unwrap_or_default())
            }
            Op::Relu => {
                relus += 1;
                numbered("activation", relus)
            }
            // Keras leaves these two without a name as well.
            Op::Add if node.layer.starts_with("add_x4") => {
                adds += 1;
                numbered("add", adds)
            }
            Op::Concat if node.layer.starts_with("adjust_concat") => {
                concats += 1;
                numbered("concatenate", concats)
            }
            _ => node.layer.clone(),
        };
        if let Some(layer) = layers.last_mut().filter(|last| last.name == name) {
            layer.shape = shape;
            layer.multiply_adds += multiply_adds;
            continue;
        }
        let [parameters, trainable_parameters] = parameters.get(name.as_str()).copied().unwrap_or_default();
        layers.push(Layer { name, shape, parameters, trainable_parameters, multiply_adds });
    }
    layers
}

/// The layers that Keras pads and crops with in front of a node, with their shapes. Here the strided operation itself
/// pads.
fn borders(graph: &Graph, node: &Node, shifts: &mut usize) -> Vec<(String, Shape)> {
    let Some(input) = node.inputs.first().map(|input| graph.node(*input).shape) else { return Vec::new() };
    let padded = |side: usize, window: usize| side + window / 2 * 2 - usize::from(side.is_multiple_of(2));
    let around = |window| Shape {
        height: padded(input.height, window),
        width: padded(input.width, window),
        channels: input.channels,
    };
    match node.op {
        Op::Depthwise { size, stride: 2, .. } => {
            vec![(node.layer.replacen("separable_conv_1", "separable_conv_1_pad", 1), around(size))]
        }
        Op::MaxPool { .. } | Op::AveragePool { stride: 2, .. } => {
            let cell = node.layer.splitn(3, '_').nth(2).unwrap_or_default();
            vec![(format!("reduction_pad_1_{cell}"), around(3))]
        }
        // Keras leaves these two without a name.
        Op::Subsample { offset: 1 } => {
            *shifts += 1;
            let larger = Shape { height: input.height + 1, width: input.width + 1, channels: input.channels };
            vec![(numbered("zero_padding2d", *shifts), larger), (numbered("cropping2d", *shifts), input)]
        }
        _ => Vec::new(),
    }
}

/// The name that Keras gives to the `count`th nameless layer of a kind.
fn numbered(kind: &str, count: usize) -> String {
    if count == 1 { kind.to_owned() } else { format!("{kind}_{}", count - 1) }
}
