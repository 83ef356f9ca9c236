//! Depthwise convolution, 3 x 3, 5 x 5 or 7 x 7, stride 1 or 2. Pixels beyond the border are skipped, not
//! read; each output sums its window row by row, column by column.

use std::marker::PhantomData;

use super::CHANNEL_ALIGN;
use super::isa::{Isa, Job};
use super::unroll::{Places, unroll};

/// An image of which whole rows of windows are computed. Layout H, W, C.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Pixel (0, 0).
    pub input: *const f32,
    /// Floats from pixel to pixel of the input.
    pub pixel: usize,
    /// Rows and columns of the input.
    pub height: usize,
    /// Columns of the input.
    pub width: usize,
    /// Channels, rounded up to whole vectors by the kernel.
    pub channels: usize,
    /// Side of the window.
    pub size: usize,
    /// 1 or 2.
    pub stride: usize,
    /// Padding above.
    pub top: usize,
    /// Padding on the left.
    pub left: usize,
    /// Columns of the output.
    pub out_width: usize,
    /// Rows of the output to compute.
    pub first_row: usize,
    /// How many.
    pub rows: usize,
}

impl Window {
    /// The rows of the window of an output row that lie within the image.
    #[inline(always)]
    pub(super) fn valid_rows(&self, row: usize) -> (usize, usize) {
        let origin = row * self.stride;
        let start = self.top.saturating_sub(origin);
        let end = self.size.min(self.height + self.top - origin);
        (start, end)
    }

    /// The columns, from the first that a strip of windows reaches, that lie within the image.
    #[inline(always)]
    pub(super) fn valid_columns(&self, column: usize) -> (usize, usize) {
        let origin = column * self.stride;
        (self.left.saturating_sub(origin), self.width + self.left - origin)
    }

    /// Whether a column of a strip lies beyond the border. Only those at its ends need a look: with SAME padding the
    /// middle of every window is within the image.
    #[inline(always)]
    pub(super) fn is_outside<const SIZE: usize, const STRIDE: usize, const WIDTH: usize>(
        &self,
        column: usize,
        first: usize,
        end: usize,
    ) -> bool {
        (column < SIZE / 2 && column < first)
            || (column > (WIDTH - 1) * STRIDE + (SIZE - STRIDE) / 2 && column >= end)
    }

    /// Channels of which the rows of a window fit the first level of cache; whole cache lines, at least one.
    pub(super) fn near_channels(&self) -> usize {
        (NEAR / (self.size * self.width * CHANNEL_ALIGN)).max(1) * CHANNEL_ALIGN
    }

    /// How many of `strips` are computed in a row before the next row is. All of them, where the rows of a window fit the
    /// first level of cache; in wider images a strip goes down all rows.
    pub(super) fn near_strips(&self, strips: usize) -> usize {
        // One line of each pixel is read. At an even distance such lines use every second set of the cache only.
        let sharing = 1 << (self.pixel / CHANNEL_ALIGN).trailing_zeros();
        if self.size * self.width * CHANNEL_ALIGN * sharing > NEAR { 1 } else { strips }
    }

    /// Whether the image may lie beyond the second level of cache. One line of each pixel is read at a time, which
    /// hardware does not prefetch.
    pub(super) fn is_far(&self) -> bool {
        self.height * self.width * self.pixel > FAR
    }

    /// Prefetches what the next row of windows adds to a strip that starts at `origin`.
    ///
    /// # Safety
    /// The processor has `I`.
    #[inline(always)]
    pub(super) unsafe fn prefetch_next_row<
        I: Isa,
        const SIZE: usize,
        const STRIDE: usize,
        const WIDTH: usize,
    >(
        &self,
        origin: *const f32,
    ) {
        let pixels = (STRIDE + SIZE - 1) * self.width + self.left;
        let mut pixels = Places::new(origin.wrapping_add(pixels * self.pixel), self.pixel);
        // SAFETY: any address may be prefetched.
        unroll!(pixel < WIDTH * STRIDE, of 33, { unsafe { I::prefetch_near(pixels.next(pixel)) } });
    }

    /// The input where the window of an output pixel starts; perhaps beyond the border, not to be read there.
    #[inline(always)]
    pub(super) fn origin(&self, row: usize, column: usize) -> *const f32 {
        let pixel = (row * self.stride) as isize - self.top as isize;
        let pixel = pixel * self.width as isize + (column * self.stride) as isize - self.left as isize;
        self.input.wrapping_offset(pixel * self.pixel as isize)
    }
}

/// Floats that fit the first level of cache, with room for weights and results.
const NEAR: usize = 8 << 10;

/// Floats above which an image counts as far: an eighth of what processors have in the second level.
const FAR: usize = 32 << 10;

/// A depthwise convolution.
#[derive(Debug, Clone, Copy)]
pub struct Depthwise {
    /// What it slides over.
    pub window: Window,
    /// Packed by [`super::pack::pack_depthwise`].
    pub weights: *const f32,
    /// The first pixel of `first_row`; channels are written in whole vectors.
    pub output: *mut f32,
    /// Floats from pixel to pixel of the output.
    pub out_pixel: usize,
}

/// Strip widths that are compiled.
const STRIPS: [usize; 6] = [14, 11, 7, 4, 2, 1];

/// The strip width that covers a row with the least work; the last strip of a row overlaps its neighbour.
fn strip_width(width: usize, most: usize) -> usize {
    let fits = |strip: &&usize| **strip <= width && **strip <= most;
    *STRIPS.iter().filter(fits).min_by_key(|strip| width.div_ceil(**strip) * (**strip + 1)).unwrap_or(&1)
}

