//! A plan as what a card does: kernels and products, in branches that may run side by side.

use super::arena::{Arena, Place, padded};
use super::launch::{Bases, Launch, Ready};
use super::parameters::{Block, Parameters};
use crate::engine::NetworkOutput;
use crate::engine::plan::{BufferId, Factor, Plan, Product, Step, Work};
use crate::error::{Error, Result};
use crate::graph::Shape;
use crate::kernels::cuda::CHANNELS;

/// What a card does for a plan.
#[derive(Debug, Clone)]
pub struct Program {
    /// Regions, each of branches that do not depend on one another, each of launches in their order.
    pub regions: Vec<Vec<Vec<Launch>>>,
    /// Where weights lie.
    pub parameters: Parameters,
    /// Where values lie.
    pub arena: Arena,
    results: [Option<Vec<Launch>>; 3],
}

impl Program {
    /// Lowers a plan.
    ///
    /// # Errors
    /// When the results of a product would not be aligned to blocks; no NASNet-A has one.
    pub fn new(plan: &Plan) -> Result<Program> {
        let mut arena = Arena::new(plan);
        let jobs = jobs(plan);
        // The left side of a product that does not lie in one piece is computed into scratch.
        let scratch: Vec<Option<usize>> = jobs.iter().map(|job| scratch(plan, &mut arena, job)).collect();
        arena.assign_slots();
        let parameters = Parameters::new(plan);
        let mut lowering = Lowering { plan, arena, parameters };
        let mut regions = vec![Vec::new(); plan.regions.len()];
        for (job, scratch) in jobs.iter().zip(scratch) {
            regions[job[0].region].push(lowering.job(job, scratch)?);
        }
        let results = [plan.logits.map(|id| vec![id]), Some(vec![plan.pooled]), Some(plan.features.clone())];
        let results = results.map(|buffers| buffers.map(|buffers| lowering.result(&buffers)));
        Ok(Program { regions, parameters: lowering.parameters, arena: lowering.arena, results })
    }

    /// What brings an output to where it can be fetched.
    ///
    /// # Errors
    /// When the network has no such output.
    pub fn result(&self, output: NetworkOutput) -> Result<&[Launch]> {
        let index = match output {
            NetworkOutput::Logits => 0,
            NetworkOutput::Pooled => 1,
            NetworkOutput::Features => 2,
        };
        self.results[index]
            .as_deref()
            .ok_or_else(|| Error::Config("the network has no such output".to_owned()))
    }

    /// Numbers of an output of one image.
    pub fn result_elements(launches: &[Launch]) -> usize {
        let numbers = |launch: &Launch| match launch {
            Launch::Result { shape, .. } => shape.elements(),
            _ => 0,
        };
        launches.iter().map(numbers).sum()
    }

    /// Images of which the threads of every kernel can be counted in 32 bits.
    pub fn most_images(&self) -> usize {
        let bases = Bases { arena: 0, parameters: 0, input: 0, results: 0, bytes: 4 };
        let launches = self.regions.iter().flatten().flatten();
        let launches = launches.chain(self.results.iter().flatten().flatten());
        let threads = launches.filter_map(|launch| match launch.ready(&self.parameters, 1, &bases) {
            Ready::Kernel(call) => Some(call.threads()),
            Ready::Product(_) => None,
        });
        (u32::MAX / threads.max().unwrap_or(1).max(1)) as usize
    }
}

/// Steps that become one each. A product that fills the second half of pixels joins the one that fills the first
/// where it would start within a block: one product over both left sides, with zeros, is faster than one whose
/// results are not aligned.
fn jobs(plan: &Plan) -> Vec<Vec<&Step>> {
    let mut jobs: Vec<Vec<&Step>> = Vec::new();
    let result = |step: &Step| (step.region, step.raw, step.relu, step.addend);
    for step in &plan.steps {
        let is_unaligned = matches!(&step.work, Work::Product(Product { first_channel, .. }) if first_channel % CHANNELS != 0);
        match jobs.iter_mut().find(|job| is_unaligned && result(job[0]) == result(step)) {
            Some(job) => job.push(step),
            None => jobs.push(vec![step]),
        }
    }
    jobs
}

