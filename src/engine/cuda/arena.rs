//! Where values lie in a card's memory. Unlike the CPU, which reads the parts of a concatenation wherever they
//! are, a product on a card needs its left side in one piece. So values that are read side by side are stored side by side,
//! each in its own channels of a common pixel.

use crate::engine::plan::memory::{Slot, place};
use crate::engine::plan::{BufferId, Factor, Plan, Product, Work};
use crate::kernels::cuda::CHANNELS;

/// Slots start at multiples of this many numbers: 256 bytes of the smallest.
const START: usize = 128;

/// Channels with their padding.
pub fn padded(channels: usize) -> usize {
    channels.next_multiple_of(CHANNELS)
}

/// Where the values of a buffer are, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where its slot starts, for one image; a pass over `n` images multiplies by `n`.
    pub offset: usize,
    /// Its first channel within a pixel.
    pub channel: usize,
    /// From pixel to pixel.
    pub pixel: usize,
}

/// Memory for all buffers of a plan.
#[derive(Debug, Clone)]
pub struct Arena {
    slots: Vec<Slot>,
    /// Numbers from pixel to pixel, by slot.
    pixels: Vec<usize>,
    /// Slot and first channel, by buffer.
    buffers: Vec<(usize, usize)>,
    /// Buffers that are not stored: their readers apply relu to another one.
    rectified: Vec<Option<BufferId>>,
    offsets: Vec<usize>,
    elements: usize,
}

impl Arena {
    /// Slots for the buffers of a plan; those that are read side by side share one.
    pub fn new(plan: &Plan) -> Arena {
        let mut arena = Arena {
            slots: Vec::new(),
            pixels: Vec::new(),
            buffers: vec![(usize::MAX, 0); plan.buffers.len()],
            rectified: rectified(plan),
            offsets: Vec::new(),
            elements: 0,
        };
        for list in lists(plan) {
            if list.iter().all(|&BufferId(id)| arena.buffers[id].0 == usize::MAX) {
                arena.group(plan, list);
            }
        }
        for id in 0..plan.buffers.len() {
            if arena.buffers[id].0 == usize::MAX && arena.rectified[id].is_none() {
                arena.group(plan, &[BufferId(id)]);
            }
        }
        for (id, raw) in arena.rectified.iter().enumerate() {
            let Some(raw) = raw else { continue };
            arena.buffers[id] = arena.buffers[raw.0];
            let slot = &mut arena.slots[arena.buffers[id].0];
            slot.last_read = slot.last_read.max(plan.buffers[id].last_read);
        }
        arena
    }

    /// Whether a buffer holds values whose relu is for the reader to apply.
    pub fn is_rectified_by_readers(&self, BufferId(id): BufferId) -> bool {
        self.rectified[id].is_some()
    }

    fn group(&mut self, plan: &Plan, list: &[BufferId]) {
        let (mut written, mut last_read, mut pixel) = (usize::MAX, 0, 0);
        for &id in list {
            let buffer = plan.buffer(id);
            self.buffers[id.0] = (self.slots.len(), pixel);
            pixel += padded(buffer.shape.channels);
            written = written.min(buffer.written);
            last_read = last_read.max(buffer.last_read);
        }
        let pixels = plan.buffer(list[0]).shape.pixels();
        self.add(pixels, pixel, written, last_read);
    }

    /// A slot of `pixels` times `pixel` numbers for one region; call [`Arena::assign_slots`] when all are there.
    pub fn scratch(&mut self, pixels: usize, pixel: usize, region: usize) -> usize {
        self.add(pixels, pixel, region, region)
    }

    fn add(&mut self, pixels: usize, pixel: usize, written: usize, last_read: usize) -> usize {
        let elements = (pixels * pixel).next_multiple_of(START);
        self.slots.push(Slot { elements, written, last_read });
        self.pixels.push(pixel);
        self.slots.len() - 1
    }

    /// Gives every slot its place.
    pub fn assign_slots(&mut self) {
        (self.offsets, self.elements) = place(&self.slots);
    }

    /// Numbers that hold all slots, for one image.
    pub fn elements(&self) -> usize {
        self.elements
    }

    /// A buffer's place.
    pub fn place(&self, BufferId(id): BufferId) -> Place {
        let (slot, channel) = self.buffers[id];
        self.within(slot, channel)
    }

    /// A place in a slot.
    pub fn within(&self, slot: usize, channel: usize) -> Place {
        Place { offset: self.offsets[slot], channel, pixel: self.pixels[slot] }
    }

    /// Buffers side by side as few runs of channels: the first buffer of each, and its padded channels.
    pub fn runs(&self, plan: &Plan, list: &[BufferId]) -> Vec<(BufferId, usize)> {
        let mut runs: Vec<(BufferId, usize)> = Vec::new();
        for &id in list {
            let (slot, channel) = self.buffers[id.0];
            let channels = padded(plan.buffer(id).shape.channels);
            match runs.last_mut() {
                Some((first, count)) if self.buffers[first.0] == (slot, channel.wrapping_sub(*count)) => {
                    *count += channels;
                }
                _ => runs.push((id, channels)),
            }
        }
        runs
    }
}

/// For each buffer that holds the relu of another one and is read by depthwise windows only, that other one.
fn rectified(plan: &Plan) -> Vec<Option<BufferId>> {
    let mut rectified = vec![None; plan.buffers.len()];
    for step in &plan.steps {
        if let (Some(raw), Some(relu)) = (step.raw, step.relu) {
            rectified[relu.0] = Some(raw);
        }
    }
    let results = plan.features.iter().copied().chain([plan.pooled]).chain(plan.logits);
    let others = plan.steps.iter().flat_map(|step| match &step.work {
        Work::Product(Product { factors, .. }) => {
            let windows = factors.iter().filter(|factor| matches!(factor, Factor::Depthwise { .. })).count();
            // The addend is read as it is.
            if windows == factors.len() { step.addend.into_iter().collect() } else { step.reads() }
        }
        _ => step.reads(),
    });
    for id in results.chain(others) {
        rectified[id.0] = None;
    }
    rectified
}

/// The lists of buffers that products read side by side: those that are read where they lie first.
fn lists(plan: &Plan) -> Vec<&[BufferId]> {
    let (mut direct, mut others): (Vec<&[BufferId]>, Vec<&[BufferId]>) = (Vec::new(), Vec::new());
    for step in &plan.steps {
        let Work::Product(Product { factors, .. }) = &step.work else { continue };
        for factor in factors {
            match factor {
                Factor::Pixels(inputs) => direct.push(inputs),
                Factor::Subsample { inputs, .. } => others.push(inputs),
                Factor::Depthwise { .. } | Factor::Patches => {}
            }
        }
    }
    let distinct = |list: &&[BufferId]| (1..list.len()).all(|place| !list[..place].contains(&list[place]));
    direct.into_iter().chain(others).filter(|list| list.len() > 1).filter(distinct).collect()
}
