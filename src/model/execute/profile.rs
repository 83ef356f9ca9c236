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
    /// Arithmetic speed of one busy thread in GFLOP/s, for the images that the profile counts.
    pub fn gflops(&self, images: usize) -> f64 {
        2.0 * self.multiply_adds as f64 * images as f64 / self.busy.as_secs_f64().max(1e-9) / 1e9
    }
}

/// Nanoseconds as threads add them up: one count a step, and one for waiting.
pub(super) struct Clock {
    nanoseconds: Vec<AtomicU64>,
}

impl Clock {
    pub(super) fn new(plan: &Plan) -> Clock {
        Clock { nanoseconds: (0..=plan.steps.len()).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Adds to a step.
    pub(super) fn add(&self, step: usize, time: Duration) {
        self.nanoseconds[step].fetch_add(time.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Adds to the waiting.
    pub(super) fn add_waiting(&self, time: Duration) {
        self.add(self.nanoseconds.len() - 1, time);
    }

    /// What has been added up so far, to start anew.
    pub(super) fn take(&self, plan: &Plan, images: usize) -> Profile {
        let mut times =
            self.nanoseconds.iter().map(|count| Duration::from_nanos(count.swap(0, Ordering::Relaxed)));
        let steps = plan.steps.iter().zip(&mut times);
        let steps = steps.map(|(step, busy)| StepTime {
            line: plan.line(step),
            multiply_adds: step.multiply_adds,
            busy,
        });
        let steps = steps.collect();
        Profile { images, steps, waiting: times.next().unwrap_or_default() }
    }
}
