//! One piece of a step: from places in the plan to pointers for the kernels.

use std::ops::Range;

use super::caches::{Blocks, Caches};
use super::memory::Shared;
use super::schedule::{Piece, Unit, block_rows, unit, zeros};
use crate::engine::plan::{BufferId, Factor, Plan, Product, Step, Work};
use crate::graph::{Shape, same_padding, strided};
use crate::kernels::depthwise::{Depthwise, Window};
use crate::kernels::gemm::{Gemm, Segment, StridedRows};
use crate::kernels::pool::{Pool, PoolKind};
use crate::kernels::{CHANNEL_ALIGN, Kernels};

/// The most runs of channels that a product reads side by side.
const MOST_SEGMENTS: usize = 16;

/// One image on its way through a plan, as one thread sees it.
pub(super) struct Pass<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kernels: &'a Kernels,
    pub(super) caches: Caches,
    /// All packed weights.
    pub(super) packed: *const f32,
    /// The image: H, W, 3.
    pub(super) pixels: *const f32,
    /// This thread's place in the team.
    pub(super) thread: usize,
    /// The plan's arena.
    pub(super) arena: Shared,
    /// This thread's own.
    pub(super) scratch: *mut f32,
}

/// The left side of a product, without an allocation.
struct Left {
    segments: [Segment; MOST_SEGMENTS],
    count: usize,
    /// Scratch that no segment takes.
    scratch: *mut f32,
}

impl Left {
    fn new(scratch: *mut f32) -> Self {
        let none = Segment { data: std::ptr::null(), stride: 0, depth: 0 };
        Left { segments: [none; MOST_SEGMENTS], count: 0, scratch }
    }

    fn push(&mut self, data: *const f32, stride: usize, depth: usize) {
        self.segments[self.count] = Segment { data, stride, depth };
        self.count += 1;
    }

    /// A segment that takes the scratch of some pixels.
    fn push_scratch(&mut self, pixels: usize, stride: usize, depth: usize) {
        self.push(self.scratch, stride, depth);
        self.scratch = self.scratch.wrapping_add(pixels * stride);
    }

    fn segments(&self) -> &[Segment] {
        &self.segments[..self.count]
    }
}

