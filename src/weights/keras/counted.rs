//! The new kind of Keras weights files: groups are named by class and counter, variables by position. A layer's own
//! name comes from an attribute (late Keras 3), else from the archive's configuration, else from the order of the
//! layers.

use std::collections::HashMap;

use hdf5_reader::group::Group;

use super::config::{HeadFacts, ModelConfig};
use super::hdf5::{self, File};
use super::{FIRST_LAYERS, class, contents, headless, supposed};
use crate::error::Result;
use crate::nasnet::{Config, HeadLayer, keras_order};
use crate::weights::file_contents::{FileContents, FileTensor};

/// Models may be nested this deep.
const MAX_DEPTH: usize = 6;

/// A variable of the file: the group of its layer, and its place there.
struct CountedVariable {
    /// `conv2d_1`, or `functional/conv2d_1` within a model of the model.
    group: String,
    place: String,
    /// Whether its layer's name is known.
    named: bool,
}

impl CountedVariable {
    /// The group of the model that the layer is in, with a slash behind it; nothing for the outermost.
    fn model(&self) -> &str {
        self.group.rfind('/').map_or("", |end| &self.group[..=end])
    }

    /// The layer's own group.
    fn layer(&self) -> &str {
        &self.group[self.model().len()..]
    }
}

/// Lists the tensors below `layers`, the group and its name.
///
/// # Errors
/// [`Error::Weights`] when the file is damaged, or does not tell what its layers do.
pub(super) fn read(
    origin: &str,
    file: &File,
    (layers, root): (&Group, &str),
    model: Option<ModelConfig>,
    skip: Option<bool>,
) -> Result<FileContents> {
    let mut tensors: Vec<FileTensor> = Vec::new();
    let mut places: Vec<CountedVariable> = Vec::new();
    // A group's names are read once, not once for each of its variables.
    let mut names: HashMap<u64, Option<String>> = HashMap::new();
    file.walk(layers, &mut |path, group, dataset| {
        let name = format!("{root}/{}", path.join("/"));
        // The states of random number generators, of augmentations and dropouts.
        if path.iter().any(|part| part == "seed_generator" || part == "_random_generator") {
            return Ok(());
        }
        let (groups, place) = match path {
            [groups @ .., vars, place] if vars == "vars" => (groups, place.clone()),
            _ => (path, String::new()),
        };
        let groups: Vec<&str> =
            groups.iter().map(String::as_str).filter(|part| !is_container(part)).collect();
        let group_name = groups.join("/");
        let of_config = || model.as_ref()?.layer_of_group.get(&group_name).cloned();
        let layer = names
            .entry(group.address())
            .or_insert_with(|| file.text(group, "name").or_else(of_config))
            .clone();
        places.push(CountedVariable { group: group_name, place, named: layer.is_some() });
        tensors.push(hdf5::tensor(name, layer.unwrap_or_default(), dataset));
        Ok(())
    })?;
    let nameless = if !tensors.is_empty() && places.iter().all(|place| !place.named) {
        by_order(&tensors, &places, skip)
    } else {
        HashMap::new()
    };
    for (tensor, place) in tensors.iter_mut().zip(&places) {
        if !place.named {
            let known = nameless.get(&place.group).cloned();
            tensor.path = known.unwrap_or_else(|| place.layer().to_owned());
        }
    }
    let head = match model.as_ref().map(|model| &model.head) {
        None | Some(HeadFacts::Unknown) => {
            let mut groups = Vec::new();
            list(file, layers, "", 0, &mut groups)?;
            let dense = dense_layers(&tensors, &places);
            supposed::of_groups(&groups, dense).map_err(|detail| headless(origin, detail))?
        }
        Some(head) => head.clone(),
    };
    for (tensor, place) in tensors.iter_mut().zip(&places) {
        let weight = variable(&tensor.path, place, &head);
        tensor.path = format!("{}/{weight}", tensor.path);
        tensor.name = format!("{} ({})", tensor.name, tensor.path);
    }
    Ok(contents(tensors, model, head))
}

