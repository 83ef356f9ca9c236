//! Products on processors that multiply whole tiles, two of rows by two vectors of columns at a time: a square, whose
//! sums go through a small buffer to the results.
//!
//! A square takes all of the depth, in tiles that start at fixed steps, so that bits depend on nothing else. At the
//! last rows and columns tiles are computed whole, and only what belongs to the product is stored.

use std::marker::PhantomData;

use super::{Gemm, Rounding, StridedRows, tile};
use crate::kernels::CHANNEL_ALIGN;
use crate::kernels::isa::{Isa, Job, Operands, Tiles};
use crate::kernels::pack::{Panel, TILE, TILES};

/// Rows of a square.
const ROWS: usize = TILES * TILE;

/// The sums of a square; a row has as many as two vectors have lanes.
#[repr(align(64))]
struct Sums([f32; ROWS * TILES * CHANNEL_ALIGN]);

/// Computes a product that is packed for tiles.
///
/// # Safety
/// As [`super::run`].
pub unsafe fn run<T: Tiles>(gemm: &Gemm) {
    let most = gemm.panels.left_rows(gemm.mc.max(1));
    let mut sums = Sums([0.0; ROWS * TILES * CHANNEL_ALIGN]);
    // SAFETY: the caller's contract; `most` rows, rounded, are what there is room for.
    unsafe {
        T::enter();
        for first in (0..gemm.rows).step_by(most) {
            let end = gemm.rows.min(first + most);
            T::Vectors::enter(Rounding::<T::Vectors>(gemm, (first, end), PhantomData));
            for panel in gemm.range.0..gemm.range.1 {
                let panel = gemm.panels.panel(panel);
                for row in (first..end).step_by(ROWS) {
                    let rows = (row, end.min(row + ROWS));
                    T::multiply(&operands::<T>(gemm, &panel, first, rows), sums.0.as_mut_ptr());
                    T::Vectors::enter(Storing::<T::Vectors>(gemm, &panel, rows, &sums, PhantomData));
                }
            }
        }
        T::leave();
    }
}

/// The tiles of some rows, of which those from `first_row` on have been rounded, and of a panel. What would lie beyond
/// the product is the first tile once more.
fn operands<T: Tiles>(gemm: &Gemm, panel: &Panel, first_row: usize, (row, end): (usize, usize)) -> Operands {
    let (steps, left_stride) = (gemm.panels.steps(), gemm.panels.left_stride());
    let left = gemm.rounded.cast_const().wrapping_add((row - first_row) * left_stride);
    let right = gemm.right.wrapping_add(panel.column * steps);
    Operands {
        left: [left, if end - row > TILE { left.wrapping_add(TILE * left_stride) } else { left }],
        left_stride,
        right: [right, right.wrapping_add((panel.vectors - 1) * T::Vectors::LANES)],
        right_stride: panel.step(),
        depth: steps / TILE,
    }
}

/// Adds bias and addend to the sums of some rows of a panel, and stores them.
struct Storing<'a, I>(&'a Gemm<'a>, &'a Panel, (usize, usize), &'a Sums, PhantomData<I>);

impl<I: Isa> Job for Storing<'_, I> {
    #[inline(always)]
    unsafe fn run(self) {
        let Storing(gemm, panel, (first, end), sums, _) = self;
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
