//! What Keras records about a model beside its weights: the layers, in order, and the edges between them.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::chain::{LayerConfig, Link, chain};
use super::layers::{self, Affine, Front};
use crate::graph::Activation;
use crate::nasnet::{Head, HeadLayer};

/// The facts that are taken from a Keras model's configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ModelConfig {
    /// Height and width that the model was built for; `None` where it takes any.
    pub input_size: Option<(usize, usize)>,
    /// Whether the cell after the first reduction takes the reduction's own older input.
    pub skip_reduction: Option<bool>,
    /// Layer names by the layer's group in a weights file of Keras 3: the group of the model that it is in, then its
    /// class and a counter over the model's layers.
    pub layer_of_group: HashMap<String, String>,
    /// Layers of the model that are models themselves.
    pub nested: HashSet<String>,
    /// What follows the network.
    pub head: HeadFacts,
    /// What layers in front of the network do to pixels, if there are some.
    pub pixels: Option<Affine>,
    /// Notes for the user.
    pub notes: Vec<String>,
}

/// What a file says about the head.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum HeadFacts {
    /// Nothing: names and shapes must tell.
    #[default]
    Unknown,
    /// There is none.
    Absent,
    /// Its layers; whether its last function is told as well, or supposed.
    Known(Head, bool),
}

impl HeadFacts {
    /// The head, if there is one.
    pub fn head(&self) -> Option<&Head> {
        match self {
            HeadFacts::Known(head, _) => Some(head),
            _ => None,
        }
    }
}

/// A layer of the configuration.
struct ListedLayer<'a> {
    class: &'a str,
    value: &'a Value,
}

impl ModelConfig {
    /// Reads the JSON of a model; what it does not find stays unknown. `None` where it is no model's.
    ///
    /// # Errors
    /// The layer by name that cannot be represented.
    pub fn parse(json: &[u8]) -> Result<Option<ModelConfig>, String> {
        let Ok(value) = serde_json::from_slice::<Value>(json) else { return Ok(None) };
        let Some(network) = network_layers(&value, 0).filter(|layers| layers.iter().all(Value::is_object))
        else {
            return Ok(None);
        };
        let mut model = ModelConfig::default();
        let mut by_name = HashMap::new();
        for entry in network {
            let layer = LayerConfig { entry };
            by_name.insert(layer.name(), ListedLayer { class: layer.class(), value: entry });
            if layer.class() == "InputLayer" && model.input_size.is_none() {
                model.input_size = input_size(entry);
            }
        }
        model.skip_reduction = skip_reduction(&by_name);
        model.name_groups(&value, "");
        if by_name.contains_key("stem_conv1") {
            model.follow(&value)?;
        }
        if model.input_size.is_none() {
            model.input_size = outer_size(&value);
        }
        Ok(Some(model))
    }

    /// Names the groups of a model's layers, and of those of models within it.
    fn name_groups(&mut self, model: &Value, outer: &str) {
        let mut counters: HashMap<String, usize> = HashMap::new();
        for entry in (LayerConfig { entry: model }).layers().unwrap_or_default() {
            let layer = LayerConfig { entry };
            let class = snake_case(layer.class());
            if outer.is_empty() && layer.layers().is_some() {
                self.nested.insert(layer.name().to_owned());
            }
            let counter = counters.entry(class.clone()).or_default();
            let group =
                if *counter == 0 { format!("{outer}{class}") } else { format!("{outer}{class}_{counter}") };
            *counter += 1;
            if layer.layers().is_some() && outer.len() < 200 {
                self.name_groups(entry, &format!("{group}/"));
            }
            let own = layer.field("name").and_then(Value::as_str).unwrap_or(layer.name());
            self.layer_of_group.insert(group, own.to_owned());
        }
    }

    /// Follows the chain from the image to the answer.
    fn follow(&mut self, value: &Value) -> Result<(), String> {
        let chain = chain(value)?;
        let (mut reached, mut behind) = (false, Vec::new());
        for link in chain {
            match link {
                Link::Network => reached = true,
                Link::Layer(layer) if reached => behind.extend(layers::behind(layer)?),
                Link::Layer(layer) => match layers::front(layer)? {
                    Front::Nothing => {}
                    Front::Pixels(pixels) => {
                        self.pixels = Some(self.pixels.unwrap_or(Affine::NOTHING).then(pixels));
                    }
                    Front::Resize(height, width) => {
                        self.input_size = Some((height, width));
                        self.notes.push(format!(
                            "{} is left out: images are resized to {height}x{width} as --preset and --resize say",
                            layer.describe()
                        ));
                    }
                },
            }
        }
        self.head = head(behind)?;
        Ok(())
    }
}

