//! NASNet-A as a graph: the only place that knows its cells. Names are those of Keras' layers
//! (`keras.applications.nasnet`), so that a reader can hold the two side by side.

use crate::error::Result;
use crate::graph::{BatchNorm, Graph, Node, NodeId, Op, Role, Shape, WeightId, WeightSpec, strided};
use crate::nasnet::{Config, Dialect, Head};

/// The graph of a configuration in a dialect, with the head of the published networks.
///
/// # Errors
/// When the configuration makes no network, see [`Config::validate`].
pub fn graph(config: &Config, dialect: Dialect) -> Result<Graph> {
    graph_with_head(config, dialect, config.classes.map(Head::usual).as_ref())
}

/// The graph of a configuration in a dialect, with any head or none.
///
/// # Errors
/// When the configuration makes no network, or the head does not fit its features.
pub fn graph_with_head(config: &Config, dialect: Dialect, head: Option<&Head>) -> Result<Graph> {
    config.validate()?;
    let mut net = Builder { dialect, nodes: Vec::new(), weights: Vec::new() };
    let (height, width) = config.input_size;
    let input = net.push(Op::Input, vec![], Shape { height, width, channels: 3 }, "input");

    let (blocks, growth, filters) = (config.num_blocks, config.filter_multiplier, config.filters());
    let mut flow = Flow { x: net.stem(input, config.stem_filters), p: None };
    flow = net.reduction_cell(flow, filters / growth.pow(2), "stem_1", false);
    flow = net.reduction_cell(flow, filters / growth, "stem_2", false);
    for stage in 0..3 {
        let filters = filters * growth.pow(stage as u32);
        let first = stage * blocks + usize::from(stage > 0); // Keras gives reductions a number of their own
        if stage > 0 {
            let name = format!("reduce_{}", stage * blocks);
            flow = net.reduction_cell(flow, filters, &name, config.skip_reduction);
        }
        for cell in first..first + blocks {
            flow = net.normal_cell(flow, filters, &cell.to_string());
        }
    }
    let features = net.relu(flow.x);
    let channels = net.shape(features).channels;
    let pooled_shape = Shape { height: 1, width: 1, channels };
    let pooled = net.push(Op::GlobalAverage, vec![features], pooled_shape, "global_average_pooling2d");
    let logits = head.map(|head| net.head(head, features, pooled)).transpose()?;
    Ok(Graph { nodes: net.nodes, weights: net.weights, features, pooled, logits })
}

/// What goes from cell to cell: the last output, and the one before it (none before the first cell).
#[derive(Clone, Copy)]
struct Flow {
    x: NodeId,
    p: Option<NodeId>,
}

pub(super) struct Builder {
    dialect: Dialect,
    nodes: Vec<Node>,
    weights: Vec<WeightSpec>,
}

impl Builder {
    /// 3 x 3 convolution without padding, stride 2, then batch norm.
    fn stem(&mut self, input: NodeId, filters: usize) -> NodeId {
        let Shape { height, width, channels } = self.shape(input);
        let kernel = self.weight("stem_conv1", Role::ConvKernel, vec![3, 3, channels, filters]);
        let shape = Shape { height: (height - 3) / 2 + 1, width: (width - 3) / 2 + 1, channels: filters };
        let x = self.push(Op::Conv { kernel }, vec![input], shape, "stem_conv1");
        self.batch_norm(x, "stem_bn1")
    }

    fn normal_cell(&mut self, flow: Flow, filters: usize, id: &str) -> Flow {
        let p = self.adjust(flow, filters, id);
        let h = self.squeeze(flow.x, filters, "normal", id);
        let slot = |name: &str| format!("normal_{name}_{id}");
        let left1 = self.separable(h, filters, 5, 1, &slot("left1"));
        let right1 = self.separable(p, filters, 3, 1, &slot("right1"));
        let x1 = self.add(left1, right1, &format!("normal_add_1_{id}"));
        let left2 = self.separable(p, filters, 5, 1, &slot("left2"));
        let right2 = self.separable(p, filters, 3, 1, &slot("right2"));
        let x2 = self.add(left2, right2, &format!("normal_add_2_{id}"));
        let left3 = self.average(h, 1, &slot("left3"));
        let x3 = self.add(left3, p, &format!("normal_add_3_{id}"));
        let left4 = self.average(p, 1, &slot("left4"));
        let right4 = self.average(p, 1, &slot("right4"));
        let x4 = self.add(left4, right4, &format!("normal_add_4_{id}"));
        let left5 = self.separable(h, filters, 3, 1, &slot("left5"));
        let x5 = self.add(left5, h, &format!("normal_add_5_{id}"));
        let x = self.concat(vec![p, x1, x2, x3, x4, x5], &format!("normal_concat_{id}"));
        Flow { x, p: Some(flow.x) }
    }

