//! Matrix product for 1 x 1 convolutions: rows are pixels, columns are filters.
//!
//! The left side is read where it lies, as one or several runs of channels a row (so a concatenation
//! need not be stored as one); the right side is packed once, see [`super::pack`]. Each output is
//! summed in the order of its depth, whatever the tile it falls into: the bits of a result depend
//! neither on how rows are split over threads nor on how many there are.
//!
//! Where lanes hold two bf16, a block of rows is rounded first, its runs side by side; all else is the same, and a
//! step of depth is a pair of numbers.

use std::marker::PhantomData;

use super::isa::{Isa, Job};
use super::pack::Panels;
use super::unroll::unroll;

/// A run of channels in each row of the left side.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    /// The first row's first channel.
    pub data: *const f32,
    /// Floats from row to row.
    pub stride: usize,
    /// Channels.
    pub depth: usize,
}

/// Where rows of results go to, or come from; null is nowhere.
#[derive(Debug, Clone, Copy)]
pub struct StridedRows {
    /// The first row.
    pub data: *mut f32,
    /// Floats from row to row.
    pub stride: usize,
}

impl StridedRows {
    /// Nowhere.
    pub const NONE: StridedRows = StridedRows { data: std::ptr::null_mut(), stride: 0 };
}

/// `left x right + bias (+ addend)`, stored as it is, or after relu, or both.
#[derive(Debug, Clone, Copy)]
pub struct Gemm<'a> {
    /// Rows of the left side and of the results.
    pub rows: usize,
    /// The left side; depths add up to that of the packed right side.
    pub left: &'a [Segment],
    /// The packed right side.
    pub right: *const f32,
    /// Its shape.
    pub panels: Panels,
    /// The panels to compute, from the first to behind the last.
    pub range: (usize, usize),
    /// One number a column, padded to whole vectors.
    pub bias: *const f32,
    /// Added before storing; rows padded to whole vectors.
    pub addend: StridedRows,
    /// Results as they are.
    pub raw: StridedRows,
    /// Results after relu.
    pub relu: StridedRows,
    /// Columns that may be written: at least those of the right side, at most a row of the result.
    pub columns: usize,
    /// Rows that go through all panels before the next rows do: `mc` in Van Zee and van de Geijn, "BLIS: A
    /// Framework for Rapidly Instantiating BLAS Functionality" (2015). Their part of the left side stays in
    /// the second level of cache.
    pub mc: usize,
    /// Steps of depth that go through all panels before more of them do: `kc` in the same paper. That much of a
    /// panel stays near while all rows pass it. Sums wait in the results meanwhile, which loses no bits.
    pub kc: usize,
    /// Room for `mc` rows of the left side, each of [`Panels::left_stride`] lanes, where lanes hold two bf16.
    pub rounded: *mut f32,
}

/// Computes the product.
///
/// # Safety
/// The processor has `I`; all pointers are good for the rows, strides and columns given; results
/// overlap nothing that is read. With more depth than `kc`, `columns` are whole vectors.
pub unsafe fn run<I: Isa>(gemm: &Gemm) {
    let steps = gemm.panels.steps();
    let passes = steps.div_ceil(gemm.kc.max(1)).max(1);
    let blocks = gemm.rows.div_ceil(gemm.mc.max(1));
    for block in 0..blocks {
        let rows = (gemm.rows * block / blocks, gemm.rows * (block + 1) / blocks);
        let rounded = Segment { data: gemm.rounded, stride: gemm.panels.left_stride(), depth: steps };
        let (left, first_row) = if I::BF16 {
            // SAFETY: the block has at most `mc` rows.
            unsafe { I::enter(Rounding::<I>(gemm, rows, PhantomData)) };
            (std::slice::from_ref(&rounded), rows.0)
        } else {
            (gemm.left, 0)
        };
        for pass in 0..passes {
            let (start, end) = (steps * pass / passes, steps * (pass + 1) / passes);
            let (first, last) = (pass == 0, pass + 1 == passes);
            let pass = Pass { gemm, left, first_row, start, steps: end - start, first, last };
            // SAFETY: the rows are within the caller's.
            unsafe { pass.run::<I>(rows) };
        }
    }
}

/// Rounds some rows of the left side to bf16, their runs of channels side by side.
struct Rounding<'a, I>(&'a Gemm<'a>, (usize, usize), PhantomData<I>);

