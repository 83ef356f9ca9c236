//! Products on processors that multiply whole tiles, two of rows by two vectors of columns at a time. Sums go through a
//! small buffer to the results.
//!
//! A block multiplies all of the depth, in tiles that start at fixed steps, so that bits depend on nothing else. At the
//! last rows and columns tiles are computed whole, and only what belongs to the product is stored.

use std::marker::PhantomData;

use super::{Gemm, Rounding, StridedRows, tile};
use crate::kernels::CHANNEL_ALIGN;
use crate::kernels::isa::{Isa, Job, Operands, Tiles};
use crate::kernels::pack::{Panel, TILE, TILES};

/// Rows of a block.
const ROWS: usize = TILES * TILE;

/// The sums of a block; a row has as many as two vectors have lanes.
#[repr(align(64))]
struct Sums([f32; ROWS * TILES * CHANNEL_ALIGN]);

/// Computes a product that is packed for tiles.
///
/// # Safety
/// As [`super::run`].
pub unsafe fn run<T: Tiles>(gemm: &Gemm) {
    // SAFETY: the caller's contract. A block of rows, rounded, takes what `left_rows` says.
    unsafe {
        T::enter();
        for first in (0..gemm.rows).step_by(gemm.panels.left_rows(gemm.mc)) {
            let end = gemm.rows.min(first + gemm.panels.left_rows(gemm.mc));
            T::Vectors::enter(Rounding::<T::Vectors>(gemm, (first, end), PhantomData));
            for panel in gemm.range.0..gemm.range.1 {
                let panel = gemm.panels.panel(panel);
                for row in (first..end).step_by(ROWS) {
                    block::<T>(gemm, &panel, first, (row, end.min(row + ROWS)));
                }
            }
        }
        T::leave();
    }
}

/// Some rows of one panel.
///
/// # Safety
/// As [`run`]; the rows from `first_row` on have been rounded.
unsafe fn block<T: Tiles>(gemm: &Gemm, panel: &Panel, first_row: usize, (row, end): (usize, usize)) {
    let (steps, left_stride) = (gemm.panels.steps(), gemm.panels.left_stride());
    let left = gemm.rounded.cast_const().wrapping_add((row - first_row) * left_stride);
    let right = gemm.right.wrapping_add(panel.column * steps);
    // What would be beyond the product is the first tile's work again.
    let operands = Operands {
        left: [left, if end - row > TILE { left.wrapping_add(TILE * left_stride) } else { left }],
        left_stride,
        right: [right, right.wrapping_add((panel.vectors - 1) * T::Vectors::LANES)],
        right_stride: panel.step(),
        depth: steps / TILE,
    };
    let mut sums = Sums([0.0; ROWS * TILES * CHANNEL_ALIGN]);
    // SAFETY: tiles lie within the rounded rows, which are padded, and the packed matrix.
    unsafe {
        T::multiply(&operands, sums.0.as_mut_ptr());
        T::Vectors::enter(Storing::<T::Vectors> {
            gemm,
            panel,
            rows: (row, end),
            sums: &sums,
            isa: PhantomData,
        });
    }
}

/// Adds bias and addend to the sums of some rows, and stores them.
struct Storing<'a, I> {
    gemm: &'a Gemm<'a>,
    panel: &'a Panel,
    rows: (usize, usize),
    sums: &'a Sums,
    isa: PhantomData<I>,
}

impl<I: Isa> Job for Storing<'_, I> {
    #[inline(always)]
    unsafe fn run(self) {
        let Storing { gemm, panel, rows: (first, end), sums, .. } = self;
        let columns = gemm.columns - panel.column;
        let place = |to: StridedRows, row: usize| to.data.wrapping_add(row * to.stride + panel.column);
        for row in first..end {
            for vector in 0..panel.vectors {
                let offset = vector * I::LANES;
                // SAFETY: rows and columns are within the results, and the addend has whole vectors.
                unsafe {
                    let sum = I::load(sums.0.as_ptr().add((row - first) * TILES * I::LANES + offset));
                    let mut sum = I::add(sum, I::load(gemm.bias.add(panel.column + offset)));
                    if !gemm.addend.data.is_null() {
                        sum = I::add(sum, I::load(place(gemm.addend, row).add(offset)));
                    }
                    if !gemm.raw.data.is_null() {
                        tile::store::<I>(place(gemm.raw, row), offset, sum, columns);
                    }
                    if !gemm.relu.data.is_null() {
                        tile::store::<I>(place(gemm.relu, row), offset, I::max(sum, I::zero()), columns);
                    }
                }
            }
        }
    }
}
