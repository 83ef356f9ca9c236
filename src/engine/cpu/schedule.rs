//! Which thread does what in each region: decided once, from the shapes.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::caches::Caches;
use crate::engine::plan::{Factor, Plan, Product, Step, Work};

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
    /// Output pixels.
    Pixel,
    /// Output rows.
    Row,
    /// Panels of the right side.
    Panel,
    /// Parts of the input.
    Part,
}

/// Pieces that are meant for one thread, in one region. Others take from it when theirs are done.
#[derive(Debug)]
#[repr(align(64))] // a cache line for each thread's counter
pub(super) struct Share {
    pub(super) pieces: Vec<Piece>,
    taken: AtomicUsize,
}

impl Share {
    /// The next piece that is not taken yet.
    fn take(&self) -> Option<&Piece> {
        if self.taken.load(Ordering::Relaxed) >= self.pieces.len() {
            return None;
        }
        self.pieces.get(self.taken.fetch_add(1, Ordering::Relaxed))
    }
}

/// The pieces of a region.
#[derive(Debug)]
pub(super) struct Region {
    /// By thread.
    pub(super) shares: Vec<Share>,
    /// Pieces that are not done yet.
    pending: AtomicUsize,
}

impl Region {
    fn new(shares: Vec<Share>) -> Region {
        let region = Region { shares, pending: AtomicUsize::new(0) };
        region.reset();
        region
    }

    /// All pieces, for a thread that is alone.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.shares.iter().flat_map(|share| &share.pieces)
    }

    /// Pieces for one thread: its own, then what is left of the others'. No other thread gets them.
    pub(super) fn take(&self, thread: usize) -> impl Iterator<Item = &Piece> {
        let (before, after) = self.shares.split_at(thread);
        after.iter().chain(before).flat_map(|share| std::iter::from_fn(|| share.take()))
    }

    /// Says that a piece is done. True for the last one.
    pub(super) fn finish(&self) -> bool {
        self.pending.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Whether all pieces are done, and what they wrote can be read.
    pub(super) fn is_done(&self) -> bool {
        self.pending.load(Ordering::Acquire) == 0
    }

    fn reset(&self) {
        self.shares.iter().for_each(|share| share.taken.store(0, Ordering::Relaxed));
        self.pending.store(self.pieces().count(), Ordering::Relaxed);
    }
}

/// The shares of all threads in a pass over an image.
#[derive(Debug)]
pub(super) struct Schedule {
    /// In the order of the plan.
    pub(super) regions: Vec<Region>,
    /// Floats that a thread needs for the rows of depthwise results that it feeds to a product.
    pub(super) scratch: usize,
}

/// Regions that read fewer bytes of weights than this are cut across the image, so that a thread finds in
/// its cache the rows that it wrote before; others are cut between steps, so that each thread reads only
/// some of the weights.
const SMALL_WEIGHTS: usize = 512 << 10;

/// Pieces cost at least this much, in the unit of [`Cost::each`]: some microseconds.
const LEAST_PIECE: f64 = 30e3;

impl Schedule {
    pub(super) fn new(plan: &Plan, caches: Caches, threads: usize) -> Schedule {
        let mut regions = Vec::with_capacity(plan.regions.len());
        for region in &plan.regions {
            let steps: Vec<Cost> =
                region.clone().map(|step| Cost::new(plan, caches, step, threads)).collect();
            let weights: usize = region.clone().map(|step| weight_bytes(plan, &plan.steps[step])).sum();
            let mut cuts: Vec<Vec<usize>> = (0..=threads)
                .map(|thread| {
                    let fraction = thread as f64 / threads as f64;
                    if weights < SMALL_WEIGHTS {
                        cut_rows(&steps, fraction)
                    } else {
                        cut_steps(&steps, fraction)
                    }
                })
                .collect();
            cuts[threads] = steps.iter().map(|cost| cost.units).collect();
            for thread in 0..threads {
                // Rounding may have moved a cut in front of the one before.
                let (before, after) = cuts.split_at_mut(thread + 1);
                for (cut, earlier) in after[0].iter_mut().zip(&before[thread]) {
                    *cut = (*cut).max(*earlier);
                }
            }
            let whole: f64 = steps.iter().map(Cost::whole).sum();
            let target = if threads == 1 { whole } else { (whole / (threads * 6) as f64).max(LEAST_PIECE) };
            let share = |thread: usize| {
                let mut pieces = Vec::new();
                for (index, cost) in steps.iter().enumerate() {
                    cost.divide(cuts[thread][index], cuts[thread + 1][index], target, &mut pieces);
                }
                Share { pieces, taken: AtomicUsize::new(0) }
            };
            regions.push(Region::new((0..threads).map(share).collect()));
        }
        let scratch = plan.steps.iter().map(|step| scratch(plan, caches, step)).max().unwrap_or(0);
        Schedule { regions, scratch }
    }
}

impl Schedule {
    /// Threads that share a pass.
    pub(super) fn threads(&self) -> usize {
        self.regions.first().map_or(1, |region| region.shares.len())
    }

