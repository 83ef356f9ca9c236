//! What is known of each path, in about 50 bytes, since a run over millions of images holds them to its end.

use std::collections::BTreeMap;

use crate::inputs::PathKey;
use crate::output::rows::SEQ_LIMIT;

/// The states of a path; of two rows the one with the greater state is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// The file's row is of another fingerprint.
    OtherModel,
    /// The file's row is an error that is to be tried again.
    Retry,
    /// The file's row is an error.
    Failed,
    /// The file's row is an answer.
    Answered,
    /// This run has met it.
    Met,
}

impl State {
    /// By their discriminants.
    const ALL: [State; 5] = [State::OtherModel, State::Retry, State::Failed, State::Answered, State::Met];
}

/// The row of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Its place in the input, below [`SEQ_LIMIT`].
    pub(super) seq: u64,
    /// Where in the file it starts, below 2^50 - 1; `None` until it is written.
    pub(super) at: Option<u64>,
    pub(super) state: State,
    /// Which state of its file it speaks of, as a hash; `None` where that is not known.
    pub(super) file: Option<u64>,
}

const STATE_BITS: u32 = 3;
const SEQ_BITS: u32 = SEQ_LIMIT.ilog2();
/// The rest of the key's 96 bits.
const AT_BITS: u32 = 50;
const NOWHERE: u64 = (1 << AT_BITS) - 1;

/// The hash of an empty slot.
const UNKNOWN: u64 = 0;

/// A [`Row`] in twenty bytes.
#[derive(Debug, Clone, Copy)]
struct Packed([u32; 5]);

impl Packed {
    fn new(row: Row) -> Self {
        let bits = u128::from(row.at.unwrap_or(NOWHERE)) << (SEQ_BITS + STATE_BITS)
            | u128::from(row.seq) << STATE_BITS
            | row.state as u128;
        let [low, middle, high] = [0, 32, 64].map(|shift| (bits >> shift) as u32);
        let file = row.file.unwrap_or(UNKNOWN);
        Packed([low, middle, high, file as u32, (file >> 32) as u32])
    }

    fn row(self) -> Row {
        let [low, middle, high, file_low, file_high] = self.0.map(u128::from);
        let file = (file_high << 32 | file_low) as u64;
        let bits = high << 64 | middle << 32 | low;
        let part = |shift: u32, length: u32| (bits >> shift) as u64 & ((1 << length) - 1);
        Row {
            seq: part(STATE_BITS, SEQ_BITS),
            at: Some(part(STATE_BITS + SEQ_BITS, AT_BITS)).filter(|at| *at != NOWHERE),
            state: State::ALL[part(0, STATE_BITS) as usize],
            file: Some(file).filter(|file| *file != UNKNOWN),
        }
    }
}

/// A row a path.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<[u32; 3], Packed>);

impl Known {
    /// The row of a path.
    pub(super) fn get(&self, key: PathKey) -> Option<Row> {
        self.0.get(&key.short_bits()).map(|packed| packed.row())
    }

    /// Makes `row` the row of a path.
    pub(super) fn set(&mut self, key: PathKey, row: Row) {
        self.0.insert(key.short_bits(), Packed::new(row));
    }

    /// All rows, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Row> {
        self.0.values().map(|packed| packed.row())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_was_put() {
        let mut rows = Known::default();
        let key = |at: Option<u64>, seq: u64| PathKey::of_bytes(format!("{at:?} {seq}").as_bytes());
        let (ats, seqs) = ([None, Some(0), Some(77), Some(NOWHERE - 1)], [0, 1, 123_456_789, SEQ_LIMIT - 1]);
        for at in ats {
            for seq in seqs {
                for state in State::ALL {
                    let row = Row { seq, at, state, file: Some(1 + seq).filter(|_| seq % 2 == 0) };
                    rows.set(key(at, seq), row);
                    assert_eq!(rows.get(key(at, seq)), Some(row));
                }
            }
        }
        assert_eq!(rows.iter().filter(|row| row.state == State::Met).count(), ats.len() * seqs.len());
        assert_eq!(rows.get(PathKey::of_bytes(b"another")), None);
    }
}
