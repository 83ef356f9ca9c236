//! Forward passes of single images by the callers' own threads: as many at a time as an engine has threads.
//! Whoever has an image of its own waits for nobody within a pass, and no processor has two to serve.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::engine::cpu::CpuEngine;
use crate::error::Result;

/// Places to compute, an engine for one thread each.
pub(super) struct EnginePool {
    free: Mutex<Vec<CpuEngine>>,
    freed: Condvar,
}

impl EnginePool {
    /// A place for each thread of `engine`, on its weights.
    ///
    /// # Errors
    /// When memory is short.
    pub(super) fn beside(engine: &CpuEngine) -> Result<Self> {
        let siblings = (0..engine.threads()).map(|_| engine.sibling());
        Ok(EnginePool { free: Mutex::new(siblings.collect::<Result<_>>()?), freed: Condvar::new() })
    }

    /// Does `work` at a free place; waits for one while there is none.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut CpuEngine) -> T) -> T {
        let mut seat = self.take();
        work(&mut seat.engine[0])
    }

    fn take(&self) -> Seat<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.is_empty() {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        let last = free.len() - 1;
        Seat { engine: free.split_off(last), pool: self }
    }
}

/// A place, given back also when the work panics: a pass writes all buffers anew.
struct Seat<'a> {
    /// The one engine.
    engine: Vec<CpuEngine>,
    pool: &'a EnginePool,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.engine);
        self.pool.freed.notify_one();
    }
}
