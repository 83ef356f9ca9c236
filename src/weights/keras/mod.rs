//! Keras' HDF5 files, old and new. The old kind (Keras 2, and `.h5` of Keras 3) has a group a layer, under the root or
//! under `model_weights` beside the model's configuration. The new kind (`.weights.h5`, and within a `.keras`) has
//! `layers/<class><counter>/vars/<i>`. Optimizer states are left alone. Keras itself loads the old kind by order; here
//! names count, since an order cannot tell a renamed tensor.

pub(crate) mod config;
mod hdf5;

use std::collections::{HashMap, HashSet};

use hdf5_reader::group::Group;

use crate::error::{Error, Result};
use crate::nasnet::Config;
use crate::nasnet::keras_order;
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::keras::config::ModelConfig;
use crate::weights::keras::hdf5::File;
use crate::weights::source::{FileTensor, Source, Writer};
use crate::weights::zipped::Archive;

/// Where `layers` stood in the first version of the new kind (TensorFlow 2.12).
const FIRST_LAYERS: &str = "_layer_checkpoint_dependencies";

/// Lists the tensors of a Keras HDF5 file of either kind. `skip` is the caller's `skip_reduction`, which changes the order
/// of layers in files that keep no names.
///
/// # Errors
/// [`Error::Weights`] when the file is damaged or is not Keras'.
pub(crate) fn read(origin: &str, blob: &SharedBytes, skip: Option<bool>) -> Result<Source> {
    let file = File::open(origin, blob)?;
    let root = file.root()?;
    let (groups, _) = file.names(&root)?;
    if let Some(layers) = groups.iter().find(|name| *name == "layers" || *name == FIRST_LAYERS) {
        let group = file.group(&root, layers)?;
        return counted(origin, &file, &group, layers, None, skip);
    }
    let full = groups.iter().any(|name| name == "model_weights");
    let weights = if full { file.group(&root, "model_weights")? } else { root.clone() };
    let mut tensors = Vec::new();
    // A layer lists its weights. One that the list does not have was renamed behind its back, however its path looks.
    let mut listed: HashMap<String, Option<HashSet<String>>> = HashMap::new();
    file.walk(&weights, &mut |path, _, dataset| {
        let name = path.join("/");
        let known = match path.split_first() {
            Some((layer, rest)) if !rest.is_empty() => {
                let list = listed.entry(layer.clone()).or_insert_with(|| {
                    let group = weights.group(layer).ok()?;
                    let names = file.texts(&group, "weight_names")?;
                    Some(names.into_iter().map(|name| name.trim_start_matches('/').to_owned()).collect())
                });
                list.as_ref().is_none_or(|list| list.contains(&rest.join("/")))
            }
            _ => true,
        };
        let path = if known { name.clone() } else { String::new() };
        tensors.push(hdf5::tensor(name, path, dataset));
        Ok(())
    })?;
    let model = file.text(&root, "model_config").and_then(|json| ModelConfig::parse(json.as_bytes()));
    Ok(Source { tensors, writer: Writer::Keras, card: None, model })
}

/// Lists the tensors of a `.keras` archive.
///
/// # Errors
/// [`Error::Weights`] when the archive or the file within is damaged.
pub(crate) fn read_archive(origin: &str, archive: &mut Archive) -> Result<Source> {
    let weights = archive
        .read("model.weights.h5")?
        .ok_or_else(|| Error::weights(origin, "a .keras archive without model.weights.h5"))?;
    let model = archive.read("config.json")?.and_then(|json| ModelConfig::parse(&json));
    let file = File::open(&format!("{origin}: model.weights.h5"), &weights)?;
    let root = file.root()?;
    let (groups, _) = file.names(&root)?;
    let Some(layers) = groups.iter().find(|name| *name == "layers" || *name == FIRST_LAYERS) else {
        let detail = format!("model.weights.h5 has no layers, but {}", groups.join(", "));
        return Err(Error::weights(origin, detail));
    };
    let group = file.group(&root, layers)?;
    counted(origin, &file, &group, layers, model, None)
}