/// Layers behind a network as a head.
fn head(mut layers: Vec<HeadLayer>) -> Result<HeadFacts, String> {
    let activation = match layers.last() {
        Some(HeadLayer::Activation(activation)) => *activation,
        _ => Activation::Linear,
    };
    if activation != Activation::Linear {
        layers.pop();
    }
    let dense = layers.iter().any(|layer| matches!(layer, HeadLayer::Dense { .. }));
    if !dense {
        let only_pools = layers.iter().all(|layer| {
            matches!(
                layer,
                HeadLayer::GlobalAverage | HeadLayer::GlobalMax | HeadLayer::Flatten | HeadLayer::Pool(_)
            )
        });
        if only_pools && activation == Activation::Linear {
            return Ok(HeadFacts::Absent);
        }
        return Err("the layers behind the network hold no dense layer, so they give no classes".to_owned());
    }
    let mut head = Head { layers, activation, binary: false };
    if activation == Activation::Sigmoid && head.classes() == Some(1) {
        match head.layers.last_mut() {
            Some(HeadLayer::Dense { units, .. }) => (*units, head.binary) = (2, true),
            _ => {
                return Err("a layer stands between the one output and its sigmoid, expected none".to_owned());
            }
        }
    }
    Ok(HeadFacts::Known(head, true))
}

/// The list of layers that has the network's stem: the model's own, or that of a model within it.
fn network_layers(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    let list = value.get("config")?.get("layers")?.as_array()?;
    let named =
        |layer: &Value| layer.get("config").and_then(|c| c.get("name")) == Some(&Value::from("stem_conv1"));
    if list.iter().any(named) || depth > 3 {
        return Some(list);
    }
    let mut inner = list.iter().filter_map(|layer| network_layers(layer, depth + 1));
    inner.find(|list| list.iter().any(named)).or(Some(list))
}

/// The size that a model around the network was built for.
fn outer_size(model: &Value) -> Option<(usize, usize)> {
    let layers = (LayerConfig { entry: model }).layers()?;
    layers.iter().find_map(input_size)
}

/// Keras' `to_snake_case`: an underscore before a capital that begins a word.
fn snake_case(class: &str) -> String {
    let letters: Vec<char> =
        class.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    let mut snake = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| letters.get(before));
        let word = letters.get(place + 1).is_some_and(char::is_ascii_lowercase);
        let begins = before.is_some_and(|before| before.is_ascii_lowercase() || (word && *before != '_'));
        if letter.is_ascii_uppercase() && begins {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn input_size(layer: &Value) -> Option<(usize, usize)> {
    let config = layer.get("config")?;
    let shape = config.get("batch_shape").or_else(|| config.get("batch_input_shape"))?.as_array()?;
    let size = |axis: usize| shape.get(axis).and_then(Value::as_u64).map(|size| size as usize);
    // channels first, as Keras can be set to: N, C, H, W
    let first = size(1) == Some(3) && size(3) != Some(3);
    let (height, width) = if first { (size(2)?, size(3)?) } else { (size(1)?, size(2)?) };
    Some((height, width))
}

/// Compares the two edges that tell Large from Mobile: the older input of the first cell behind the first reduction
/// is either what the reduction itself took as its newer input, or something older.
fn skip_reduction(layers: &HashMap<&str, ListedLayer>) -> Option<bool> {
    let blocks: usize =
        layers.keys().filter_map(|name| name.strip_prefix("reduction_conv_1_reduce_")?.parse().ok()).min()?;
    let newer = origin(layers, &format!("reduction_conv_1_reduce_{blocks}"))?;
    let older = origin(layers, &format!("adjust_conv_1_{}", blocks + 1))?;
    Some(newer != older)
}

/// The layer whose output `name` takes, past layers that only forward their input.
fn origin<'a>(layers: &HashMap<&str, ListedLayer<'a>>, name: &str) -> Option<&'a str> {
    let mut from = inbound(layers.get(name)?.value.get("inbound_nodes")?)?;
    for _ in 0..8 {
        let layer = layers.get(from)?;
        if !matches!(layer.class, "Activation" | "ReLU" | "AveragePooling2D" | "ZeroPadding2D" | "Cropping2D")
        {
            break;
        }
        from = inbound(layer.value.get("inbound_nodes")?)?;
    }
    Some(from)
}

