//! What the book lacks is read from the derived rows, once they hold everything that it does not.

use ledger::book::{Book, LifeKey};

use super::settling::Settled;
use crate::store::{Store, StoreFault};

/// The one way in which the writer reads what is not on its book.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) store: &'a Store,
    pub(super) ledger: i64,
    settled: &'a Settled,
    foreign: u64,
}

impl<'a> Reader<'a> {
    /// Of the entries before `foreign`, some were written by others and changed lives that are not on the book.
    pub(super) fn new(store: &'a Store, ledger: i64, settled: &'a Settled, foreign: u64) -> Self {
        Self { store, ledger, settled, foreign }
    }

    /// Puts these on the book, also that there is none.
    pub(super) async fn fetch(&self, keys: &[LifeKey], book: &mut Book) -> Result<(), StoreFault> {
        if keys.is_empty() {
            return Ok(());
        }
        if !self.settled.at(self.foreign).await {
            return Err(StoreFault::Behind(self.foreign));
        }
        self.store.fetch(self.ledger, keys, book).await
    }
}
