//! What was committed lately, handed to the follower in memory: it need not be read back and taken apart.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Consequence, Unsettled};

/// So many entries are kept at most; the follower reads the rest from beside the log.
const MOST: usize = 20_000;

/// The consequences of consecutive entries, the oldest first. Only a shortcut: it may lack any of them.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<VecDeque<Consequence>>>);

impl Recent {
    /// Adds what was committed, if there is room and nothing is lacking before it.
    pub(super) fn put(&self, consequences: impl ExactSizeIterator<Item = Consequence>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() + consequences.len() <= MOST {
            kept.extend(consequences);
        }
    }

    /// Takes out what follows from at most so many consecutive entries from this one on; `None` if that one is not here.
    pub(super) fn take(&self, from: u64, limit: u32) -> Option<Unsettled> {
        let mut taken = Vec::new();
        {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            while kept.pop_front_if(|first| first.statement.entry < from).is_some() {}
            while taken.len() < limit as usize
                && let Some(next) = kept.pop_front_if(|next| next.statement.entry == from + taken.len() as u64)
            {
                taken.push(next);
            }
        }
        let mut unsettled = Unsettled::default();
        taken.into_iter().for_each(|consequence| unsettled.add(consequence));
        (unsettled.entries > 0).then_some(unsettled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{EntryChange, StatementRow};
    use ledger::words::Hash;

    fn of(entry: u64) -> Consequence {
        let (author, id) = ("town".parse().unwrap(), format!("s{entry}").parse().unwrap());
        let statement = StatementRow { author, id, entry, payload_hash: Hash::of(&[]) };
        Consequence { statement, leaf: entry.to_be_bytes().to_vec(), change: EntryChange::new(entry, &[]) }
    }

    fn put(recent: &Recent, entries: std::ops::Range<u64>) {
        recent.put(entries.map(of).collect::<Vec<_>>().into_iter());
    }

    fn taken(recent: &Recent, from: u64, limit: u32) -> Option<u64> {
        recent.take(from, limit).map(|unsettled| unsettled.entries)
    }

    #[test]
    fn what_follows_one_another_is_taken_once() {
        let recent = Recent::default();
        put(&recent, 10..15);
        assert_eq!(taken(&recent, 10, 3), Some(3));
        put(&recent, 15..17);
        assert_eq!(taken(&recent, 13, 100), Some(4));
        assert_eq!(taken(&recent, 17, 100), None);
    }

    #[test]
    fn a_gap_is_left_to_be_read_and_what_was_read_is_dropped() {
        let recent = Recent::default();
        put(&recent, 0..5);
        put(&recent, 8..10);
        assert_eq!(taken(&recent, 0, 100), Some(5));
        assert_eq!(taken(&recent, 5, 100), None, "entries 5 to 7 are not here");
        assert_eq!(taken(&recent, 9, 100), Some(1), "entry 8 was read meanwhile");
    }

    #[test]
    fn it_is_bounded() {
        let recent = Recent::default();
        put(&recent, 0..MOST as u64);
        put(&recent, MOST as u64..MOST as u64 + 1);
        assert_eq!(taken(&recent, 0, u32::MAX), Some(MOST as u64));
        assert_eq!(taken(&recent, MOST as u64, 1), None);
    }
}
