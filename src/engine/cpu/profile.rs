//! Where the time goes: busy time of each step, summed over threads.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::engine::plan::Plan;

/// The time of one step.
#[derive(Debug, Clone)]
pub struct StepTime {
    /// The step as the plan prints it.
    pub line: String,
    /// What kind of work it is.
    pub kind: &'static str,
    /// Multiply-adds for one image.
    pub multiply_adds: u64,
    /// Busy time of all threads together, over all images.
    pub busy: Duration,
}

/// The times of all steps.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Images that went through.
    pub images: usize,
    /// In the order of the plan.
    pub steps: Vec<StepTime>,
    /// Time that threads waited for one another, of all threads together.
    pub waiting: Duration,
}

/// Nanoseconds as threads add them up: of each thread in the pass that it is in, and of all passes.
pub(super) struct Clock {
    steps: usize,
    current: Vec<AtomicU64>,
    totals: Vec<AtomicU64>,
}

impl Clock {
    pub(super) fn new(plan: &Plan, threads: usize) -> Clock {
        let steps = plan.steps.len() + 1; // the last is waiting
        let zeros = |count: usize| (0..count).map(|_| AtomicU64::new(0)).collect();
        Clock { steps, current: zeros(threads * steps), totals: zeros(steps) }
    }

    /// Adds to a step.
    pub(super) fn add(&self, thread: usize, step: usize, time: Duration) {
        self.current[thread * self.steps + step].fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Adds to the waiting.
    pub(super) fn add_waiting(&self, thread: usize, time: Duration) {
        self.add(thread, self.steps - 1, time);
    }

    /// Ends the pass of some threads.
    pub(super) fn end(&self, threads: Range<usize>) {
        for step in 0..self.steps {
            let current = threads.clone().map(|thread| &self.current[thread * self.steps + step]);
            let sum = current.map(|count| count.swap(0, Ordering::Relaxed)).sum();
            self.totals[step].fetch_add(sum, Ordering::Relaxed);
        }
    }

    /// What has been added up so far, to start anew.
    pub(super) fn take(&self, plan: &Plan, images: usize) -> Profile {
        let take = |count: &AtomicU64| Duration::from_nanos(count.swap(0, Ordering::Relaxed));
        let steps = plan.steps.iter().enumerate().map(|(index, step)| StepTime {
            line: plan.line(step),
            kind: Plan::kind(step),
            multiply_adds: step.multiply_adds,
            busy: take(&self.totals[index]),
        });
        let steps = steps.collect();
        Profile { images, steps, waiting: take(&self.totals[self.steps - 1]) }
    }
}
