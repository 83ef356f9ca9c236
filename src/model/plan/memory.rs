//! Where buffers lie in the arena, and weights among the packed ones.

use super::{Buffer, Plan, Source, Work};
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
    let mut order: Vec<usize> = (0..plan.buffers.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(plan.buffers[index].elements()));
    let mut placed: Vec<usize> = Vec::new();
    for index in order {
        let buffer = &plan.buffers[index];
        let mut taken: Vec<(usize, usize)> = placed
            .iter()
            .map(|&other| &plan.buffers[other])
            .filter(|other| overlap(buffer, other))
            .map(|other| (other.offset, other.offset + other.elements()))
            .collect();
        taken.sort_unstable();
        let mut offset = 0;
        for (start, end) in taken {
            if start >= offset + buffer.elements() {
                break;
            }
            offset = offset.max(end);
        }
        plan.arena = plan.arena.max(offset + buffer.elements());
        plan.buffers[index].offset = offset;
        placed.push(index);
    }
}

fn overlap(a: &Buffer, b: &Buffer) -> bool {
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
        let Work::Product { sources, matrix, .. } = &step.work else { continue };
        for source in sources {
            if let Source::Depthwise { weights, .. } = source {
                let windows = &mut plan.windows[*weights];
                windows.offset = place(packed_depthwise_elements(windows.taps, windows.channels, plan.lanes));
            }
        }
        let matrix = &mut plan.matrices[*matrix];
        matrix.bias = place(matrix.panels.width());
        matrix.offset = place(matrix.panels.elements());
    }
    plan.packed = offset;
}
