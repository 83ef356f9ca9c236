//! The names that tensors have: Keras' (which are the canonical ones) and those that timm and Cadene share.
//! A file's name is reduced to a key, the names that a network expects are made from its graph, and the
//! two are compared; there is no second list of names anywhere.

use std::collections::BTreeMap;

use crate::graph::{Role, WeightSpec};

/// How a file names its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// `normal_conv_1_0/kernel`.
    Keras,
    /// `cell_0.conv_1x1.conv.weight`.
    Torch {
        /// Cell numbers as in Cadene's Mobile: each of the first two stages is followed by a gap of two.
        gaps: bool,
    },
}

/// A tensor's name without the scopes around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    /// How many parts of the file's name come before it. Within a file they are equally many; a tensor with more of
    /// them was renamed around an inner name.
    pub depth: usize,
    /// The name itself.
    pub name: String,
}

/// The depth that most keys have.
pub(crate) fn usual_depth(keys: &[Option<Key>]) -> usize {
    let mut counts = BTreeMap::new();
    for key in keys.iter().flatten() {
        *counts.entry(key.depth).or_insert(0usize) += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or(0, |(depth, _)| depth)
}

/// The key of a tensor with a Keras name, `layer/weight`: without scopes and the `:0` of a TensorFlow
/// variable, with the layer names that one early port used mended. `None` when no part of the name is a
/// layer of a NASNet-A, or one of `head`.
pub(crate) fn keras_key(path: &str, head: &[&str]) -> Option<Key> {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let weight = parts.pop()?;
    let weight = weight.rsplit_once(':').map_or(weight, |(name, _)| name);
    let canonical = |part: &str| head.contains(&part).then(|| part.to_owned()).or_else(|| keras_layer(part));
    let layers = parts.into_iter().enumerate();
    let (depth, layer) =
        layers.map(|(depth, part)| (depth, canonical(part))).find(|(_, layer)| layer.is_some())?;
    Some(Key { depth, name: format!("{}/{weight}", layer?) })
}

/// The canonical name of a Keras layer that has weights.
pub(crate) fn keras_layer(name: &str) -> Option<String> {
    if matches!(name, "stem_conv1" | "stem_bn1" | "predictions") {
        return Some(name.to_owned());
    }
    if let Some(rest) = name.strip_prefix("separable_conv_") {
        let (half, rest) = rest.split_once('_')?;
        let (norm, rest) = rest.strip_prefix("bn_").map_or(("", rest), |rest| ("bn_", rest));
        let (kind, rest) = rest.split_once('_')?;
        let (slot, cell) = rest.split_once('_')?;
        // keras-contrib's first port named the first right branch of a reduction cell by its number alone
        let slot = if (kind, slot) == ("reduction", "1") { "right1" } else { slot };
        let known = matches!(half, "1" | "2") && torch_branch(kind, slot).is_some() && is_cell(cell);
        return known.then(|| format!("separable_conv_{half}_{norm}{kind}_{slot}_{cell}"));
    }
    const PREFIXES: [&str; 8] = [
        "normal_conv_1_",
        "normal_bn_1_",
        "reduction_conv_1_",
        "reduction_bn_1_",
        "adjust_conv_projection_",
        "adjust_conv_1_",
        "adjust_conv_2_",
        "adjust_bn_",
    ];
    let cell = PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    is_cell(cell).then(|| name.to_owned())
}

fn is_cell(id: &str) -> bool {
    let number = id.strip_prefix("reduce_").unwrap_or(id);
    matches!(id, "stem_1" | "stem_2") || is_number(number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 7 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The key of a tensor with a timm or Cadene name: from the module of the network on, so without
/// `module.`, `model.` and the like. `None` when no part of the name is a module of a NASNet-A.
pub(crate) fn torch_key(path: &str) -> Option<Key> {
    let mut rest = path;
    for depth in 0.. {
        let (module, inner) = rest.split_once('.')?;
        let cell = |prefix| module.strip_prefix(prefix).is_some_and(is_number);
        if matches!(module, "conv0" | "last_linear" | "cell_stem_0" | "cell_stem_1")
            || cell("cell_")
            || cell("reduction_cell_")
        {
            return Some(Key { depth, name: rest.to_owned() });
        }
        rest = inner;
    }
    None
}

/// N of a network, and how its cells are numbered, from the keys of its tensors. `None` without a cell.
pub(crate) fn blocks<'a>(
    keys: impl Iterator<Item = &'a str> + Clone,
    keras: bool,
) -> Option<(usize, Scheme)> {
    let number = |key: &str| -> Option<usize> {
        let id = if keras {
            let layer = key.split_once('/')?.0;
            if layer.contains("_reduce_") || layer.contains("_stem_") {
                return None;
            }
            layer.rsplit_once('_')?.1
        } else {
            key.split_once('.')?.0.strip_prefix("cell_")?
        };
        id.parse().ok()
    };
    let mut tensors: BTreeMap<usize, usize> = BTreeMap::new();
    for cell in keys.filter_map(number) {
        *tensors.entry(cell).or_default() += 1;
    }
    // A cell has dozens of tensors; a number with only one is wrong.
    let usual = tensors.values().copied().max()?;
    let cells: Vec<usize> =
        tensors.into_iter().filter(|(_, count)| count * 2 >= usual).map(|(cell, _)| cell).collect();
    let last = *cells.last()?;
    if keras {
        return Some((last.div_ceil(3).max(1), Scheme::Keras));
    }
    let count = last + 1;
    // With gaps the last cell is 3N + 3, and four numbers below it are unused.
    let gaps = cells.len() + 4 == count && last.is_multiple_of(3);
    let blocks = if gaps { (last - 3) / 3 } else { count.div_ceil(3) };
    Some((blocks.max(1), Scheme::Torch { gaps }))
}

/// The name that a tensor of the network has in a scheme.
pub(crate) fn expected(
    spec: &WeightSpec,
    scheme: Scheme,
    blocks: usize,
    has_paths: impl Fn(&str) -> bool,
) -> String {
    match scheme {
        Scheme::Keras => spec.name(),
        Scheme::Torch { gaps } => torch_name(spec, blocks, gaps, has_paths),
    }
}

/// The timm and Cadene name of a weight. `has_paths` tells of a cell (by its Keras number) whether its older
/// input is subsampled along two paths, which have a batch norm of another name.
fn torch_name(spec: &WeightSpec, blocks: usize, gaps: bool, has_paths: impl Fn(&str) -> bool) -> String {
    let layer = spec.layer.as_str();
    let weight = match spec.role {
        Role::Beta | Role::DenseBias => "bias",
        Role::Mean => "running_mean",
        Role::Variance => "running_var",
        Role::PointwiseKernel if layer.starts_with("separable_") => "pointwise_conv2d.weight",
        Role::DepthwiseKernel => "depthwise_conv2d.weight",
        Role::ConvKernel | Role::PointwiseKernel | Role::DenseKernel | Role::Gamma => "weight",
    };
    let module = match layer {
        "stem_conv1" => "conv0.conv".to_owned(),
        "stem_bn1" => "conv0.bn".to_owned(),
        "predictions" => "last_linear".to_owned(),
        _ => {
            let (place, id) = torch_module(layer, has_paths).unwrap_or_else(|| (layer.to_owned(), ""));
            format!("{}.{place}", torch_cell(id, blocks, gaps))
        }
    };
    format!("{module}.{weight}")
}

/// The module within its cell of a Keras layer, and the Keras number of the cell.
fn torch_module(layer: &str, has_paths: impl Fn(&str) -> bool) -> Option<(String, &str)> {
    if let Some(rest) = layer.strip_prefix("separable_conv_") {
        let (half, rest) = rest.split_once('_')?;
        let (norm, rest) = rest.strip_prefix("bn_").map_or((false, rest), |rest| (true, rest));
        let (kind, rest) = rest.split_once('_')?;
        let (slot, id) = rest.split_once('_')?;
        let branch = torch_branch(kind, slot)?;
        let part = if norm { "bn_sep" } else { "separable" };
        return Some((format!("comb_iter_{branch}.{part}_{half}"), id));
    }
    for (prefix, module) in [
        ("normal_conv_1_", "conv_1x1.conv"),
        ("normal_bn_1_", "conv_1x1.bn"),
        ("reduction_conv_1_", "conv_1x1.conv"),
        ("reduction_bn_1_", "conv_1x1.bn"),
        ("adjust_conv_projection_", "conv_prev_1x1.conv"),
        ("adjust_conv_1_", "path_1.conv"),
        ("adjust_conv_2_", "path_2.conv"),
    ] {
        if let Some(id) = layer.strip_prefix(prefix) {
            return Some((module.to_owned(), id));
        }
    }
    let id = layer.strip_prefix("adjust_bn_")?;
    Some((if has_paths(id) { "final_path_bn" } else { "conv_prev_1x1.bn" }.to_owned(), id))
}

/// The branch of a cell, in PyTorch's numbers, that a slot of Keras is; only those with weights.
fn torch_branch(kind: &str, slot: &str) -> Option<&'static str> {
    Some(match (kind, slot) {
        ("normal" | "reduction", "left1") => "0_left",
        ("normal" | "reduction", "right1") => "0_right",
        ("normal", "left2") => "1_left",
        ("normal", "right2") | ("reduction", "right2") => "1_right",
        ("reduction", "right3") => "2_right",
        ("normal", "left5") | ("reduction", "left4") => "4_left",
        _ => return None,
    })
}

fn torch_cell(id: &str, blocks: usize, gaps: bool) -> String {
    if let Some(stem) = id.strip_prefix("stem_") {
        return format!("cell_stem_{}", if stem == "1" { 0 } else { 1 });
    }
    if let Some(place) = id.strip_prefix("reduce_") {
        return format!("reduction_cell_{}", usize::from(place != blocks.to_string()));
    }
    let number: usize = id.parse().unwrap_or_default();
    // Keras numbers reductions along with the normal cells: 0..N, then N + 1..=2N, then 2N + 1..=3N,
    // where its second reduction shares its number with a normal cell.
    let stage = if number < blocks {
        0
    } else if number <= 2 * blocks {
        1
    } else {
        2
    };
    let in_stage = number - if stage == 0 { 0 } else { stage * blocks + 1 };
    format!("cell_{}", stage * (blocks + if gaps { 2 } else { 0 }) + in_stage)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::nasnet::graph;
    use crate::nasnet::{Config, Dialect};

    fn torch_names(config: &Config, gaps: bool) -> Vec<String> {
        let graph = graph(config, Dialect::Timm).unwrap();
        let layers: HashSet<_> = graph.weights.iter().map(|spec| spec.layer.clone()).collect();
        let has_paths = |id: &str| layers.contains(&format!("adjust_conv_1_{id}"));
        let scheme = Scheme::Torch { gaps };
        graph.weights.iter().map(|spec| expected(spec, scheme, config.num_blocks, has_paths)).collect()
    }

    #[test]
    fn keras_names_lose_their_scopes_and_their_variable_numbers() {
        for (path, key) in [
            ("stem_conv1/stem_conv1/kernel:0", "stem_conv1/kernel"),
            ("nasnet/normal_bn_1_12/normal_bn_1_12_1/gamma", "normal_bn_1_12/gamma"),
            (
                "separable_conv_1_reduction_1_stem_1/x/depthwise_kernel:0",
                "separable_conv_1_reduction_right1_stem_1/depthwise_kernel",
            ),
            (
                "separable_conv_2_bn_reduction_1_reduce_8/beta:0",
                "separable_conv_2_bn_reduction_right1_reduce_8/beta",
            ),
            ("adjust_conv_projection_reduce_12/kernel", "adjust_conv_projection_reduce_12/kernel"),
        ] {
            assert_eq!(keras_key(path, &[]).map(|key| key.name).as_deref(), Some(key), "{path}");
        }
        for path in [
            "conv2d_1/kernel:0",
            "kernel",
            "normal_conv_1_x/kernel",
            "separable_conv_3_normal_left1_0/beta",
            "",
        ] {
            assert_eq!(keras_key(path, &["dense"]), None, "{path}");
        }
    }

    #[test]
    fn torch_names_lose_their_prefixes() {
        for (path, key) in [
            ("module.conv0.conv.weight", "conv0.conv.weight"),
            ("model._orig_mod.cell_12.path_1.conv.weight", "cell_12.path_1.conv.weight"),
            ("last_linear.bias", "last_linear.bias"),
        ] {
            assert_eq!(torch_key(path).map(|key| key.name).as_deref(), Some(key));
        }
        for path in ["layer1.0.conv1.weight", "cell_x.bn.weight", "conv0", ""] {
            assert_eq!(torch_key(path), None, "{path}");
        }
    }

    #[test]
    fn torch_names_are_all_different_and_lead_back_to_the_number_of_blocks() {
        for config in [Config::mobile(), Config::large(), Config { num_blocks: 1, ..Config::mobile() }] {
            for gaps in [false, true] {
                let names = torch_names(&config, gaps);
                assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
                let found = blocks(names.iter().map(String::as_str), false);
                assert_eq!(found, Some((config.num_blocks, Scheme::Torch { gaps })), "{config}");
            }
        }
    }

    #[test]
    fn torch_names_are_those_of_timm_and_cadene() {
        let large: HashSet<_> = torch_names(&Config::large(), false).into_iter().collect();
        assert_eq!(large.len(), 1546);
        for name in [
            "conv0.bn.running_var",
            "cell_stem_1.path_2.conv.weight",
            "cell_stem_0.comb_iter_4_left.separable_1.depthwise_conv2d.weight",
            "cell_6.final_path_bn.bias",
            "cell_17.comb_iter_1_left.bn_sep_2.running_mean",
            "reduction_cell_1.conv_prev_1x1.bn.weight",
            "last_linear.weight",
        ] {
            assert!(large.contains(name), "{name}");
        }
        let mobile: HashSet<_> = torch_names(&Config::mobile(), true).into_iter().collect();
        assert!(
            mobile.contains("cell_6.path_1.conv.weight") && mobile.contains("cell_15.conv_1x1.conv.weight")
        );
        assert!(!mobile.contains("cell_4.conv_1x1.conv.weight"));
    }
}