    fn reduction_cell(&mut self, flow: Flow, filters: usize, id: &str, skip: bool) -> Flow {
        let p = self.adjust(flow, filters, id);
        let h = self.squeeze(flow.x, filters, "reduction", id);
        let slot = |name: &str| format!("reduction_{name}_{id}");
        let left1 = self.separable(h, filters, 5, 2, &slot("left1"));
        let right1 = self.separable(p, filters, 7, 2, &slot("right1"));
        let x1 = self.add(left1, right1, &format!("reduction_add_1_{id}"));
        let left2 = self.max(h, &slot("left2"));
        let right2 = self.separable(p, filters, 7, 2, &slot("right2"));
        let x2 = self.add(left2, right2, &format!("reduction_add_2_{id}"));
        let left3 = self.average(h, 2, &slot("left3"));
        let right3 = self.separable(p, filters, 5, 2, &slot("right3"));
        let x3 = self.add(left3, right3, &format!("reduction_add3_{id}"));
        let left4 = self.average(x1, 1, &slot("left4"));
        let x4 = self.add(x2, left4, &format!("add_x4_{id}"));
        let left5 = self.separable(x1, filters, 3, 1, &slot("left4"));
        let right5 = self.max(h, &slot("right5"));
        let x5 = self.add(left5, right5, &format!("reduction_add4_{id}"));
        let x = self.concat(vec![x2, x3, x4, x5], &format!("reduction_concat_{id}"));
        Flow { x, p: if skip { flow.p } else { Some(flow.x) } }
    }

    /// Brings the older input of a cell to the size and channels of the newer one.
    fn adjust(&mut self, flow: Flow, filters: usize, id: &str) -> NodeId {
        let Some(p) = flow.p else { return flow.x };
        if self.shape(p).width != self.shape(flow.x).width {
            let p = self.relu(p);
            let even = self.subsample(p, 0, &format!("adjust_avg_pool_1_{id}"));
            let even = self.pointwise(even, filters / 2, &format!("adjust_conv_1_{id}"));
            let odd = self.subsample(p, 1, &format!("adjust_avg_pool_2_{id}"));
            let odd = self.pointwise(odd, filters / 2, &format!("adjust_conv_2_{id}"));
            let both = self.concat(vec![even, odd], &format!("adjust_concat_{id}"));
            self.batch_norm(both, &format!("adjust_bn_{id}"))
        } else if self.shape(p).channels != filters {
            let p = self.relu(p);
            let p = self.pointwise(p, filters, &format!("adjust_conv_projection_{id}"));
            self.batch_norm(p, &format!("adjust_bn_{id}"))
        } else {
            p
        }
    }

    /// `h`: the newer input of a cell, brought to the cell's filters.
    fn squeeze(&mut self, x: NodeId, filters: usize, kind: &str, id: &str) -> NodeId {
        let x = self.relu(x);
        let x = self.pointwise(x, filters, &format!("{kind}_conv_1_{id}"));
        self.batch_norm(x, &format!("{kind}_bn_1_{id}"))
    }

    /// Relu, depthwise, pointwise, batch norm, twice; the stride is the first half's.
    fn separable(&mut self, x: NodeId, filters: usize, size: usize, stride: usize, slot: &str) -> NodeId {
        let mut x = x;
        for (half, stride) in [(1, stride), (2, 1)] {
            let layer = format!("separable_conv_{half}_{slot}");
            x = self.relu(x);
            x = self.depthwise(x, size, stride, &layer);
            x = self.pointwise(x, filters, &layer);
            x = self.batch_norm(x, &format!("separable_conv_{half}_bn_{slot}"));
        }
        x
    }

    fn depthwise(&mut self, x: NodeId, size: usize, stride: usize, layer: &str) -> NodeId {
        let channels = self.shape(x).channels;
        let kernel = self.weight(layer, Role::DepthwiseKernel, vec![size, size, channels]);
        let shape = self.strided_shape(x, stride);
        self.push(Op::Depthwise { kernel, size, stride }, vec![x], shape, layer)
    }

    fn pointwise(&mut self, x: NodeId, filters: usize, layer: &str) -> NodeId {
        let shape = self.shape(x);
        let kernel = self.weight(layer, Role::PointwiseKernel, vec![shape.channels, filters]);
        self.push(Op::Pointwise { kernel }, vec![x], Shape { channels: filters, ..shape }, layer)
    }

    fn batch_norm(&mut self, x: NodeId, layer: &str) -> NodeId {
        let shape = self.shape(x);
        let mut weight = |role| self.weight(layer, role, vec![shape.channels]);
        let norm = BatchNorm {
            gamma: weight(Role::Gamma),
            beta: weight(Role::Beta),
            mean: weight(Role::Mean),
            variance: weight(Role::Variance),
        };
        self.push(Op::BatchNorm(norm), vec![x], shape, layer)
    }