/// The factors of the products of a job.
fn factors<'a>(job: &[&'a Step]) -> Vec<&'a Factor> {
    let of_step = |step: &&'a Step| match &step.work {
        Work::Product(Product { factors, .. }) => &factors[..],
        _ => &[],
    };
    job.iter().flat_map(of_step).collect()
}

/// A slot for the left side of a job's product, where it needs one.
fn scratch(plan: &Plan, arena: &mut Arena, job: &[&Step]) -> Option<usize> {
    let factors = factors(job);
    if factors.is_empty() {
        return None;
    }
    if let [Factor::Pixels(inputs)] = factors[..]
        && arena.runs(plan, inputs).len() == 1
    {
        return None;
    }
    let pixel = factors.iter().flat_map(|factor| spans(plan, factor)).map(padded).sum();
    Some(arena.scratch(job[0].shape.pixels(), pixel, job[0].region))
}

/// The channels that a factor puts side by side.
fn spans(plan: &Plan, factor: &Factor) -> Vec<usize> {
    let channels = |id: &BufferId| plan.buffer(*id).shape.channels;
    match factor {
        Factor::Pixels(inputs) | Factor::Subsample { inputs, .. } => inputs.iter().map(channels).collect(),
        Factor::Depthwise { input, .. } => vec![channels(input)],
        Factor::Patches => vec![9 * plan.input.channels],
    }
}

struct Lowering<'a> {
    plan: &'a Plan,
    arena: Arena,
    parameters: Parameters,
}

