//! From a graph to steps. First every value that must be stored is found, from the results backwards,
//! with the forms (as it is, after relu) that its readers need; then each becomes a step.

use super::{Buffer, BufferId, DepthwiseWeights, Factor, Matrix, MatrixPart, Plan, Product, Step, Work};
use crate::error::{Error, Result};
use crate::graph::{BatchNorm, Graph, Node, NodeId, Op, Shape};
use crate::kernels::pack::{Lanes, Panels};
use crate::kernels::pool::PoolKind;

/// Whether a reader wants a value as it is or after relu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Raw,
    Relu,
}

/// The buffers of a value, for each form.
#[derive(Debug, Clone, Copy, Default)]
struct Stored {
    raw: Option<BufferId>,
    relu: Option<BufferId>,
}

/// A value that a step reads, in one piece or as it comes.
#[derive(Debug, Clone, Copy)]
struct Operand {
    id: NodeId,
    whole: bool,
}

/// A pointwise convolution with its batch norm, or a layer that is as good as one.
struct Linear {
    input: NodeId,
    part: MatrixPart,
    first_channel: usize,
    channels: usize,
}

/// The summands of a sum.
struct Sum {
    /// Computed within the sum: convolutions, or one average.
    computed: Vec<NodeId>,
    /// Stored before, and added.
    stored: Vec<NodeId>,
    /// What an average is multiplied by.
    scale: f32,
}

pub(super) fn lower(graph: &Graph, lanes: Lanes) -> Result<Plan> {
    let mut readers = vec![0; graph.nodes.len()];
    for input in graph.nodes.iter().flat_map(|node| &node.inputs) {
        readers[input.0] += 1;
    }
    let plan = Plan {
        input: graph.input_shape(),
        steps: Vec::new(),
        regions: Vec::new(),
        buffers: Vec::new(),
        arena: 0,
        matrices: Vec::new(),
        depthwise_weights: Vec::new(),
        packed: 0,
        lanes,
        features: Vec::new(),
        pooled: BufferId(0),
        logits: None,
    };
    let stored = vec![Stored::default(); graph.nodes.len()];
    let mut lowering = Lowering { graph, readers, stored, plan };
    for result in [Some(graph.features), Some(graph.pooled), graph.logits].into_iter().flatten() {
        lowering.demand(Operand { id: result, whole: false }, Form::Raw)?;
    }
    for id in 0..graph.nodes.len() {
        if lowering.is_stored(NodeId(id)) {
            lowering.emit(NodeId(id))?;
        }
    }
    lowering.finish()
}

struct Lowering<'a> {
    graph: &'a Graph,
    readers: Vec<usize>,
    stored: Vec<Stored>,
    plan: Plan,
}

impl<'a> Lowering<'a> {
    /// The first pool that computes the same; otherwise the value itself.
    fn first_of_kind(&self, id: NodeId) -> NodeId {
        let node = self.node(id);
        let same = |other: &usize| same_pool(self.node(NodeId(*other)), node);
        (0..id.0).find(same).map_or(id, NodeId)
    }