/// The first layer named in a list of inbound nodes. Keras 2 writes `[[["name", 0, 0, {}]]]`, Keras 3 objects with a
/// `keras_history` of `["name", 0, 0]`: in both it is the first array of a string and a number.
fn inbound(node: &Value) -> Option<&str> {
    match node {
        Value::Array(items) => match items.as_slice() {
            [Value::String(name), Value::Number(_), ..] => Some(name),
            items => items.iter().find_map(inbound),
        },
        Value::Object(fields) => fields.values().find_map(inbound),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(older: &str, keras: u32) -> Vec<u8> {
        let layer = |class: &str, name: &str, from: &str| {
            let inbound = match keras {
                2 => serde_json::json!([[[from, 0, 0, {}]]]),
                _ => {
                    serde_json::json!([{"args": [{"config": {"shape": [1], "keras_history": [from, 0, 0]}}]}])
                }
            };
            serde_json::json!({"class_name": class, "name": name, "config": {"name": name}, "inbound_nodes": inbound})
        };
        let key = if keras == 2 { "batch_input_shape" } else { "batch_shape" };
        let input = serde_json::json!({"class_name": "InputLayer", "name": "in",
            "config": {"name": "in", key: [null, 64, 48, 3]}, "inbound_nodes": []});
        let layers = vec![
            input,
            layer("Conv2D", "stem_conv1", "in"),
            layer("Concatenate", "normal_concat_0", "in"),
            layer("Concatenate", "normal_concat_1", "normal_concat_0"),
            layer("Activation", "activation_7", "normal_concat_1"),
            layer("Conv2D", "reduction_conv_1_reduce_2", "activation_7"),
            layer("Activation", "adjust_relu_1_3", older),
            layer("AveragePooling2D", "adjust_avg_pool_1_3", "adjust_relu_1_3"),
            layer("Conv2D", "adjust_conv_1_3", "adjust_avg_pool_1_3"),
            layer("Concatenate", "normal_concat_3", "adjust_conv_1_3"),
            layer("Activation", "activation_9", "normal_concat_3"),
        ];
        let config =
            serde_json::json!({"name": "m", "layers": layers, "output_layers": [["activation_9", 0, 0]]});
        serde_json::json!({"class_name": "Functional", "config": config}).to_string().into()
    }

    #[test]
    fn tells_large_from_mobile_by_the_edges() {
        for keras in [2, 3] {
            let read = |older| ModelConfig::parse(&model(older, keras)).unwrap().unwrap();
            assert_eq!(read("normal_concat_1").skip_reduction, Some(false));
            assert_eq!(read("normal_concat_0").skip_reduction, Some(true));
            assert_eq!(read("nowhere").skip_reduction, None);
            assert_eq!(read("normal_concat_0").input_size, Some((64, 48)));
        }
    }

    #[test]
    fn counts_layers_of_a_class_as_keras_does() {
        let groups = ModelConfig::parse(&model("normal_concat_0", 3)).unwrap().unwrap().layer_of_group;
        assert_eq!(groups["conv2d"], "stem_conv1");
        assert_eq!(groups["conv2d_2"], "adjust_conv_1_3");
        assert_eq!(groups["concatenate_1"], "normal_concat_1");
    }

    #[test]
    fn groups_are_called_as_keras_calls_them() {
        for (class, group) in [
            ("Conv2D", "conv2d"),
            ("SeparableConv2D", "separable_conv2d"),
            ("BatchNormalization", "batch_normalization"),
            ("GlobalAveragePooling2D", "global_average_pooling2d"),
            ("LeakyReLU", "leaky_re_lu"),
            ("Functional", "functional"),
        ] {
            assert_eq!(snake_case(class), group);
        }
    }

    #[test]
    fn what_is_no_model_is_no_model() {
        for json in ["", "[]", "{\"config\": {\"layers\": [3]}}"] {
            assert_eq!(ModelConfig::parse(json.as_bytes()), Ok(None));
        }
    }
}
