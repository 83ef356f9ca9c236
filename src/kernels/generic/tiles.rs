//! Products of tiles of bf16 as x86 defines them. For tests: they are slow.

use super::{Generic, Single, pairs};
use crate::kernels::isa::{Isa, Operands, Tiles};
use crate::kernels::pack::{TILE, TILES};

/// `tdpbf16ps` of x86: a tile's even and odd steps of depth are summed apart, from zero; the two sums are added to each
/// other, and then to the sum so far.
#[derive(Clone, Copy)]
pub struct OfX86;

// SAFETY: plain arithmetic.
unsafe impl Tiles for OfX86 {
    type Vectors = Generic<pairs::OfX86>;

    unsafe fn enter() {}

    unsafe fn multiply(operands: &Operands, sums: *mut f32) {
        let Operands { left, left_stride, right, right_stride, depth } = *operands;
        let lanes = Generic::<Single>::LANES;
        for (row, column) in
            (0..TILES * TILE).flat_map(|row| (0..TILES * lanes).map(move |column| (row, column)))
        {
            let left = left[row / TILE].wrapping_add(row % TILE * left_stride);
            let right = right[column / lanes].wrapping_add(column % lanes);
            let mut sum = 0.0;
            for first in (0..depth * TILE).step_by(TILE) {
                let mut parts = [0f32; 2];
                for step in first..first + TILE {
                    // SAFETY: within the operands, which the caller describes.
                    let (a, b) = unsafe { (*left.add(step), *right.add(step * right_stride)) };
                    for (part, (a, b)) in parts.iter_mut().zip(pairs::pair(a).into_iter().zip(pairs::pair(b)))
                    {
                        *part = pairs::normal(a.mul_add(b, *part));
                    }
                }
                sum = pairs::normal(sum + pairs::normal(parts[0] + parts[1]));
            }
            // SAFETY: the caller has room for all sums.
            unsafe { sums.add(row * TILES * lanes + column).write(sum) }
        }
    }

    unsafe fn leave() {}
}
