//! Reuses the memory of pixels for the next images.

use std::sync::{Mutex, PoisonError};

/// Unused buffers, never more than there are workers.
pub(super) struct BufferPool {
    buffers: Mutex<Vec<Vec<u8>>>,
    /// The largest buffer that is kept; larger images are too rare to hold memory for.
    largest: usize,
}

impl BufferPool {
    /// A pool that keeps buffers of up to `largest` bytes.
    pub(super) fn of(largest: u64) -> Self {
        BufferPool { buffers: Mutex::default(), largest: usize::try_from(largest).unwrap_or(usize::MAX) }
    }

    /// A buffer, or none.
    pub(super) fn take(&self) -> Vec<u8> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Keeps a buffer.
    pub(super) fn keep(&self, pixels: Vec<u8>) {
        if pixels.capacity() <= self.largest {
            self.buffers.lock().unwrap_or_else(PoisonError::into_inner).push(pixels);
        }
    }
}
