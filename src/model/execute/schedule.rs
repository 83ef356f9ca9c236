//! Which thread does what in each region: decided once, from the shapes.

use crate::model::plan::{Plan, Source, Step, Work};

/// A part of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// In the plan.
    pub(super) step: usize,
    /// The first unit, see [`unit`].
    pub(super) start: usize,
    /// Behind the last.
    pub(super) end: usize,
}

/// What a step is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Output pixels of all images, one after another.
    Pixel,
    /// Output rows of all images, one after another.
    Row,
    /// Panels of the right side.
    Panel,
    /// Parts of the input, image by image.
    Part,
}

/// The shares of all threads in a pass over so many images.
#[derive(Debug)]
pub(super) struct Schedule {
    /// By thread and region.
    pub(super) shares: Vec<Vec<Vec<Piece>>>,
    /// Floats that a thread needs for the rows of depthwise results that it feeds to a product.
    pub(super) scratch: usize,
}

/// Regions that read fewer bytes of weights than this are cut across images, so that a thread finds in
/// its cache the rows that it wrote before; others are cut between steps, so that each thread reads only
/// some of the weights.
const SMALL_WEIGHTS: usize = 512 << 10;

/// Products of fewer rows than this are cut by columns.
const FEW_ROWS: usize = 16;

impl Schedule {
    pub(super) fn new(plan: &Plan, images: usize, threads: usize) -> Schedule {
        let mut shares = vec![Vec::with_capacity(plan.regions.len()); threads];
        for region in &plan.regions {
            let steps: Vec<Cost> = region.clone().map(|step| Cost::new(plan, step, images)).collect();
            let weights: usize = region.clone().map(|step| weight_bytes(plan, &plan.steps[step])).sum();
            let cuts: Vec<Vec<usize>> = (0..=threads)
                .map(|thread| {
                    let fraction = thread as f64 / threads as f64;
                    if weights < SMALL_WEIGHTS {
                        cut_rows(&steps, fraction)
                    } else {
                        cut_steps(&steps, fraction)
                    }
                })
                .collect();
            for (thread, share) in shares.iter_mut().enumerate() {
                let pieces = steps.iter().enumerate().map(|(index, cost)| Piece {
                    step: cost.step,
                    start: cuts[thread][index],
                    end: cuts[thread + 1][index],
                });
                share.push(pieces.filter(|piece| piece.start < piece.end).collect());
            }
        }
        let scratch = plan.steps.iter().map(|step| scratch(plan, step)).max().unwrap_or(0);
        Schedule { shares, scratch }
    }
}

/// A step's units and what each costs, in about half a cycle.
struct Cost {
    step: usize,
    units: usize,
    each: f64,
}

impl Cost {
    fn new(plan: &Plan, step: usize, images: usize) -> Cost {
        let index = step;
        let step = &plan.steps[index];
        let (unit, units) = unit(plan, step, images);
        let vectors = |channels: usize| channels.div_ceil(plan.lanes) as f64;
        let pixel = match &step.work {
            Work::Product { sources, matrix, .. } => {
                let panels = &plan.matrices[*matrix].panels;
                let mut cost = (panels.depth + 8) as f64 * panels.vectors as f64;
                for source in sources {
                    cost += match source {
                        Source::Pixels(_) | Source::Patches => 0.0,
                        Source::Subsample { inputs, .. } => 2.0 * vectors(plan.channels(inputs)),
                        Source::Depthwise { input, size, .. } => {
                            vectors(plan.channels(&[*input])) * (size * size + 4) as f64 * 1.2
                        }
                    };
                }
                cost
            }
            Work::Pool { .. } => 12.0 * vectors(step.shape.channels),
            Work::Copy { .. } => 4.0 * vectors(step.shape.channels),
            Work::GlobalAverage { inputs } => {
                (plan.buffer(inputs[0]).shape.pixels() * step.shape.channels) as f64
            }
        };
        let whole = pixel * (step.shape.pixels() * images) as f64;
        debug_assert!(units > 0, "{unit:?}");
        Cost { step: index, units, each: whole / units as f64 }
    }

    fn whole(&self) -> f64 {
        self.units as f64 * self.each
    }
}

/// How a step is cut, and into how many units.
pub(super) fn unit(plan: &Plan, step: &Step, images: usize) -> (Unit, usize) {
    let pixels = images * step.shape.pixels();
    match &step.work {
        Work::GlobalAverage { inputs } => (Unit::Part, images * inputs.len()),
        Work::Product { sources, matrix, .. } if sources.iter().all(|s| matches!(s, Source::Pixels(_))) => {
            if pixels < FEW_ROWS {
                (Unit::Panel, plan.matrices[*matrix].panels.count())
            } else {
                (Unit::Pixel, pixels)
            }
        }
        _ => (Unit::Row, images * step.shape.height),
    }
}

/// Every step is cut at the same fraction; what rounding gives to one side, the next step gives back.
fn cut_rows(steps: &[Cost], fraction: f64) -> Vec<usize> {
    let mut owed = 0.0;
    let cut = |cost: &Cost| {
        let wanted = cost.units as f64 * fraction + owed / cost.each;
        let cut = (wanted.round().max(0.0) as usize).min(cost.units);
        owed += (cost.units as f64 * fraction - cut as f64) * cost.each;
        cut
    };
    steps.iter().map(cut).collect()
}

/// Whole steps go to one side, as far as possible.
fn cut_steps(steps: &[Cost], fraction: f64) -> Vec<usize> {
    let mut left = fraction * steps.iter().map(Cost::whole).sum::<f64>();
    let cut = |cost: &Cost| {
        let cut = ((left / cost.each).round().max(0.0) as usize).min(cost.units);
        left -= cut as f64 * cost.each;
        cut
    };
    steps.iter().map(cut).collect()
}

fn weight_bytes(plan: &Plan, step: &Step) -> usize {
    match step.work {
        Work::Product { matrix, .. } => plan.matrices[matrix].panels.elements() * size_of::<f32>(),
        _ => 0,
    }
}

/// Floats of scratch that a block of rows may take, so that it stays in the second level of cache while
/// the product reads it.
const BLOCK: usize = 16 << 10;

/// Rows of output for which a step computes depthwise results before it multiplies them.
pub(super) fn block_rows(plan: &Plan, step: &Step) -> usize {
    let row = row_scratch(plan, step);
    if row == 0 { 1 } else { (BLOCK / row).clamp(1, step.shape.height) }
}

fn scratch(plan: &Plan, step: &Step) -> usize {
    row_scratch(plan, step) * block_rows(plan, step)
}

/// Floats of one row of depthwise results.
fn row_scratch(plan: &Plan, step: &Step) -> usize {
    let Work::Product { sources, .. } = &step.work else { return 0 };
    let pixel = |source: &Source| match source {
        Source::Depthwise { input, .. } => plan.buffer(*input).pixel(),
        Source::Subsample { inputs, .. } => inputs.iter().map(|&id| plan.buffer(id).pixel()).sum(),
        Source::Pixels(_) | Source::Patches => 0,
    };
    step.shape.width * sources.iter().map(pixel).sum::<usize>()
}
