//! What is counted of the self-check: how far it is, when it was last through, and what it found.

use ledger::words::Instant;

use super::kept::{METRICS, OfLedger};

fn of(ledger: &str) -> OfLedger {
    OfLedger { ledger: ledger.to_owned() }
}

/// Notes how many entries the round under way has read.
pub fn self_check_reached(ledger: &str, entries: u64) {
    METRICS.self_check_entries.get_or_create(&of(ledger)).set(i64::try_from(entries).unwrap_or(i64::MAX));
}

/// Notes when a round found everything whole.
pub fn self_check_whole(ledger: &str, at: Instant) {
    METRICS.self_check_whole.get_or_create(&of(ledger)).set(at.millis() as f64 / 1000.0);
}

/// Notes how much the last look found damaged.
pub fn self_check_damage(ledger: &str, places: usize) {
    METRICS.self_check_damage.get_or_create(&of(ledger)).set(i64::try_from(places).unwrap_or(i64::MAX));
}
