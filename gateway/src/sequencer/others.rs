//! What other gateways have written, taken in as far as it goes beyond what this one's writer knows.

use super::state::State;
use crate::store::{Consequence, LedgerRow, Store, StoreFault, take_over};

/// More entries than these are not taken in one by one; the writer starts anew from the derived rows.
const MOST: u32 = 5_000;

impl State {
    /// Takes in what was written after the last entry that it knows, and gives what follows from those entries; nothing may
    /// be in flight, nor judged. `None`: they are too many, or the ledger was closed; all is read anew then.
    pub(super) async fn follow(&mut self, store: &Store, row: &LedgerRow) -> Result<Option<Vec<Consequence>>, StoreFault> {
        let from = self.size();
        let missing = || StoreFault::Damaged(format!("ledger {} has no genesis", row.name));
        let head = store.head(row.id).await?.ok_or_else(missing)?;
        let count = head.size.checked_sub(from).and_then(|count| u32::try_from(count).ok());
        // Whether a ledger is still closed is read with the whole of it.
        let Some(count) = count.filter(|count| *count <= MOST && self.closed.is_none()) else { return Ok(None) };
        if count == 0 {
            return Ok(Some(Vec::new()));
        }
        let (consequences, partial, log_keys) =
            tokio::try_join!(store.consequences(row.id, from, count), store.edge(row.id, head.size), store.log_keys(row, head.size))?;
        for consequence in &consequences {
            take_over(&mut self.book, consequence)?;
            self.used.note(consequence.statement.author.as_str(), consequence.statement.id.as_str());
        }
        self.changed_by(consequences.iter().map(|consequence| &consequence.change));
        self.stand_at(head, partial, log_keys);
        Ok(Some(consequences))
    }
}
