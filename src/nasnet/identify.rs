//! Finds the NASNet-A configuration from weight shapes alone, whatever file they come from.

use crate::graph::{Role, WeightSpec};
use crate::nasnet::layouts::file_shape;
use crate::nasnet::names::{self, Scheme};
use crate::nasnet::{Config, Dialect, graph};

/// Greater than any sensible width, number of classes or size of input; the product of three still fits 64 bits.
pub(crate) const MAX_NUMBER: usize = 1 << 20;

/// The weights of a file by the names that a NASNet-A has for them.
pub(crate) struct Shapes<'a, F: Fn(&str) -> Option<&'a [usize]>> {
    /// How the file names and lays out its tensors.
    pub scheme: Scheme,
    /// N.
    pub blocks: usize,
    /// The shape in the file of the weight with a key, see [`names::expected`].
    pub of: F,
}

impl<'a, F: Fn(&str) -> Option<&'a [usize]>> Shapes<'a, F> {
    /// The shape of a weight whose name does not depend on the cell's paths.
    fn shape(&self, layer: &str, role: Role) -> Option<&'a [usize]> {
        let spec = WeightSpec { layer: layer.to_owned(), role, shape: vec![] };
        (self.of)(&names::expected(&spec, self.scheme, self.blocks, |_| false))
    }

    fn gamma(&self, layer: &str) -> Option<usize> {
        self.shape(layer, Role::Gamma)?.first().copied()
    }

    /// Classes without the background one, and whether there is one.
    pub fn classes(&self) -> (Option<usize>, bool) {
        let kernel = || {
            let shape = self.shape("predictions", Role::DenseKernel)?;
            if self.scheme == Scheme::Keras { shape.last() } else { shape.first() }.copied()
        };
        let bias = self.shape("predictions", Role::DenseBias).and_then(|shape| shape.first().copied());
        match bias.or_else(kernel) {
            Some(1001) => (Some(1000), true),
            classes => (classes.map(|classes| classes.min(MAX_NUMBER - 1)), false),
        }
    }

    /// P by the majority of three cells' widths, so that one misshapen tensor is reported as misshapen.
    pub fn penultimate_filters(&self) -> Option<usize> {
        let cells = [(0, 24), (2 * self.blocks, 12), (3 * self.blocks, 6)];
        let votes: Vec<usize> = cells
            .into_iter()
            .filter_map(|(cell, times)| self.gamma(&format!("normal_bn_1_{cell}"))?.checked_mul(times))
            .collect();
        let count = |vote: usize| votes.iter().filter(|other| **other == vote).count();
        votes.iter().copied().max_by_key(|vote| count(*vote)).filter(|filters| *filters < MAX_NUMBER)
    }

    /// The channels of the stem.
    pub fn stem_filters(&self) -> Option<usize> {
        let kernel = || self.shape("stem_conv1", Role::ConvKernel)?.iter().max().copied();
        self.gamma("stem_bn1").or_else(kernel).filter(|stem| *stem < MAX_NUMBER)
    }

    /// `skip_reduction`, where shapes prove it: with one block a stage, the older input has other channels.
    pub fn skip_reduction(&self, config: &Config) -> Option<bool> {
        if config.num_blocks != 1 {
            return None;
        }
        let spec = |skip_reduction| {
            let graph = graph(&Config { skip_reduction, ..*config }, Dialect::Keras).ok()?;
            graph.weights.into_iter().find(|spec| spec.layer == "adjust_conv_1_2")
        };
        let shape = self.shape("adjust_conv_1_2", Role::PointwiseKernel)?;
        let fits = |skip| Some(file_shape(&spec(skip)?, self.scheme, shape.len()).0 == shape);
        match (fits(false)?, fits(true)?) {
            (true, false) => Some(false),
            (false, true) => Some(true),
            _ => None,
        }
    }
}
