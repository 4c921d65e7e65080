//! When a gateway writes to a ledger: always, where it is alone; where several share the database, in its turn.

use super::worker::Worker;
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

impl Worker {
    /// Whether another gateway has written what this one's state does not hold.
    pub(super) fn is_behind(&self) -> bool {
        self.state.as_ref().is_some_and(|state| *self.size.borrow() > state.size() + self.open.rows.taken.len() as u64)
    }

    /// Looks at what another gateway has written; nothing is in flight then, nor judged.
    pub(super) async fn refresh(&mut self) -> Result<(), StoreFault> {
        self.land().await?;
        let Some(state) = &mut self.state else { return self.load(None).await };
        if let Some(consequences) = state.follow(&self.store, &self.row).await? {
            let (size, log_keys) = (state.size(), state.log_keys.clone());
            self.settled.recent.put(consequences.into_iter());
            // Before the size, as in `stands`.
            self.log_keys.send_replace(log_keys);
            self.size.send_replace(size);
            return Ok(());
        }
        let known = self.state.take().map(|state| (state.used, state.edge.frontier.size()));
        self.load(known).await
    }

    /// From here on this gateway alone writes to the ledger, and knows all that was written.
    pub(super) async fn take_turn(&mut self) -> Result<(), StoreFault> {
        if self.turn.holds() {
            return Ok(());
        }
        // What was judged in an earlier turn belongs to that.
        self.land().await?;
        self.turn.take().await?;
        let head = self.store.size(self.row.id).await?;
        if self.state.as_ref().is_some_and(|state| state.size() != head) {
            self.refresh().await?;
        }
        Ok(())
    }

    /// Lets another gateway write.
    pub(super) async fn give_turn(&mut self) -> Result<(), StoreFault> {
        self.land().await?;
        self.turn.give().await
    }

    /// What does not fit is no damage where another gateway has written meanwhile: part of it was read before that, and part
    /// after. All of it is read anew then, and damage is found again.
    pub(super) async fn unless_moved(&self, fault: StoreFault, built_on: Option<u64>) -> StoreFault {
        let Some(expected) = built_on.filter(|_| self.turn.is_shared() && matches!(fault, StoreFault::Damaged(_))) else { return fault };
        match self.store.size(self.row.id).await {
            Ok(found) if found == expected => fault,
            Ok(found) => StoreFault::Moved { expected, found },
            Err(other) => other,
        }
    }

    /// A batch that is committed finds out whether the log is still the one that it was judged on. One that adds nothing has to
    /// look: a refusal for lack of what another gateway has acknowledged would be false.
    pub(super) async fn look_before_refusing(&self) -> Result<(), StoreFault> {
        let Some(state) = self.state.as_ref().filter(|_| self.turn.is_shared()) else { return Ok(()) };
        if self.flight.is_some() || self.open.is_empty() || !self.open.rows.taken.is_empty() {
            return Ok(());
        }
        let (expected, found) = (state.size(), self.store.size(self.row.id).await?);
        if expected == found { Ok(()) } else { Err(StoreFault::Moved { expected, found }) }
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
