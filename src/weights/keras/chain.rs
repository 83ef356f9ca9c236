//! Reads a Keras configuration as a chain: the layers before the network, the network, and the layers after it,
//! through nested models. A model that is not a chain is an error that names the layer.

use std::collections::HashMap;

use serde_json::Value;

use crate::nasnet::names::keras_layer;

/// Models may be nested this deep.
const MAX_DEPTH: usize = 6;

/// A link of the chain.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link<'a> {
    /// A layer in front of the network or behind it.
    Layer(LayerConfig<'a>),
    /// The network from its stem to its last relu.
    Network,
}

/// A layer's entry of a configuration.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayerConfig<'a> {
    /// The whole entry.
    pub entry: &'a Value,
}

impl<'a> LayerConfig<'a> {
    /// The layer's name: the one in the model, else its own.
    pub fn name(self) -> &'a str {
        let own = || self.entry.get("config")?.get("name");
        self.entry.get("name").or_else(own).and_then(Value::as_str).unwrap_or("a layer without a name")
    }

    /// Its class without the package of a registered one.
    pub fn class(self) -> &'a str {
        let class = self.entry.get("class_name").and_then(Value::as_str).unwrap_or("no class");
        class.rsplit('>').next().unwrap_or(class)
    }

    /// A field of its own configuration.
    pub fn field(self, name: &str) -> Option<&'a Value> {
        self.entry.get("config")?.get(name).filter(|value| !value.is_null())
    }

    /// The nodes at which it is called.
    pub fn calls(self) -> &'a [Value] {
        self.entry.get("inbound_nodes").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The layers of a model within the model.
    pub fn layers(self) -> Option<&'a [Value]> {
        self.field("layers").and_then(Value::as_array).map(Vec::as_slice)
    }

    /// For messages: `preprocess (Lambda)`.
    pub fn describe(self) -> String {
        format!("layer {} ({})", self.name(), self.class())
    }
}

/// The chain of a model.
///
/// # Errors
/// The layer at which it stops being one, and why.
pub(super) fn chain(model: &Value) -> Result<Vec<Link<'_>>, String> {
    let mut links = Vec::new();
    follow(LayerConfig { entry: model }, 0, &mut links)?;
    match links.iter().filter(|link| matches!(link, Link::Network)).count() {
        1 => Ok(links),
        0 => Err("the answer does not depend on the network's last feature map".to_owned()),
        count => Err(format!("the network is called {count} times, expected once")),
    }
}

fn follow<'a>(model: LayerConfig<'a>, depth: usize, links: &mut Vec<Link<'a>>) -> Result<(), String> {
    let Some(layers) = model.layers().filter(|_| depth < MAX_DEPTH) else {
        return Err(format!("{} cannot be looked into", model.describe()));
    };
    if model.field("output_layers").is_none() {
        // Sequential: one after another.
        for entry in layers {
            let layer = LayerConfig { entry };
            match layer.class() {
                "InputLayer" => {}
                _ if layer.layers().is_some() => follow(layer, depth + 1, links)?,
                _ => links.push(Link::Layer(layer)),
            }
        }
        return Ok(());
    }
    let by_name: HashMap<&str, LayerConfig> =
        layers.iter().map(|entry| LayerConfig { entry }).map(|layer| (layer.name(), layer)).collect();
    let outputs = tensors(model.field("output_layers"));
    let [output] = outputs[..] else {
        return Err(format!("model {} has {} outputs, expected one", model.name(), outputs.len()));
    };
    // From the output back to the input; each step's links are collected in reverse.
    let (mut at, mut taker, mut steps) = (output, "the output", Vec::new());
    loop {
        let layer = *by_name.get(at).ok_or_else(|| format!("{taker} takes {at}, which is not there"))?;
        if layer.class() == "InputLayer" {
            break;
        }
        if steps.len() > layers.len() {
            return Err(format!("{} leads back to itself", layer.describe()));
        }
        let input = only_input(layer)?;
        if is_last_relu(layer, input) {
            steps.push(vec![Link::Network]);
            let stem = by_name.get("stem_conv1").ok_or("the network has no stem_conv1")?;
            (at, taker) = (only_input(*stem)?, "stem_conv1");
            continue;
        }
        if is_inner(at) {
            return Err(format!(
                "{taker} takes {at}, a layer within the network, expected its last activation"
            ));
        }
        let mut inner = Vec::new();
        match layer.layers() {
            Some(_) => follow(layer, depth + 1, &mut inner)?,
            None => inner.push(Link::Layer(layer)),
        }
        steps.push(inner);
        (at, taker) = (input, layer.name());
    }
    links.extend(steps.into_iter().rev().flatten());
    Ok(())
}

/// The relu behind the last cell.
fn is_last_relu(layer: LayerConfig, input: &str) -> bool {
    matches!(layer.class(), "Activation" | "ReLU") && input.starts_with("normal_concat_")
}

/// Whether a layer is one of the network's own, by the names that Keras gives to them.
fn is_inner(name: &str) -> bool {
    let network = name != crate::nasnet::head::PREDICTIONS && keras_layer(name).is_some();
    network
        || ["normal_concat_", "normal_add_", "reduction_concat_", "adjust_"]
            .iter()
            .any(|p| name.starts_with(p))
}

/// The layer whose result a layer takes.
fn only_input(layer: LayerConfig<'_>) -> Result<&str, String> {
    let call = layer.calls().last();
    let mut inputs = tensors(call);
    inputs.dedup();
    match inputs[..] {
        [input] => Ok(input),
        [] => Err(format!("{} takes no input", layer.describe())),
        _ => Err(format!(
            "{} takes {} inputs ({}), expected one",
            layer.describe(),
            inputs.len(),
            inputs.join(", ")
        )),
    }
}

/// The names of the layers whose results are referred to: Keras 2 writes `["name", 0, 0, {...}]`, Keras 3 a
/// `keras_history` of `["name", 0, 0]`. Both are arrays of a text and two numbers.
pub(super) fn tensors(value: Option<&Value>) -> Vec<&str> {
    let mut found = Vec::new();
    collect(value.unwrap_or(&Value::Null), &mut found);
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), Value::Number(_), Value::Number(_), rest @ ..] => {
                found.push(name);
                rest.iter().for_each(|item| collect(item, found));
            }
            items => items.iter().for_each(|item| collect(item, found)),
        },
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}
