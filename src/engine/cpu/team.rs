//! A fixed team of threads. Steps of a network take microseconds, so threads wait for one another by spinning.
//! They sleep only between runs, after a while without work.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Rounds of spinning before a waiting member lets other processes have the processor: some hundred
/// microseconds, longer than the steps of a small network take.
const SPINS: usize = 10_000;
/// Rounds of yielding before it sleeps. A member that waits for another one, which has lost its processor
/// to another process, is back sooner from yielding than from sleeping.
const YIELDS: usize = 4_000;

/// A job as the members see it: a function and what it is called with.
#[derive(Clone, Copy)]
struct Job {
    call: unsafe fn(*const (), &Member),
    data: *const (),
}

// SAFETY: `Team::run` waits for all members before the data goes away, and the data is `Sync`.
unsafe impl Send for Job {}

struct State {
    size: usize,
    /// Counts jobs.
    epoch: AtomicUsize,
    job: Mutex<Option<Job>>,
    /// Changes of `epoch`, `generation`, `finished` and `failed` while somebody sleeps.
    wake: Condvar,
    sleeping: AtomicUsize,
    finished: AtomicUsize,
    stop: AtomicBool,
    failed: AtomicBool,
    arrived: AtomicUsize,
    generation: AtomicUsize,
}

impl State {
    /// Waits until `done`, which changes before a call of [`State::wake`].
    fn wait_until(&self, done: impl Fn() -> bool) {
        for _ in 0..SPINS {
            if done() {
                return;
            }
            std::hint::spin_loop();
        }
        for _ in 0..YIELDS {
            if done() {
                return;
            }
            std::thread::yield_now();
        }
        let mut guard = self.job.lock().unwrap_or_else(PoisonError::into_inner);
        self.sleeping.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst); // the look at what was brought about comes after; see `Member::tell`
        while !done() {
            guard = self.wake.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        self.sleeping.fetch_sub(1, Ordering::SeqCst);
    }

    /// Wakes sleeping threads after a change that they may wait for.
    fn wake(&self) {
        if self.sleeping.load(Ordering::SeqCst) > 0 {
            let _guard = self.job.lock().unwrap_or_else(PoisonError::into_inner);
            self.wake.notify_all();
        }
    }

    fn fail(&self) {
        self.failed.store(true, Ordering::SeqCst);
        self.wake();
    }
}

/// One of the threads, while a job runs.
pub(super) struct Member {
    /// Its place, from 0; the caller's own thread is 0.
    pub(super) index: usize,
    state: Arc<State>,
}

impl Member {
    /// Waits until something is so that another member brings about, and tells by [`Member::tell`].
    ///
    /// # Panics
    /// When another member has panicked and may never do so.
    pub(super) fn wait_until(&self, done: impl Fn() -> bool) {
        let failed = || self.state.failed.load(Ordering::Relaxed);
        self.state.wait_until(|| done() || failed());
        assert!(!failed(), "another thread of the team panicked");
    }

    /// Tells members that sleep to look again.
    pub(super) fn tell(&self) {
        fence(Ordering::SeqCst); // what has been brought about comes before the look for sleepers
        self.state.wake();
    }

    /// Waits until every member has come here.
    ///
    /// # Panics
    /// When another member has panicked and will never come.
    pub(super) fn wait(&self) {
        let state = &*self.state;
        if state.size == 1 {
            return;
        }
        let generation = state.generation.load(Ordering::SeqCst);
        if state.arrived.fetch_add(1, Ordering::SeqCst) + 1 == state.size {
            state.arrived.store(0, Ordering::SeqCst);
            state.generation.store(generation.wrapping_add(1), Ordering::SeqCst);
            state.wake();
            return;
        }
        self.wait_until(|| state.generation.load(Ordering::SeqCst) != generation);
    }
}

/// The threads.
pub(super) struct Team {
    caller: Member,
    workers: Vec<JoinHandle<()>>,
}

