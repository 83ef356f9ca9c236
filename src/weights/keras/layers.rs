//! What single layers of a Keras configuration do: those before the network to pixels, those after it to scores.
//! Layers that act only in training are skipped. A layer that cannot be represented is an error that names it.

use serde_json::Value;

use super::chain::{LayerConfig, tensors};
use crate::graph::{Activation, Window};
use crate::nasnet::HeadLayer;

/// Layers that do nothing once a model is trained.
const TRAINING_ONLY: [&str; 9] = [
    "Dropout",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "GaussianDropout",
    "GaussianNoise",
    "AlphaDropout",
    "ActivityRegularization",
    "Identity",
    "InputLayer",
];

/// Augmentations whose names share no prefix.
const AUGMENTATIONS: [&str; 4] = ["RandAugment", "AugMix", "MixUp", "CutMix"];

/// `scale * pixel + offset`, for each channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Affine {
    /// The factor of each channel.
    pub scale: [f64; 3],
    /// What is added to each channel.
    pub offset: [f64; 3],
}

impl Affine {
    /// Nothing is done.
    pub const NOTHING: Affine = Affine { scale: [1.0; 3], offset: [0.0; 3] };

    fn new(scale: [f64; 3], offset: [f64; 3]) -> Self {
        Affine { scale, offset }
    }

    /// This, then `next`.
    pub fn then(self, next: Affine) -> Affine {
        let channel =
            |c: usize| (self.scale[c] * next.scale[c], self.offset[c] * next.scale[c] + next.offset[c]);
        let all = [channel(0), channel(1), channel(2)];
        Affine::new(all.map(|(scale, _)| scale), all.map(|(_, offset)| offset))
    }
}

/// What a layer in front of the network does.
pub(super) enum Front {
    /// Nothing, once the model is trained.
    Nothing,
    /// It changes pixels one by one.
    Pixels(Affine),
    /// It resizes images to that height and width.
    Resize(usize, usize),
}

fn refused(layer: LayerConfig, why: &str) -> String {
    format!("{} {why}", layer.describe())
}

