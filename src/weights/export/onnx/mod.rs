//! An ONNX model that computes what the network does, border rules, head and last function included. It is made from the
//! graph node by node; batch norms stay nodes of their own, which runtimes fold. Field numbers are those of
//! <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>.

mod activation;
mod node;

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use serde_json::json;

use self::activation::activation;
use self::node::{INFINITY, Layout, Model, attribute};
use super::protobuf::Message;
use crate::answers::labels::Labels;
use crate::error::{Error, Result};
use crate::files::{partial_name, write_whole};
use crate::graph::{
    Activation, BATCH_NORM_EPSILON, Graph, HeadNorm, Node, NodeId, Op, Shape, Window, same_padding,
};
use crate::nasnet::Head;
use crate::weights::LoadedModel;

/// The version of the file format, and of the operators: those of ONNX 1.12 (2022).
const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 17;

/// Writes an ONNX model: `input` is N, 3, H, W in -1 to 1, `probabilities` N, classes. A network without a head gives
/// `features`, averaged over all pixels: N, channels. A recorded temperature is part of it.
///
/// # Errors
/// [`Error::Refused`] when a layer of the head cannot be represented, [`Error::Io`] when the file cannot be written.
pub fn onnx(path: &Path, loaded: &LoadedModel) -> Result<()> {
    let file = encode(loaded)?;
    write_whole(path, &partial_name(path), |writer| writer.write_all(&file))
        .map_err(|error| Error::io(path, error))
}

fn encode(loaded: &LoadedModel) -> Result<Vec<u8>> {
    let graph = &loaded.graph;
    let result = graph.logits.unwrap_or(graph.pooled);
    let needed = needed(graph, result);
    let mut model = Model::new(graph, &loaded.weights);
    for (place, node) in graph.nodes.iter().enumerate() {
        if needed.contains(&NodeId(place)) {
            add(&mut model, NodeId(place), node)?;
        }
    }
    let name = if loaded.head.is_some() { "probabilities" } else { "features" };
    let mut value = model.flat(result);
    let last = loaded.head.as_ref().map_or(Activation::Linear, Head::over_classes);
    if let Some(fitted) = loaded.temperature.as_ref().filter(|_| last == Activation::Softmax) {
        let temperature = model.constant("temperature", fitted.temperature as f32);
        value = model.node("Div", &[&value, &temperature], "divided_logits", &[]);
    }
    activation(&mut model, last, &value, name)?;
    let shape = graph.input_shape();
    let input = node::value("input", &[3, shape.height, shape.width]);
    let output = node::value(name, &[graph.node(result).shape.channels]);
    let graph = model.finish(&loaded.name).message(11, &input).message(12, &output);
    let metadata = metadata(loaded)?;
    let entry = |model: Message, (key, value): &(String, String)| {
        model.message(14, &Message::default().text(1, key).text(2, value))
    };
    let file = Message::default()
        .int(1, IR_VERSION)
        .text(2, "nasnet")
        .text(3, env!("CARGO_PKG_VERSION"))
        .message(7, &graph)
        .message(8, &Message::default().text(1, "").int(2, OPERATORS))
        .each(&metadata, entry);
    Ok(file.into_bytes())
}

/// What a user of the file has to know beside the numbers.
fn metadata(loaded: &LoadedModel) -> Result<Vec<(String, String)>> {
    let mut entries: Vec<(String, String)> = loaded.card().to_metadata()?.into_iter().collect();
    let pixels = "RGB, x / 127.5 - 1, N, 3, H, W";
    let (height, width) = loaded.config.input_size;
    let preprocessing = json!({"pixels": pixels, "size": [height, width], "resize": loaded.preprocessing});
    entries.push(("preprocessing".to_owned(), preprocessing.to_string()));
    let imagenet = || (loaded.config.classes == Some(1000)).then(Labels::imagenet);
    if let Some(labels) = loaded.labels.as_ref().or_else(imagenet) {
        let names: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
        entries.push(("class_names".to_owned(), json!(names).to_string()));
        if labels.iter().any(|label| label.wnid.is_some()) {
            let wnids: Vec<_> = labels.iter().map(|label| label.wnid.as_deref()).collect();
            entries.push(("wnids".to_owned(), json!(wnids).to_string()));
        }
    }
    Ok(entries)
}