/// Computes the rows.
///
/// # Safety
/// The processor has `I`; `input` is a whole image, `weights` and `output` are of the sizes that follow
/// from the window, pixels on both sides are padded to whole vectors; output overlaps nothing that is read.
pub unsafe fn run<I: Isa>(depthwise: &Depthwise) {
    // SAFETY: the caller's contract is the strips'.
    unsafe {
        match (depthwise.window.size, depthwise.window.stride) {
            (3, 1) => rows::<I, 3, 1>(depthwise),
            (3, 2) => rows::<I, 3, 2>(depthwise),
            (5, 1) => rows::<I, 5, 1>(depthwise),
            (5, 2) => rows::<I, 5, 2>(depthwise),
            (7, 1) => rows::<I, 7, 1>(depthwise),
            (7, 2) => rows::<I, 7, 2>(depthwise),
            (size, stride) => unreachable!("a depthwise window of {size} with stride {stride}"),
        }
    }
}

/// # Safety
/// As [`run`].
unsafe fn rows<I: Isa, const SIZE: usize, const STRIDE: usize>(depthwise: &Depthwise) {
    let strip = strip_width(depthwise.window.out_width, I::STRIP);
    // SAFETY: as the caller's.
    unsafe {
        match strip {
            14 if 14 <= I::STRIP => I::enter(Strips::<I, SIZE, STRIDE, 14>(depthwise, PhantomData)),
            11 if 11 <= I::STRIP => I::enter(Strips::<I, SIZE, STRIDE, 11>(depthwise, PhantomData)),
            7 => I::enter(Strips::<I, SIZE, STRIDE, 7>(depthwise, PhantomData)),
            4 => I::enter(Strips::<I, SIZE, STRIDE, 4>(depthwise, PhantomData)),
            2 => I::enter(Strips::<I, SIZE, STRIDE, 2>(depthwise, PhantomData)),
            _ => I::enter(Strips::<I, SIZE, STRIDE, 1>(depthwise, PhantomData)),
        }
    }
}

/// Rows in strips of `WIDTH` output pixels.
struct Strips<'a, I, const SIZE: usize, const STRIDE: usize, const WIDTH: usize>(
    &'a Depthwise,
    PhantomData<I>,
);

impl<I: Isa, const SIZE: usize, const STRIDE: usize, const WIDTH: usize> Job
    for Strips<'_, I, SIZE, STRIDE, WIDTH>
{
    #[inline(always)]
    unsafe fn run(self) {
        let Depthwise { window, weights, output, out_pixel } = *self.0;
        // Some channels go through all rows before the next do: their input lines stay near.
        let block = window.near_channels();
        let strips = window.out_width.div_ceil(WIDTH);
        let near = window.near_strips(strips);
        let far = window.is_far();
        for first_channel in (0..window.channels).step_by(block) {
            let channels = first_channel..(first_channel + block).min(window.channels);
            for first_strip in (0..strips).step_by(near) {
                for row in 0..window.rows {
                    let valid = window.valid_rows(window.first_row + row);
                    for index in first_strip..(first_strip + near).min(strips) {
                        let column = (index * WIDTH).min(window.out_width - WIDTH);
                        let columns = window.valid_columns(column);
                        let origin = window.origin(window.first_row + row, column);
                        // SAFETY: the strip lies within the row, and the row within the output.
                        unsafe {
                            let output = output.add((row * window.out_width + column) * out_pixel);
                            for channel in channels.clone().step_by(I::LANES) {
                                let weights = weights.add(channel * SIZE * SIZE);
                                let origin = origin.wrapping_add(channel);
                                if far {
                                    window.prefetch_next_row::<I, SIZE, STRIDE, WIDTH>(origin);
                                }
                                let sums =
                                    strip::<I, SIZE, STRIDE, WIDTH>(&window, weights, origin, valid, columns);
                                let mut pixels = Places::new(output.add(channel), out_pixel);
                                unroll!(pixel < WIDTH, of 14, {
                                    I::store(pixels.next(pixel).cast_mut(), sums[pixel]);
                                });
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The windows of `WIDTH` neighbouring output pixels for one vector of channels: each input is loaded
/// once a window row and multiplied into every output that it belongs to.
///
/// # Safety
/// As [`run`].
#[inline(always)]
unsafe fn strip<I: Isa, const SIZE: usize, const STRIDE: usize, const WIDTH: usize>(
    window: &Window,
    weights: *const f32,
    origin: *const f32,
    (first_row, end_row): (usize, usize),
    (first_column, end_column): (usize, usize),
) -> [I::Vector; WIDTH] {
    unsafe {
        let mut sums = [I::zero(); WIDTH];
        for row in first_row..end_row {
            let mut taps = [I::zero(); SIZE];
            unroll!(tap < SIZE, of 7, { taps[tap] = I::load(weights.add((row * SIZE + tap) * I::LANES)) });
            let line = origin.wrapping_add(row * window.width * window.pixel);
            let mut pixels = Places::new(line, window.pixel);
            unroll!(column < (WIDTH - 1) * STRIDE + SIZE, of 33, {
                let pixel = pixels.next(column);
                if !window.is_outside::<SIZE, STRIDE, WIDTH>(column, first_column, end_column) {
                    // SAFETY: row and column are within the image.
                    let value = I::load(pixel);
                    unroll!(tap < SIZE, of 7, {
                        let offset = column.wrapping_sub(tap); // huge where the tap lies left of the strip
                        if offset.is_multiple_of(STRIDE) && offset / STRIDE < WIDTH {
                            sums[offset / STRIDE] = I::fma(value, taps[tap], sums[offset / STRIDE]);
                        }
                    });
                }
            });
        }
        sums
    }
}
