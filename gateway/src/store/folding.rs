//! Folding the write-ahead log into the file of the log beside the writer, so that no commit waits for it.
//!
//! SQLite would do it within the commit that makes the write-ahead log too long: tens of milliseconds, in which everybody
//! waits. What is folded in here is no work there any more; the writer only starts over at the front of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::db::{Dialect, Pool, query};

/// It is folded in each time that so many bytes were added.
const STEP: u64 = 4 << 20;

/// How much was written since the last time, and whether it runs.
#[derive(Debug, Default)]
pub(super) struct Folding {
    written: AtomicU64,
    runs: AtomicBool,
}

impl Folding {
    /// So many bytes were committed. Folds them in beside everything else when they are many.
    pub(super) fn wrote(self: &Arc<Self>, bytes: u64, pool: &Pool) {
        if pool.dialect() != Dialect::Sqlite {
            return;
        }
        if self.written.fetch_add(bytes, Ordering::Relaxed) + bytes < STEP || self.runs.swap(true, Ordering::AcqRel) {
            return;
        }
        self.written.store(0, Ordering::Relaxed);
        let (folding, pool) = (self.clone(), pool.clone());
        tokio::spawn(async move {
            // It waits for nobody and holds nobody up; what it cannot reach now, it reaches the next time.
            if let Err(error) = query("PRAGMA wal_checkpoint(PASSIVE)").execute(&pool).await {
                tracing::warn!(%error, "the write-ahead log was not folded in");
            }
            folding.runs.store(false, Ordering::Release);
        });
    }
}
