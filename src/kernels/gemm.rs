//! Matrix product for 1 x 1 convolutions: rows are pixels, columns are filters.
//!
//! The left side is read where it lies, as one or several runs of channels a row (so a concatenation
//! need not be stored as one); the right side is packed once, see [`super::pack`]. Each output is
//! summed in the order of its depth, whatever the tile it falls into: the bits of a result depend
//! neither on how rows are split over threads nor on how many there are.

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
pub struct Rows {
    /// The first row.
    pub data: *mut f32,
    /// Floats from row to row.
    pub stride: usize,
}

impl Rows {
    /// Nowhere.
    pub const NONE: Rows = Rows { data: std::ptr::null_mut(), stride: 0 };
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
    pub addend: Rows,
    /// Results as they are.
    pub raw: Rows,
    /// Results after relu.
    pub relu: Rows,
    /// Columns that may be written: at least those of the right side, at most a row of the result.
    pub columns: usize,
    /// Rows that go through all panels before the next ones do.
    pub block: usize,
    /// Segments that do so together: as many as stay near, with a panel of the right side. Sums wait in
    /// the results meanwhile, which loses no bits.
    pub group: usize,
}

/// Computes the product.
///
/// # Safety
/// The processor has `I`; all pointers are good for the rows, strides and columns given; results
/// overlap nothing that is read. With more segments than a group, `columns` are whole vectors.
pub unsafe fn run<I: Isa>(gemm: &Gemm) {
    let groups = gemm.left.len().div_ceil(gemm.group.max(1));
    let blocks = gemm.rows.div_ceil(gemm.block);
    let rows = |block: usize| (gemm.rows * block / blocks, gemm.rows * (block + 1) / blocks);
    for block in 0..blocks {
        let mut start = 0; // of the group, in depth
        for group in 0..groups {
            let left = gemm.group(group);
            let depth = left.iter().map(|segment| segment.depth).sum();
            let ahead =
                if group + 1 < groups { (gemm.group(group + 1), block) } else { (gemm.group(0), block + 1) };
            let pass = Pass {
                gemm,
                left,
                start,
                depth,
                first: group == 0,
                last: group + 1 == groups,
                ahead: ahead.0,
                ahead_row: rows(ahead.1).0,
            };
            // SAFETY: the rows are within the caller's.
            unsafe { pass.run::<I>(rows(block)) };
            start += depth;
        }
    }
}

impl Gemm<'_> {
    fn group(&self, index: usize) -> &[Segment] {
        let start = index * self.group.max(1);
        &self.left[start..(start + self.group.max(1)).min(self.left.len())]
    }

    /// Where a panel's weights start, from a depth on.
    fn right(&self, panel: usize, start: usize) -> *const f32 {
        let Panels { depth, lanes, .. } = self.panels;
        let (vector, width) = self.panels.panel(panel);
        self.right.wrapping_add((vector * depth + width * start) * lanes)
    }
}

/// A group of segments for some rows, through all panels.
struct Pass<'a> {
    gemm: &'a Gemm<'a>,
    left: &'a [Segment],
    /// Depth in front of the group.
    start: usize,
    /// Depth of the group.
    depth: usize,
    /// Sums start with the bias.
    first: bool,
    /// Sums are done.
    last: bool,
    /// What is read on the left after this, and from which row on: it is brought near meanwhile.
    ahead: &'a [Segment],
    ahead_row: usize,
}

impl Pass<'_> {
    /// All panels, each in tiles of nearly equal height.
    unsafe fn run<I: Isa>(&self, (first_row, end_row): (usize, usize)) {
        let gemm = self.gemm;
        let rows = end_row - first_row;
        let mut left_steps = 0;
        for panel in gemm.range.0..gemm.range.1 {
            let (vector, width) = gemm.panels.panel(panel);
            let tiles = rows.div_ceil(I::TILE_ROWS[width - 1]);
            let right = gemm.right(panel, self.start);
            let next = gemm.right((panel + 1).min(gemm.panels.count() - 1), self.start);
            let mut row = first_row;
            for index in 0..tiles {
                let height = rows / tiles + usize::from(index < rows % tiles);
                // The first tiles fetch the next panel, a line a step; the others the next rows.
                let ahead = if index < width {
                    Ahead::Right(next.wrapping_add(index * self.depth * LINE))
                } else {
                    Ahead::Left(left_steps)
                };
                left_steps += usize::from(index >= width);
                let tile = Tile { pass: self, right, row, column: vector * I::LANES, ahead };
                // SAFETY: the tile is within the rows.
                unsafe { dispatch::<I>(tile, height, width) };
                row += height;
            }
        }
    }
}

/// Floats of a cache line.
const LINE: usize = 16;

/// What a tile brings near.
#[derive(Clone, Copy)]
enum Ahead {
    /// Weights, from here on.
    Right(*const f32),
    /// What is left of the next rows after so many tiles have done their part.
    Left(usize),
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

impl<I: Isa, const ROWS: usize, const VECTORS: usize> Job for SizedTile<'_, I, ROWS, VECTORS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Tile { pass, right, row, column, ahead } = self.0;
        let gemm = pass.gemm;
        let place = |rows: Rows| rows.data.wrapping_add(row * rows.stride + column);
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
            let addend = if pass.last { gemm.addend } else { Rows::NONE };
            if !addend.data.is_null() {
                unroll!(index < ROWS, of 14, {
                    unroll!(vector < VECTORS, of 3, {
                        I::prefetch(place(addend).wrapping_add(index * addend.stride + vector * I::LANES));
                    });
                });
            }
            let mut right = right;
            let mut fetch = match ahead {
                Ahead::Right(from) => from,
                Ahead::Left(_) => right,
            };
            for (number, segment) in pass.left.iter().enumerate() {
                if let (Ahead::Left(steps), Some(next)) = (ahead, pass.ahead.get(number)) {
                    fetch = next.data.wrapping_add(pass.ahead_row * next.stride + steps * next.depth * LINE);
                }
                let left = segment.data.add(row * segment.stride);
                let mut lefts = [left; ROWS];
                unroll!(index < ROWS, of 14, { lefts[index] = left.add(index * segment.stride) });
                for step in 0..segment.depth {
                    I::prefetch(fetch);
                    fetch = fetch.wrapping_add(LINE);
                    let mut weights = [I::zero(); VECTORS];
                    unroll!(vector < VECTORS, of 3, { weights[vector] = I::load(right.add(vector * I::LANES)) });
                    unroll!(index < ROWS, of 14, {
                        let value = I::splat(*lefts[index].add(step));
                        unroll!(vector < VECTORS, of 3, {
                            sums[index][vector] = I::fma(value, weights[vector], sums[index][vector]);
                        });
                    });
                    right = right.add(VECTORS * I::LANES);
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
