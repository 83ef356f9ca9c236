//! The graph of an ONNX model while it is made: nodes, their values, and the numbers that they use.

use std::collections::{HashMap, HashSet};

use crate::graph::{Graph, NodeId, WeightId, Weights};
use crate::nasnet::names::Scheme;
use crate::weights::export::laid_out;
use crate::weights::export::protobuf::Message;

/// The end of a slice that goes on to the border.
pub(super) const INFINITY: i64 = i64::MAX;

/// ONNX lays kernels out as PyTorch does: out, in, rows, columns.
const SCHEME: Scheme = Scheme::Torch { gaps: false };

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// What the dimensions of a value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// N, C, H, W.
    Planes,
    /// N, C.
    Flat,
}

/// An ONNX graph in the making.
pub(super) struct Model<'a> {
    /// The graph that it computes.
    pub graph: &'a Graph,
    weights: &'a Weights,
    layouts: HashMap<NodeId, Layout>,
    names: HashSet<String>,
    nodes: Vec<Message>,
    numbers: Vec<Message>,
}

impl<'a> Model<'a> {
    pub fn new(graph: &'a Graph, weights: &'a Weights) -> Self {
        let (layouts, names) = (HashMap::new(), HashSet::new());
        Model { graph, weights, layouts, names, nodes: Vec::new(), numbers: Vec::new() }
    }

    /// The name of a node's value.
    pub fn name(&self, id: NodeId) -> String {
        if id.0 == 0 { "input".to_owned() } else { format!("{}_{}", self.graph.node(id).layer, id.0) }
    }

    pub fn lay_out(&mut self, id: NodeId, layout: Layout) {
        self.layouts.insert(id, layout);
    }

    pub fn is_flat(&self, id: NodeId) -> bool {
        self.layouts.get(&id) == Some(&Layout::Flat)
    }

    /// A node's value as N, C: a map of one pixel loses its dimensions.
    pub fn flat(&mut self, id: NodeId) -> String {
        let name = self.name(id);
        if self.is_flat(id) {
            return name;
        }
        self.node("Flatten", &[&name], &format!("{name}_flat"), &[attribute::int("axis", 1)])
    }

    /// Adds an operation with one result, which it is called after, and gives back that name.
    pub fn node(&mut self, kind: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> String {
        let node = Message::default()
            .each(inputs, |node, input| node.text(1, input))
            .text(2, output)
            .text(3, output)
            .text(4, kind)
            .each(attributes, |node, attribute| node.message(5, attribute));
        self.nodes.push(node);
        output.to_owned()
    }

    /// The name of a weight. A depthwise, pointwise or full kernel is out, in, rows, columns.
    pub fn weight(&mut self, id: WeightId) -> String {
        let spec = &self.graph.weights[id.0];
        let name = spec.name();
        if self.names.insert(name.clone()) {
            let (shape, bytes) = laid_out(spec, self.weights.get(id), SCHEME);
            self.numbers.push(tensor(&name, FLOAT, &shape, &bytes));
        }
        name
    }

    /// The name of a dense kernel: in, out for rows; out, in, 1, 1 for maps.
    pub fn dense_kernel(&mut self, id: WeightId, layout: Layout) -> String {
        let spec = &self.graph.weights[id.0];
        let scheme = if layout == Layout::Flat { Scheme::Keras } else { SCHEME };
        let (mut shape, bytes) = laid_out(spec, self.weights.get(id), scheme);
        if layout == Layout::Planes {
            shape.extend([1, 1]);
        }
        let name = spec.name();
        self.numbers.push(tensor(&name, FLOAT, &shape, &bytes));
        name
    }

    /// A number for all places.
    pub fn constant(&mut self, name: &str, value: f32) -> String {
        if self.names.insert(name.to_owned()) {
            self.numbers.push(tensor(name, FLOAT, &[], &value.to_le_bytes()));
        }
        name.to_owned()
    }

    /// A row of numbers.
    pub fn constants(&mut self, name: &str, values: &[f32]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.numbers.push(tensor(name, FLOAT, &[values.len()], &bytes));
        name.to_owned()
    }

    /// A row of whole numbers.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.numbers.push(tensor(name, INT64, &[values.len()], &bytes));
        name.to_owned()
    }

    /// The graph, still without its inputs and outputs.
    pub fn finish(self, name: &str) -> Message {
        Message::default()
            .each(self.nodes, |graph, node| graph.message(1, &node))
            .text(2, if name.is_empty() { "nasnet" } else { name })
            .each(self.numbers, |graph, tensor| graph.message(5, &tensor))
    }
}

fn tensor(name: &str, kind: i64, shape: &[usize], bytes: &[u8]) -> Message {
    Message::default()
        .each(shape, |tensor, side| tensor.int(1, *side as i64))
        .int(2, kind)
        .text(8, name)
        .bytes(9, bytes)
}

/// An input or output of floats: `batch`, then these dimensions.
pub(super) fn value(name: &str, shape: &[usize]) -> Message {
    let shape = shape
        .iter()
        .fold(Message::default().message(1, &Message::default().text(2, "batch")), |all, side| {
            all.message(1, &Message::default().int(1, *side as i64))
        });
    let tensor = Message::default().int(1, FLOAT).message(2, &shape);
    Message::default().text(1, name).message(2, &Message::default().message(1, &tensor))
}

/// The attributes of a window: size, stride, and padding above, left, below, right.
pub(super) fn window(size: [usize; 2], stride: [usize; 2], padding: [usize; 4]) -> Vec<Message> {
    let list = |name, values: &[usize]| {
        let values: Vec<i64> = values.iter().map(|value| *value as i64).collect();
        attribute::ints(name, &values)
    };
    vec![list("kernel_shape", &size), list("strides", &stride), list("pads", &padding)]
}

/// Attributes of nodes.
pub(super) mod attribute {
    use crate::weights::export::protobuf::Message;

    pub fn int(name: &str, value: usize) -> Message {
        Message::default().text(1, name).int(3, value as i64).int(20, 2)
    }

    pub fn float(name: &str, value: f32) -> Message {
        Message::default().text(1, name).float(2, value).int(20, 1)
    }

    pub fn ints(name: &str, values: &[i64]) -> Message {
        Message::default().text(1, name).each(values, |message, value| message.int(8, *value)).int(20, 7)
    }
}
