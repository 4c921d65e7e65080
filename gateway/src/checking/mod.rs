//! The self-check: whether what is stored is still what was written, re-hashed and replayed without holding up the writer.
//!
//! A round fixes the number of entries at its beginning, and looks at three things in this order: the log and, entry by
//! entry, what follows from it (`log`, `slice`); the derived rows as they are stored (`derived`); content beside the log
//! (`content`). What is compared when, and why the writer can go on: docs/decisions/0101.

mod content;
mod damage;
mod derived;
mod log;
mod newest;
mod share;
mod slice;
mod task;

pub use damage::{Damage, Mend};
pub use newest::newest;
pub use share::Share;
pub use task::{Cadence, look, start};

use crate::metrics;
use crate::store::{LedgerRow, Progress, Store, StoreFault};
use damage::{Found, or_damage};

/// What a round came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// How many entries it was about.
    pub entries: u64,
    /// What is wrong, the first of it first. Of a damaged log no more than one stretch is named; `audit` names the rest.
    pub damage: Vec<Damage>,
}

/// Looks at everything that is stored of a ledger, once. Fails only when the store cannot be read now.
pub async fn check(store: &Store, row: &LedgerRow, share: Share) -> Result<Checked, StoreFault> {
    let mut found = Found::default();
    let entries = or_damage(round(store, row, share, &mut found).await, &mut found)?.unwrap_or(0);
    Ok(Checked { entries, damage: found.into_damage() })
}

async fn round(store: &Store, row: &LedgerRow, share: Share, found: &mut Found) -> Result<u64, StoreFault> {
    metrics::self_check_reached(&row.name, 0);
    let Some(bounds) = store.bounds(row.id).await? else {
        found.add(Damage::of_log("head: it is missing".to_owned()));
        return Ok(0);
    };
    let size = bounds.head.size;
    found.extend(bounds.strays.into_iter().map(Damage::of_stored));
    // What the derived rows do not hold yet is compared by the next round.
    let derived = match store.progress(row.id).await? {
        Progress::At(entry) => entry.min(size),
        Progress::Rebuild => {
            found.add(Damage::of_derived("progress: the derived rows are not of this log".to_owned()));
            0
        }
    };
    let tally = log::check(store, row, &bounds.head, derived, share, found).await?;
    // Without a log that stands there is nothing to compare with.
    if !found.is_log_damaged() {
        derived::check(store, row.id, &tally, share, found).await?;
        content::check(store, row, size, share, found).await?;
    }
    Ok(size)
}
