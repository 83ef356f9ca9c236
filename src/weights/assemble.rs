//! Compares a file's tensors with those that a network needs. Missing, misshapen and unused tensors are an error.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::graph::{Graph, Role, WeightSpec};
use crate::nasnet::Config;
use crate::nasnet::head::PREDICTIONS;
use crate::nasnet::layouts::file_shape;
use crate::nasnet::names;
use crate::tensor::Tensor;
use crate::weights::file_contents::{FileContents, FileTensor, Number};
use crate::weights::index::IndexedFile;
use crate::weights::resolve::Resolved;

/// Names shown of each kind of fault.
const SHOWN: usize = 8;

/// Parameters of the published networks without their tops: (N, P, stem, all). Keras counts the same.
const PUBLISHED: [(usize, usize, usize, u64); 2] = [(4, 1056, 32, 4_269_716), (6, 4032, 96, 84_916_818)];

/// The place of one weight in the file and how it is to be read.
struct Match<'a> {
    spec: &'a WeightSpec,
    tensor: &'a FileTensor,
    order: Vec<usize>,
    skip: Option<usize>,
    /// The file has the second of two columns; the first is zeros.
    one: bool,
}

/// The network's tensors in the order of its graph.
///
/// # Errors
/// [`Error::Weights`] that lists missing, misshapen and left-over tensors by the file's names, or the first that
/// cannot be read.
pub(crate) fn assemble(file: &IndexedFile, resolved: &Resolved, graph: &Graph) -> Result<Vec<Tensor>> {
    let &IndexedFile { origin, contents, ref index } = file;
    let (config, head) = (&resolved.config, resolved.head.as_ref());
    // A canonical file holds a sigmoid of one output as two classes; others hold one column.
    let one_output = head.filter(|head| head.binary && contents.card.is_none());
    let layers: HashSet<&str> = graph.weights.iter().map(|spec| spec.layer.as_str()).collect();
    let has_paths = |cell: &str| layers.contains(format!("adjust_conv_1_{cell}").as_str());
    let mut left: HashMap<&str, usize> =
        index.places.iter().map(|(key, place)| (key.as_str(), *place)).collect();
    let (mut missing, mut misshapen, mut matches) = (Vec::new(), Vec::new(), Vec::new());
    for spec in &graph.weights {
        let key = names::expected(spec, index.scheme, index.blocks, has_paths);
        let Some(place) = left.remove(key.as_str()) else {
            let canonical = spec.name();
            missing.push(if key == canonical { key } else { format!("{key} ({canonical})") });
            continue;
        };
        let tensor = &contents.tensors[place];
        let top = resolved.background && spec.layer == PREDICTIONS;
        let one = one_output.is_some_and(|head| head.ends_with_dense(&spec.layer));
        let mut in_file = spec.clone();
        if let Some(classes) = in_file.shape.last_mut() {
            *classes = if one { 1 } else { *classes + usize::from(top) };
        }
        let (shape, order) = file_shape(&in_file, index.scheme, tensor.shape.len());
        if tensor.shape != shape {
            misshapen.push(format!("{} expected {shape:?}, got {:?}", tensor.name, tensor.shape));
        } else if let Number::Other(name) = &tensor.number {
            misshapen.push(format!("{} expected floats, got {name}", tensor.name));
        }
        matches.push(Match { spec, tensor, order, skip: top.then(|| spec.shape.len() - 1), one });
    }
    let mut left: Vec<usize> = left.into_values().chain(index.unknown.iter().copied()).collect();
    left.sort_unstable();
    let left: Vec<String> = left
        .into_iter()
        .map(|place| &contents.tensors[place])
        .filter(|tensor| !is_ignored(&tensor.path))
        .map(|tensor| tensor.name.clone())
        .collect();
    let faults: Vec<String> = [("missing", missing), ("misshapen", misshapen), ("left over", left)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(kind, names)| format!("{} {kind}: {}", names.len(), shown(&names)))
        .collect();
    if !faults.is_empty() {
        return Err(Error::weights(
            origin,
            format!("does not hold the tensors of {config}; {}", faults.join("; ")),
        ));
    }
    let tensors = matches.par_iter().map(|found| found.read(origin, contents)).collect::<Result<Vec<_>>>()?;
    let head: Vec<&str> = head.map_or_else(Vec::new, |head| head.weighted().collect());
    let body = graph.weights.iter().zip(&tensors).filter(|(spec, _)| !head.contains(&spec.layer.as_str()));
    check_total(origin, config, body.map(|(_, tensor)| tensor.elements() as u64).sum())?;
    Ok(tensors)
}

impl Match<'_> {
    fn read(&self, origin: &str, contents: &FileContents) -> Result<Tensor> {
        // A canonical file was checked when it was written, and its hash says that it is still the same.
        if contents.card.is_some()
            && let Some(tensor) = self.tensor.in_place()
            && tensor.shape() == self.spec.shape
        {
            return Ok(tensor);
        }
        if self.one {
            let shape: Vec<usize> =
                self.spec.shape.split_last().map_or_else(Vec::new, |(_, rest)| [rest, &[1]].concat());
            let column = self.tensor.read(origin, &shape, &self.order, None)?;
            let both: Vec<f32> = column.to_f32().iter().flat_map(|value| [0.0, *value]).collect();
            return Ok(Tensor::from_f32(self.spec.shape.clone(), &both).to_dtype(column.dtype()));
        }
        let tensor = self.tensor.read(origin, &self.spec.shape, &self.order, self.skip)?;
        if self.spec.role == Role::Variance
            && let Some(value) = tensor.to_f32().iter().find(|value| **value < 0.0)
        {
            let detail = format!("{}: a variance of {value}, expected none below 0", self.tensor.name);
            return Err(Error::weights(origin, detail));
        }
        Ok(tensor)
    }
}

/// PyTorch counts the batches that its norms have seen; the count has no part in the network.
fn is_ignored(path: &str) -> bool {
    path.ends_with(".num_batches_tracked")
}

fn shown(names: &[String]) -> String {
    let mut text = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(", ... and {} more", names.len() - SHOWN));
    }
    text
}

/// `total`: the numbers of all tensors but those of the head.
fn check_total(origin: &str, config: &Config, total: u64) -> Result<()> {
    let Config { num_blocks, penultimate_filters, stem_filters, .. } = *config;
    let shape = (num_blocks, penultimate_filters, stem_filters);
    match PUBLISHED.iter().find(|(n, p, stem, _)| (*n, *p, *stem) == shape) {
        Some(published) if total != published.3 => {
            let detail = format!("{config} has {} parameters without its head, got {total}", published.3);
            Err(Error::weights(origin, detail))
        }
        _ => Ok(()),
    }
}
