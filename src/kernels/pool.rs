//! 3 x 3 averages and maxima with SAME padding, stride 1 or 2, in the three ways in which the public
//! implementations treat the border.

use std::marker::PhantomData;
use std::ops::Range;

use super::depthwise::Window;
use super::gemm::StridedRows;
use super::isa::{Isa, Job};
use super::unroll::{Places, unroll};

/// The operation on a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PoolKind {
    /// The mean times `scale`.
    Average {
        /// Divide by nine everywhere instead of by the pixels in the window.
        count_padding: bool,
        /// 1, or 2 for the sum of an average with itself.
        scale: f32,
    },
    /// The largest.
    Max {
        /// Zeros beyond the border may win.
        see_padding: bool,
    },
}

/// A pool; `window.size` is 3.
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    /// What it slides over.
    pub window: Window,
    /// The operation on each window.
    pub kind: PoolKind,
    /// Added to the result, from the first pixel of `first_row` on.
    pub addend: StridedRows,
    /// Results as they are.
    pub raw: StridedRows,
    /// Results after relu.
    pub relu: StridedRows,
}

const SIZE: usize = 3;

/// The most columns of input that a strip reaches.
const COLUMNS: usize = 6 * 2 + SIZE;

/// Computes the rows.
///
/// # Safety
/// The processor has `I`; the input is a whole image; pixels everywhere are padded to whole vectors;
/// results overlap nothing that is read.
pub unsafe fn run<I: Isa>(pool: &Pool) {
    let wide = pool.window.out_width >= 7;
    let max = matches!(pool.kind, PoolKind::Max { .. });
    // SAFETY: as the caller's.
    unsafe {
        match (max, pool.window.stride, wide) {
            (true, 1, _) => unreachable!("a maximum with stride 1"),
            (false, 1, true) => I::enter(Strips::<I, false, 1, 7>(pool, PhantomData)),
            (false, 1, false) => I::enter(Strips::<I, false, 1, 1>(pool, PhantomData)),
            (false, _, true) => I::enter(Strips::<I, false, 2, 7>(pool, PhantomData)),
            (false, _, false) => I::enter(Strips::<I, false, 2, 1>(pool, PhantomData)),
            (true, _, true) => I::enter(Strips::<I, true, 2, 7>(pool, PhantomData)),
            (true, _, false) => I::enter(Strips::<I, true, 2, 1>(pool, PhantomData)),
        }
    }
}

struct Strips<'a, I, const MAX: bool, const STRIDE: usize, const WIDTH: usize>(&'a Pool, PhantomData<I>);

impl<I: Isa, const MAX: bool, const STRIDE: usize, const WIDTH: usize> Job
    for Strips<'_, I, MAX, STRIDE, WIDTH>
{
    #[inline(always)]
    unsafe fn run(self) {
        let window = &self.0.window;
        let block = window.near_channels();
        for first_channel in (0..window.channels).step_by(block) {
            let channels = first_channel..(first_channel + block).min(window.channels);
            for row in 0..window.rows {
                for index in 0..window.out_width.div_ceil(WIDTH) {
                    let column = (index * WIDTH).min(window.out_width - WIDTH);
                    // SAFETY: the strip lies within the row, and the row within the results.
                    unsafe { self.strip(row, column, channels.clone()) };
                }
            }
        }
    }
}

impl<I: Isa, const MAX: bool, const STRIDE: usize, const WIDTH: usize> Strips<'_, I, MAX, STRIDE, WIDTH> {
    #[inline(always)]
    unsafe fn strip(&self, row: usize, column: usize, channels: Range<usize>) {
        let Pool { window, kind, addend, raw, relu } = self.0;
        let (first_row, end_row) = window.valid_rows(window.first_row + row);
        let (first_column, end_column) = window.valid_columns(column);
        let origin = window.origin(window.first_row + row, column);
        let rows = end_row - first_row;
        let far = window.is_far();
        let mut scales = [1.0; WIDTH];
        let mut touches_border = [false; WIDTH];
        for pixel in 0..WIDTH {
            let start = first_column.max(pixel * STRIDE);
            let columns = end_column.min(pixel * STRIDE + SIZE) - start;
            touches_border[pixel] = rows * columns < SIZE * SIZE;
            if let PoolKind::Average { count_padding, scale } = *kind {
                let count = if count_padding { SIZE * SIZE } else { rows * columns };
                scales[pixel] = scale / count as f32;
            }
        }
        let see_padding = matches!(kind, PoolKind::Max { see_padding: true });
        unsafe {
            let initial = if MAX { I::splat(f32::NEG_INFINITY) } else { I::zero() };
            for channel in channels.step_by(I::LANES) {
                if far {
                    window.prefetch_next_row::<I, SIZE, STRIDE, WIDTH>(origin.wrapping_add(channel));
                    if !addend.data.is_null() {
                        let pixel = (row + 1) * window.out_width + column;
                        let next = addend.data.wrapping_add(pixel * addend.stride + channel);
                        let mut pixels = Places::new(next, addend.stride);
                        unroll!(pixel < WIDTH, of 7, { I::prefetch_near(pixels.next(pixel)) });
                    }
                }
                let mut columns = [initial; COLUMNS];
                for line in first_row..end_row {
                    let line = origin.wrapping_add(line * window.width * window.pixel + channel);
                    let mut pixels = Places::new(line, window.pixel);
                    unroll!(column < (WIDTH - 1) * STRIDE + SIZE, of 15, {
                        let pixel = pixels.next(column);
                        if !window.is_outside::<SIZE, STRIDE, WIDTH>(column, first_column, end_column) {
                            let value = I::load(pixel);
                            columns[column] = if MAX { I::max(columns[column], value) } else { I::add(columns[column], value) };
                        }
                    });
                }
                let mut results = [initial; WIDTH];
                unroll!(pixel < WIDTH, of 7, {
                    unroll!(tap < SIZE, of 3, {
                        let (old, value) = (results[pixel], columns[pixel * STRIDE + tap]);
                        results[pixel] = if MAX { I::max(old, value) } else { I::add(old, value) };
                    });
                });
                unroll!(pixel < WIDTH, of 7, {
                    let place = row * window.out_width + column + pixel;
                    let mut result = results[pixel];
                    if !MAX {
                        result = I::mul(result, I::splat(scales[pixel]));
                    } else if see_padding && touches_border[pixel] {
                        result = I::max(result, I::zero());
                    }
                    if !addend.data.is_null() {
                        result = I::add(result, I::load(addend.data.add(place * addend.stride + channel)));
                    }
                    if !raw.data.is_null() {
                        I::store(raw.data.add(place * raw.stride + channel), result);
                    }
                    if !relu.data.is_null() {
                        I::store(relu.data.add(place * relu.stride + channel), I::max(result, I::zero()));
                    }
                });
            }
        }
    }
}