    /// Starts a new pass. No thread may be in one.
    pub(super) fn reset(&self) {
        self.regions.iter().for_each(Region::reset);
    }
}

/// A step's units and what each costs, in about half a cycle.
struct Cost {
    step: usize,
    units: usize,
    each: f64,
    /// Pieces are not made smaller than this many units.
    grain: usize,
}

impl Cost {
    fn new(plan: &Plan, caches: Caches, step: usize, threads: usize) -> Cost {
        let index = step;
        let step = &plan.steps[index];
        let (unit, units) = unit(plan, step);
        let vectors = |channels: usize| channels.div_ceil(plan.lanes.count) as f64;
        let pixel = match &step.work {
            Work::Product(Product { factors, matrix, .. }) => {
                let panels = &plan.matrices[*matrix].panels;
                let mut cost =
                    (panels.steps() + 8) as f64 * (panels.columns as f64 / plan.lanes.count as f64);
                for factor in factors {
                    cost += match factor {
                        Factor::Pixels(_) | Factor::Subsample { .. } | Factor::Patches => 0.0,
                        Factor::Depthwise { input, size, .. } => {
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
        let whole = pixel * step.shape.pixels() as f64;
        debug_assert!(units > 0, "{unit:?}");
        let grain = match unit {
            Unit::Pixel => 72,
            // For each block all weights are read, so two threads do not share one. More would have nothing to do.
            Unit::Row => block_rows(plan, caches, step).min(units.div_ceil((threads / 2).max(1))),
            Unit::Panel | Unit::Part => 1,
        };
        Cost { step: index, units, each: whole / units as f64, grain }
    }

    /// Cuts a range of units into pieces of about the target's cost.
    fn divide(&self, start: usize, end: usize, target: f64, pieces: &mut Vec<Piece>) {
        let units = end - start;
        let wanted = (units as f64 * self.each / target).round() as usize;
        let count = wanted.clamp(1, units.div_ceil(self.grain).max(1));
        let place = |index: usize| start + units * index / count;
        let ranges =
            (0..count).map(|index| Piece { step: self.step, start: place(index), end: place(index + 1) });
        pieces.extend(ranges.filter(|piece| piece.start < piece.end));
    }

    fn whole(&self) -> f64 {
        self.units as f64 * self.each
    }
}

/// How a step is cut, and into how many units.
pub(super) fn unit(plan: &Plan, step: &Step) -> (Unit, usize) {
    let pixels = step.shape.pixels();
    match &step.work {
        Work::GlobalAverage { inputs } => (Unit::Part, inputs.len()),
        Work::Product(Product { factors, matrix, .. })
            if factors.iter().all(|s| matches!(s, Factor::Pixels(_))) =>
        {
            let panels = plan.matrices[*matrix].panels;
            if pixels < panels.columns {
                (Unit::Panel, panels.count()) // there is more to read on the right side than on the left
            } else {
                (Unit::Pixel, pixels)
            }
        }
        _ => (Unit::Row, step.shape.height),
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
    match &step.work {
        Work::Product(Product { matrix, .. }) => plan.matrices[*matrix].panels.elements() * size_of::<f32>(),
        _ => 0,
    }
}

/// Rows of output for which a step computes depthwise results before it multiplies them.
pub(super) fn block_rows(plan: &Plan, caches: Caches, step: &Step) -> usize {
    let block = caches.scratch();
    block.checked_div(row_scratch(plan, step)).map_or(1, |rows| rows.clamp(1, step.shape.height))
}

/// Floats of depthwise results, and of left sides that are rounded.
fn scratch(plan: &Plan, caches: Caches, step: &Step) -> usize {
    let Work::Product(Product { matrix, .. }) = &step.work else { return 0 };
    let panels = &plan.matrices[*matrix].panels;
    let rounded = match panels.lanes.numbers {
        1 => 0,
        _ => {
            let rows = caches.blocks(panels, true).mc.min(step.shape.pixels());
            panels.left_rows(rows) * panels.left_stride()
        }
    };
    row_scratch(plan, step) * block_rows(plan, caches, step) + zeros(plan, step) + rounded
}

/// Floats of a pixel beyond the border, for products of every second pixel.
pub(super) fn zeros(plan: &Plan, step: &Step) -> usize {
    let Work::Product(Product { factors, .. }) = &step.work else { return 0 };
    let widest = |factor: &Factor| match factor {
        Factor::Subsample { inputs, .. } => inputs.iter().map(|&id| plan.buffer(id).pixel_stride()).max(),
        _ => None,
    };
    factors.iter().filter_map(widest).max().unwrap_or(0)
}

/// Floats of one row of depthwise results.
fn row_scratch(plan: &Plan, step: &Step) -> usize {
    let Work::Product(Product { factors, .. }) = &step.work else { return 0 };
    let pixel = |factor: &Factor| match factor {
        Factor::Depthwise { input, .. } => plan.buffer(*input).pixel_stride(),
        Factor::Pixels(_) | Factor::Subsample { .. } | Factor::Patches => 0,
    };
    step.shape.width * factors.iter().map(pixel).sum::<usize>()
}
