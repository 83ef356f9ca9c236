//! A tile of a product: some rows of one panel, its sums in registers.
//!
//! The columns behind a panel's last whole vector would leave lanes idle, so rows share vectors for them. With 12
//! such columns and vectors of 16 lanes, four rows (`a` to `d`) share three vectors:
//!
//! ```text
//! a a a a a a a a a a a a b b b b
//! b b b b b b b b c c c c c c c c
//! c c c c d d d d d d d d d d d d
//! ```
//!
//! The left side of such a vector is two rows' numbers, blended; its weights are a window into the columns written
//! twice. Each lane still sums what it would sum alone, in the same order.

use std::marker::PhantomData;

use super::{LINE, Pass, StridedRows};
use crate::kernels::isa::{Isa, Job};
use crate::kernels::pack::Panel;
use crate::kernels::unroll::unroll;

/// Rows that share vectors with one another.
const GROUP: usize = 4;

/// Some rows of one panel.
pub(super) struct Tile<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) panel: &'a Panel,
    /// The panel's weights for this pass.
    pub(super) right: *const f32,
    /// The first row.
    pub(super) row: usize,
    /// Rows; the height that is computed may be larger.
    pub(super) rows: usize,
    pub(super) ahead: Ahead,
}

/// What a tile prefetches while it computes.
#[derive(Clone, Copy)]
pub(super) enum Ahead {
    /// Lines from here on: the next panel's weights, or rows of the next block.
    Lines(*const f32),
    /// The rows of the next tile: only the first panel finds them far away.
    StridedRows,
    /// All is near.
    Nothing,
}

/// The most rows of a panel's tiles, and what their heights are multiples of.
pub(super) fn rows<I: Isa>(panel: &Panel) -> (usize, usize) {
    match panel.shared {
        0 => (I::TILE_ROWS[panel.vectors - 1], 1),
        _ => (I::SHARING_ROWS[panel.vectors - 1], GROUP),
    }
}

/// Steps of depth that are unrolled together and prefetch one line.
pub(super) fn steps_at_once<I: Isa>(panel: &Panel) -> usize {
    steps::<I>(panel.vectors, panel.shared)
}

/// See [`steps_at_once`]. Wide tiles leave no registers for a second step.
const fn steps<I: Isa>(vectors: usize, shared: usize) -> usize {
    let narrow = vectors == 1 || vectors == 2 && I::TILE_ROWS[1] * 2 < 24;
    if narrow && shared == 0 { 2 } else { 1 }
}

macro_rules! heights {
    ($tile:expr, $height:expr, $most:expr, $vectors:literal, $shared:literal, [$($rows:literal)*]) => {
        match $height {
            $($rows if $rows <= $most[$vectors - 1] => {
                I::enter(SizedTile::<I, $rows, $vectors, $shared>($tile, PhantomData))
            })*
            _ => unreachable!("a tile of {} rows, {} vectors and {} columns", $height, $vectors, $shared),
        }
    };
}

/// Computes a tile of a height that [`rows`] allows.
///
/// # Safety
/// As [`super::run`]; the tile's rows lie within the product's.
#[inline(always)]
pub(super) unsafe fn run<I: Isa>(tile: &Tile, height: usize) {
    let (whole, sharing) = (I::TILE_ROWS, I::SHARING_ROWS);
    unsafe {
        match (tile.panel.vectors, tile.panel.shared) {
            (1, 0) => heights!(tile, height, whole, 1, 0, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            (2, 0) => heights!(tile, height, whole, 2, 0, [1 2 3 4 5 6 7 8 9 10 11 12]),
            (3, 0) => heights!(tile, height, whole, 3, 0, [1 2 3 4 5 6 7 8 9]),
            (1, 4) => heights!(tile, height, sharing, 1, 4, [4 8]),
            (2, 4) => heights!(tile, height, sharing, 2, 4, [4]),
            (1, 8) => heights!(tile, height, sharing, 1, 8, [4 8 12]),
            (2, 8) => heights!(tile, height, sharing, 2, 8, [4 8]),
            (1, 12) => heights!(tile, height, sharing, 1, 12, [4 8 12]),
            (2, 12) => heights!(tile, height, sharing, 2, 12, [4 8]),
            (vectors, shared) => unreachable!("a panel of {vectors} vectors and {shared} columns"),
        }
    }
}

/// A tile of `ROWS` rows: `VECTORS` whole vectors, and `SHARED` columns for which rows share vectors.
struct SizedTile<'a, I, const ROWS: usize, const VECTORS: usize, const SHARED: usize>(
    &'a Tile<'a>,
    PhantomData<I>,
);

