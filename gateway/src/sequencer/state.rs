//! What the writer knows of the stored log; dropped when a commit fails, so that it is read anew.

use ledger::book::Book;
use ledger::words::Instant;

use super::batch::BatchRows;
use super::edge::Edge;
use super::seal::{Sealed, prepare};
use crate::store::{LedgerRow, Store, StoreFault};

pub(super) struct State {
    pub(super) book: Book,
    /// The right edge of the tree after the last batch that was handed to the database.
    pub(super) edge: Edge,
    pub(super) last_accepted: Instant,
    /// Nothing becomes due before this instant.
    pub(super) next_due: Option<Instant>,
}

impl State {
    /// Reads the head of a log, when the derived rows are up to date with it.
    pub(super) async fn load(store: &Store, row: &LedgerRow) -> Result<Self, StoreFault> {
        let missing = || StoreFault::Damaged(format!("ledger {} has no genesis", row.name));
        let head = store.head(row.id).await?.ok_or_else(missing)?;
        let partial = store.edge(row.id, head.size).await?;
        let next_due = store.earliest_due(row.id).await?;
        let (book, edge) = (Book::of(row.facts.clone()), Edge::new(head.frontier, partial));
        Ok(Self { book, edge, last_accepted: head.accepted_at, next_due })
    }

    /// Number of entries after the last batch that was handed to the database.
    pub(super) fn size(&self) -> u64 {
        self.edge.frontier.size()
    }

    /// Hashes a judged batch onto the edge; the next one is judged on what it leaves.
    pub(super) fn advance(&mut self, origin: &str, at: Instant, rows: BatchRows) -> Sealed {
        // At once, and not when it is durable: what it makes due comes before the statements of the next batch.
        let dues = rows.taken.iter().flat_map(|taken| &taken.change.lives).filter_map(|life| life.due);
        self.next_due = dues.chain(self.next_due).min();
        self.last_accepted = at;
        let (sealed, edge) = prepare(origin, &self.edge, rows);
        self.edge = edge;
        sealed
    }
}