impl Pass<'_> {
    /// Computes a piece.
    ///
    /// # Safety
    /// Arena, weights, image and scratch are of the plan's sizes; what the step reads has been written;
    /// nobody else writes or reads what this piece writes, or uses the scratch, until it is done.
    pub(super) unsafe fn run(&self, piece: &Piece) {
        let step = &self.plan.steps[piece.step];
        let range = piece.start..piece.end;
        // SAFETY: the caller's contract; pieces are ranges of their step's units.
        unsafe {
            match (&step.work, unit(self.plan, step).0) {
                (Work::Product(product), Unit::Pixel) => self.stored_pixels(step, product, range, None),
                (Work::Product(product), Unit::Panel) => {
                    self.stored_pixels(step, product, 0..step.shape.pixels(), Some(range));
                }
                (Work::Product(product), _) => match &product.factors[..] {
                    [Factor::Patches] => range.for_each(|row| self.patches(step, product, row)),
                    [Factor::Subsample { inputs, offset }] => {
                        range.for_each(|row| self.every_second(step, product, inputs, *offset, row));
                    }
                    _ => self.blocks(step, product, range),
                },
                (Work::Pool { input, kind, stride }, _) => {
                    self.pool(step, self.window(*input, 3, *stride, range), *kind);
                }
                (Work::Copy { inputs }, _) => self.copy(step, inputs, range),
                (Work::GlobalAverage { inputs }, _) => {
                    range.for_each(|part| self.average(step, inputs, part))
                }
            }
        }
    }

    /// The place of a pixel of a buffer.
    pub(super) fn pixel(&self, id: BufferId, pixel: usize) -> *mut f32 {
        let buffer = self.plan.buffer(id);
        self.arena.part(buffer.offset + pixel * buffer.pixel_stride()).as_ptr()
    }

    fn place(&self, id: Option<BufferId>, pixel: usize, first_channel: usize) -> StridedRows {
        id.map_or(StridedRows::NONE, |id| {
            let data = self.pixel(id, pixel).wrapping_add(first_channel);
            StridedRows { data, stride: self.plan.buffer(id).pixel_stride() }
        })
    }

    fn push_pixels(&self, left: &mut Left, inputs: &[BufferId], first: usize) {
        for &id in inputs {
            let buffer = self.plan.buffer(id);
            left.push(self.pixel(id, first), buffer.pixel_stride(), buffer.shape.channels);
        }
    }

    /// A product of pixels that lie in buffers.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn stored_pixels(
        &self,
        step: &Step,
        product: &Product,
        pixels: Range<usize>,
        panels: Option<Range<usize>>,
    ) {
        let mut left = Left::new(self.scratch);
        for factor in &product.factors {
            if let Factor::Pixels(inputs) = factor {
                self.push_pixels(&mut left, inputs, pixels.start);
            }
        }
        unsafe { self.product(step, product, &left, pixels, panels) }
    }

    /// Multiplies rows with the step's weights and stores them as these output pixels.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn product(
        &self,
        step: &Step,
        &Product { matrix, first_channel, .. }: &Product,
        left: &Left,
        pixels: Range<usize>,
        range: Option<Range<usize>>,
    ) {
        let matrix = &self.plan.matrices[matrix];
        let panels = matrix.panels;
        let row = step.shape.channels.next_multiple_of(CHANNEL_ALIGN);
        let is_last = first_channel + panels.columns == step.shape.channels;
        let columns = if is_last { row - first_channel } else { panels.columns };
        let Blocks { mc, kc } = self.caches.blocks(&panels, columns >= panels.width());
        let gemm = Gemm {
            rows: pixels.len(),
            left: left.segments(),
            right: self.packed.wrapping_add(matrix.offset),
            panels,
            range: range.map_or((0, panels.count()), |range| (range.start, range.end)),
            bias: self.packed.wrapping_add(matrix.bias),
            addend: self.place(step.addend, pixels.start, first_channel),
            raw: self.place(step.raw, pixels.start, first_channel),
            relu: self.place(step.relu, pixels.start, first_channel),
            columns,
            mc,
            kc,
            near: left.scratch != self.scratch,
            rounded: left.scratch,
        };
        // SAFETY: the buffers are of the plan's sizes, and results never lie where operands do.
        unsafe { self.kernels.gemm(&gemm) }
    }

    /// Rows of a product for which windows have to be computed first: as many at a time as scratch holds.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn blocks(&self, step: &Step, product: &Product, rows: Range<usize>) {
        let most = block_rows(self.plan, self.caches, step);
        let mut row = rows.start;
        while row < rows.end {
            let left = rows.end - row;
            let count = left.div_ceil(left.div_ceil(most)); // blocks of about the same size
            // SAFETY: the rows are within the piece.
            unsafe { self.block(step, product, row..row + count) };
            row += count;
        }
    }

    /// One block of [`Pass::blocks`].
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn block(&self, step: &Step, product: &Product, rows: Range<usize>) {
        let pixels = rows.start * step.shape.width..rows.end * step.shape.width;
        let mut left = Left::new(self.scratch);
        // SAFETY: scratch holds the factors of as many rows as `block_rows` says, and `rows` are not more.
        unsafe {
            for factor in &product.factors {
                match factor {
                    Factor::Pixels(inputs) => self.push_pixels(&mut left, inputs, pixels.start),
                    Factor::Depthwise { input, size, stride, weights } => {
                        let pixel = self.plan.buffer(*input).pixel_stride();
                        let weights = self.packed.wrapping_add(self.plan.depthwise_weights[*weights].offset);
                        let window = self.window(*input, *size, *stride, rows.clone());
                        let depthwise = Depthwise { window, weights, output: left.scratch, out_pixel: pixel };
                        self.kernels.depthwise(&depthwise);
                        left.push_scratch(pixels.len(), pixel, window.channels);
                    }
                    Factor::Subsample { .. } | Factor::Patches => unreachable!("a factor beside others"),
                }
            }
            self.product(step, product, &left, pixels, None);
        }
    }

    /// The windows of some output rows.
    fn window(&self, id: BufferId, size: usize, stride: usize, rows: Range<usize>) -> Window {
        let buffer = self.plan.buffer(id);
        let shape = buffer.shape;
        Window {
            input: self.pixel(id, 0),
            pixel: buffer.pixel_stride(),
            height: shape.height,
            width: shape.width,
            channels: shape.channels,
            size,
            stride,
            top: same_padding(shape.height, size, stride).0,
            left: same_padding(shape.width, size, stride).0,
            out_width: strided(shape.width, stride),
            first_row: rows.start,
            rows: rows.len(),
        }
    }

    /// A row of a product of every second pixel, which are read where they lie.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn every_second(
        &self,
        step: &Step,
        product: &Product,
        inputs: &[BufferId],
        offset: usize,
        row: usize,
    ) {
        let (y, start, end) = (2 * row + offset, row * step.shape.width, (row + 1) * step.shape.width);
        let Shape { height, width, .. } = self.plan.buffer(inputs[0]).shape;
        let within = if y < height { (width - offset).div_ceil(2) } else { 0 };
        let border = end.min(start + within);
        if start < border {
            let mut left = Left::new(self.scratch);
            for &id in inputs {
                let buffer = self.plan.buffer(id);
                let first = self.pixel(id, y * width + offset);
                left.push(first, 2 * buffer.pixel_stride(), buffer.shape.channels);
            }
            // SAFETY: pixels in front of the border are within the image.
            unsafe { self.product(step, product, &left, start..border, None) };
        }
        if border < end {
            let zeros = zeros(self.plan, step);
            let mut left = Left::new(self.scratch.wrapping_add(zeros));
            inputs.iter().for_each(|&id| left.push(self.scratch, 0, self.plan.buffer(id).shape.channels));
            // SAFETY: beyond the border, all pixels are the one of zeros, for which scratch has room.
            unsafe {
                self.scratch.write_bytes(0, zeros);
                self.product(step, product, &left, border..end, None);
            }
        }
    }

    /// A row of the stem: patches of 3 x 3 pixels are three runs of the image, two pixels further from row to row.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn patches(&self, step: &Step, product: &Product, row: usize) {
        let input = self.plan.input;
        let mut left = Left::new(self.scratch);
        for line in 0..3 {
            let start = (2 * row + line) * input.width * input.channels;
            left.push(self.pixels.wrapping_add(start), 2 * input.channels, 3 * input.channels);
        }
        let pixels = row * step.shape.width..(row + 1) * step.shape.width;
        // SAFETY: without padding, the last patch ends within the image.
        unsafe { self.product(step, product, &left, pixels, None) };
    }

    /// # Safety
    /// As [`Pass::run`].
    unsafe fn pool(&self, step: &Step, window: Window, kind: PoolKind) {
        let first = window.first_row * step.shape.width;
        let pool = Pool {
            window,
            kind,
            addend: self.place(step.addend, first, 0),
            raw: self.place(step.raw, first, 0),
            relu: self.place(step.relu, first, 0),
        };
        // SAFETY: the buffers are of the plan's sizes, and results never lie where operands do.
        unsafe { self.kernels.pool(&pool) }
    }

    /// Some rows of buffers, side by side.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn copy(&self, step: &Step, inputs: &[BufferId], rows: Range<usize>) {
        for pixel in rows.start * step.shape.width..rows.end * step.shape.width {
            let mut first_channel = 0;
            for &id in inputs {
                let channels = self.plan.buffer(id).shape.channels;
                // SAFETY: pixels are within their buffers, and channels within a pixel of the result.
                unsafe {
                    let from = std::slice::from_raw_parts(self.pixel(id, pixel), channels);
                    let place = |to| {
                        std::slice::from_raw_parts_mut(self.pixel(to, pixel).add(first_channel), channels)
                    };
                    if let Some(to) = step.raw {
                        place(to).copy_from_slice(from);
                    }
                    if let Some(to) = step.relu {
                        place(to).iter_mut().zip(from).for_each(|(to, from)| *to = from.max(0.0));
                    }
                }
                first_channel += channels;
            }
        }
    }

    /// One part of the mean over all pixels.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn average(&self, step: &Step, inputs: &[BufferId], part: usize) {
        let first_channel = self.plan.channels(&inputs[..part]);
        let buffer = self.plan.buffer(inputs[part]);
        let (pixels, channels) = (buffer.shape.pixels(), buffer.shape.channels);
        for to in [step.raw, step.relu].into_iter().flatten() {
            // SAFETY: parts write different channels of the result.
            unsafe {
                let to = self.pixel(to, 0).add(first_channel);
                let sums = std::slice::from_raw_parts_mut(to, channels);
                sums.fill(0.0);
                for pixel in 0..pixels {
                    let from = self.pixel(inputs[part], pixel);
                    let values = std::slice::from_raw_parts(from, channels);
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
                sums.iter_mut().for_each(|sum| *sum /= pixels as f32);
                if Some(to) != step.raw.map(|id| self.pixel(id, 0).add(first_channel)) {
                    sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
                }
            }
        }
    }
}
