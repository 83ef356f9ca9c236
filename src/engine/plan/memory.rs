//! Where buffers lie in the arena, and weights among the packed ones.

use super::{Buffer, Factor, Plan, Product, Work};
use crate::kernels::CHANNEL_ALIGN;
use crate::kernels::pack::packed_depthwise_elements;

/// Gives every buffer the lowest place that no buffer alive at the same time has, the largest first.
pub(super) fn place_buffers(plan: &mut Plan) {
    for (index, step) in plan.steps.iter().enumerate() {
        debug_assert!(plan.regions[step.region].contains(&index));
        for id in step.writes() {
            plan.buffers[id.0].written = step.region;
            plan.buffers[id.0].last_read = plan.buffers[id.0].last_read.max(step.region);
        }
        for id in step.reads() {
            plan.buffers[id.0].last_read = plan.buffers[id.0].last_read.max(step.region);
        }
    }
    let results = plan.features.iter().copied().chain([plan.pooled]).chain(plan.logits);
    for id in results.collect::<Vec<_>>() {
        plan.buffers[id.0].last_read = plan.regions.len();
    }
    let slot = |buffer: &Buffer| {
        let Buffer { written, last_read, .. } = *buffer;
        Slot { elements: buffer.elements(), written, last_read }
    };
    let slots: Vec<Slot> = plan.buffers.iter().map(slot).collect();
    let (offsets, elements) = place(&slots);
    for (buffer, offset) in plan.buffers.iter_mut().zip(offsets) {
        buffer.offset = offset;
    }
    plan.arena = elements;
}

/// Memory that holds something from one region to another, both included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    /// How much.
    pub(crate) elements: usize,
    /// The first region.
    pub(crate) written: usize,
    /// The last.
    pub(crate) last_read: usize,
}

/// Gives every slot the lowest place that no slot alive at the same time has, the largest first; and says how
/// much memory holds them all.
pub(crate) fn place(slots: &[Slot]) -> (Vec<usize>, usize) {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(slots[index].elements));
    let (mut offsets, mut elements) = (vec![0; slots.len()], 0);
    let mut placed: Vec<usize> = Vec::new();
    for index in order {
        let slot = &slots[index];
        let mut taken: Vec<(usize, usize)> = placed
            .iter()
            .filter(|&&other| overlap(slot, &slots[other]))
            .map(|&other| (offsets[other], offsets[other] + slots[other].elements))
            .collect();
        taken.sort_unstable();
        let mut offset = 0;
        for (start, end) in taken {
            if start >= offset + slot.elements {
                break;
            }
            offset = offset.max(end);
        }
        elements = elements.max(offset + slot.elements);
        offsets[index] = offset;
        placed.push(index);
    }
    (offsets, elements)
}

fn overlap(a: &Slot, b: &Slot) -> bool {
    a.written <= b.last_read && b.written <= a.last_read
}

/// Puts weights behind one another in the order of the steps, so that what is read next lies ahead.
pub(super) fn place_weights(plan: &mut Plan) {
    let mut offset = 0;
    let mut place = |elements: usize| {
        let start = offset;
        offset += elements.next_multiple_of(CHANNEL_ALIGN);
        start
    };
    for step in &plan.steps {
        let Work::Product(Product { factors, matrix, .. }) = &step.work else { continue };
        for factor in factors {
            if let Factor::Depthwise { weights, .. } = factor {
                let depthwise = &mut plan.depthwise_weights[*weights];
                depthwise.offset =
                    place(packed_depthwise_elements(depthwise.taps, depthwise.channels, plan.lanes.count));
            }
        }
        let matrix = &mut plan.matrices[*matrix];
        matrix.bias = place(matrix.panels.width());
        matrix.offset = place(matrix.panels.elements());
    }
    plan.packed = offset;
}