/// The sums of each row; the last vector in use holds columns that share vectors, while they do not.
type Sums<V, const ROWS: usize> = [[V; 3]; ROWS];

impl<I: Isa, const ROWS: usize, const VECTORS: usize, const SHARED: usize> Job
    for SizedTile<'_, I, ROWS, VECTORS, SHARED>
{
    #[inline(always)]
    unsafe fn run(self) {
        let &Tile { pass, panel, right, row, rows, ahead } = self.0;
        let gemm = pass.gemm;
        // Of a last group that is not full, the last row is repeated, and stored once.
        let certain = |index: usize| SHARED == 0 || index <= ROWS - GROUP;
        let stored = |index: usize| certain(index) || index < rows;
        let within = |index: usize| if certain(index) { index } else { index.min(rows - 1) };
        let place = |to: StridedRows| to.data.wrapping_add(row * to.stride + panel.column);
        // Unfinished sums wait where the results will be.
        let partial = if gemm.raw.data.is_null() { gemm.relu } else { gemm.raw };
        unsafe {
            let mut sums: Sums<I::Vector, ROWS> = [[I::zero(); 3]; ROWS];
            if pass.first {
                unroll!(vector < Self::WIDTH, of 3, {
                    let bias = I::load(gemm.bias.add(panel.column + vector * I::LANES));
                    unroll!(index < ROWS, of 14, { sums[index][vector] = bias });
                });
            } else {
                let first = place(partial);
                unroll!(index < ROWS, of 14, {
                    let from = first.add(within(index) * partial.stride);
                    unroll!(vector < Self::WIDTH, of 3, {
                        sums[index][vector] = I::load(from.add(vector * I::LANES));
                    });
                });
            }
            let addend = if pass.last { gemm.addend } else { StridedRows::NONE };
            if !addend.data.is_null() {
                let first = place(addend);
                unroll!(index < ROWS, of 14, {
                    let from = first.add(within(index) * addend.stride);
                    unroll!(vector < Self::WIDTH, of 3, { I::prefetch(from.wrapping_add(vector * I::LANES)) });
                });
            }
            let mut shared = Self::share(&sums);
            let mut right = right;
            let (mut fetch, advance) = match ahead {
                Ahead::Lines(from) => (from, LINE),
                Ahead::StridedRows => (right, LINE),
                Ahead::Nothing => (right, 0),
            };
            let (mut skip, mut wanted) = (pass.start, pass.steps);
            for segment in pass.left {
                if skip >= segment.depth {
                    skip -= segment.depth;
                    continue;
                }
                let steps = (segment.depth - skip).min(wanted);
                let left = segment.data.add((row - pass.first_row) * segment.stride + skip);
                if let Ahead::StridedRows = ahead {
                    fetch = left.wrapping_add(ROWS * segment.stride);
                }
                let mut lefts = [left; ROWS];
                unroll!(index < ROWS, of 14, {
                    lefts[index] = left.add(within(index) * segment.stride);
                });
                let mut step = 0;
                while step + Self::STEPS <= steps {
                    unroll!(line < Self::LINES, of 3, { I::prefetch(fetch.wrapping_add(line * advance)) });
                    fetch = fetch.wrapping_add(Self::LINES * advance);
                    unroll!(part < Self::STEPS, of 3, {
                        let weights = right.add(part * Self::STEP);
                        Self::step(&mut sums, &mut shared, &lefts, step + part, weights);
                    });
                    right = right.add(Self::STEPS * Self::STEP);
                    step += Self::STEPS;
                }
                if step < steps {
                    Self::step(&mut sums, &mut shared, &lefts, step, right);
                    right = right.add(Self::STEP);
                }
                skip = 0;
                wanted -= steps;
                if wanted == 0 {
                    break;
                }
            }
            Self::separate(&mut sums, &shared);
            if !pass.last {
                let first = place(partial);
                unroll!(index < ROWS, of 14, {
                    let to = first.add(within(index) * partial.stride);
                    if stored(index) {
                        unroll!(vector < Self::WIDTH, of 3, {
                            I::store(to.add(vector * I::LANES), sums[index][vector]);
                        });
                    }
                });
                return;
            }
            let columns = gemm.columns - panel.column;
            let (added, raw, relu) = (place(addend), place(gemm.raw), place(gemm.relu));
            unroll!(index < ROWS, of 14, {
                if !addend.data.is_null() {
                    let from = added.add(within(index) * addend.stride);
                    unroll!(vector < Self::WIDTH, of 3, {
                        sums[index][vector] = I::add(sums[index][vector], I::load(from.add(vector * I::LANES)));
                    });
                }
                if !gemm.raw.data.is_null() && stored(index) {
                    let to = raw.add(within(index) * gemm.raw.stride);
                    unroll!(vector < Self::WIDTH, of 3, {
                        store::<I>(to, vector * I::LANES, sums[index][vector], columns);
                    });
                }
                if !gemm.relu.data.is_null() && stored(index) {
                    let to = relu.add(within(index) * gemm.relu.stride);
                    unroll!(vector < Self::WIDTH, of 3, {
                        let value = I::max(sums[index][vector], I::zero());
                        store::<I>(to, vector * I::LANES, value, columns);
                    });
                }
            });
        }
    }
}

