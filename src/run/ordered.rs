//! Workers over an ordered sequence: many items at once, results in the order of the items, and a limit on how many
//! results wait in memory. It does not know what the work is.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::clock::{Clock, TimeLimit};

/// Names of the worker threads start with this; a panic there is an item's failure and not the program's.
pub const WORKER_NAME: &str = "worker";

/// How often a wait checks whether to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// Results in the order of their items.
#[derive(Debug)]
pub struct Ordered<T> {
    /// One slot for each item, in order; the worker that takes the item fills it.
    slots: Receiver<Receiver<T>>,
    /// The slot at the head, when its result was not there yet.
    head: Option<Receiver<T>>,
}

/// Why an item has no result of its own.
#[derive(Debug)]
pub enum Trouble<'a> {
    /// Its work panicked, with these words.
    Panic(&'a str),
    /// Its work took too long and was given up, with the memory that it holds.
    Late {
        /// Bytes.
        held: u64,
    },
}

/// Starts `workers` threads that do `work` on `items`, with at most `capacity` results waiting.
///
/// An item whose work panics is handed to `rescue`, with what the panic said. The threads end when the items do, or
/// when the result is dropped; nothing waits for them, since the source of items may block forever.
pub fn ordered<S, T>(
    items: impl Iterator<Item = S> + Send + 'static,
    workers: usize,
    capacity: usize,
    work: impl Fn(&S) -> T + Send + Sync + 'static,
    rescue: impl Fn(&S, &str) -> T + Send + Sync + 'static,
) -> std::io::Result<Ordered<T>>
where
    S: Send + Sync + 'static,
    T: Send + 'static,
{
    let rescue = move |item: &S, trouble: Trouble<'_>| match trouble {
        Trouble::Panic(words) => rescue(item, words),
        Trouble::Late { .. } => rescue(item, "it took too long"),
    };
    ordered_within(items, (workers, capacity), None, move |item, _| work(item), rescue)
}

/// An item in work, and where its result goes: taken by whoever sends one.
struct Job<S, T> {
    item: S,
    slot: Mutex<Option<SyncSender<T>>>,
    clock: Clock,
}

/// The job that a worker has.
type Current<S, T> = Mutex<Option<Arc<Job<S, T>>>>;

