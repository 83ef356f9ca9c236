//! Keras' HDF5 files, old and new. The old kind (Keras 2, and `.h5` of Keras 3) has one group for each layer, under
//! the root or under `model_weights` beside the model's configuration. The new kind (`.weights.h5`, and within a
//! `.keras`) has `layers/<class><counter>/vars/<i>`. The network may be a model within the model. Optimizer states
//! are ignored. Keras itself loads the old kind by order; this reader goes by names, since an order cannot reveal a
//! renamed tensor.

mod chain;
pub(crate) mod config;
mod counted;
mod hdf5;
mod layers;
mod supposed;

use std::collections::{HashMap, HashSet};

use hdf5_reader::group::Group;
pub(crate) use layers::Affine;

use crate::error::{Error, Result};
use crate::nasnet::HeadLayer;
use crate::nasnet::head::PREDICTIONS;
use crate::nasnet::names::keras_layer;
use crate::tensor::shared_bytes::SharedBytes;
use crate::weights::file_contents::{FileContents, FileTensor, Writer};
use crate::weights::keras::config::{HeadFacts, ModelConfig};
use crate::weights::keras::hdf5::File;
use crate::weights::zipped::Archive;

/// Where `layers` stood in the first version of the new kind (TensorFlow 2.12).
const FIRST_LAYERS: &str = "_layer_checkpoint_dependencies";

/// Lists the tensors of a Keras HDF5 file of either kind. `skip` is the caller's `skip_reduction`, which changes the order
/// of layers in files that keep no names.
///
/// # Errors
/// [`Error::Weights`] when the file is damaged, is not Keras', or has a layer that cannot be represented.
pub(crate) fn read(origin: &str, file: &SharedBytes, skip: Option<bool>) -> Result<FileContents> {
    let file = File::open(origin, file)?;
    let root = file.root()?;
    let (groups, _) = file.names(&root)?;
    if let Some(layers) = groups.iter().find(|name| *name == "layers" || *name == FIRST_LAYERS) {
        let group = file.group(&root, layers)?;
        return counted::read(origin, &file, (&group, layers), None, skip);
    }
    let json = file.text(&root, "model_config");
    let model = json.map_or(Ok(None), |json| parse(origin, json.as_bytes()))?;
    let full = groups.iter().any(|name| name == "model_weights");
    let weights = if full { file.group(&root, "model_weights")? } else { root.clone() };
    named(origin, &file, &weights, model)
}

/// Lists the tensors of a `.keras` archive.
///
/// # Errors
/// [`Error::Weights`] when the archive or the file within is damaged, or has a layer that cannot be represented.
pub(crate) fn read_archive(origin: &str, archive: &mut Archive) -> Result<FileContents> {
    let weights = archive
        .read("model.weights.h5")?
        .ok_or_else(|| Error::weights(origin, "a .keras archive without model.weights.h5"))?;
    let model = archive.read("config.json")?.map_or(Ok(None), |json| parse(origin, &json))?;
    let file = File::open(&format!("{origin}: model.weights.h5"), &weights)?;
    let root = file.root()?;
    let (groups, _) = file.names(&root)?;
    let Some(layers) = groups.iter().find(|name| *name == "layers" || *name == FIRST_LAYERS) else {
        let detail = format!("model.weights.h5 has no layers, but {}", groups.join(", "));
        return Err(Error::weights(origin, detail));
    };
    let group = file.group(&root, layers)?;
    counted::read(origin, &file, (&group, layers), model, None)
}

fn parse(origin: &str, json: &[u8]) -> Result<Option<ModelConfig>> {
    ModelConfig::parse(json).map_err(|detail| Error::Refused {
        what: format!("{origin}: {detail}"),
        hint: "build a model with the same weights without it, and save that one",
    })
}

/// A group's class without its counter.
fn class(group: &str) -> &str {
    match group.rsplit_once('_') {
        Some((class, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            class
        }
        _ => group,
    }
}

/// The error for a file that does not record its head.
fn headless(origin: &str, detail: String) -> Error {
    Error::Refused {
        what: format!("{origin}: {detail}"),
        hint: "save the whole model, as in model.save(\"model.keras\")",
    }
}

/// The old kind: groups are named after layers.
fn named(origin: &str, file: &File, weights: &Group, model: Option<ModelConfig>) -> Result<FileContents> {
    let mut tensors = Vec::new();
    let mut listed: HashMap<String, Listed> = HashMap::new();
    let nested = model.as_ref().map(|model| &model.nested);
    file.walk(weights, &mut |path, _, dataset| {
        let name = path.join("/");
        let path = match path {
            [layer, inner @ ..] if !inner.is_empty() => {
                let list = listed.entry(layer.clone()).or_insert_with(|| Listed::read(file, weights, layer));
                let model = list.is_model() || nested.is_some_and(|nested| nested.contains(layer));
                match inner {
                    // A tensor that its layer does not list was renamed, whatever its path.
                    _ if !list.has(&inner.join("/")) => String::new(),
                    [.., layer, weight] if model => format!("{layer}/{weight}"),
                    _ => name.clone(),
                }
            }
            _ => name.clone(),
        };
        tensors.push(hdf5::tensor(name, path, dataset));
        Ok(())
    })?;
    let head = match model.as_ref().map(|model| &model.head) {
        None | Some(HeadFacts::Unknown) => {
            let (groups, _) = file.names(weights)?;
            supposed::of_names(&groups, &tensors).map_err(|detail| headless(origin, detail))?
        }
        Some(head) => head.clone(),
    };
    Ok(contents(tensors, model, head))
}

/// The weights that a layer of the old kind lists; `None` where it has no list.
struct Listed(Option<HashSet<String>>);

impl Listed {
    fn read(file: &File, weights: &Group, layer: &str) -> Listed {
        let Ok(group) = weights.group(layer) else { return Listed(None) };
        let mut names = file.texts(&group, "weight_names");
        // Keras splits lists that are too long for one attribute.
        for piece in 0.. {
            let Some(more) = file.texts(&group, &format!("weight_names{piece}")) else { break };
            names.get_or_insert_default().extend(more);
        }
        Listed(names.map(|names| names.iter().map(|name| name.trim_start_matches('/').to_owned()).collect()))
    }

    fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_none_or(|names| names.contains(name))
    }

    /// Whether it is a nested model that holds the network: it lists the weights of many layers.
    fn is_model(&self) -> bool {
        let layers = self.0.iter().flatten().filter_map(|name| name.rsplit('/').nth(1));
        layers.filter(|layer| keras_layer(layer).is_some()).collect::<HashSet<_>>().len() > 1
    }
}

/// The tensors with the canonical name of a usual head's dense layer.
fn contents(mut tensors: Vec<FileTensor>, model: Option<ModelConfig>, head: HeadFacts) -> FileContents {
    let head = match head {
        HeadFacts::Known(head, told) => {
            if head.has_usual_layers()
                && let Some(HeadLayer::Dense { name, .. }) = head.layers.last()
            {
                for tensor in &mut tensors {
                    if let Some(weight) =
                        tensor.path.strip_prefix(name.as_str()).filter(|rest| rest.starts_with('/'))
                    {
                        tensor.path = format!("{PREDICTIONS}{weight}");
                    }
                }
            }
            HeadFacts::Known(head.with_canonical_names(), told)
        }
        other => other,
    };
    FileContents { tensors, writer: Writer::Keras, card: None, model, head, notes: Vec::new() }
}
