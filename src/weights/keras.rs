//! Keras' HDF5 files, old and new. The old kind (Keras 2, and `.h5` of Keras 3) has a group a layer, under the root or
//! under `model_weights` beside the model's configuration. The new kind (`.weights.h5`, and within a `.keras`) has
//! `layers/<class><counter>/vars/<i>`. Optimizer states are left alone. Keras itself loads the old kind by order; here
//! names count, since an order cannot tell a renamed tensor.

use std::collections::HashMap;

use hdf5_reader::group::Group;

use crate::error::{Error, Result};
use crate::weights::blob::Blob;
use crate::weights::hdf5::{self, File};
use crate::weights::keras_config::ModelConfig;
use crate::weights::source::{FileTensor, Source, Writer};
use crate::weights::zipped::Archive;

/// Where `layers` stood in the first version of the new kind (TensorFlow 2.12).
const FIRST_LAYERS: &str = "_layer_checkpoint_dependencies";

/// Lists the tensors of a Keras HDF5 file of either kind.
///
/// # Errors
/// [`Error::Weights`] when the file is damaged or is not Keras'.
pub(crate) fn read(origin: &str, blob: &Blob) -> Result<Source> {
    let file = File::open(origin, blob)?;
    let root = file.root()?;
    let (groups, _) = file.names(&root)?;
    if let Some(layers) = groups.iter().find(|name| *name == "layers" || *name == FIRST_LAYERS) {
        let group = file.group(&root, layers)?;
        return counted(origin, &file, &group, layers, None);
    }
    let full = groups.iter().any(|name| name == "model_weights");
    let weights = if full { file.group(&root, "model_weights")? } else { root.clone() };
    let mut tensors = Vec::new();
    file.walk(&weights, &mut |path, _, dataset| {
        let name = path.join("/");
        tensors.push(hdf5::tensor(name.clone(), name, dataset));
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
    counted(origin, &file, &group, layers, model)
}

/// The new kind: groups are named after a class and a counter, variables by their place. The layer's own name is in an
/// attribute (since Keras 3.5 or so), else in the configuration of the archive.
fn counted(
    origin: &str,
    file: &File,
    layers: &Group,
    root: &str,
    model: Option<ModelConfig>,
) -> Result<Source> {
    let mut tensors: Vec<FileTensor> = Vec::new();
    let mut nameless = None;
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
                nameless.get_or_insert_with(|| name.clone());
                name.clone()
            }
        };
        tensors.push(hdf5::tensor(name, path, dataset));
        Ok(())
    })?;
    if let Some(name) = nameless.filter(|_| !tensors.iter().any(|tensor| tensor.path != tensor.name)) {
        let detail = format!(
            "written by a Keras that keeps no layer names in a .weights.h5 (as {name}): save the model as .keras instead"
        );
        return Err(Error::weights(origin, detail));
    }
    for tensor in tensors.iter_mut().filter(|tensor| tensor.path != tensor.name) {
        tensor.name = format!("{} ({})", tensor.name, tensor.path);
    }
    Ok(Source { tensors, writer: Writer::Keras, card: None, model })
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