impl<I: Isa> Job for Rounding<'_, I> {
    #[inline(always)]
    unsafe fn run(self) {
        let Rounding(gemm, (first_row, end_row), _) = self;
        let (stride, depth) = (2 * gemm.panels.left_stride(), gemm.panels.depth);
        let rounded = gemm.rounded.cast::<u16>();
        let mut start = 0;
        // SAFETY: a row's numbers, and one zero where they are odd, take at most `stride` places.
        unsafe {
            for segment in gemm.left {
                for row in first_row..end_row {
                    let from = segment.data.add(row * segment.stride);
                    let to = rounded.add((row - first_row) * stride + start);
                    for first in (0..segment.depth).step_by(I::LANES) {
                        I::prefetch(from.wrapping_add(first + AHEAD));
                        I::to_bf16(from.add(first), to.add(first), I::LANES.min(segment.depth - first));
                    }
                }
                start += segment.depth;
            }
            if depth % 2 == 1 {
                (0..end_row - first_row).for_each(|row| rounded.add(row * stride + depth).write(0));
            }
        }
    }
}

/// Floats that are asked for ahead of those that are rounded.
const AHEAD: usize = 512;

/// Some of the depth, for some rows, through all panels.
struct Pass<'a> {
    gemm: &'a Gemm<'a>,
    /// The left side, as it is or rounded.
    left: &'a [Segment],
    /// The row that the left side starts with.
    first_row: usize,
    /// Steps of depth in front of it.
    start: usize,
    /// Its own steps.
    steps: usize,
    /// Sums start with the bias.
    first: bool,
    /// Sums are done.
    last: bool,
}

impl Pass<'_> {
    /// All panels, each in tiles of nearly equal height.
    unsafe fn run<I: Isa>(&self, (first_row, end_row): (usize, usize)) {
        let gemm = self.gemm;
        let rows = end_row - first_row;
        for panel in gemm.range.0..gemm.range.1 {
            let (vector, width) = gemm.panels.panel(panel);
            let tiles = rows.div_ceil(I::TILE_ROWS[width - 1]);
            let right = self.right(panel);
            // Behind the last panel lie the weights of the next step.
            let next = if panel + 1 < gemm.panels.count() {
                self.right(panel + 1)
            } else {
                right.wrapping_add(width * self.steps * I::LANES)
            };
            let lines = width * self.steps * I::LANES / LINE;
            let (mut row, mut fetched) = (first_row, 0);
            for index in 0..tiles {
                let height = rows / tiles + usize::from(index < rows % tiles);
                let ahead = if panel == gemm.range.0 && index + 1 < tiles {
                    Ahead::StridedRows
                } else if fetched < lines {
                    let from = next.wrapping_add(fetched * LINE);
                    fetched += self.steps / steps_at_once::<I>(width);
                    Ahead::Panel(from)
                } else {
                    Ahead::Nothing
                };
                let tile = Tile { pass: self, right, row, column: vector * I::LANES, ahead };
                // SAFETY: the tile is within the rows.
                unsafe { dispatch::<I>(tile, height, width) };
                row += height;
            }
        }
    }

    /// Where a panel's weights for this pass start.
    fn right(&self, panel: usize) -> *const f32 {
        let panels = &self.gemm.panels;
        let (vector, width) = panels.panel(panel);
        self.gemm.right.wrapping_add((vector * panels.steps() + width * self.start) * panels.lanes.count)
    }
}

/// Floats of a cache line.
const LINE: usize = 16;

/// Steps of depth that are written out together, for which one line is asked for. Panels of three vectors leave no
/// registers for a second one.
const fn steps_at_once<I: Isa>(width: usize) -> usize {
    if width == 1 || width == 2 && I::TILE_ROWS[1] * 2 < 24 { 2 } else { 1 }
}

/// What a tile asks the memory for while it computes.
#[derive(Clone, Copy)]
enum Ahead {
    /// Weights, from here on: those of the next panel.
    Panel(*const f32),
    /// The rows of the next tile: only the first panel finds them far away.
    StridedRows,
    /// All is near.
    Nothing,
}

macro_rules! heights {
    ($tile:expr, $height:expr, $width:literal, [$($rows:literal)*]) => {
        match $height {
            $($rows if $rows <= I::TILE_ROWS[$width - 1] => I::enter(SizedTile::<I, $rows, $width>($tile, PhantomData)),)*
            _ => unreachable!("a tile of {} rows and {} vectors", $height, $width),
        }
    };
}

/// # Safety
/// As [`run`].
unsafe fn dispatch<I: Isa>(tile: Tile, height: usize, width: usize) {
    unsafe {
        match width {
            1 => heights!(tile, height, 1, [1 2 3 4 5 6 7 8 9 10 11 12 13 14]),
            2 => heights!(tile, height, 2, [1 2 3 4 5 6 7 8 9 10 11 12]),
            _ => heights!(tile, height, 3, [1 2 3 4 5 6 7 8 9]),
        }
    }
}

/// Some rows of one panel.
struct Tile<'a> {
    pass: &'a Pass<'a>,
    right: *const f32,
    row: usize,
    column: usize,
    ahead: Ahead,
}

struct SizedTile<'a, I, const ROWS: usize, const VECTORS: usize>(Tile<'a>, PhantomData<I>);

