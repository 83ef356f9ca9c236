//! What a run has to do: its inputs with their places, less those of other shards and those that an output to go on
//! with has answers for; and what is said of them in the end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::journal::Ledger;
use crate::inputs::{PassedOver, PathKey, Source};
use crate::output::console::Console;
use crate::settings::Shard;

/// A ledger that the walk over the inputs asks, and the run tells.
pub type SharedLedger = Arc<Mutex<Ledger>>;

/// Jobs, as they are found; `walked` counts all inputs.
pub fn jobs(
    sources: impl Iterator<Item = Source> + Send + 'static,
    shard: Option<Shard>,
    ledger: Option<SharedLedger>,
    walked: Arc<AtomicU64>,
) -> impl Iterator<Item = (u64, Source)> + Send + 'static {
    (0..).zip(sources).filter(move |(seq, source): &(u64, Source)| {
        walked.fetch_add(1, Ordering::Relaxed);
        if shard.is_none() && ledger.is_none() {
            return true;
        }
        let key = PathKey::of(&source.path);
        shard.is_none_or(|shard| shard.takes(key))
            && ledger.as_deref().is_none_or(|ledger| locked(ledger).wants(key, *seq))
    })
}

/// Nothing that holds the lock can panic.
pub fn locked(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says at the end of a run what became of its inputs, and how many images failed, those of earlier runs included.
pub fn sum_up(
    console: Console,
    passed_over: &PassedOver,
    ledger: Option<&Mutex<Ledger>>,
    mut answered: u64,
    mut failed: u64,
) -> u64 {
    if passed_over.count() > 0 {
        console.note(&format!("{} other files were passed over", passed_over.count()));
    }
    if let Some(ledger) = ledger {
        let ledger = locked(ledger);
        ledger.notes().iter().for_each(|note| console.note(note));
        (answered, failed) = (answered + ledger.skipped(), failed + ledger.failed());
    }
    if failed > 0 {
        console.note(&format!("{failed} of {answered} images failed"));
    }
    failed
}
