//! What was committed lately, handed to the follower in memory: it need not be read back and taken apart.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Consequence, Unsettled};

/// So many entries and rows that they change are kept at most; the follower reads the rest from beside the log.
const MOST: usize = 60_000;
/// So many are handed over at once: what one transaction writes is in memory beside what is kept.
const AT_ONCE: usize = 30_000;

/// The consequences of consecutive entries, the oldest first. Only a shortcut: it may lack any of them.
#[derive(Clone, Default)]
pub(super) struct Recent(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    consequences: VecDeque<Consequence>,
    extent: usize,
}

impl Kept {
    fn take_if(&mut self, fits: impl FnOnce(&Consequence) -> bool) -> Option<Consequence> {
        let first = self.consequences.pop_front_if(|first| fits(first))?;
        self.extent -= first.change.extent();
        Some(first)
    }
}

impl Recent {
    /// Adds what was committed, if there is room and nothing is lacking before it.
    pub(super) fn put(&self, consequences: impl Iterator<Item = Consequence>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for consequence in consequences {
            let extent = consequence.change.extent();
            if kept.extent + extent > MOST {
                break;
            }
            kept.extent += extent;
            kept.consequences.push_back(consequence);
        }
    }

    /// Takes out what follows from at most so many consecutive entries from this one on; `None` if that one is not here.
    pub(super) fn take(&self, from: u64, limit: u32) -> Option<Unsettled> {
        let (mut taken, mut extent) = (Vec::new(), 0);
        {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            while kept.take_if(|first| first.statement.entry < from).is_some() {}
            while taken.len() < limit as usize
                && extent < AT_ONCE
                && let Some(next) = kept.take_if(|next| next.statement.entry == from + taken.len() as u64)
            {
                extent += next.change.extent();
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
    use crate::store::{EntryChange, LifeChange, LifeRow, StatementRow};
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
        assert_eq!(taken(&recent, 0, u32::MAX), Some(AT_ONCE as u64));
        assert_eq!(taken(&recent, AT_ONCE as u64, u32::MAX), Some((MOST - AT_ONCE) as u64));
        assert_eq!(taken(&recent, MOST as u64, 1), None);
        put(&recent, 0..10);
        assert_eq!(taken(&recent, 0, u32::MAX), Some(10), "what was taken makes room");
    }

    #[test]
    fn what_changes_much_counts_for_as_much() {
        let recent = Recent::default();
        let large = |entry| {
            let row = LifeRow {
                subject: "agreement/large".into(),
                part: "instance",
                key: String::new(),
                is_open: true,
                entry,
                state: "open".into(),
                party: String::new(),
                due_at: None,
                obligation: String::new(),
                colour: 0,
                calls: false,
                moved: true,
                body: String::new(),
            };
            let mut large = of(entry);
            large.change.lives.push(LifeChange { subject: "agreement/large".into(), due: None, rows: vec![row; MOST / 4] });
            large
        };
        recent.put((0..10).map(large));
        assert_eq!(taken(&recent, 0, u32::MAX), Some(2), "half of what may be kept is handed over");
        assert_eq!(taken(&recent, 2, u32::MAX), Some(1), "the fourth did not fit any more");
        assert_eq!(taken(&recent, 3, u32::MAX), None);
    }
}
