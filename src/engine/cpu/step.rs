//! One piece of a step: from places in the plan to pointers for the kernels.

use super::caches::Caches;
use super::memory::Shared;
use super::schedule::{Piece, Unit, block_rows, unit};
use crate::engine::plan::{BufferId, Plan, Source, Step, Work};
use crate::graph::{same_padding, strided};
use crate::kernels::Kernels;
use crate::kernels::depthwise::{Depthwise, Window};
use crate::kernels::gemm::{Gemm, Rows, Segment};
use crate::kernels::pool::Pool;

/// The most runs of channels that a product reads side by side.
const MOST_SEGMENTS: usize = 16;

/// Some images on their way through a plan, as one thread sees them.
pub(super) struct Pass<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kernels: &'a Kernels,
    pub(super) caches: Caches,
    /// All packed weights.
    pub(super) packed: *const f32,
    /// The images: N, H, W, 3.
    pub(super) pixels: *const f32,
    /// N.
    pub(super) images: usize,
    /// Who sees it so.
    pub(super) thread: usize,
    /// The plan's arena, N times as large.
    pub(super) arena: Shared,
    /// This thread's own.
    pub(super) scratch: *mut f32,
}

/// Runs of channels, without an allocation.
struct Segments {
    list: [Segment; MOST_SEGMENTS],
    count: usize,
}

impl Segments {
    fn new() -> Self {
        let none = Segment { data: std::ptr::null(), stride: 0, depth: 0 };
        Segments { list: [none; MOST_SEGMENTS], count: 0 }
    }

    fn push(&mut self, data: *const f32, stride: usize, depth: usize) {
        self.list[self.count] = Segment { data, stride, depth };
        self.count += 1;
    }

    fn as_slice(&self) -> &[Segment] {
        &self.list[..self.count]
    }
}

