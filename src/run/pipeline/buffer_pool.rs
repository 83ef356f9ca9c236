//! Memory of pixels that are no longer needed, for those of the next images.

use std::sync::{Mutex, PoisonError};

/// Buffers that nobody uses; there are never more of them than workers.
#[derive(Default)]
pub(super) struct BufferPool(Mutex<Vec<Vec<u8>>>);

impl BufferPool {
    /// The most that is kept of an image, 32 megapixels: larger ones are too few to hold memory for.
    const MAX_BYTES: usize = 96 << 20;

    /// A buffer, or none.
    pub(super) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a buffer.
    pub(super) fn keep(&self, pixels: Vec<u8>) {
        if pixels.capacity() <= Self::MAX_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(pixels);
        }
    }
}
