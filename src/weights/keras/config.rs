//! What Keras records about a model beside its weights: the layers, in order, and the edges between them.

use std::collections::HashMap;

use serde_json::Value;

/// The facts that are taken from a Keras model's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ModelConfig {
    /// Height and width that the model was built for; `None` where it takes any.
    pub input_size: Option<(usize, usize)>,
    /// Whether the cell after the first reduction takes the reduction's own older input.
    pub skip_reduction: Option<bool>,
    /// For weighted layers, the group that Keras 3 gives them in a weights file (class name and a counter, in the
    /// order of the model's layers) to their names.
    pub layer_of_group: HashMap<String, String>,
}

/// A layer of the configuration.
struct Layer<'a> {
    class: &'a str,
    value: &'a Value,
}

impl ModelConfig {
    /// Reads the JSON of a functional model; what it does not find stays unknown.
    pub fn parse(json: &[u8]) -> Option<ModelConfig> {
        let value: Value = serde_json::from_slice(json).ok()?;
        let list = layers(&value, 0)?;
        let mut by_name = HashMap::new();
        let mut model = ModelConfig::default();
        let mut counters: HashMap<&str, usize> = HashMap::new();
        for layer in list {
            let name =
                layer.get("name").or_else(|| layer.get("config")?.get("name")).and_then(Value::as_str)?;
            let class = layer.get("class_name").and_then(Value::as_str)?;
            if let Some(group) = group_of_class(class) {
                let counter = counters.entry(group).or_default();
                let numbered = if *counter == 0 { group.to_owned() } else { format!("{group}_{counter}") };
                model.layer_of_group.insert(numbered, name.to_owned());
                *counter += 1;
            }
            if class == "InputLayer" && model.input_size.is_none() {
                model.input_size = input_size(layer);
            }
            by_name.insert(name, Layer { class, value: layer });
        }
        model.skip_reduction = skip_reduction(&by_name);
        Some(model)
    }
}

/// The list of layers that has the network's stem: the model's own, or that of a model within it.
fn layers(value: &Value, depth: usize) -> Option<&Vec<Value>> {
    let list = value.get("config")?.get("layers")?.as_array()?;
    let named =
        |layer: &Value| layer.get("config").and_then(|c| c.get("name")) == Some(&Value::from("stem_conv1"));
    if list.iter().any(named) || depth > 3 {
        return Some(list);
    }
    list.iter().find_map(|layer| layers(layer, depth + 1)).or(Some(list))
}

/// Keras names groups after `to_snake_case(class name)`; only layers with weights matter here.
fn group_of_class(class: &str) -> Option<&'static str> {
    Some(match class.rsplit('>').next()? {
        "Conv2D" => "conv2d",
        "SeparableConv2D" => "separable_conv2d",
        "BatchNormalization" => "batch_normalization",
        "Dense" => "dense",
        _ => return None,
    })
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

/// Holds the two edges against each other that tell Large from Mobile: the older input of the first cell behind the
/// first reduction is either what the reduction itself took as its newer input, or something older.
fn skip_reduction(layers: &HashMap<&str, Layer>) -> Option<bool> {
    let blocks: usize =
        layers.keys().filter_map(|name| name.strip_prefix("reduction_conv_1_reduce_")?.parse().ok()).min()?;
    let newer = origin(layers, &format!("reduction_conv_1_reduce_{blocks}"))?;
    let older = origin(layers, &format!("adjust_conv_1_{}", blocks + 1))?;
    Some(newer != older)
}

/// The layer whose output `name` takes, seen through layers that only pass things on.
fn origin<'a>(layers: &HashMap<&str, Layer<'a>>, name: &str) -> Option<&'a str> {
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
        ];
        serde_json::json!({"class_name": "Functional", "config": {"name": "m", "layers": layers}})
            .to_string()
            .into()
    }

    #[test]
    fn tells_large_from_mobile_by_the_edges() {
        for keras in [2, 3] {
            let read = |older| ModelConfig::parse(&model(older, keras)).unwrap();
            assert_eq!(read("normal_concat_1").skip_reduction, Some(false));
            assert_eq!(read("normal_concat_0").skip_reduction, Some(true));
            assert_eq!(read("nowhere").skip_reduction, None);
            assert_eq!(read("normal_concat_0").input_size, Some((64, 48)));
        }
    }

    #[test]
    fn counts_layers_of_a_class_as_keras_does() {
        let groups = ModelConfig::parse(&model("normal_concat_0", 3)).unwrap().layer_of_group;
        assert_eq!(groups["conv2d"], "stem_conv1");
        assert_eq!(groups["conv2d_2"], "adjust_conv_1_3");
        assert_eq!(groups.len(), 3);
    }

    #[test]
    fn what_is_no_model_is_no_model() {
        for json in ["", "[]", "{\"config\": {\"layers\": [3]}}"] {
            assert_eq!(ModelConfig::parse(json.as_bytes()), None);
        }
    }
}
