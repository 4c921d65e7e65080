//! The self-check beside a running ledger: a look at the newest end first, then round after round.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::{Checked, Share, check, newest};
use crate::clock::Clock;
use crate::metrics;
use crate::sequencer::LedgerHandle;
use crate::store::{Store, StoreFault};

/// When a ledger is checked, and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Cadence {
    /// From the end of a round to the beginning of the next.
    pub interval: Duration,
    /// How much of the time a round works.
    pub share: Share,
}

/// Looks at the newest end of a ledger.
pub async fn look(store: &Store, ledger: &LedgerHandle) {
    take_note(ledger, newest(store, &ledger.row).await);
}

/// Checks all of a ledger, round after round, in a task of its own. Of the ledgers that share `turns`, one is checked at a time, so that
/// together they have the share of one.
pub fn start(
    store: Store,
    ledger: LedgerHandle,
    cadence: Cadence,
    clock: Clock,
    turns: Arc<Mutex<()>>,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        tokio::select! {
            // A round only reads: it can end anywhere.
            _ = stopped.wait_for(|stopped| *stopped) => {}
            () = rounds(&store, &ledger, cadence, &clock, &turns) => {}
        }
    })
}

async fn rounds(store: &Store, ledger: &LedgerHandle, cadence: Cadence, clock: &Clock, turns: &Mutex<()>) {
    let interval = i64::try_from(cadence.interval.as_millis()).unwrap_or(i64::MAX);
    loop {
        let turn = turns.lock().await;
        let checked = check(store, &ledger.row, cadence.share).await;
        drop(turn);
        if take_note(ledger, checked) {
            metrics::self_check_whole(&ledger.row.name, clock.now());
        }
        clock.reach(Some(clock.now().plus_millis(interval))).await;
    }
}

/// Names what was found, and stops the ledger if that is anything. Whether it is whole.
fn take_note(ledger: &LedgerHandle, checked: Result<Checked, StoreFault>) -> bool {
    let name = &ledger.row.name;
    let checked = match checked {
        Ok(checked) => checked,
        Err(fault) => {
            tracing::error!(ledger = %name, error = %fault, "the self-check could not read what is stored; it tries again");
            return false;
        }
    };
    metrics::self_check_damage(name, checked.damage.len());
    for damage in &checked.damage {
        tracing::error!(ledger = %name, error = %damage, "the self-check found damage");
    }
    match checked.damage.first() {
        Some(first) => ledger.stop_as_damaged(first.to_string()),
        None => tracing::info!(ledger = %name, entries = checked.entries, "the self-check found what is stored whole"),
    }
    checked.damage.is_empty()
}