/// The nodes that a result is made of.
fn needed(graph: &Graph, result: NodeId) -> HashSet<NodeId> {
    let (mut needed, mut next) = (HashSet::new(), vec![result]);
    while let Some(id) = next.pop() {
        if needed.insert(id) {
            next.extend(&graph.node(id).inputs);
        }
    }
    needed
}

/// Adds what computes a node of the graph.
fn add(model: &mut Model, id: NodeId, node: &Node) -> Result<()> {
    let inputs: Vec<String> = node.inputs.iter().map(|input| model.name(*input)).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let shape = node.inputs.first().map_or(node.shape, |input| model.graph.node(*input).shape);
    let flat_before = node.inputs.first().is_some_and(|input| model.is_flat(*input));
    let out = model.name(id);
    let padding = |size: usize, stride: usize| {
        let (top, bottom) = same_padding(shape.height, size, stride);
        let (left, right) = same_padding(shape.width, size, stride);
        [top, left, bottom, right]
    };
    let mut layout = if flat_before { Layout::Flat } else { Layout::Planes };
    match node.op {
        Op::Input => {}
        Op::Conv { kernel } => {
            let kernel = model.weight(kernel);
            model.node("Conv", &[inputs[0], &kernel], &out, &node::window([3, 3], [2, 2], [0; 4]));
        }
        Op::Pointwise { kernel } => {
            let kernel = model.weight(kernel);
            model.node("Conv", &[inputs[0], &kernel], &out, &node::window([1, 1], [1, 1], [0; 4]));
        }
        Op::Depthwise { kernel, size, stride } => {
            let kernel = model.weight(kernel);
            let mut attributes = node::window([size, size], [stride, stride], padding(size, stride));
            attributes.push(attribute::int("group", shape.channels));
            model.node("Conv", &[inputs[0], &kernel], &out, &attributes);
        }
        Op::BatchNorm(norm) => {
            let weights = [norm.gamma, norm.beta, norm.mean, norm.variance].map(|id| model.weight(id));
            batch_norm(model, inputs[0], &weights, &out, BATCH_NORM_EPSILON);
        }
        Op::HeadNorm(HeadNorm { gamma, beta, mean, variance, epsilon }) => {
            let mut or = |id: Option<_>, role: &str, value: f32| match id {
                Some(id) => model.weight(id),
                None => model.constants(&format!("{}/{role}", node.layer), &vec![value; shape.channels]),
            };
            let (gamma, beta) = (or(gamma, "gamma", 1.0), or(beta, "beta", 0.0));
            let weights = [gamma, beta, model.weight(mean), model.weight(variance)];
            batch_norm(model, inputs[0], &weights, &out, epsilon);
        }
        Op::Relu => drop(model.node("Relu", &inputs, &out, &[])),
        Op::Add => drop(model.node("Add", &inputs, &out, &[])),
        Op::Concat => drop(model.node("Concat", &inputs, &out, &[attribute::int("axis", 1)])),
        Op::Subsample { offset } => subsample(model, inputs[0], offset, &out),
        Op::AveragePool { stride, count_padding } => {
            let mut attributes = node::window([3, 3], [stride, stride], padding(3, stride));
            attributes.push(attribute::int("count_include_pad", usize::from(count_padding)));
            model.node("AveragePool", &inputs, &out, &attributes);
        }
        Op::MaxPool { see_padding: false } => {
            model.node("MaxPool", &inputs, &out, &node::window([3, 3], [2, 2], padding(3, 2)));
        }
        Op::MaxPool { see_padding: true } => {
            let padded = pad(model, inputs[0], padding(3, 2), &out);
            model.node("MaxPool", &[&padded], &out, &node::window([3, 3], [2, 2], [0; 4]));
        }
        Op::Window(_) | Op::GlobalAverage | Op::GlobalMax if flat_before => {
            return Err(refused(&format!("the pool {} behind a flat layer", node.layer)));
        }
        Op::GlobalAverage | Op::GlobalMax => {
            layout = Layout::Flat;
            let kind = if node.op == Op::GlobalMax { "GlobalMaxPool" } else { "GlobalAveragePool" };
            let map = model.node(kind, &inputs, &format!("{out}_map"), &[]);
            model.node("Flatten", &[&map], &out, &[attribute::int("axis", 1)]);
        }
        Op::Window(window) => {
            let Window { max, size: (rows, columns), stride: (down, right), .. } = window;
            let mut attributes =
                node::window([rows, columns], [down, right], window_padding(window, shape, node.shape));
            if !max {
                attributes.push(attribute::int("count_include_pad", 0));
            }
            model.node(if max { "MaxPool" } else { "AveragePool" }, &inputs, &out, &attributes);
        }
        Op::Flatten => {
            layout = Layout::Flat;
            let order = [attribute::ints("perm", &[0, 2, 3, 1])];
            let rows = model.node("Transpose", &inputs, &format!("{out}_rows"), &order);
            model.node("Flatten", &[&rows], &out, &[attribute::int("axis", 1)]);
        }
        Op::Dense { kernel, bias } => {
            let kernel = model.dense_kernel(kernel, layout);
            let bias = bias.map(|id| model.weight(id));
            let inputs: Vec<&str> = [inputs[0], &kernel].into_iter().chain(bias.as_deref()).collect();
            match layout {
                Layout::Flat => model.node("Gemm", &inputs, &out, &[]),
                Layout::Planes => model.node("Conv", &inputs, &out, &node::window([1, 1], [1, 1], [0; 4])),
            };
        }
        Op::Activation(function) => activation(model, function, inputs[0], &out)?,
    }
    model.lay_out(id, layout);
    Ok(())
}

