//! The dense layer of a batch: one product for all images, so that its weights, as many as those of a whole stage, are
//! read once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::Run;
use super::caches::Blocks;
use super::memory::Shared;
use crate::engine::plan::{Factor, Plan, Product, Work};
use crate::kernels::gemm::{Gemm, Segment, StridedRows};

/// The product, of which threads take panels.
pub(super) struct Dense<'a> {
    plan: &'a Plan,
    /// In the plan.
    pub(super) step: usize,
    matrix: usize,
    next: AtomicUsize,
}

impl<'a> Dense<'a> {
    /// The dense layer that ends a plan, where it reads nothing but the averaged features.
    pub(super) fn of(plan: &'a Plan) -> Option<Dense<'a>> {
        let step = plan.steps.len().checked_sub(1)?;
        let Work::Product(Product { factors, matrix, first_channel: 0 }) = &plan.steps[step].work else {
            return None;
        };
        let ends = plan.logits.is_some() && plan.steps[step].raw == plan.logits;
        let alone = plan.regions.last()?.len() == 1;
        let reads_averages = matches!(&factors[..], [Factor::Pixels(inputs)] if inputs[..] == [plan.pooled]);
        let next = AtomicUsize::new(0);
        (ends && alone && reads_averages).then_some(Dense { plan, step, matrix: *matrix, next })
    }

    /// Computes the panels that no other thread has taken.
    ///
    /// # Safety
    /// `packed` are the plan's weights; the averages of `images` images have been written, and nobody writes them or
    /// uses the scratch, which has room for a pass of one image.
    pub(super) unsafe fn run(&self, run: &Run, images: usize, scratch: Shared) {
        let matrix = &self.plan.matrices[self.matrix];
        let panels = matrix.panels;
        let (pooled, logits) = run.sink.pooled_and_logits();
        let left = [Segment { data: pooled.as_ptr(), stride: panels.depth, depth: panels.depth }];
        let Blocks { mc, kc } = run.caches.blocks(&panels, false);
        let take = || Some(self.next.fetch_add(1, Ordering::Relaxed)).filter(|&panel| panel < panels.count());
        while let Some(panel) = take() {
            let gemm = Gemm {
                rows: images,
                left: &left,
                right: run.packed.wrapping_add(matrix.offset),
                panels,
                range: (panel, panel + 1),
                bias: run.packed.wrapping_add(matrix.bias),
                addend: StridedRows::NONE,
                raw: StridedRows { data: logits.as_ptr(), stride: panels.columns },
                relu: StridedRows::NONE,
                columns: panels.columns,
                // Scratch holds what one row that is rounded takes for certain.
                mc: if panels.lanes.numbers == 1 { mc } else { panels.left_rows(1) },
                kc,
                near: true,
                rounded: scratch.as_ptr(),
            };
            // SAFETY: averages and logits hold the batch, and panels write different columns.
            unsafe { run.kernels.gemm(&gemm) }
        }
    }
}
