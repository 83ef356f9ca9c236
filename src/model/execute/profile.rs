//! Where the time goes: busy time of each step, summed over threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::model::plan::Plan;

/// The time of one step.
#[derive(Debug, Clone)]
pub struct StepTime {
    /// The step as the plan prints it.
    pub line: String,
    /// Multiply-adds for one image.
    pub multiply_adds: u64,
    /// Busy time of all threads together, over all images.
    pub busy: Duration,
    /// The shortest time of each thread's share in one pass, summed: what is left when nothing disturbs.
    pub least: Duration,
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

impl StepTime {
    /// Arithmetic speed of one busy thread in GFLOP/s, undisturbed.
    pub fn gflops(&self) -> f64 {
        2.0 * self.multiply_adds as f64 / self.least.as_secs_f64().max(1e-9) / 1e9
    }
}

/// Nanoseconds as threads add them up: one count a thread and step, and one a thread for waiting.
pub(super) struct Clock {
    steps: usize,
    totals: Vec<AtomicU64>,
    leasts: Vec<AtomicU64>,
}

impl Clock {
    pub(super) fn new(plan: &Plan, threads: usize) -> Clock {
        let counts = threads * (plan.steps.len() + 1);
        let all = |value| (0..counts).map(|_| AtomicU64::new(value)).collect();
        Clock { steps: plan.steps.len(), totals: all(0), leasts: all(u64::MAX) }
    }

    /// Adds to a step.
    pub(super) fn add(&self, thread: usize, step: usize, time: Duration) {
        let index = thread * (self.steps + 1) + step;
        let time = time.as_nanos() as u64;
        self.totals[index].fetch_add(time, Ordering::Relaxed);
        self.leasts[index].fetch_min(time, Ordering::Relaxed);
    }

    /// Adds to the waiting.
    pub(super) fn add_waiting(&self, thread: usize, time: Duration) {
        self.add(thread, self.steps, time);
    }

    /// What has been added up so far, to start anew.
    pub(super) fn take(&self, plan: &Plan, images: usize) -> Profile {
        let sum = |counts: &[AtomicU64], step: usize, start: u64| {
            let counts = counts.iter().skip(step).step_by(self.steps + 1);
            let counts = counts.map(|count| count.swap(start, Ordering::Relaxed));
            Duration::from_nanos(counts.filter(|&count| count != start).sum())
        };
        let steps = plan.steps.iter().enumerate().map(|(index, step)| StepTime {
            line: plan.line(step),
            multiply_adds: step.multiply_adds,
            busy: sum(&self.totals, index, 0),
            least: sum(&self.leasts, index, u64::MAX),
        });
        let steps = steps.collect();
        Profile { images, steps, waiting: sum(&self.totals, self.steps, 0) }
    }
}
