//! The first commit of a log: its genesis, through the same sealing as every other batch.

use std::sync::Arc;

use ledger::book::Ledger;
use ledger::envelope::Parsed;
use ledger::lives::Moment;
use ledger::log::note::NoteSigner;
use ledger::log::tree::Frontier;

use super::batch::{BatchRows, Taken};
use super::edge::Edge;
use super::seal::{Sealed, prepare, seal};
use crate::store::{EntryChange, EntryRow, LedgerRow, Store, StoreFault};

/// What the first commit holds.
pub struct Founding {
    /// The genesis.
    pub parsed: Parsed,
    /// Entry 0, and its instant.
    pub moment: Moment,
    /// What it changes: the institutions that it admits, and their keys.
    pub change: EntryChange,
}

/// Adds a ledger and commits its genesis.
pub async fn found_log(
    store: &Store,
    name: &str,
    facts: Ledger,
    key: Arc<NoteSigner>,
    founding: Founding,
) -> Result<LedgerRow, StoreFault> {
    let Founding { parsed, moment, change } = founding;
    let edge = Edge::new(Frontier::empty(), Vec::new());
    let rows = BatchRows { taken: vec![Taken { moment, parsed, change }], attachments: Vec::new() };
    let (Sealed { commit, appended, before }, _) = prepare(&facts.origin, &edge, rows);
    // The derived rows follow at the first start.
    store.found(name, &facts, &commit, |stored: &[EntryRow]| seal(&facts.origin, &before, &appended, stored, &[key])).await
}