fn batch_norm(model: &mut Model, x: &str, weights: &[String; 4], out: &str, epsilon: f32) {
    let [gamma, beta, mean, variance] = weights;
    let epsilon = [attribute::float("epsilon", epsilon)];
    model.node("BatchNormalization", &[x, gamma, beta, mean, variance], out, &epsilon);
}

/// Zeros around a map: above, left, below, right.
fn pad(model: &mut Model, x: &str, [top, left, bottom, right]: [usize; 4], out: &str) -> String {
    let around = [0, 0, top, left, 0, 0, bottom, right].map(|side| side as i64);
    let around = model.integers(&format!("{out}_around"), &around);
    model.node("Pad", &[x, &around], &format!("{out}_padded"), &[])
}

/// Every second pixel from `(offset, offset)` on, zero beyond the border.
fn subsample(model: &mut Model, x: &str, offset: usize, out: &str) {
    let x = if offset == 0 { x.to_owned() } else { pad(model, x, [0, 0, offset, offset], out) };
    let mut list = |name: &str, values: [i64; 2]| model.integers(&format!("{out}_{name}"), &values);
    let start = list("start", [offset as i64; 2]);
    let end = list("end", [INFINITY; 2]);
    let (axes, steps) = (list("axes", [2, 3]), list("steps", [2, 2]));
    model.node("Slice", &[&x, &start, &end, &axes, &steps], out, &[]);
}

/// TensorFlow's SAME padding: the odd pixel behind.
fn window_padding(window: Window, before: Shape, after: Shape) -> [usize; 4] {
    let sides = |length: usize, out: usize, size: usize, stride: usize| {
        let all = if window.same { ((out - 1) * stride + size).saturating_sub(length) } else { 0 };
        (all / 2, all - all / 2)
    };
    let (top, bottom) = sides(before.height, after.height, window.size.0, window.stride.0);
    let (left, right) = sides(before.width, after.width, window.size.1, window.stride.1);
    [top, left, bottom, right]
}

/// The refusal of a part of a head.
fn refused(what: &str) -> Error {
    Error::Refused {
        what: format!("{what} cannot be exported to ONNX"),
        hint: "run the model with nasnet, or export it to Keras",
    }
}

#[cfg(test)]
mod tests;
