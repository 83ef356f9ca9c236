//! How long a decoder has worked on an image: one that never ends costs its image, not the run.
//!
//! A thread cannot be stopped from outside. Another thread takes its place; the stuck one keeps its core and its memory
//! until the process ends.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// How long one piece of work may take. Ticks are counted, not seconds, so that a process that was stopped for a while
/// is not late when it continues.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimit {
    /// From tick to tick.
    pub tick: Duration,
    /// Ticks that one piece of work may take.
    pub ticks: u32,
}

impl TimeLimit {
    /// For decoding an image. The largest that is allowed takes seconds, or a minute in the slowest format on a slow machine.
    pub const DECODING: TimeLimit = TimeLimit { tick: Duration::from_secs(1), ticks: 600 };
}

/// The value of [`Clock::ticks`] while nothing is timed.
const STOPPED: u32 = u32::MAX;

/// The time of one item.
#[derive(Debug)]
pub struct Clock {
    ticks: AtomicU32,
    held: AtomicU64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { ticks: AtomicU32::new(STOPPED), held: AtomicU64::new(0) }
    }
}

impl Clock {
    /// Times `work`; `held` is the memory that it keeps if it never ends.
    pub fn time<T>(&self, held: u64, work: impl FnOnce() -> T) -> T {
        self.held.store(held, Ordering::Relaxed);
        self.ticks.store(0, Ordering::Relaxed);
        let done = work();
        self.ticks.store(STOPPED, Ordering::Relaxed);
        done
    }

    /// Counts a tick. True when this work has had `most` before.
    pub fn is_late(&self, most: u32) -> bool {
        let count = |ticks| if ticks == STOPPED { None } else { Some(ticks + 1) };
        let before = self.ticks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        before.is_ok_and(|ticks| ticks >= most)
    }

    /// The memory that the work holds.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_timed_becomes_late() {
        let clock = Clock::default();
        assert!(!clock.is_late(0));
        clock.time(7, || {
            assert_eq!([(); 4].map(|()| clock.is_late(2)), [false, false, true, true]);
            assert_eq!(clock.held(), 7);
        });
        assert!(!clock.is_late(0));
        assert!(!clock.time(0, || clock.is_late(1)), "every piece of work has its own time");
    }
}