/// What all workers share.
struct Workers<S, T, W, R> {
    jobs: Mutex<Receiver<(S, SyncSender<T>)>>,
    current: Vec<Current<S, T>>,
    work: W,
    rescue: R,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S, T, W, R> Workers<S, T, W, R>
where
    S: Send + Sync + 'static,
    T: Send + 'static,
    W: Fn(&S, &Clock) -> T + Send + Sync + 'static,
    R: Fn(&S, Trouble<'_>) -> T + Send + Sync + 'static,
{
    /// Starts the worker at `index`.
    fn spawn(self: &Arc<Self>, index: usize) -> std::io::Result<()> {
        let workers = Arc::clone(self);
        let worker = move || {
            loop {
                let job = lock(&workers.jobs).recv();
                let Ok((item, slot)) = job else { return };
                let job = Arc::new(Job { item, slot: Mutex::new(Some(slot)), clock: Clock::default() });
                *lock(&workers.current[index]) = Some(Arc::clone(&job));
                let result = catch_unwind(AssertUnwindSafe(|| (workers.work)(&job.item, &job.clock)));
                // It took too long: the item has its result, and another thread has this one's place.
                let Some(slot) = lock(&job.slot).take() else { return };
                *lock(&workers.current[index]) = None;
                let result = result
                    .unwrap_or_else(|panic| (workers.rescue)(&job.item, Trouble::Panic(words(&*panic))));
                // If the receiver is gone, nobody needs the result.
                let _ = slot.send(result);
            }
        };
        thread::Builder::new().name(format!("{WORKER_NAME} {index}")).spawn(worker).map(drop)
    }

    /// Gives up what takes longer than `limit`.
    fn end_late_jobs(self: &Arc<Self>, limit: TimeLimit) {
        for (index, current) in self.current.iter().enumerate() {
            let Some(job) = lock(current).clone() else { continue };
            if !job.clock.is_late(limit.ticks) {
                continue;
            }
            let Some(slot) = lock(&job.slot).take() else { continue };
            *lock(current) = None;
            // If no thread can be started in its place, the others do its work.
            let _ = self.spawn(index);
            let _ = slot.send((self.rescue)(&job.item, Trouble::Late { held: job.clock.held() }));
        }
    }
}

/// [`ordered`] with a limit on the time that `work` runs its clock, where there is one. An item that takes longer is handed
/// to `rescue`, and another thread takes the place of the one that is stuck.
pub fn ordered_within<S, T>(
    items: impl Iterator<Item = S> + Send + 'static,
    (workers, capacity): (usize, usize),
    limit: Option<TimeLimit>,
    work: impl Fn(&S, &Clock) -> T + Send + Sync + 'static,
    rescue: impl Fn(&S, Trouble<'_>) -> T + Send + Sync + 'static,
) -> std::io::Result<Ordered<T>>
where
    S: Send + Sync + 'static,
    T: Send + 'static,
{
    let (slot_sender, slots) = sync_channel::<Receiver<T>>(capacity.max(1));
    let (job_sender, jobs) = sync_channel::<(S, SyncSender<T>)>(1);
    let count = workers.max(1);
    let current = (0..count).map(|_| Mutex::new(None)).collect();
    let workers = Arc::new(Workers { jobs: Mutex::new(jobs), current, work, rescue });
    for index in 0..count {
        workers.spawn(index)?;
    }
    if let Some(limit) = limit {
        let workers = Arc::downgrade(&workers);
        thread::Builder::new().name("clock".to_owned()).spawn(move || {
            loop {
                thread::sleep(limit.tick);
                // This thread ends when the last worker has.
                let Some(workers) = workers.upgrade() else { return };
                workers.end_late_jobs(limit);
            }
        })?;
    }
    thread::Builder::new().name("inputs".to_owned()).spawn(move || {
        for item in items {
            let (sender, slot) = sync_channel(1);
            if slot_sender.send(slot).is_err() || job_sender.send((item, sender)).is_err() {
                return;
            }
        }
    })?;
    Ok(Ordered { slots, head: None })
}

/// The message of a panic.
fn words(panic: &(dyn Any + Send)) -> &str {
    let owned = || panic.downcast_ref::<String>().map(String::as_str);
    panic.downcast_ref::<&str>().copied().or_else(owned).unwrap_or("a panic without words")
}

impl<T> Ordered<T> {
    /// The next results, at least one and at most `most`: waits for the first and takes those behind it
    /// that are ready. Empty at the end, or when `stop` was set while waiting.
    pub fn next_batch(&mut self, most: usize, stop: &AtomicBool) -> Vec<T> {
        let mut batch = Vec::new();
        while batch.len() < most {
            let slot = match self.head.take() {
                Some(slot) => slot,
                None => match self.next_slot(batch.is_empty(), stop) {
                    Some(slot) => slot,
                    None => break,
                },
            };
            match Self::result(&slot, batch.is_empty(), stop) {
                Ok(result) => batch.push(result),
                Err(Gone::Later) => {
                    self.head = Some(slot);
                    break;
                }
                Err(Gone::ForEver) => {}
            }
        }
        batch
    }

    fn next_slot(&self, wait: bool, stop: &AtomicBool) -> Option<Receiver<T>> {
        if !wait {
            return self.slots.try_recv().ok();
        }
        loop {
            match self.slots.recv_timeout(PATIENCE) {
                Ok(slot) => return Some(slot),
                Err(RecvTimeoutError::Timeout) if !stop.load(Ordering::Relaxed) => {}
                Err(_) => return None,
            }
        }
    }

    fn result(slot: &Receiver<T>, wait: bool, stop: &AtomicBool) -> Result<T, Gone> {
        loop {
            let result = if wait {
                slot.recv_timeout(PATIENCE).map_err(|error| error == RecvTimeoutError::Disconnected)
            } else {
                slot.try_recv().map_err(|error| error == TryRecvError::Disconnected)
            };
            match result {
                Ok(result) => return Ok(result),
                Err(true) => return Err(Gone::ForEver),
                Err(false) if wait && !stop.load(Ordering::Relaxed) => {}
                Err(false) => return Err(Gone::Later),
            }
        }
    }
}

/// All results one after another, each waited for.
impl<T> Iterator for Ordered<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            let slot = self.head.take().or_else(|| self.slots.recv().ok())?;
            // A slot without a result means that its worker is gone.
            if let Ok(result) = slot.recv() {
                return Some(result);
            }
        }
    }
}