/// A layer in front of the network.
///
/// # Errors
/// The layer by name when it is none of these.
pub(super) fn front(layer: LayerConfig) -> Result<Front, String> {
    let class = layer.class();
    let numbers = |name: &str| layer.field(name).and_then(triple);
    Ok(match class {
        _ if TRAINING_ONLY.contains(&class) || AUGMENTATIONS.contains(&class) => Front::Nothing,
        "RandomCrop" => return Err(refused(layer, "crops images, also when the model answers")),
        _ if class.starts_with("Random") => Front::Nothing,
        "Activation" if layer.field("activation").and_then(Value::as_str) == Some("linear") => Front::Nothing,
        "Cast" => Front::Nothing,
        "Rescaling" => {
            let scale = numbers("scale").ok_or_else(|| refused(layer, "has no numbers for its scale"))?;
            let offset = layer.field("offset").map_or(Some([0.0; 3]), triple);
            Front::Pixels(Affine::new(
                scale,
                offset.ok_or_else(|| refused(layer, "has no numbers for its offset"))?,
            ))
        }
        "Normalization" => {
            let (Some(mean), Some(variance)) = (numbers("mean"), numbers("variance")) else {
                return Err(refused(layer, "has learned its mean and variance, which cannot be represented"));
            };
            if layer.field("invert") == Some(&Value::Bool(true)) {
                return Err(refused(layer, "is inverted"));
            }
            let scale = variance.map(|variance| 1.0 / variance.sqrt().max(1e-7));
            let offset = [0, 1, 2].map(|channel| -mean[channel] * scale[channel]);
            Front::Pixels(Affine::new(scale, offset))
        }
        "TrueDivide" | "Divide" | "Subtract" | "Add" | "Multiply" => operation(layer, &class.to_lowercase())?,
        "TFOpLambda" | "TensorFlowOpLayer" => {
            let function = layer.field("function").and_then(Value::as_str).unwrap_or_default();
            operation(layer, function.rsplit('.').next().unwrap_or_default())?
        }
        "Resizing" => {
            let side =
                |name: &str| layer.field(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
            match (side("height"), side("width")) {
                (Some(height), Some(width)) => Front::Resize(height, width),
                _ => return Err(refused(layer, "has no height and width")),
            }
        }
        "Lambda" => return Err(refused(layer, "is Python code, which cannot be represented")),
        _ => return Err(refused(layer, "in front of the network cannot be represented")),
    })
}

/// `preprocess_input` and the like, called in the middle of a functional model: arithmetic with a number.
fn operation(layer: LayerConfig, name: &str) -> Result<Front, String> {
    let fail = || refused(layer, "in front of the network cannot be represented");
    // In Keras 3 the arguments of the call; in Keras 2 `["name", 0, 0, {"y": 127.5}]`.
    let call = layer.calls().last().ok_or_else(fail)?;
    let (mut before, mut constant) = (false, None);
    match call.get("args").and_then(Value::as_array) {
        Some(arguments) => {
            let mut met = false;
            for argument in arguments {
                match argument {
                    Value::Number(number) => (before, constant) = (!met, number.as_f64()),
                    other if !tensors(Some(other)).is_empty() => met = true,
                    _ => return Err(fail()),
                }
            }
        }
        None => {
            let options = first_object(call).ok_or_else(fail)?;
            constant = options.get("y").and_then(Value::as_f64);
        }
    }
    if name == "cast" {
        return Ok(Front::Nothing);
    }
    let number = constant.ok_or_else(fail)?;
    let (scale, offset) = match (name, before) {
        ("truediv" | "truedivide" | "divide" | "div" | "realdiv", false) => (1.0 / number, 0.0),
        ("multiply" | "mul", _) => (number, 0.0),
        ("add" | "addv2", _) => (1.0, number),
        ("subtract" | "sub", false) => (1.0, -number),
        ("subtract" | "sub", true) => (-1.0, number),
        _ => return Err(fail()),
    };
    Ok(Front::Pixels(Affine::new([scale; 3], [offset; 3])))
}

fn first_object(value: &Value) -> Option<&serde_json::Map<String, Value>> {
    match value {
        Value::Object(fields) => Some(fields),
        Value::Array(items) => items.iter().find_map(first_object),
        _ => None,
    }
}

/// A number for all channels, or a list with one for each, however deep it is nested.
fn triple(value: &Value) -> Option<[f64; 3]> {
    match value {
        Value::Number(number) => Some([number.as_f64()?; 3]),
        Value::Array(items) => match items.as_slice() {
            [one] => triple(one),
            [r, g, b] => Some([r.as_f64()?, g.as_f64()?, b.as_f64()?]),
            _ => None,
        },
        // Keras 3 writes arrays as objects: {"class_name": "__numpy__", "config": {"value": [...]}}.
        Value::Object(fields) => triple(fields.get("config")?.get("value")?),
        _ => None,
    }
}

/// A layer after the network, as layers of a head: none if it acts only in training, two for a dense layer with an
/// activation.
///
/// # Errors
/// The layer by name when it is none of these.
pub(super) fn behind(layer: LayerConfig) -> Result<Vec<HeadLayer>, String> {
    let class = layer.class();
    if layer.field("data_format").and_then(Value::as_str) == Some("channels_first") {
        return Err(refused(layer, "wants channels first"));
    }
    let number = |name: &str| layer.field(name).and_then(Value::as_f64).map(|number| number as f32);
    let flag = |name: &str| layer.field(name).and_then(Value::as_bool).unwrap_or(true);
    let name = || layer.field("name").and_then(Value::as_str).unwrap_or(layer.name()).to_owned();
    let relu = |slope: f32| Activation::Relu {
        max: number("max_value"),
        slope: number("negative_slope").or(number("alpha")).unwrap_or(slope),
        threshold: number("threshold").unwrap_or(0.0),
    };
    let one = |layer: HeadLayer| Ok(vec![layer]);
    match class {
        _ if TRAINING_ONLY.contains(&class) => Ok(Vec::new()),
        "GlobalAveragePooling2D" | "GlobalAvgPool2D" => one(HeadLayer::GlobalAverage),
        "GlobalMaxPooling2D" | "GlobalMaxPool2D" => one(HeadLayer::GlobalMax),
        "AveragePooling2D" | "AvgPool2D" => one(HeadLayer::Pool(window(layer, false)?)),
        "MaxPooling2D" | "MaxPool2D" => one(HeadLayer::Pool(window(layer, true)?)),
        "Flatten" => one(HeadLayer::Flatten),
        "Dense" => {
            let units =
                layer.field("units").and_then(Value::as_u64).and_then(|units| usize::try_from(units).ok());
            let units = units.filter(|units| (1..1 << 20).contains(units));
            let units = units.ok_or_else(|| refused(layer, "has no count of units"))?;
            let dense = HeadLayer::Dense { name: name(), units, bias: flag("use_bias") };
            Ok(match function(layer)? {
                Activation::Linear => vec![dense],
                activation => vec![dense, HeadLayer::Activation(activation)],
            })
        }
        "BatchNormalization" => {
            let axis = layer.field("axis").and_then(|axis| axis.as_i64().or_else(|| axis.get(0)?.as_i64()));
            if !matches!(axis, None | Some(-1 | 1 | 3)) {
                return Err(refused(layer, "normalises another axis than the last"));
            }
            let epsilon = number("epsilon").unwrap_or(1e-3);
            one(HeadLayer::Norm { name: name(), scale: flag("scale"), center: flag("center"), epsilon })
        }
        "Activation" => match function(layer)? {
            Activation::Linear => Ok(Vec::new()),
            activation => one(HeadLayer::Activation(activation)),
        },
        "ReLU" => one(HeadLayer::Activation(relu(0.0))),
        "LeakyReLU" => one(HeadLayer::Activation(relu(0.3))),
        "ELU" => one(HeadLayer::Activation(Activation::Elu { alpha: number("alpha").unwrap_or(1.0) })),
        "Softmax" if layer.field("axis").is_none_or(|axis| matches!(axis.as_i64(), Some(-1 | 1))) => {
            one(HeadLayer::Activation(Activation::Softmax))
        }
        // A function called in the middle of a functional model.
        "Sigmoid" | "Tanh" | "Relu" if layer.field("units").is_none() => {
            let function = Activation::named(&class.to_lowercase());
            one(HeadLayer::Activation(function.ok_or_else(|| refused(layer, "cannot be represented"))?))
        }
        "Lambda" => Err(refused(layer, "is Python code, which cannot be represented")),
        _ => Err(refused(layer, "behind the network cannot be represented")),
    }
}

/// The function that a layer's configuration names.
fn function(layer: LayerConfig) -> Result<Activation, String> {
    let Some(value) = layer.field("activation") else { return Ok(Activation::Linear) };
    let name = match value {
        Value::String(name) => Some(name.as_str()),
        // A function of Keras', or a layer in the place of one.
        Value::Object(fields) => match fields.get("class_name").and_then(Value::as_str) {
            Some("function") => fields.get("config").and_then(Value::as_str),
            _ => {
                let inner = behind(LayerConfig { entry: value });
                return match inner.as_deref() {
                    Ok([HeadLayer::Activation(activation)]) => Ok(*activation),
                    _ => Err(refused(layer, "has an activation that cannot be represented")),
                };
            }
        },
        _ => None,
    };
    name.and_then(Activation::named).ok_or_else(|| {
        refused(
            layer,
            &format!("has the activation {}, which cannot be represented", name.unwrap_or("that is no name")),
        )
    })
}

fn window(layer: LayerConfig, max: bool) -> Result<Window, String> {
    let fail = || refused(layer, "has a window that cannot be represented");
    let pair = |value: &Value| -> Option<(usize, usize)> {
        let side =
            |value: &Value| usize::try_from(value.as_u64()?).ok().filter(|side| (1..1 << 16).contains(side));
        match value {
            Value::Array(sides) => match sides.as_slice() {
                [rows, columns] => Some((side(rows)?, side(columns)?)),
                _ => None,
            },
            value => Some((side(value)?, side(value)?)),
        }
    };
    let size = layer.field("pool_size").map_or(Some((2, 2)), pair).ok_or_else(fail)?;
    let stride = layer.field("strides").map_or(Some(size), pair).ok_or_else(fail)?;
    Ok(Window { max, size, stride, same: layer.field("padding").and_then(Value::as_str) == Some("same") })
}
