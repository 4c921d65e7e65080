//! The first commit of a log: its genesis, through the same sealing as every other batch.

use ledger::book::Ledger;
use ledger::envelope::{Kid, Parsed};
use ledger::lives::Moment;
use ledger::log::tree::Frontier;
use ledger::words::{Instant, Slug};

use super::GatewayKeys;
use super::batch::{BatchRows, Taken};
use super::edge::Edge;
use super::seal::{Sealed, prepare, seal};
use crate::store::{EntryRow, LedgerRow, LifeRow, Store, StoreFault};

/// What the first commit holds.
pub struct Founding {
    /// The genesis.
    pub parsed: Parsed,
    /// Entry 0, and its instant.
    pub moment: Moment,
    /// The institutions that it admits.
    pub lives: Vec<LifeRow>,
    /// When the clock next changes them.
    pub dues: Vec<(String, Option<Instant>)>,
    /// Their keys.
    pub keys: Vec<(Kid, Slug)>,
}

/// Adds a ledger and commits its genesis.
pub async fn found_log(store: &Store, name: &str, facts: Ledger, keys: &GatewayKeys, founding: Founding) -> Result<LedgerRow, StoreFault> {
    let row = store.add_ledger(name, &facts).await?;
    let Founding { parsed, moment, lives, dues, keys: signers } = founding;
    let edge = Edge::new(Frontier::empty(), Vec::new());
    let rows = BatchRows { taken: vec![Taken { moment, parsed }], attachments: Vec::new(), lives, dues, keys: signers };
    let Sealed { commit, appended, .. } = prepare(&facts.origin, &edge, rows);
    store.commit(row.id, &commit, |stored: &[EntryRow]| seal(&facts.origin, &edge, &appended, stored, &keys.log)).await?;
    Ok(row)
}
