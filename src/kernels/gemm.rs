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

    /// The part from a row on.
    ///
    /// # Safety
    /// The row is within the buffer, or the rows are nowhere.
    pub unsafe fn from_row(self, row: usize) -> Rows {
        if self.data.is_null() {
            self
        } else {
            Rows { data: unsafe { self.data.add(row * self.stride) }, ..self }
        }
    }
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
}

/// Computes the product.
///
/// # Safety
/// The processor has `I`; all pointers are good for the rows, strides and columns given; results
/// overlap nothing that is read.
pub unsafe fn run<I: Isa>(gemm: &Gemm) {
    let mut row = 0;
    while row < gemm.rows {
        let rows = gemm.block.min(gemm.rows - row);
        for panel in gemm.range.0..gemm.range.1 {
            // SAFETY: rows `row..row + rows` are within the caller's.
            unsafe { run_panel::<I>(gemm, panel, row, rows) };
        }
        row += rows;
    }
}

/// One panel for some rows, in tiles of nearly equal height.
unsafe fn run_panel<I: Isa>(gemm: &Gemm, panel: usize, first: usize, rows: usize) {
    let Panels { depth, .. } = gemm.panels;
    let (start, width) = gemm.panels.panel(panel);
    let column = start * I::LANES;
    let most = I::TILE_ROWS[width - 1];
    let tiles = rows.div_ceil(most);
    let right = unsafe { gemm.right.add(column * depth) };
    let mut row = first;
    for index in 0..tiles {
        let height = rows / tiles + usize::from(index < rows % tiles);
        // While a panel is worked through, its successor is brought near: `width` passes over the depth, a line a step.
        let ahead = if index < width { (width + index) * depth * I::LANES } else { 0 };
        let tile = Tile { gemm, right, row, column, ahead };
        unsafe { dispatch::<I>(tile, height, width) };
        row += height;
    }
}

macro_rules! heights {
    ($tile:expr, $height:expr, $width:literal, [$($rows:literal)*]) => {
        match $height {
            $($rows if $rows <= I::TILE_ROWS[$width - 1] => I::enter(SizedTile::<I, $rows, $width>($tile, PhantomData)),)*
            _ => unreachable!("a tile of {} rows and {} vectors", $height, $width),
        }
    };
}

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
    gemm: &'a Gemm<'a>,
    right: *const f32,
    row: usize,
    column: usize,
    ahead: usize,
}

struct SizedTile<'a, I, const ROWS: usize, const VECTORS: usize>(Tile<'a>, PhantomData<I>);

impl<I: Isa, const ROWS: usize, const VECTORS: usize> Job for SizedTile<'_, I, ROWS, VECTORS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Tile { gemm, right, row, column, ahead } = self.0;
        unsafe {
            let bias = gemm.bias.add(column);
            let mut sums = [[I::zero(); VECTORS]; ROWS];
            unroll!(vector < VECTORS, of 3, {
                let bias = I::load(bias.add(vector * I::LANES));
                unroll!(index < ROWS, of 14, { sums[index][vector] = bias });
            });
            let mut right = right;
            for segment in gemm.left {
                let left = segment.data.add(row * segment.stride);
                let mut lefts = [left; ROWS];
                unroll!(index < ROWS, of 14, { lefts[index] = left.add(index * segment.stride) });
                for step in 0..segment.depth {
                    I::prefetch(right.wrapping_add(ahead));
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
            let left_over = gemm.columns - column;
            unroll!(index < ROWS, of 14, {
                if !gemm.addend.data.is_null() {
                    let addend = gemm.addend.data.add((row + index) * gemm.addend.stride + column);
                    unroll!(vector < VECTORS, of 3, {
                        sums[index][vector] = I::add(sums[index][vector], I::load(addend.add(vector * I::LANES)));
                    });
                }
                if !gemm.raw.data.is_null() {
                    let to = gemm.raw.data.add((row + index) * gemm.raw.stride + column);
                    unroll!(vector < VECTORS, of 3, { store::<I>(to, vector * I::LANES, sums[index][vector], left_over) });
                }
                if !gemm.relu.data.is_null() {
                    let to = gemm.relu.data.add((row + index) * gemm.relu.stride + column);
                    unroll!(vector < VECTORS, of 3, {
                        let value = I::max(sums[index][vector], I::zero());
                        store::<I>(to, vector * I::LANES, value, left_over);
                    });
                }
            });
        }
    }
}

/// Stores a vector at an offset in a row of which `columns` may be written.
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