impl<I: Isa, const ROWS: usize, const VECTORS: usize, const SHARED: usize>
    SizedTile<'_, I, ROWS, VECTORS, SHARED>
{
    /// Vectors of a row's results.
    const WIDTH: usize = VECTORS + if SHARED > 0 { 1 } else { 0 };
    /// Floats of a step's weights.
    const STEP: usize = Panel::floats(VECTORS, SHARED, I::LANES);
    /// Steps of depth that are unrolled together.
    const STEPS: usize = steps::<I>(VECTORS, SHARED);
    /// Lines that they prefetch. A single row uses up weights faster than one line at a time.
    const LINES: usize = if ROWS == 1 { (Self::STEPS * Self::STEP).div_ceil(LINE) } else { 1 };

    /// The shared vector, and the lane, in which a row's columns start. Behind lane 0, they start in the vector in which
    /// those of the row before end.
    const fn start(row: usize) -> (usize, usize) {
        let lane = row % GROUP * SHARED;
        (row / GROUP * (GROUP * SHARED / I::LANES) + lane / I::LANES, lane % I::LANES)
    }

    /// A step of depth for all sums.
    ///
    /// # Safety
    /// As [`super::run`].
    #[inline(always)]
    unsafe fn step(
        sums: &mut Sums<I::Vector, ROWS>,
        shared: &mut [I::Vector; ROWS],
        lefts: &[*const f32; ROWS],
        step: usize,
        right: *const f32,
    ) {
        unsafe {
            let mut weights = [I::zero(); VECTORS];
            unroll!(vector < VECTORS, of 3, { weights[vector] = I::load(right.add(vector * I::LANES)) });
            let mut values = [I::zero(); ROWS];
            unroll!(index < ROWS, of 14, {
                let value = I::splat(*lefts[index].add(step));
                values[index] = value;
                unroll!(vector < VECTORS, of 3, {
                    sums[index][vector] = I::dot(value, weights[vector], sums[index][vector]);
                });
                let (place, lane) = Self::start(index);
                if lane > 0 {
                    let window = place * I::LANES % SHARED;
                    let weights = I::load(right.add(VECTORS * I::LANES + window));
                    let value = I::blend(values[index.saturating_sub(1)], value, lane);
                    shared[place] = I::dot(value, weights, shared[place]);
                }
            });
        }
    }

    /// The last columns of all rows, moved into the vectors that they share.
    ///
    /// # Safety
    /// The processor has `I`.
    #[inline(always)]
    unsafe fn share(sums: &Sums<I::Vector, ROWS>) -> [I::Vector; ROWS] {
        unsafe {
            let mut shared = [I::zero(); ROWS];
            unroll!(index < ROWS, of 14, {
                let (place, lane) = Self::start(index);
                if lane > 0 {
                    let (before, own) = (sums[index.saturating_sub(1)][VECTORS], sums[index][VECTORS]);
                    let before = I::slide(before, before, SHARED - lane);
                    shared[place] = I::blend(before, I::slide(own, own, I::LANES - lane), lane);
                }
            });
            shared
        }
    }

    /// Undoes [`SizedTile::share`].
    ///
    /// # Safety
    /// The processor has `I`.
    #[inline(always)]
    unsafe fn separate(sums: &mut Sums<I::Vector, ROWS>, shared: &[I::Vector; ROWS]) {
        if SHARED == 0 {
            return;
        }
        unsafe {
            unroll!(index < ROWS, of 14, {
                let (place, lane) = Self::start(index);
                let columns = I::slide(shared[place], shared[place + 1], lane);
                sums[index][VECTORS] = I::blend(columns, I::zero(), SHARED);
            });
        }
    }
}

/// Stores a vector at an offset in a row of which `columns` may be written.
///
/// # Safety
/// As [`super::run`].
#[inline(always)]
pub(super) unsafe fn store<I: Isa>(to: *mut f32, offset: usize, value: I::Vector, columns: usize) {
    // SAFETY: no column at or beyond `columns` is written.
    unsafe {
        if columns >= offset + I::LANES {
            I::store(to.add(offset), value);
        } else if columns > offset {
            I::store_first(to.add(offset), value, columns - offset);
        }
    }
}
