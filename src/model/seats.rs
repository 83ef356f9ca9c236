//! Forward passes of single images by the callers' own threads: as many at a time as an engine has threads.
//! Whoever has an image of its own waits for nobody within a pass, and no processor has two to serve.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::error::Result;
use crate::model::execute::Engine;

/// Places to compute, an engine for one thread each.
pub(super) struct Seats {
    free: Mutex<Vec<Engine>>,
    freed: Condvar,
}

impl Seats {
    /// A place for each thread of `engine`, on its weights.
    ///
    /// # Errors
    /// When memory is short.
    pub(super) fn beside(engine: &Engine) -> Result<Self> {
        let siblings = (0..engine.threads()).map(|_| engine.sibling());
        Ok(Seats { free: Mutex::new(siblings.collect::<Result<_>>()?), freed: Condvar::new() })
    }

    /// Does `work` at a free place; waits for one while there is none.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        let mut seat = self.take();
        work(&mut seat.engine[0])
    }

    fn take(&self) -> Seat<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while free.is_empty() {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        let last = free.len() - 1;
        Seat { engine: free.split_off(last), seats: self }
    }
}

/// A place, given back also when the work panics: a pass writes all buffers anew.
struct Seat<'a> {
    /// The one engine.
    engine: Vec<Engine>,
    seats: &'a Seats,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.seats.free.lock().unwrap_or_else(PoisonError::into_inner).append(&mut self.engine);
        self.seats.freed.notify_one();
    }
}