    fn relu(&mut self, x: NodeId) -> NodeId {
        self.push(Op::Relu, vec![x], self.shape(x), "activation")
    }

    fn add(&mut self, a: NodeId, b: NodeId, layer: &str) -> NodeId {
        debug_assert_eq!(self.shape(a), self.shape(b), "{layer}");
        self.push(Op::Add, vec![a, b], self.shape(a), layer)
    }

    fn concat(&mut self, inputs: Vec<NodeId>, layer: &str) -> NodeId {
        let channels = inputs.iter().map(|&x| self.shape(x).channels).sum();
        let shape = Shape { channels, ..self.shape(inputs[0]) };
        self.push(Op::Concat, inputs, shape, layer)
    }

    fn subsample(&mut self, x: NodeId, offset: usize, layer: &str) -> NodeId {
        let shape = self.strided_shape(x, 2);
        self.push(Op::Subsample { offset }, vec![x], shape, layer)
    }

    /// Unstrided averages exclude the padding in every dialect.
    fn average(&mut self, x: NodeId, stride: usize, layer: &str) -> NodeId {
        let count_padding = stride == 2 && self.dialect.average_counts_padding();
        let shape = self.strided_shape(x, stride);
        self.push(Op::AveragePool { stride, count_padding }, vec![x], shape, layer)
    }

    fn max(&mut self, x: NodeId, layer: &str) -> NodeId {
        let see_padding = self.dialect.max_sees_padding();
        let shape = self.strided_shape(x, 2);
        self.push(Op::MaxPool { see_padding }, vec![x], shape, layer)
    }

    fn strided_shape(&self, x: NodeId, stride: usize) -> Shape {
        let Shape { height, width, channels } = self.shape(x);
        Shape { height: strided(height, stride), width: strided(width, stride), channels }
    }

    pub(super) fn weight(&mut self, layer: &str, role: Role, shape: Vec<usize>) -> WeightId {
        self.weights.push(WeightSpec { layer: layer.to_owned(), role, shape });
        WeightId(self.weights.len() - 1)
    }

    pub(super) fn push(&mut self, op: Op, inputs: Vec<NodeId>, shape: Shape, layer: &str) -> NodeId {
        self.nodes.push(Node { op, inputs, shape, layer: layer.to_owned() });
        NodeId(self.nodes.len() - 1)
    }

    pub(super) fn shape(&self, x: NodeId) -> Shape {
        self.nodes[x.0].shape
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_those_of_keras() {
        for (config, all, trainable, multiply_adds, layers) in [
            (Config::mobile(), 5_326_716, 5_289_978, 563_638_816, 389),
            (Config::large(), 88_949_818, 88_753_150, 23_783_414_658, 533),
        ] {
            let graph = graph(&config, Dialect::Keras).unwrap();
            assert_eq!(graph.parameters(), (all, trainable));
            assert_eq!(graph.total_multiply_adds(), multiply_adds);
            assert_eq!(graph.weighted_layers(), layers);
        }
        let tiny = graph(&Config::tiny(), Dialect::Keras).unwrap();
        assert_eq!(tiny.parameters().1, 2_458_576);
    }

    #[test]
    fn sizes_go_down_the_published_path() {
        let sides = |config: Config| {
            let graph = graph(&config, Dialect::Slim).unwrap();
            let mut sides: Vec<_> = graph.nodes.iter().map(|node| node.shape.height).collect();
            sides.sort_unstable();
            sides.dedup();
            sides.reverse();
            sides
        };
        assert_eq!(sides(Config::mobile()), [224, 111, 56, 28, 14, 7, 1]);
        assert_eq!(sides(Config::large()), [331, 165, 83, 42, 21, 11, 1]);
    }

    #[test]
    fn the_size_of_the_input_changes_no_weight() {
        let usual = graph(&Config::mobile(), Dialect::Keras).unwrap();
        for size in [(32, 32), (97, 65), (224, 320), (331, 331)] {
            let other = graph(&Config::mobile().with_input_size(size), Dialect::Keras).unwrap();
            assert_eq!(usual.weights, other.weights, "{size:?}");
        }
    }

    #[test]
    fn every_weight_has_a_name_of_its_own() {
        let graph = graph(&Config::large(), Dialect::Timm).unwrap();
        let names: std::collections::HashSet<_> = graph.weights.iter().map(|spec| spec.name()).collect();
        assert_eq!(names.len(), graph.weights.len());
        assert!(names.contains("stem_conv1/kernel"));
        assert!(names.contains("adjust_conv_projection_3/kernel"));
        assert!(names.contains("separable_conv_1_normal_left1_0/depthwise_kernel"));
    }
}