impl Team {
    /// A team of `size` threads, the caller's included.
    pub(super) fn new(size: usize) -> Team {
        let state = Arc::new(State {
            size,
            epoch: AtomicUsize::new(0),
            job: Mutex::new(None),
            wake: Condvar::new(),
            sleeping: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            arrived: AtomicUsize::new(0),
            generation: AtomicUsize::new(0),
        });
        let workers = (1..size)
            .map(|index| {
                let member = Member { index, state: state.clone() };
                std::thread::spawn(move || work(&member))
            })
            .collect();
        Team { caller: Member { index: 0, state }, workers }
    }

    /// How many threads.
    pub(super) fn size(&self) -> usize {
        self.caller.state.size
    }

    /// Runs a job on every member and waits for all of them.
    ///
    /// # Panics
    /// When the job panics on any member.
    pub(super) fn run<F: Fn(&Member) + Sync>(&mut self, job: &F) {
        unsafe fn call<F: Fn(&Member)>(data: *const (), member: &Member) {
            // SAFETY: `data` is the `F` that `run` still holds.
            unsafe { (*data.cast::<F>())(member) }
        }
        let state = &*self.caller.state;
        // A job that panicked may have left members on their way to a barrier.
        state.failed.store(false, Ordering::SeqCst);
        state.arrived.store(0, Ordering::SeqCst);
        if !self.workers.is_empty() {
            let data = std::ptr::from_ref(job).cast();
            state.finished.store(0, Ordering::SeqCst);
            *state.job.lock().unwrap_or_else(PoisonError::into_inner) = Some(Job { call: call::<F>, data });
            state.epoch.fetch_add(1, Ordering::SeqCst);
            state.wake();
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| job(&self.caller)));
        if outcome.is_err() {
            state.fail();
        }
        state.wait_until(|| state.finished.load(Ordering::SeqCst) == self.workers.len());
        if let Err(panic) = outcome {
            resume_unwind(panic);
        }
        assert!(!state.failed.load(Ordering::Relaxed), "a thread of the team panicked");
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        let state = &*self.caller.state;
        state.stop.store(true, Ordering::SeqCst);
        state.epoch.fetch_add(1, Ordering::SeqCst);
        state.wake();
        for worker in self.workers.drain(..) {
            let _ = worker.join(); // its panic has been reported by `run`
        }
    }
}

/// A worker's life: wait for a job, do it, say so.
fn work(member: &Member) {
    let state = &*member.state;
    let mut seen = 0;
    loop {
        state.wait_until(|| state.epoch.load(Ordering::SeqCst) != seen);
        seen = state.epoch.load(Ordering::SeqCst);
        if state.stop.load(Ordering::SeqCst) {
            return;
        }
        let job = *state.job.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Job { call, data }) = job {
            // SAFETY: `Team::run` holds the data until `finished` says that all are done.
            let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { call(data, member) }));
            if outcome.is_err() {
                state.fail();
            }
        }
        state.finished.fetch_add(1, Ordering::SeqCst);
        state.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_meet_at_every_barrier_and_sleep_between_jobs() {
        for size in [1, 2, 3, 5] {
            let mut team = Team::new(size);
            for pause in [0, 0, 30] {
                std::thread::sleep(std::time::Duration::from_millis(pause));
                let count = AtomicUsize::new(0);
                team.run(&|member| {
                    for round in 1..=50 {
                        count.fetch_add(1, Ordering::Relaxed);
                        member.wait();
                        assert_eq!(count.load(Ordering::Relaxed), round * size);
                        member.wait();
                    }
                });
            }
        }
    }

    #[test]
    fn a_panic_of_one_member_ends_the_job_of_all() {
        let mut team = Team::new(3);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            team.run(&|member| {
                assert!(member.index != 1, "deliberate");
                member.wait();
            });
        }));
        assert!(outcome.is_err());
        let count = AtomicUsize::new(0);
        team.run(&|member| {
            member.wait();
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(count.into_inner(), 3, "the team goes on");
    }
}
