//! Matrix product for 1 x 1 convolutions: rows are pixels, columns are filters.
//!
//! The left side is read where it lies, as one or several runs of channels a row (so a concatenation
//! need not be stored as one); the right side is packed once, see [`super::pack`]. Each output is
//! summed in the order of its depth, whatever the tile it falls into: the bits of a result depend
//! neither on how rows are split over threads nor on how many there are.
//!
//! Where lanes hold two bf16, a block of rows is rounded first, its runs side by side; all else is the same, and a
//! step of depth is a pair of numbers. For instructions that multiply whole tiles, see [`matrix`].

pub mod matrix;
mod tile;

use std::marker::PhantomData;

use super::isa::{Isa, Job};
use super::pack::{Panel, Panels};
use tile::{Ahead, Tile};

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
    /// Whether the left side was just written and is still in the caches.
    pub near: bool,
    /// Room for [`Panels::left_rows`] of `mc` rows, each of [`Panels::left_stride`] lanes, where lanes hold two bf16.
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
    let rows = |block: usize| (gemm.rows * block / blocks, gemm.rows * (block + 1) / blocks);
    for block in 0..blocks {
        let rounded = Segment { data: gemm.rounded, stride: gemm.panels.left_stride(), depth: steps };
        let (left, first_row) = if I::BF16 {
            // SAFETY: the block has at most `mc` rows.
            unsafe { I::enter(Rounding::<I>(gemm, rows(block), PhantomData)) };
            (std::slice::from_ref(&rounded), rows(block).0)
        } else {
            (gemm.left, 0)
        };
        let mut upcoming = Upcoming {
            segments: if I::BF16 && !gemm.near && block + 1 < blocks { gemm.left } else { &[] },
            rows: rows(block + 1),
            fetched: 0,
        };
        for pass in 0..passes {
            let (start, end) = (steps * pass / passes, steps * (pass + 1) / passes);
            let (first, last) = (pass == 0, pass + 1 == passes);
            let pass = Pass { gemm, left, first_row, start, steps: end - start, first, last };
            // SAFETY: the rows are within the caller's.
            unsafe { pass.run::<I>(rows(block), &mut upcoming) };
        }
    }
}

/// The rows that are rounded next: they are prefetched while this block is multiplied.
struct Upcoming<'a> {
    segments: &'a [Segment],
    rows: (usize, usize),
    /// Floats of the first segment that have been prefetched.
    fetched: usize,
}

impl Upcoming<'_> {
    /// From where to prefetch some lines, if there are more.
    fn take(&mut self, lines: usize) -> Option<*const f32> {
        let (segment, others) = self.segments.split_first()?;
        let from = segment.data.wrapping_add(self.rows.0 * segment.stride + self.fetched);
        self.fetched += lines * LINE;
        if self.fetched >= (self.rows.1 - self.rows.0) * segment.stride {
            (self.segments, self.fetched) = (others, 0);
        }
        Some(from)
    }
}

/// Rounds some rows of the left side to bf16, their runs of channels side by side, and zeros behind them.
struct Rounding<'a, I>(&'a Gemm<'a>, (usize, usize), PhantomData<I>);

impl<I: Isa> Job for Rounding<'_, I> {
    #[inline(always)]
    unsafe fn run(self) {
        let Rounding(gemm, (first_row, end_row), _) = self;
        let (stride, depth) = (2 * gemm.panels.left_stride(), gemm.panels.depth);
        let rounded = gemm.rounded.cast::<u16>();
        let mut start = 0;
        let end = 2 * gemm.panels.steps();
        // SAFETY: a row has `stride` places, and `end` is not beyond them.
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
            if end > depth {
                (0..end_row - first_row)
                    .for_each(|row| rounded.add(row * stride + depth).write_bytes(0, end - depth));
            }
        }
    }
}

/// How many floats rounding prefetches ahead.
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
    unsafe fn run<I: Isa>(&self, (first_row, end_row): (usize, usize), upcoming: &mut Upcoming) {
        let Gemm { panels, range, .. } = self.gemm;
        let first = panels.panel(range.0);
        for index in range.0..range.1 {
            let panel = panels.panel(index);
            let (most, unit) = tile::rows::<I>(&panel);
            let units = (end_row - first_row).div_ceil(unit);
            let tiles = units.div_ceil(most / unit);
            let right = self.right(&panel);
            let floats = panel.step() * self.steps;
            let lines = self.steps / tile::steps_at_once::<I>(&panel);
            // Behind the last panel lie the weights of the next step.
            let next = if index + 1 < range.1 {
                self.right(&panels.panel(index + 1))
            } else if self.last {
                right.wrapping_add(floats)
            } else {
                self.right(&first).wrapping_add(first.step() * self.steps)
            };
            let (mut row, mut fetched) = (first_row, 0);
            for number in 0..tiles {
                let height = unit * (units / tiles + usize::from(number < units % tiles));
                let ahead = if !self.gemm.near && !I::BF16 && index == range.0 && number + 1 < tiles {
                    Ahead::StridedRows
                } else if fetched < floats / LINE {
                    let from = next.wrapping_add(fetched * LINE);
                    fetched += lines;
                    Ahead::Lines(from)
                } else {
                    upcoming.take(lines).map_or(Ahead::Nothing, Ahead::Lines)
                };
                let rows = height.min(end_row - row);
                let tile = Tile { pass: self, panel: &panel, right, row, rows, ahead };
                // SAFETY: the tile is within the rows.
                unsafe { tile::run::<I>(&tile, height) };
                row += rows;
            }
        }
    }

    /// Where a panel's weights for this pass start.
    fn right(&self, panel: &Panel) -> *const f32 {
        let steps = self.gemm.panels.steps();
        self.gemm.right.wrapping_add(panel.column * steps + panel.step() * self.start)
    }
}

/// Floats of a cache line.
const LINE: usize = 16;
