//! When a gateway writes to a ledger: always, where it is alone; where several share the database, in its turn.

use crate::store::{Store, StoreFault, Turn, Turns};

/// The turns of one writer.
pub(super) struct TurnTaking {
    ledger: i64,
    /// `None`: nobody else writes.
    turns: Option<Turns>,
    held: Option<Turn>,
}

impl TurnTaking {
    pub(super) fn of(store: &Store, ledger: i64) -> Self {
        Self { ledger, turns: store.turns().cloned(), held: None }
    }

    /// Whether others may write.
    pub(super) fn is_shared(&self) -> bool {
        self.turns.is_some()
    }

    /// Whether this one may write now.
    pub(super) fn holds(&self) -> bool {
        match (&self.turns, &self.held) {
            (Some(turns), Some(turn)) => turns.holds(turn),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// Waits until this one may write.
    pub(super) async fn take(&mut self) -> Result<(), StoreFault> {
        if let Some(turns) = &self.turns {
            self.held = Some(turns.take(self.ledger).await?);
        }
        Ok(())
    }

    /// Lets others write.
    pub(super) async fn give(&mut self) -> Result<(), StoreFault> {
        match (&self.turns, self.held.take()) {
            (Some(turns), Some(turn)) => turns.give(turn).await,
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    /// Returns when another gateway waits; where there `is_work`, only once the turn has lasted a while.
    pub(super) async fn wanted(&mut self, is_work: bool) {
        match &mut self.held {
            Some(turn) => turn.wanted(is_work).await,
            None => std::future::pending().await,
        }
    }
}

/// Does something with a ledger that no two gateways may do at a time.
pub(super) async fn alone<T>(store: &Store, ledger: i64, work: impl Future<Output = Result<T, StoreFault>>) -> Result<T, StoreFault> {
    let mut turn = TurnTaking::of(store, ledger);
    turn.take().await?;
    let done = work.await;
    turn.give().await?;
    done
}