/// Why a slot gave no result.
enum Gone {
    /// It will have one.
    Later,
    /// Its worker is gone.
    ForEver,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn all<T>(mut results: Ordered<T>, most: usize) -> Vec<T> {
        let go_on = AtomicBool::new(false);
        let mut all = Vec::new();
        loop {
            let batch = results.next_batch(most, &go_on);
            if batch.is_empty() {
                return all;
            }
            assert!(batch.len() <= most);
            all.extend(batch);
        }
    }

    #[test]
    fn results_keep_the_order_of_their_items_however_long_each_takes() {
        let work = |i: &u64| {
            thread::sleep(Duration::from_micros(i * 7919 % 900));
            *i
        };
        let results = ordered(0..200u64, 3, 5, work, |_, _| u64::MAX).unwrap();
        assert_eq!(all(results, 4), (0..200).collect::<Vec<_>>());
    }

    #[test]
    fn results_may_be_the_items_of_another_step() {
        let double = ordered(0..100u64, 3, 2, |i| i * 2, |_, _| 0).unwrap();
        let results = ordered(double, 2, 3, |i| i + 1, |_, _| 0).unwrap();
        assert_eq!(results.collect::<Vec<_>>(), (0..100).map(|i| i * 2 + 1).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_is_its_own_items_result() {
        let work = |i: &usize| if i % 10 == 3 { std::panic::resume_unwind(Box::new("three")) } else { *i };
        let rescue = |i: &usize, words: &str| if words == "three" { 1000 + i } else { 0 };
        let results = ordered(0..40usize, 2, 4, work, rescue).unwrap();
        let want: Vec<_> = (0..40).map(|i| if i % 10 == 3 { 1000 + i } else { i }).collect();
        assert_eq!(all(results, 7), want);
    }

    #[test]
    fn work_that_never_ends_costs_its_item_and_no_other() {
        // Long enough for a machine that is busy elsewhere.
        let limit = TimeLimit { tick: Duration::from_millis(5), ticks: 100 };
        let ended = Arc::new(AtomicUsize::new(0));
        let release = Arc::new(AtomicBool::new(false));
        let (counter, released) = (Arc::clone(&ended), Arc::clone(&release));
        let work = move |i: &usize, clock: &Clock| {
            let hang = || {
                while i % 10 == 3 && !released.load(Ordering::Relaxed) {
                    thread::sleep(Duration::from_millis(1));
                }
            };
            clock.time(*i as u64, hang);
            counter.fetch_add(1, Ordering::SeqCst);
            *i
        };
        let rescue = |i: &usize, trouble: Trouble<'_>| match trouble {
            Trouble::Late { held } if held == *i as u64 => 1000 + i,
            _ => 0,
        };
        // A single worker: without one in its place, nothing would follow.
        let results = ordered_within(0..25usize, (1, 4), Some(limit), work, rescue).unwrap();
        let want: Vec<_> = (0..25).map(|i| if i % 10 == 3 { 1000 + i } else { i }).collect();
        assert_eq!(all(results, 7), want);
        // What ends after all is not answered twice.
        assert_eq!(ended.load(Ordering::SeqCst), 22);
        release.store(true, Ordering::Relaxed);
    }

    #[test]
    fn only_what_is_done_by_the_clock_may_be_late() {
        let limit = TimeLimit { tick: Duration::from_millis(1), ticks: 3 };
        let work = |i: &usize, clock: &Clock| {
            thread::sleep(Duration::from_millis(30));
            clock.time(0, || *i)
        };
        let results = ordered_within(0..3usize, (2, 4), Some(limit), work, |_, _| usize::MAX).unwrap();
        assert_eq!(all(results, 7), [0, 1, 2]);
    }

    #[test]
    fn no_more_items_are_taken_than_there_is_room_for() {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let items = (0..1000usize).inspect(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let mut results = ordered(items, 2, 4, |i| *i, |i, _| *i).unwrap();
        assert_eq!(results.next_batch(1, &AtomicBool::new(false)), [0]);
        thread::sleep(Duration::from_millis(50));
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken <= 1 + 4 + 2, "{taken} items taken after the first result");
    }

    #[test]
    fn waiting_ends_when_it_is_told_to_stop() {
        let (_sender, receiver) = sync_channel::<usize>(0);
        let mut results = ordered(receiver.into_iter(), 1, 1, |i| *i, |i, _| *i).unwrap();
        assert!(results.next_batch(1, &AtomicBool::new(true)).is_empty());
    }
}
