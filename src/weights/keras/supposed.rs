//! Guesses the head of a file that holds weights without a configuration. The names of its groups tell which layers
//! there are, but not which function follows a dense layer. One dense layer is taken as the head; several, or a layer
//! of unknown effect, are an error.

use std::collections::HashSet;

use super::class;
use super::config::HeadFacts;
use crate::graph::Activation;
use crate::nasnet::names::keras_layer;
use crate::nasnet::{Head, HeadLayer};
use crate::weights::file_contents::FileTensor;

/// Classes of groups that a NASNet-A itself is made of.
const NETWORK: [&str; 11] = [
    "activation",
    "add",
    "average_pooling2d",
    "batch_normalization",
    "concatenate",
    "conv2d",
    "cropping2d",
    "input_layer",
    "max_pooling2d",
    "separable_conv2d",
    "zero_padding2d",
];

/// Classes of groups that change no answer, or whose work is known.
const HARMLESS: [&str; 15] = [
    "alpha_dropout",
    "dense",
    "dropout",
    "flatten",
    "functional",
    "gaussian_dropout",
    "gaussian_noise",
    "global_average_pooling2d",
    "global_max_pooling2d",
    "identity",
    "input_layer",
    "model",
    "sequential",
    "spatial_dropout2d",
    "activity_regularization",
];

/// The head by the groups of a new file, each with the model that it is in, and its dense layers.
///
/// # Errors
/// Names the group of a layer whose effect is not recorded.
pub(super) fn of_groups(groups: &[(String, String)], dense: Vec<HeadLayer>) -> Result<HeadFacts, String> {
    let network = groups.iter().find(|(_, group)| class(group) == "separable_conv2d").map(|(model, _)| model);
    let Some(network) = network else { return Ok(HeadFacts::Unknown) };
    let known = |(model, group): &&(String, String)| {
        let class = class(group);
        HARMLESS.contains(&class)
            || class.starts_with("random_")
            || (model == network && NETWORK.contains(&class))
    };
    if let Some((model, group)) = groups.iter().find(|group| !known(group)) {
        return Err(format!("a file of weights alone does not record what layers/{model}{group} does"));
    }
    let has = |wanted: &str| groups.iter().any(|(_, group)| class(group) == wanted);
    of_layers(dense, has("global_max_pooling2d"), has("flatten") && !has("global_average_pooling2d"))
}

/// The head by the names of an old file's layers.
///
/// # Errors
/// When there are several dense layers.
pub(super) fn of_names(groups: &[String], tensors: &[FileTensor]) -> Result<HeadFacts, String> {
    let layer = |tensor: &FileTensor| {
        let parts: Vec<&str> = tensor.path.split('/').collect();
        match parts[..] {
            [layer, .., weight] => {
                Some((layer.to_owned(), weight.split(':').next().unwrap_or(weight).to_owned()))
            }
            _ => None,
        }
    };
    let outside = |tensor: &&FileTensor| {
        layer(tensor).is_some_and(|(layer, _)| {
            keras_layer(&layer).is_none() || layer == crate::nasnet::head::PREDICTIONS
        })
    };
    let mut dense = Vec::new();
    for tensor in tensors.iter().filter(outside) {
        if let (Some((name, weight)), [_, units]) = (layer(tensor), &tensor.shape[..])
            && weight == "kernel"
        {
            let bias = tensors.iter().any(|other| layer(other) == Some((name.clone(), "bias".to_owned())));
            dense.push(HeadLayer::Dense { name, units: *units, bias });
        }
    }
    let classes: HashSet<&str> = groups.iter().map(|group| class(group)).collect();
    let has = |wanted: &str| classes.contains(wanted);
    of_layers(dense, has("global_max_pooling2d"), has("flatten") && !has("global_average_pooling2d"))
}

fn of_layers(dense: Vec<HeadLayer>, max: bool, flatten: bool) -> Result<HeadFacts, String> {
    let mut dense = dense.into_iter();
    let layer = match (dense.next(), dense.next()) {
        (None, _) => return Ok(HeadFacts::Absent),
        (Some(layer), None) => layer,
        (Some(_), Some(_)) => {
            let count = 2 + dense.count();
            return Err(format!(
                "a file of weights alone does not record the order and the activations of its {count} dense layers"
            ));
        }
    };
    // 1001 classes are taken as they are: only files of PyTorch may have a background class.
    let pool = match (max, flatten) {
        (true, _) => HeadLayer::GlobalMax,
        (_, true) => HeadLayer::Flatten,
        _ => HeadLayer::GlobalAverage,
    };
    let mut head = Head { layers: vec![pool, layer], activation: Activation::Softmax, binary: false };
    if let Some(HeadLayer::Dense { units, .. }) = head.layers.last_mut()
        && *units == 1
    {
        (*units, head.activation, head.binary) = (2, Activation::Sigmoid, true);
    }
    Ok(HeadFacts::Known(head, false))
}