fn is_container(part: &str) -> bool {
    part == "layers" || part == FIRST_LAYERS
}

/// All groups of layers, also those without variables, by the model that they are in.
fn list(
    file: &File,
    layers: &Group,
    model: &str,
    depth: usize,
    groups: &mut Vec<(String, String)>,
) -> Result<()> {
    let (names, _) = file.names(layers)?;
    for name in names {
        let group = file.group(layers, &name)?;
        let (inner, _) = file.names(&group)?;
        if let Some(container) = inner.iter().find(|name| is_container(name)).filter(|_| depth < MAX_DEPTH) {
            let within = file.group(&group, container)?;
            list(file, &within, &format!("{model}{name}/"), depth + 1, groups)?;
        }
        groups.push((model.to_owned(), name));
    }
    Ok(())
}

/// The dense layers by name, with their outputs and whether they have a bias.
fn dense_layers(tensors: &[FileTensor], places: &[CountedVariable]) -> Vec<HeadLayer> {
    let of_dense = tensors.iter().zip(places).filter(|(_, place)| class(place.layer()) == "dense");
    let kernels = of_dense.clone().filter(|(_, place)| place.place == "0");
    let layer = |(kernel, at): (&FileTensor, &CountedVariable)| HeadLayer::Dense {
        name: kernel.path.clone(),
        units: kernel.shape.last().copied().unwrap_or(0),
        bias: of_dense.clone().any(|(_, place)| place.group == at.group && place.place == "1"),
    };
    kernels.map(layer).collect()
}

/// Layer names for groups that are only counted, by the order in which Keras counts the layers of a NASNet-A. Another
/// network's shapes fail to match later.
fn by_order(
    tensors: &[FileTensor],
    places: &[CountedVariable],
    skip: Option<bool>,
) -> HashMap<String, String> {
    let separable =
        |place: &&CountedVariable| class(place.layer()) == "separable_conv2d" && place.place == "0";
    let Some(model) = places.iter().find(separable).map(CountedVariable::model) else {
        return HashMap::new();
    };
    let own = || places.iter().zip(tensors).filter(|(place, _)| place.model() == model && place.place == "0");
    let of_class = |wanted: &str| own().filter(|(place, _)| class(place.layer()) == wanted).count();
    let Some(blocks) = keras_order::blocks(of_class("separable_conv2d")) else { return HashMap::new() };
    // The widest norms are those of the last stage, a sixth of the last feature map.
    let norms = own().filter(|(place, _)| class(place.layer()) == "batch_normalization");
    let width = norms.filter_map(|(_, tensor)| tensor.shape.first()).max().copied().unwrap_or(0);
    let known = Config::known(blocks, width.saturating_mul(6)).map(|(_, skip)| skip);
    let skip = skip.or(known).unwrap_or(false);
    let layers = keras_order::layer_of_group(blocks, skip, of_class("dense") > 0);
    layers.into_iter().map(|(group, layer)| (format!("{model}{group}"), layer)).collect()
}

/// The name of a layer's variable by its place.
fn variable(layer: &str, place: &CountedVariable, head: &HeadFacts) -> String {
    let norm = head.head().and_then(|head| {
        head.layers.iter().find_map(|other| match other {
            HeadLayer::Norm { name, scale, center, .. } if name == layer => Some((*scale, *center)),
            _ => None,
        })
    });
    let names: Vec<&str> = match class(place.layer()) {
        "batch_normalization" => {
            let (scale, center) = norm.unwrap_or((true, true));
            let names =
                [(scale, "gamma"), (center, "beta"), (true, "moving_mean"), (true, "moving_variance")];
            names.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect()
        }
        "separable_conv2d" => vec!["depthwise_kernel", "pointwise_kernel"],
        _ => vec!["kernel", "bias"],
    };
    let name = place.place.parse().ok().and_then(|place: usize| names.get(place));
    name.map_or_else(|| place.place.clone(), |name| (*name).to_owned())
}
