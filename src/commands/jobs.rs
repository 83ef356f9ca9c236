//! What a run has to do: its inputs with their places, less those of other shards and those that an output to go on
//! with has answers for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::resume::Ledger;
use crate::inputs::{PathKey, Source};
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