impl Lowering<'_> {
    fn shape(&self, id: BufferId) -> Shape {
        let shape = self.plan.buffer(id).shape;
        Shape { channels: padded(shape.channels), ..shape }
    }

    /// Where a buffer is read or written, if there is one and it is stored.
    fn place(&self, id: Option<BufferId>) -> Option<Place> {
        id.filter(|&id| !self.arena.is_rectified_by_readers(id)).map(|id| self.arena.place(id))
    }

    /// The launches of a job.
    fn job(&mut self, job: &[&Step], scratch: Option<usize>) -> Result<Vec<Launch>> {
        let step = job[0];
        Ok(match &step.work {
            Work::Product(_) => return self.product(job, scratch),
            Work::Pool { input, kind, stride } => vec![Launch::Pool {
                from: self.arena.place(*input),
                shape: self.shape(*input),
                kind: *kind,
                stride: *stride,
                addend: self.place(step.addend),
                raw: self.place(step.raw),
                relu: self.place(step.relu),
            }],
            Work::Copy { inputs } => self.side_by_side(step, inputs, false),
            Work::GlobalAverage { inputs } => self.side_by_side(step, inputs, true),
        })
    }

    /// A launch for each input and each form of the result, whose channels have no padding but behind the last.
    fn side_by_side(&self, step: &Step, inputs: &[BufferId], mean: bool) -> Vec<Launch> {
        let mut launches = Vec::new();
        for (to, relu) in [(step.raw, false), (step.relu, true)] {
            let Some(to) = self.place(to) else { continue };
            let mut first = 0;
            for (index, &id) in inputs.iter().enumerate() {
                let (from, shape) = (self.arena.place(id), self.plan.buffer(id).shape);
                let is_last = index + 1 == inputs.len();
                let channels = if is_last { padded(step.shape.channels) - first } else { shape.channels };
                let to = Place { channel: to.channel + first, ..to };
                launches.push(Launch::Copy { from, shape, mean, relu, to, channels });
                first += shape.channels;
            }
        }
        launches
    }

    fn product(&mut self, job: &[&Step], scratch: Option<usize>) -> Result<Vec<Launch>> {
        let mut launches = Vec::new();
        let left = match (scratch, &factors(job)[..]) {
            (Some(slot), factors) => {
                let mut channel = 0;
                for factor in factors {
                    self.factor(factor, slot, &mut channel, &mut launches);
                }
                self.arena.within(slot, 0)
            }
            (None, [Factor::Pixels(inputs), ..]) => self.arena.place(inputs[0]),
            (None, _) => unreachable!("only pixels are read where they lie"),
        };
        let mut blocks = Vec::new();
        let (mut first_column, mut columns) = (usize::MAX, 0);
        for step in job {
            let Work::Product(Product { factors, matrix, first_channel }) = &step.work else { continue };
            first_column = first_column.min(*first_channel);
            let spans = factors.iter().flat_map(|factor| spans(self.plan, factor)).collect();
            blocks.push(Block { matrix: *matrix, first_column: first_channel - first_column, spans });
            columns = first_channel - first_column + self.plan.matrices[*matrix].panels.columns;
        }
        let shape = job[0].shape;
        if !first_column.is_multiple_of(CHANNELS) {
            return Err(Error::Config(format!("the CUDA engine has no product for {}", job[0].name)));
        }
        if first_column + columns == shape.channels {
            columns = padded(shape.channels) - first_column;
        }
        let filters = self.parameters.add(blocks, columns);
        let within = |place: Place| Place { channel: place.channel + first_column, ..place };
        let [addend, raw, relu] =
            [job[0].addend, job[0].raw, job[0].relu].map(|id| self.place(id).map(within));
        if let Some(to) = raw.or(relu) {
            let (relu, pixels) = (raw.is_none(), shape.pixels());
            launches.push(Launch::Product { filters, left, pixels, addend, relu, to });
        }
        if let (Some(from), Some(to)) = (raw, relu) {
            let shape = Shape { channels: columns, ..shape };
            launches.push(Launch::Gather { from, shape, step: 1, offset: 0, relu: true, to });
        }
        Ok(launches)
    }

    /// Puts a source into scratch, from a channel on.
    fn factor(&self, factor: &Factor, slot: usize, channel: &mut usize, launches: &mut Vec<Launch>) {
        let mut next = |channels: usize| {
            let to = self.arena.within(slot, *channel);
            *channel += channels;
            to
        };
        match factor {
            Factor::Pixels(inputs) | Factor::Subsample { inputs, .. } => {
                let (step, offset) = match factor {
                    Factor::Subsample { offset, .. } => (2, *offset),
                    _ => (1, 0),
                };
                for (first, channels) in self.arena.runs(self.plan, inputs) {
                    let (from, shape) = (self.arena.place(first), Shape { channels, ..self.shape(first) });
                    let to = next(channels);
                    launches.push(Launch::Gather { from, shape, step, offset, relu: false, to });
                }
            }
            Factor::Depthwise { input, size, stride, weights } => {
                let (from, shape) = (self.arena.place(*input), self.shape(*input));
                let (size, stride, windows) = (*size, *stride, self.parameters.depthwise_weights[*weights]);
                let (relu, to) = (self.arena.is_rectified_by_readers(*input), next(shape.channels));
                launches.push(Launch::Depthwise { from, shape, size, stride, relu, windows, to });
            }
            Factor::Patches => {
                let shape = self.plan.input;
                let to = next(padded(9 * shape.channels));
                launches.push(Launch::Patches { shape, to });
            }
        }
    }

    /// Buffers side by side, without padding.
    fn result(&self, buffers: &[BufferId]) -> Vec<Launch> {
        let row = self.plan.channels(buffers);
        let mut first = 0;
        let part = |&id: &BufferId| {
            let shape = self.plan.buffer(id).shape;
            let launch = Launch::Result { from: self.arena.place(id), shape, first, row };
            first += shape.channels;
            launch
        };
        buffers.iter().map(part).collect()
    }
}
