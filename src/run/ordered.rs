//! Workers over an ordered sequence: many items at once, results in the order of the items, and a limit on how many
//! results wait in memory. It does not know what the work is.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

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
    S: Send + 'static,
    T: Send + 'static,
{
    let (slot_sender, slots) = sync_channel::<Receiver<T>>(capacity.max(1));
    let (job_sender, jobs) = sync_channel::<(S, SyncSender<T>)>(1);
    let jobs = Arc::new(Mutex::new(jobs));
    let steps = Arc::new((work, rescue));
    for index in 0..workers.max(1) {
        let (jobs, steps) = (Arc::clone(&jobs), Arc::clone(&steps));
        thread::Builder::new().name(format!("{WORKER_NAME} {index}")).spawn(move || {
            let (work, rescue) = &*steps;
            loop {
                let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
                let Ok((item, slot)) = job else { return };
                let result = catch_unwind(AssertUnwindSafe(|| work(&item)));
                // If the receiver is gone, nobody needs the result.
                let _ = slot.send(result.unwrap_or_else(|panic| rescue(&item, words(&*panic))));
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