    fn node(&self, id: NodeId) -> &'a Node {
        self.graph.node(id)
    }

    fn is_stored(&self, id: NodeId) -> bool {
        self.stored[id.0].raw.is_some() || self.stored[id.0].relu.is_some()
    }

    fn unsupported<T>(&self, id: NodeId) -> Result<T> {
        let Node { op, layer, .. } = self.node(id);
        Err(Error::Config(format!("the CPU engine has no step for {layer} ({op:?})")))
    }

    /// Makes sure that a value is stored in a form, and everything that it is computed from.
    fn demand(&mut self, Operand { id, whole }: Operand, form: Form) -> Result<()> {
        let node = self.node(id);
        match node.op {
            Op::Relu => return self.demand(Operand { id: node.inputs[0], whole }, Form::Relu),
            Op::MaxPool { .. } if self.first_of_kind(id) != id => {
                return self.demand(Operand { id: self.first_of_kind(id), whole }, form);
            }
            Op::Concat if !whole => {
                let mut parts = node.inputs.iter();
                return parts.try_for_each(|&id| self.demand(Operand { id, whole }, form));
            }
            _ => {}
        }
        let first = !self.is_stored(id);
        let stored = &mut self.stored[id.0];
        let place = if form == Form::Raw { &mut stored.raw } else { &mut stored.relu };
        if place.is_none() {
            *place = Some(BufferId(self.plan.buffers.len()));
            let shape = node.shape;
            self.plan.buffers.push(Buffer { shape, offset: 0, written: 0, last_read: 0 });
        }
        if first {
            for operand in self.operands(id)? {
                self.demand(operand, Form::Raw)?;
            }
        }
        Ok(())
    }

    /// What must be stored for a value to be computed.
    fn operands(&self, id: NodeId) -> Result<Vec<Operand>> {
        let node = self.node(id);
        match node.op {
            Op::AveragePool { .. } | Op::MaxPool { .. } => {
                Ok(vec![Operand { id: node.inputs[0], whole: true }])
            }
            Op::GlobalAverage => Ok(vec![Operand { id: node.inputs[0], whole: false }]),
            Op::Concat => Ok(node.inputs.iter().map(|&id| Operand { id, whole: false }).collect()),
            Op::BatchNorm(_) | Op::Dense { .. } => {
                Ok(self.linears(id)?.iter().filter_map(|linear| self.factor(linear.input)).collect())
            }
            Op::Add => {
                let Sum { computed, stored, .. } = self.split(id);
                let mut operands: Vec<_> = stored.into_iter().map(|id| Operand { id, whole: true }).collect();
                for summand in computed {
                    operands.extend(self.operands(summand)?);
                }
                Ok(operands)
            }
            _ => self.unsupported(id),
        }
    }

    /// Sorts the summands of a sum: convolutions without other readers are computed within it; without
    /// any, an average is.
    fn split(&self, id: NodeId) -> Sum {
        let inputs = &self.node(id).inputs;
        let (left, right) = (self.node(inputs[0]), self.node(inputs[1]));
        let average = |node: &Node| matches!(node.op, Op::AveragePool { .. });
        if average(left) && same_pool(left, right) {
            return Sum { computed: vec![inputs[0]], stored: vec![], scale: 2.0 };
        }
        let (mut computed, mut stored): (Vec<_>, Vec<_>) =
            inputs.iter().partition(|&&input| self.is_own_convolution(input));
        if computed.is_empty() {
            let own = |&input: &NodeId| average(self.node(input)) && self.readers[input.0] == 1;
            if let Some(index) = stored.iter().position(own) {
                computed.push(stored.remove(index));
            }
        }
        Sum { computed, stored, scale: 1.0 }
    }

    /// Whether a value is one convolution with its batch norm, and read once.
    fn is_own_convolution(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let normed = matches!(node.op, Op::BatchNorm(_));
        normed && self.readers[id.0] == 1 && !matches!(self.node(node.inputs[0]).op, Op::Concat)
    }

    /// The products behind a batch norm or a dense layer.
    fn linears(&self, id: NodeId) -> Result<Vec<Linear>> {
        let node = self.node(id);
        if let Op::Dense { kernel, bias } = node.op {
            let depth = self.node(node.inputs[0]).shape.channels;
            let part = MatrixPart { kernel, depth, norm: None, bias };
            return Ok(vec![Linear {
                input: node.inputs[0],
                part,
                first_channel: 0,
                channels: node.shape.channels,
            }]);
        }
        let Op::BatchNorm(norm) = node.op else { return self.unsupported(id) };
        let input = node.inputs[0];
        let branches = match self.node(input).op {
            Op::Concat => self.node(input).inputs.clone(),
            _ => vec![input],
        };
        let mut first_channel = 0;
        let mut linears = Vec::new();
        for branch in branches {
            linears.push(self.linear(branch, norm, first_channel)?);
            first_channel += self.node(branch).shape.channels;
        }
        Ok(linears)
    }

    fn linear(&self, id: NodeId, norm: BatchNorm, first_channel: usize) -> Result<Linear> {
        let node = self.node(id);
        let channels = node.shape.channels;
        let (kernel, depth, input) = match node.op {
            _ if self.readers[id.0] != 1 => return self.unsupported(id),
            Op::Pointwise { kernel } => (kernel, self.node(node.inputs[0]).shape.channels, node.inputs[0]),
            Op::Conv { kernel } => (kernel, self.graph.weights[kernel.0].elements() / channels, id),
            _ => return self.unsupported(id),
        };
        let part = MatrixPart { kernel, depth, norm: Some((norm, first_channel)), bias: None };
        Ok(Linear { input, part, first_channel, channels })
    }

    /// The stored value behind a product's input; none for the image itself.
    fn factor(&self, input: NodeId) -> Option<Operand> {
        let node = self.node(input);
        match node.op {
            Op::Conv { .. } => None,
            Op::Depthwise { .. } => Some(Operand { id: node.inputs[0], whole: true }),
            Op::Subsample { .. } => Some(Operand { id: node.inputs[0], whole: false }),
            _ => Some(Operand { id: input, whole: false }),
        }
    }

    /// The buffers of a stored value, side by side.
    fn parts(&self, id: NodeId, form: Form) -> Vec<BufferId> {
        let node = self.node(id);
        match node.op {
            Op::Relu => self.parts(node.inputs[0], Form::Relu),
            Op::MaxPool { .. } if self.first_of_kind(id) != id => self.parts(self.first_of_kind(id), form),
            Op::Concat if !self.is_stored(id) => {
                node.inputs.iter().flat_map(|&input| self.parts(input, form)).collect()
            }
            _ => {
                let stored = self.stored[id.0];
                let buffer = if form == Form::Raw { stored.raw } else { stored.relu };
                vec![buffer.expect("every operand has been demanded")]
            }
        }
    }

    /// The buffer of a value that must be in one piece.
    fn whole(&self, id: NodeId) -> Result<BufferId> {
        match self.parts(id, Form::Raw)[..] {
            [buffer] => Ok(buffer),
            _ => self.unsupported(id),
        }
    }

    /// Makes the step or steps that store a value.
    fn emit(&mut self, id: NodeId) -> Result<()> {
        let node = self.node(id);
        match node.op {
            Op::GlobalAverage => {
                let inputs = self.parts(node.inputs[0], Form::Raw);
                self.push(id, Work::GlobalAverage { inputs }, None, 0);
                Ok(())
            }
            Op::AveragePool { .. } | Op::MaxPool { .. } => {
                let pool = self.pool(id, 1.0)?;
                self.push(id, pool, None, 0);
                Ok(())
            }
            Op::BatchNorm(_) | Op::Dense { .. } => {
                for linear in self.linears(id)? {
                    self.product(id, vec![linear], None)?;
                }
                Ok(())
            }
            Op::Add => self.sum(id),
            Op::Concat => {
                let inputs = node.inputs.iter().flat_map(|&input| self.parts(input, Form::Raw)).collect();
                self.push(id, Work::Copy { inputs }, None, 0);
                Ok(())
            }
            _ => self.unsupported(id),
        }
    }

    fn sum(&mut self, id: NodeId) -> Result<()> {
        let Sum { computed, stored, scale } = self.split(id);
        let stored = stored.into_iter().map(|input| self.whole(input)).collect::<Result<Vec<_>>>()?;
        if computed.is_empty() || stored.len() > 1 {
            return self.unsupported(id);
        }
        if let Op::AveragePool { .. } = self.node(computed[0]).op {
            let pool = self.pool(computed[0], scale)?;
            self.push(id, pool, stored.first().copied(), 0);
            return Ok(());
        }
        let mut linears = Vec::new();
        for summand in computed {
            linears.extend(self.linears(summand)?);
        }
        self.product(id, linears, stored.first().copied())
    }

    fn pool(&self, id: NodeId, scale: f32) -> Result<Work> {
        let node = self.node(id);
        let input = self.whole(node.inputs[0])?;
        match node.op {
            Op::AveragePool { stride, count_padding } => {
                Ok(Work::Pool { input, kind: PoolKind::Average { count_padding, scale }, stride })
            }
            Op::MaxPool { see_padding } => {
                Ok(Work::Pool { input, kind: PoolKind::Max { see_padding }, stride: 2 })
            }
            _ => self.unsupported(id),
        }
    }

    fn product(&mut self, id: NodeId, linears: Vec<Linear>, addend: Option<BufferId>) -> Result<()> {
        let (first_channel, columns) = (linears[0].first_channel, linears[0].channels);
        let shape = self.node(id).shape;
        let mut factors = Vec::new();
        let mut parts = Vec::new();
        let mut multiply_adds = 0;
        for linear in linears {
            multiply_adds += (shape.pixels() * linear.part.depth * columns) as u64;
            let node = self.node(linear.input);
            factors.push(match node.op {
                Op::Conv { .. } => Factor::Patches,
                Op::Subsample { offset } => {
                    Factor::Subsample { inputs: self.parts(node.inputs[0], Form::Raw), offset }
                }
                Op::Depthwise { kernel, size, stride } => {
                    multiply_adds += self.graph.multiply_adds(node);
                    let input = self.whole(node.inputs[0])?;
                    let channels = node.shape.channels;
                    self.plan.depthwise_weights.push(DepthwiseWeights {
                        kernel,
                        taps: size * size,
                        channels,
                        offset: 0,
                    });
                    Factor::Depthwise { input, size, stride, weights: self.plan.depthwise_weights.len() - 1 }
                }
                _ => Factor::Pixels(self.parts(linear.input, Form::Raw)),
            });
            parts.push(linear.part);
        }
        let depth = parts.iter().map(|part| part.depth).sum();
        // Where there is little to multiply, rounding the left side would take longer than it saves.
        let (count, of_patches) = (self.plan.lanes.count, matches!(factors[..], [Factor::Patches]));
        let lanes = if of_patches || columns <= 2 * count { Lanes::f32(count) } else { self.plan.lanes };
        let panels = Panels::new(depth, columns, lanes);
        self.plan.matrices.push(Matrix { parts, panels, offset: 0, bias: 0 });
        let matrix = self.plan.matrices.len() - 1;
        self.push(id, Work::Product(Product { factors, matrix, first_channel }), addend, multiply_adds);
        Ok(())
    }

    /// A step follows the steps that write what it reads.
    fn push(&mut self, id: NodeId, work: Work, addend: Option<BufferId>, multiply_adds: u64) {
        let Stored { raw, relu } = self.stored[id.0];
        let node = self.node(id);
        let (name, shape) = (node.layer.clone(), node.shape);
        let mut step = Step { name, region: 0, shape, work, addend, raw, relu, multiply_adds };
        let ready = step.reads().into_iter().map(|input| self.plan.buffers[input.0].written + 1);
        step.region = ready.max().unwrap_or(0);
        for buffer in step.writes() {
            self.plan.buffers[buffer.0].written = step.region;
        }
        self.plan.steps.push(step);
    }

    fn finish(mut self) -> Result<Plan> {
        self.plan.features = self.parts(self.graph.features, Form::Raw);
        self.plan.pooled = self.whole(self.graph.pooled)?;
        self.plan.logits = self.graph.logits.map(|id| self.whole(id)).transpose()?;
        let mut plan = self.plan;
        plan.steps.sort_by_key(|step| step.region);
        let count = plan.steps.last().map_or(0, |step| step.region + 1);
        plan.regions = (0..count)
            .map(|region| {
                let start = plan.steps.partition_point(|step| step.region < region);
                start..plan.steps.partition_point(|step| step.region <= region)
            })
            .collect();
        debug_assert!(plan.steps.iter().all(|step| valid_channels(step.shape)));
        Ok(plan)
    }
}

/// Whether two values are the same pool of the same value.
fn same_pool(a: &Node, b: &Node) -> bool {
    matches!(a.op, Op::AveragePool { .. } | Op::MaxPool { .. }) && a.op == b.op && a.inputs == b.inputs
}

fn valid_channels(shape: Shape) -> bool {
    shape.channels > 0 && shape.pixels() > 0
}
