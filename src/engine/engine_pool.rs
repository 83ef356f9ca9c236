//! Forward passes of single images on the callers' own threads, at most as many at a time as the engine has threads.
//! Threads do not wait for one another within a pass, and no processor runs two passes.

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

    /// Does `work` with a free engine, after waiting for one if all are in use.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut CpuEngine) -> T) -> T {
        let mut taken = self.take();
        work(&mut taken.engine[0])
    }

    fn take(&self) -> Taken<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.is_empty() {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        let last = free.len() - 1;
        Taken { engine: free.split_off(last), pool: self }
    }
}

/// An engine in use. It goes back even if the work panics: every pass writes all buffers again.
struct Taken<'a> {
    /// Exactly one.
    engine: Vec<CpuEngine>,
    pool: &'a EnginePool,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.pool.free.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.engine);
        self.pool.freed.notify_one();
    }
}
