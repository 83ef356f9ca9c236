//! A run's work: its inputs with their places, without those of other shards and those that a continued output has
//! answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::journal::{SharedLedger, locked};
use crate::inputs::{InputOptions, PathKey, Source};

/// The inputs that are this run's, as they are found; `walked` counts all inputs.
pub fn work_items(
    sources: impl Iterator<Item = Source> + Send + 'static,
    options: InputOptions,
    ledger: Option<SharedLedger>,
    walked: Arc<AtomicU64>,
) -> impl Iterator<Item = (u64, Source)> + Send + 'static {
    (0..).zip(sources).filter(move |(seq, source): &(u64, Source)| {
        walked.fetch_add(1, Ordering::Relaxed);
        if options.shard.is_none() && ledger.is_none() {
            return true;
        }
        options.takes(&source.path)
            && ledger.as_deref().is_none_or(|ledger| {
                let stamp = source.stamp();
                locked(ledger).wants(PathKey::of(&source.path), *seq, stamp)
            })
    })
}