/// The new kind: groups are named after a class and a counter, variables by their place. The layer's own name is in an
/// attribute (late Keras 3), else in the configuration of the archive, else told by order.
fn counted(
    origin: &str,
    file: &File,
    layers: &Group,
    root: &str,
    model: Option<ModelConfig>,
    skip: Option<bool>,
) -> Result<Source> {
    let mut tensors: Vec<FileTensor> = Vec::new();
    let mut nameless = 0;
    // A group's names are read once, not once for each of its variables.
    let mut names: HashMap<u64, Option<String>> = HashMap::new();
    file.walk(layers, &mut |path, group, dataset| {
        let name = format!("{root}/{}", path.join("/"));
        let layer = match path {
            [counted, vars, _] if vars == "vars" => names
                .entry(group.address())
                .or_insert_with(|| {
                    let of_config = || model.as_ref()?.layer_of_group.get(counted).cloned();
                    file.text(group, "name").or_else(of_config)
                })
                .clone(),
            [outer, inner, ..] if inner == "layers" || inner == FIRST_LAYERS => {
                let detail = format!(
                    "{root}/{outer} is a model within the model, which is not read: save the NASNet-A by itself"
                );
                return Err(Error::weights(origin, detail));
            }
            _ => None,
        };
        let path = match (&layer, path.last()) {
            (Some(layer), Some(place)) => format!("{layer}/{}", variable(layer, place)),
            _ => {
                nameless += 1;
                name.clone()
            }
        };
        tensors.push(hdf5::tensor(name, path, dataset));
        Ok(())
    })?;
    if !tensors.is_empty() && nameless == tensors.len() {
        by_order(&mut tensors, root, skip);
    }
    for tensor in tensors.iter_mut().filter(|tensor| tensor.path != tensor.name) {
        tensor.name = format!("{} ({})", tensor.name, tensor.path);
    }
    Ok(Source { tensors, writer: Writer::Keras, card: None, model })
}

/// Names tensors whose layers are only counted, as Keras counts the layers of a NASNet-A. With another network the shapes
/// do not fit in the end.
fn by_order(tensors: &mut [FileTensor], root: &str, skip: Option<bool>) {
    let counted = |tensor: &FileTensor| -> Option<(String, String)> {
        let mut parts = tensor.name.strip_prefix(root)?.trim_start_matches('/').split('/');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(group), Some("vars"), Some(place), None) => Some((group.to_owned(), place.to_owned())),
            _ => None,
        }
    };
    let groups: Vec<_> = tensors.iter().map(counted).collect();
    let of_class = |class: &str| {
        groups.iter().flatten().filter(|(group, place)| group.starts_with(class) && place == "0").count()
    };
    let Some(blocks) = keras_order::blocks(of_class("separable_conv2d")) else { return };
    // The widest norms are those of the last stage, a sixth of the last feature map.
    let width =
        tensors.iter().filter(|tensor| tensor.shape.len() == 1 && tensor.name.contains("/batch_norm"));
    let width = width.map(|tensor| tensor.shape[0]).max().unwrap_or(0);
    let known = Config::known(blocks, width.saturating_mul(6)).map(|(_, skip)| skip);
    let skip = skip.or(known).unwrap_or(false);
    let layers = keras_order::layer_of_group(blocks, skip, of_class("dense") > 0);
    for (tensor, group) in tensors.iter_mut().zip(groups) {
        if let Some((group, place)) = group
            && let Some(layer) = layers.get(&group)
        {
            tensor.path = format!("{layer}/{}", variable(layer, &place));
        }
    }
}

/// The variable of a layer at a place of its list.
fn variable<'a>(layer: &str, place: &'a str) -> &'a str {
    let names: &[&'static str] = if layer.contains("bn") {
        &["gamma", "beta", "moving_mean", "moving_variance"]
    } else if layer.starts_with("separable_") {
        &["depthwise_kernel", "pointwise_kernel"]
    } else {
        &["kernel", "bias"]
    };
    place.parse().ok().and_then(|place: usize| names.get(place)).copied().unwrap_or(place)
}