impl<I: Isa, const ROWS: usize, const VECTORS: usize> SizedTile<'_, I, ROWS, VECTORS> {
    const STEPS: usize = steps_at_once::<I>(VECTORS);
}

impl<I: Isa, const ROWS: usize, const VECTORS: usize> Job for SizedTile<'_, I, ROWS, VECTORS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Tile { pass, right, row, column, ahead } = self.0;
        let gemm = pass.gemm;
        let place = |rows: StridedRows| rows.data.wrapping_add(row * rows.stride + column);
        // Unfinished sums wait where the results will be.
        let partial = if gemm.raw.data.is_null() { gemm.relu } else { gemm.raw };
        unsafe {
            let mut sums = [[I::zero(); VECTORS]; ROWS];
            if pass.first {
                unroll!(vector < VECTORS, of 3, {
                    let bias = I::load(gemm.bias.add(column + vector * I::LANES));
                    unroll!(index < ROWS, of 14, { sums[index][vector] = bias });
                });
            } else {
                let from = place(partial);
                unroll!(index < ROWS, of 14, {
                    unroll!(vector < VECTORS, of 3, {
                        sums[index][vector] = I::load(from.add(index * partial.stride + vector * I::LANES));
                    });
                });
            }
            let addend = if pass.last { gemm.addend } else { StridedRows::NONE };
            if !addend.data.is_null() {
                unroll!(index < ROWS, of 14, {
                    unroll!(vector < VECTORS, of 3, {
                        I::prefetch(place(addend).wrapping_add(index * addend.stride + vector * I::LANES));
                    });
                });
            }
            let mut right = right;
            let (mut fetch, advance) = match ahead {
                Ahead::Panel(from) => (from, LINE),
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
                unroll!(index < ROWS, of 14, { lefts[index] = left.add(index * segment.stride) });
                let mut step = 0;
                while step + Self::STEPS <= steps {
                    I::prefetch(fetch);
                    fetch = fetch.wrapping_add(advance);
                    unroll!(part < steps_at_once::<I>(VECTORS), of 3, {
                        let mut weights = [I::zero(); VECTORS];
                        unroll!(vector < VECTORS, of 3, { weights[vector] = I::load(right.add((part * VECTORS + vector) * I::LANES)) });
                        unroll!(index < ROWS, of 14, {
                            let value = I::splat(*lefts[index].add(step + part));
                            unroll!(vector < VECTORS, of 3, {
                                sums[index][vector] = I::dot(value, weights[vector], sums[index][vector]);
                            });
                        });
                    });
                    right = right.add(Self::STEPS * VECTORS * I::LANES);
                    step += Self::STEPS;
                }
                if step < steps {
                    let mut weights = [I::zero(); VECTORS];
                    unroll!(vector < VECTORS, of 3, { weights[vector] = I::load(right.add(vector * I::LANES)) });
                    unroll!(index < ROWS, of 14, {
                        let value = I::splat(*lefts[index].add(step));
                        unroll!(vector < VECTORS, of 3, {
                            sums[index][vector] = I::dot(value, weights[vector], sums[index][vector]);
                        });
                    });
                    right = right.add(VECTORS * I::LANES);
                }
                skip = 0;
                wanted -= steps;
                if wanted == 0 {
                    break;
                }
            }
            if !pass.last {
                let to = place(partial);
                unroll!(index < ROWS, of 14, {
                    unroll!(vector < VECTORS, of 3, {
                        I::store(to.add(index * partial.stride + vector * I::LANES), sums[index][vector]);
                    });
                });
                return;
            }
            let columns = gemm.columns - column;
            unroll!(index < ROWS, of 14, {
                if !addend.data.is_null() {
                    let addend = place(addend).add(index * addend.stride);
                    unroll!(vector < VECTORS, of 3, {
                        sums[index][vector] = I::add(sums[index][vector], I::load(addend.add(vector * I::LANES)));
                    });
                }
                if !gemm.raw.data.is_null() {
                    let to = place(gemm.raw).add(index * gemm.raw.stride);
                    unroll!(vector < VECTORS, of 3, { store::<I>(to, vector * I::LANES, sums[index][vector], columns) });
                }
                if !gemm.relu.data.is_null() {
                    let to = place(gemm.relu).add(index * gemm.relu.stride);
                    unroll!(vector < VECTORS, of 3, {
                        let value = I::max(sums[index][vector], I::zero());
                        store::<I>(to, vector * I::LANES, value, columns);
                    });
                }
            });
        }
    }
}

/// Stores a vector at an offset in a row of which `columns` may be written.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn store<I: Isa>(to: *mut f32, offset: usize, value: I::Vector, columns: usize) {
    // SAFETY: no column at or beyond `columns` is written.
    unsafe {
        if columns >= offset + I::LANES {
            I::store(to.add(offset), value);
        } else if columns > offset {
            I::store_first(to.add(offset), value, columns - offset);
        }
    }
}
