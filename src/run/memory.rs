//! Limits the memory that decoding takes over all threads.
//!
//! Every worker may take a small amount without asking. An image that needs more fails before it allocates; its
//! worker then gives back what it holds, waits for its turn, and decodes the image again. No worker waits while
//! holding memory that others wait for, and turns are in order, so every image gets its memory in the end, unless it
//! needs more than there is in all.

mod available;

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::clock::Clock;
use crate::error::{ImageError, ImageErrorKind, Needed};
#[cfg(unix)]
pub use available::address_space;
pub use available::available;

/// The share of free memory, measured at the start, that images may take. The rest is for the network's buffers and
/// the allocator's overhead.
const SHARE: (u64, u64) = (2, 3);

/// What images may take where the system does not say how much is free.
const OTHERWISE: u64 = 4 << 30;

/// Memory for images.
#[derive(Debug)]
pub struct MemoryBudget {
    /// What every worker may take without asking; also the largest buffer that it keeps between two images.
    pub small: u64,
    /// The largest file that is read ahead.
    pub read_ahead: u64,
    /// What the workers share.
    shared: u64,
    workers: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: u64,
    /// What the decoders hold that were given up.
    lost: u64,
    /// The next turn to give out.
    next: u64,
    /// The turn that may take memory now.
    now: u64,
}

/// Memory that is given back when this is dropped.
struct Reserved<'a> {
    memory: &'a MemoryBudget,
    bytes: u64,
}

impl MemoryBudget {
    /// The most that counts as small: the RGB of 32 megapixels.
    const MAX_SMALL: u64 = 96 << 20;

    /// `bytes` of memory for `workers`; without a number, a share of what is free.
    pub fn new(bytes: Option<u64>, workers: usize) -> Self {
        let bytes = bytes.unwrap_or_else(|| available().map_or(OTHERWISE, |free| free / SHARE.1 * SHARE.0));
        let workers = workers.max(1) as u64;
        // A worker has a small image in work and a buffer for the next, and up to four files are read ahead for it.
        let small = (bytes / (8 * workers)).min(Self::MAX_SMALL);
        let read_ahead = small / 4;
        let shared = bytes - workers * (2 * small + 4 * read_ahead);
        let state = Mutex::new(State { free: shared, lost: 0, next: 0, now: 0 });
        MemoryBudget { small, read_ahead, shared, workers, state, changed: Condvar::new() }
    }

    /// Runs `decode` by `clock`, with the number of bytes that it may take, and again with more where it needs more.
    /// `file` is the size of a file that it reads first, or 0. Waiting for memory does not count as time.
    ///
    /// # Errors
    /// Those of `decode`; `too_large` for what needs more than there is.
    pub fn within<T>(
        &self,
        file: u64,
        clock: &Clock,
        mut decode: impl FnMut(u64) -> Result<T, ImageError>,
    ) -> Result<T, ImageError> {
        let mut allowed = self.small;
        let mut reserved = if file == 0 { None } else { Some(self.reserve(file, allowed)?) };
        loop {
            let held = reserved.as_ref().map_or(0, |reserved| reserved.bytes);
            let result = clock.time(held, || decode(allowed));
            let Err(ImageError { needed: Some(Needed::Memory(needed)), .. }) = result else { return result };
            drop(reserved.take());
            allowed = needed.max(allowed + 1);
            reserved = Some(self.reserve(file, allowed)?);
        }
    }

    /// Counts `held` bytes as gone for good, with a decoder that was given up: nobody waits for them.
    pub fn lose(&self, held: u64) {
        self.state().lost += held;
        self.changed.notify_all();
    }

