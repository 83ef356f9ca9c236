//! What a forward pass gives, in buffers that are used again by the next one.

use super::memory::Shared;
use super::step::Pass;
use crate::engine::plan::{BufferId, Plan};

/// Results of a batch, N in front.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// Class scores before softmax: N, classes. Empty without a top.
    pub logits: Vec<f32>,
    /// The features averaged over all pixels: N, C.
    pub pooled: Vec<f32>,
    /// The last feature map, after its relu: N, H, W, C. Empty unless requested.
    pub features: Vec<f32>,
}

impl Results {
    pub(super) fn resize(&mut self, plan: &Plan, images: usize, with_features: bool) {
        let elements = |id: BufferId| plan.buffer(id).shape.elements();
        self.logits.resize(images * plan.logits.map_or(0, elements), 0.0);
        self.pooled.resize(images * elements(plan.pooled), 0.0);
        let features: usize = plan.features.iter().map(|&id| elements(id)).sum();
        self.features.resize(if with_features { images * features } else { 0 }, 0.0);
    }
}

/// Where threads put results, each those of its own images.
pub(super) struct Sink {
    logits: Shared,
    pooled: Shared,
    features: Option<Shared>,
}

impl Sink {
    /// Results that have been resized for the batch.
    pub(super) fn new(results: &mut Results) -> Sink {
        let features = (!results.features.is_empty()).then(|| Shared::from_slice(&mut results.features));
        Sink {
            logits: Shared::from_slice(&mut results.logits),
            pooled: Shared::from_slice(&mut results.pooled),
            features,
        }
    }

    /// The places of the averages and of the logits of all images.
    pub(super) fn pooled_and_logits(&self) -> (Shared, Shared) {
        (self.pooled, self.logits)
    }

    /// Copies the results of an image out of the arena, with logits if the pass has computed them.
    ///
    /// # Safety
    /// The pass is over its last region; nobody else collects this image; the results that the sink
    /// was made of are there and hold the batch.
    pub(super) unsafe fn collect(&self, pass: &Pass, image: usize, with_logits: bool) {
        let plan = pass.plan;
        // SAFETY: each image has a place of its own in each of the results.
        unsafe {
            pass.collect(&[plan.pooled], self.pooled, image);
            if let Some(logits) = plan.logits.filter(|_| with_logits) {
                pass.collect(&[logits], self.logits, image);
            }
            if let Some(features) = self.features {
                pass.collect(&plan.features, features, image);
            }
        }
    }
}

impl Pass<'_> {
    /// Copies channels out of buffers that lie side by side, to the place of an image of the batch.
    ///
    /// # Safety
    /// The buffers have been written and are not being written; `to` holds the image.
    unsafe fn collect(&self, buffers: &[BufferId], to: Shared, image: usize) {
        let channels = self.plan.channels(buffers);
        let pixels = self.plan.buffer(buffers[0]).shape.pixels();
        for pixel in 0..pixels {
            let mut to = to.part((image * pixels + pixel) * channels).as_ptr();
            for &id in buffers {
                let count = self.plan.buffer(id).shape.channels;
                // SAFETY: the caller's.
                unsafe {
                    std::ptr::copy_nonoverlapping(self.pixel(id, pixel), to, count);
                    to = to.add(count);
                }
            }
        }
    }
}