impl Pass<'_> {
    /// Computes a piece.
    ///
    /// # Safety
    /// Arena, weights, images and scratch are of the plan's sizes; what the step reads has been written;
    /// nobody else writes or reads what this piece writes, or uses the scratch, until it is done.
    pub(super) unsafe fn run(&self, piece: &Piece) {
        let step = &self.plan.steps[piece.step];
        let (unit, _) = unit(self.plan, step, self.images);
        // SAFETY: the caller's contract; pieces are ranges of their step's units.
        unsafe {
            match (&step.work, unit) {
                (Work::Product { .. }, Unit::Pixel) => {
                    self.pixels(step, piece.start, piece.end - piece.start, None)
                }
                (Work::Product { .. }, Unit::Panel) => {
                    let pixels = self.images * step.shape.pixels();
                    self.pixels(step, 0, pixels, Some((piece.start, piece.end)));
                }
                (Work::GlobalAverage { inputs }, _) => {
                    (piece.start..piece.end).for_each(|part| self.average(step, inputs, part));
                }
                _ => self.rows(step, piece),
            }
        }
    }

    /// The place of a pixel of a buffer; pixels of all images are counted through.
    pub(super) fn pixel(&self, id: BufferId, pixel: usize) -> *mut f32 {
        let buffer = self.plan.buffer(id);
        self.arena.part(buffer.offset * self.images + pixel * buffer.pixel()).as_ptr()
    }

    fn place(&self, id: Option<BufferId>, pixel: usize, first_channel: usize) -> Rows {
        id.map_or(Rows::NONE, |id| {
            let data = self.pixel(id, pixel).wrapping_add(first_channel);
            Rows { data, stride: self.plan.buffer(id).pixel() }
        })
    }

    /// A product of pixels that lie in buffers.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn pixels(&self, step: &Step, first: usize, count: usize, panels: Option<(usize, usize)>) {
        let Work::Product { sources, .. } = &step.work else {
            unreachable!("only products are cut by pixels")
        };
        let mut left = Segments::new();
        for source in sources {
            if let Source::Pixels(inputs) = source {
                for &id in inputs {
                    let buffer = self.plan.buffer(id);
                    left.push(self.pixel(id, first), buffer.pixel(), buffer.shape.channels);
                }
            }
        }
        unsafe { self.product(step, left.as_slice(), first, count, panels) }
    }

    /// Multiplies rows with the step's weights and stores them from a pixel on.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn product(
        &self,
        step: &Step,
        left: &[Segment],
        first: usize,
        count: usize,
        range: Option<(usize, usize)>,
    ) {
        let Work::Product { matrix, first_channel, .. } = step.work else { unreachable!("a product") };
        let matrix = &self.plan.matrices[matrix];
        let panels = matrix.panels;
        let row = step.shape.channels.next_multiple_of(crate::kernels::CHANNEL_ALIGN);
        let is_last = first_channel + panels.columns == step.shape.channels;
        let columns = if is_last { row - first_channel } else { panels.columns };
        // Sums can only wait in results that take whole vectors.
        let is_whole = columns >= panels.width();
        let kc = if is_whole { self.caches.kc(panels.widest()) } else { panels.depth };
        let gemm = Gemm {
            rows: count,
            left,
            right: self.packed.wrapping_add(matrix.offset),
            panels,
            range: range.unwrap_or((0, panels.count())),
            bias: self.packed.wrapping_add(matrix.bias),
            addend: self.place(step.addend, first, first_channel),
            raw: self.place(step.raw, first, first_channel),
            relu: self.place(step.relu, first, first_channel),
            columns,
            mc: self.caches.mc(panels.depth.min(kc)),
            kc,
        };
        // SAFETY: the buffers are of the plan's sizes, and results never lie where operands do.
        unsafe { self.kernels.gemm(&gemm) }
    }

    /// A step that is cut by output rows; a piece may reach over several images.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn rows(&self, step: &Step, piece: &Piece) {
        let height = step.shape.height;
        let most = block_rows(self.plan, self.caches, step);
        let mut at = piece.start;
        while at < piece.end {
            let (image, row) = (at / height, at % height);
            let within = (height - row).min(piece.end - at);
            let rows = match &step.work {
                Work::Product { .. } => within.div_ceil(within.div_ceil(most)),
                _ => within,
            };
            // SAFETY: the rows are within one image and within the piece.
            unsafe {
                match &step.work {
                    Work::Product { sources, .. } => self.block(step, sources, image, row, rows),
                    Work::Pool { .. } => self.pool(step, image, row, rows),
                    Work::Copy { inputs } => self.copy(step, inputs, image, row, rows),
                    Work::GlobalAverage { .. } => unreachable!("averages are cut by parts"),
                }
            }
            at += rows;
        }
    }

    /// Some rows of a product whose left side is computed first, into scratch.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn block(&self, step: &Step, sources: &[Source], image: usize, row: usize, rows: usize) {
        let pixels = rows * step.shape.width;
        let first = (image * step.shape.height + row) * step.shape.width;
        let mut left = Segments::new();
        let mut scratch = self.scratch;
        // SAFETY: scratch holds the sources of as many rows as `block_rows` says, and `rows` are not more.
        unsafe {
            for source in sources {
                match source {
                    Source::Pixels(inputs) => {
                        for &id in inputs {
                            let buffer = self.plan.buffer(id);
                            left.push(self.pixel(id, first), buffer.pixel(), buffer.shape.channels);
                        }
                    }
                    Source::Depthwise { input, size, stride, weights } => {
                        let pixel = self.plan.buffer(*input).pixel();
                        let weights = self.packed.wrapping_add(self.plan.windows[*weights].offset);
                        let window = self.window(*input, image, *size, *stride, row, rows);
                        let depthwise = Depthwise { window, weights, output: scratch, out_pixel: pixel };
                        self.kernels.depthwise(&depthwise);
                        left.push(scratch, pixel, window.channels);
                        scratch = scratch.add(pixels * pixel);
                    }
                    Source::Subsample { inputs, offset } => {
                        for &id in inputs {
                            let buffer = self.plan.buffer(id);
                            self.subsample(id, image, *offset, row, rows, scratch);
                            left.push(scratch, buffer.pixel(), buffer.shape.channels);
                            scratch = scratch.add(pixels * buffer.pixel());
                        }
                    }
                    Source::Patches => return self.patches(step, image, row, rows),
                }
            }
            self.product(step, left.as_slice(), first, pixels, None);
        }
    }

    fn window(
        &self,
        id: BufferId,
        image: usize,
        size: usize,
        stride: usize,
        row: usize,
        rows: usize,
    ) -> Window {
        let buffer = self.plan.buffer(id);
        let shape = buffer.shape;
        Window {
            input: self.pixel(id, image * shape.pixels()),
            pixel: buffer.pixel(),
            height: shape.height,
            width: shape.width,
            channels: shape.channels,
            size,
            stride,
            top: same_padding(shape.height, size, stride).0,
            left: same_padding(shape.width, size, stride).0,
            out_width: strided(shape.width, stride),
            first_row: row,
            rows,
        }
    }

    /// Every second pixel of some rows, zeros beyond the border.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn subsample(
        &self,
        id: BufferId,
        image: usize,
        offset: usize,
        row: usize,
        rows: usize,
        to: *mut f32,
    ) {
        let buffer = self.plan.buffer(id);
        let shape = buffer.shape;
        let columns = strided(shape.width, 2);
        for index in 0..rows * columns {
            let (y, x) = (2 * (row + index / columns) + offset, 2 * (index % columns) + offset);
            // SAFETY: the pixel read is within the image; `to` holds `rows * columns` pixels.
            unsafe {
                let to = to.add(index * buffer.pixel());
                if y < shape.height && x < shape.width {
                    let from = self.pixel(id, image * shape.pixels() + y * shape.width + x);
                    std::ptr::copy_nonoverlapping(from, to, buffer.pixel());
                } else {
                    to.write_bytes(0, buffer.pixel());
                }
            }
        }
    }

    /// The stem: patches of 3 x 3 pixels are three runs of the image, two pixels further from row to row.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn patches(&self, step: &Step, image: usize, row: usize, rows: usize) {
        let input = self.plan.input;
        for row in row..row + rows {
            let mut left = Segments::new();
            for line in 0..3 {
                let start = (image * input.height + 2 * row + line) * input.width * input.channels;
                left.push(self.pixels.wrapping_add(start), 2 * input.channels, 3 * input.channels);
            }
            let first = (image * step.shape.height + row) * step.shape.width;
            // SAFETY: without padding, the last patch ends within the image.
            unsafe { self.product(step, left.as_slice(), first, step.shape.width, None) };
        }
    }

    /// # Safety
    /// As [`Pass::run`].
    unsafe fn pool(&self, step: &Step, image: usize, row: usize, rows: usize) {
        let Work::Pool { input, kind, stride } = step.work else { unreachable!("a pool") };
        let first = (image * step.shape.height + row) * step.shape.width;
        let pool = Pool {
            window: self.window(input, image, 3, stride, row, rows),
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
    unsafe fn copy(&self, step: &Step, inputs: &[BufferId], image: usize, row: usize, rows: usize) {
        let first = (image * step.shape.height + row) * step.shape.width;
        for pixel in first..first + rows * step.shape.width {
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

    /// One part of the mean over all pixels of one image.
    ///
    /// # Safety
    /// As [`Pass::run`].
    unsafe fn average(&self, step: &Step, inputs: &[BufferId], part: usize) {
        let (image, part) = (part / inputs.len(), part % inputs.len());
        let first_channel = self.plan.channels(&inputs[..part]);
        let buffer = self.plan.buffer(inputs[part]);
        let (pixels, channels) = (buffer.shape.pixels(), buffer.shape.channels);
        for to in [step.raw, step.relu].into_iter().flatten() {
            // SAFETY: parts write different channels of the result.
            unsafe {
                let to = self.pixel(to, image).add(first_channel);
                let sums = std::slice::from_raw_parts_mut(to, channels);
                sums.fill(0.0);
                for pixel in 0..pixels {
                    let from = self.pixel(inputs[part], image * pixels + pixel);
                    let values = std::slice::from_raw_parts(from, channels);
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
                }
                sums.iter_mut().for_each(|sum| *sum /= pixels as f32);
                if Some(to) != step.raw.map(|id| self.pixel(id, image).add(first_channel)) {
                    sums.iter_mut().for_each(|sum| *sum = sum.max(0.0));
                }
            }
        }
    }
}
