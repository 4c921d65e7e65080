//! Which statement ids are surely new: most are, and then nothing has to be looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fastbloom::AtomicBloomFilter;
use ledger::words::{Slug, StatementId};

use crate::store::Store;

/// One id in a hundred is looked up although it is new.
const MISTAKES: f64 = 0.01;
/// Room for so many ids at least, in 80 KB.
const LEAST: u64 = 65_536;

/// The ids that were used, as a filter: what is not in it was never used. It fills beside the writer, which looks
/// everything up until then.
pub(super) struct UsedIds {
    filter: Arc<AtomicBloomFilter>,
    is_whole: Arc<AtomicBool>,
    room: u64,
}

impl UsedIds {
    /// Begins to read the ids of a ledger of so many entries; the derived rows must hold all of them.
    pub(super) fn of(store: &Store, ledger: i64, entries: u64) -> Self {
        let room = LEAST.max(entries * 2);
        let filter = AtomicBloomFilter::with_false_pos(MISTAKES).expected_items(usize::try_from(room).unwrap_or(usize::MAX));
        let used = Self { filter: Arc::new(filter), is_whole: Arc::default(), room };
        let (store, filter, is_whole) = (store.clone(), used.filter.clone(), used.is_whole.clone());
        tokio::spawn(async move {
            match store.each_id(ledger, |author, id| _ = filter.insert(&(author, id))).await {
                Ok(()) => is_whole.store(true, Ordering::Release),
                Err(error) => tracing::warn!(%error, "the ids that were used were not read; each is looked up"),
            }
        });
        used
    }

    /// Takes note of an id.
    pub(super) fn note(&self, author: &str, id: &str) {
        self.filter.insert(&(author, id));
    }

    /// Whether this id was never used; `false` if that is not sure.
    pub(super) fn is_new(&self, author: &Slug, id: &StatementId) -> bool {
        self.is_whole.load(Ordering::Acquire) && !self.filter.contains(&(author.as_str(), id.as_str()))
    }

    /// Whether a ledger of so many entries needs a larger one.
    pub(super) fn is_full(&self, entries: u64) -> bool {
        entries > self.room
    }
}
