//! What is looked at before a ledger is reached from outside: head, newest checkpoint, right edge of the tree, and the last entries.
//!
//! So much is read whatever the size of the log; the whole of it is the first round's.

use super::Checked;
use super::damage::{Damage, Found, or_damage};
use super::slice::opened;
use crate::sequencer::LedgerHandle;
use crate::store::{Store, StoreFault};

/// So many of the last entries are hashed anew.
const LAST: u64 = 256;

/// Looks at the newest end of what is stored of a ledger.
pub async fn newest(store: &Store, ledger: &LedgerHandle) -> Result<Checked, StoreFault> {
    let mut found = Found::default();
    let entries = or_damage(look(store, ledger, &mut found).await, &mut found)?.unwrap_or(0);
    Ok(Checked { entries, damage: found.into_damage() })
}

async fn look(store: &Store, ledger: &LedgerHandle, found: &mut Found) -> Result<u64, StoreFault> {
    let row = &ledger.row;
    let Some(bounds) = store.bounds(row.id).await? else {
        found.add(Damage::of_log("head: it is missing".to_owned()));
        return Ok(0);
    };
    found.extend(bounds.strays.into_iter().map(Damage::of_stored));
    let (size, root) = (bounds.head.size, bounds.head.frontier.root());
    let from = size.saturating_sub(LAST);
    // All of it as of this size: what the clock causes may be written meanwhile.
    let mut rows = store.entries(row.id, from, LAST as u32).await?;
    rows.retain(|stored| stored.entry < size);
    for (entry, stored) in (from..size).zip(rows.iter().map(Some).chain(std::iter::repeat(None))) {
        if !stored.is_some_and(|stored| stored.entry == entry && stored.is_sound(&row.facts.origin)) {
            found.add(Damage::of_log(format!("record {entry}: statement, salt and instant do not give its entry, or it is missing")));
            return Ok(size);
        }
    }
    if bounds.head.frontier.size() != size || rows.last().is_none_or(|last| last.accepted_at != bounds.head.accepted_at) {
        found.add(Damage::of_log(format!("head: it is not that of the {size} entries")));
    }
    if store.root(row.id, size).await? != root {
        found.add(Damage::of_log(format!("head: its edge is not that of the tiles of {size} entries")));
    }
    let signed = store.checkpoints(row.id, size.saturating_sub(1), size).await?.remove(&size);
    // Known after the entries were read: those that they name are among them.
    let keys = ledger.log_keys();
    let opened = signed.map(|note| opened(&note, &keys.signing(size, bounds.head.accepted_at)));
    match opened {
        None => found.add(Damage::of_log(format!("checkpoint {size}: it is missing"))),
        Some(Err(fault)) => found.add(Damage::of_log(format!("checkpoint {size}: {fault}"))),
        Some(Ok(checkpoint)) if checkpoint.size() != size || checkpoint.root() != root => {
            found.add(Damage::of_log(format!("checkpoint {size}: it is not of the tree of the first {size} entries")));
        }
        Some(Ok(_)) => {}
    }
    Ok(size)
}