    /// Waits for `file` and `pixels` bytes.
    fn reserve(&self, file: u64, pixels: u64) -> Result<Reserved<'_>, ImageError> {
        let bytes = file.saturating_add(pixels);
        let too_large = |limit: u64| {
            let [needed, limit] = [bytes.div_ceil(1_000_000), limit / 1_000_000];
            let message =
                format!("decoding it takes {needed} MB of memory, large images may have {limit} MB");
            let needed = Needed::Memory(self.total_for(bytes));
            ImageError::new(ImageErrorKind::TooLarge, message).allowed_by(needed)
        };
        if bytes > self.shared {
            return Err(too_large(self.shared));
        }
        let mut state = self.state();
        let turn = state.next;
        state.next += 1;
        while state.now != turn || (state.free < bytes && bytes <= self.shared.saturating_sub(state.lost)) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.now += 1;
        if state.free < bytes {
            let left = self.shared.saturating_sub(state.lost);
            drop(state);
            self.changed.notify_all();
            return Err(too_large(left));
        }
        state.free -= bytes;
        drop(state);
        self.changed.notify_all();
        let reserved = Reserved { memory: self, bytes };
        // Under a limit on address space, a decoder that gets no memory would end the whole run.
        let mut probe: Vec<u8> = Vec::new();
        if usize::try_from(bytes).is_ok_and(|bytes| probe.try_reserve_exact(bytes).is_ok()) {
            return Ok(reserved);
        }
        let message =
            format!("decoding it takes {} MB of memory, which the system refuses", bytes / 1_000_000);
        Err(ImageError::new(ImageErrorKind::TooLarge, message))
    }

    /// The total of which `shared` bytes are the shared part.
    fn total_for(&self, shared: u64) -> u64 {
        // Three eighths are the workers' own, until these have as much as they may. What division drops is some bytes.
        let by_share = (shared / 5 + 1).saturating_mul(8).saturating_add(8 * self.workers);
        by_share.min(shared.saturating_add(3 * self.workers * Self::MAX_SMALL))
    }

    /// Nothing that holds the lock can panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.memory.state().free += self.bytes;
        self.memory.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    /// Decodes an image of `needed` bytes.
    fn decode(needed: u64, allowed: u64) -> Result<u64, ImageError> {
        if needed <= allowed {
            return Ok(allowed);
        }
        Err(ImageError::new(ImageErrorKind::TooLarge, "").allowed_by(Needed::Memory(needed)))
    }

    #[test]
    fn workers_never_hold_more_than_there_is_and_every_image_gets_its_memory() {
        let memory = MemoryBudget::new(Some(80_000), 4);
        let (held, most) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|scope| {
            for worker in 0..4 {
                let (memory, held, most) = (&memory, &held, &most);
                scope.spawn(move || {
                    for image in 0..200 {
                        let needed = (worker * 7919 + image * 104_729) % (memory.shared + 1);
                        let done = memory.within(0, &Clock::default(), |allowed| {
                            decode(needed, allowed)?;
                            let now = held.fetch_add(needed, Ordering::SeqCst) + needed;
                            most.fetch_max(now, Ordering::SeqCst);
                            thread::yield_now();
                            held.fetch_sub(needed, Ordering::SeqCst);
                            Ok(())
                        });
                        assert_eq!(done, Ok(()));
                    }
                });
            }
        });
        assert!(most.into_inner() <= 80_000);
        assert_eq!(memory.state().free, memory.shared);
    }

    #[test]
    fn an_image_that_needs_more_than_there_is_is_too_large_with_its_file() {
        let memory = MemoryBudget::new(Some(8_000_000_000), 1);
        assert_eq!(memory.small, MemoryBudget::MAX_SMALL);
        assert_eq!(memory.within(0, &Clock::default(), |allowed| decode(1000, allowed)), Ok(memory.small));
        assert_eq!(memory.within(5, &Clock::default(), |allowed| decode(200 << 20, allowed)), Ok(200 << 20));
        let error =
            memory.within(5, &Clock::default(), |allowed| decode(memory.shared - 4, allowed)).unwrap_err();
        assert_eq!(error.kind, ImageErrorKind::TooLarge, "{error}");
        assert!(
            error.message.starts_with("decoding it takes 7699 MB of memory, large images may have 7698 MB")
        );
        assert!(memory.within(memory.shared, &Clock::default(), |_| Ok(())).is_err());
        assert_eq!(memory.state().free, memory.shared);
    }

    #[test]
    fn nobody_waits_for_the_memory_of_a_decoder_that_was_given_up() {
        let memory = MemoryBudget::new(Some(80_000), 1);
        let (held, clock) = (memory.shared / 2, Clock::default());
        let stuck = memory.reserve(0, held).unwrap();
        thread::scope(|scope| {
            let waiting =
                scope.spawn(|| memory.within(0, &Clock::default(), |allowed| decode(held + 2, allowed)));
            memory.lose(held);
            let error = waiting.join().unwrap().unwrap_err();
            assert_eq!(error.kind, ImageErrorKind::TooLarge, "{error}");
        });
        // What is left goes to others.
        let most = memory.shared - held;
        assert_eq!(memory.within(0, &clock, |allowed| decode(most, allowed)), Ok(most));
        drop(stuck);
        assert_eq!(memory.state().free, memory.shared);
    }

    #[test]
    fn an_error_names_the_memory_that_would_do() {
        for (bytes, workers) in
            [(0, 1), (7, 3), (1_000_001, 2), (300 << 20, 1), (1 << 33, 16), (1 << 40, 256)]
        {
            let memory = MemoryBudget::new(Some(bytes), workers);
            for more in [1, 2, 1000, 999_999_937] {
                let needed = memory.shared + more;
                let error =
                    memory.within(0, &Clock::default(), |allowed| decode(needed, allowed)).unwrap_err();
                let Some(Needed::Memory(total)) = error.needed else { panic!("{error}") };
                let roomy = MemoryBudget::new(Some(total), workers);
                assert!(roomy.shared >= needed, "{needed} of {total}");
                assert!(total > bytes, "{total} after {bytes}");
            }
        }
    }
}
