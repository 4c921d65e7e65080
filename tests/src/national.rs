//! Receipts of the national ledger, for local stories that refer to an umbrella agreement.

use ledger::log::note::NoteSigner;
use ledger::words::Instant;
use serde_json::{Value, json};

use crate::Memory;
use crate::door::{Answer, Door};
use crate::elsewhere;
use crate::town::{NATIONAL, Town};

/// The key of the national log; of the real one, or of one that pretends to be.
pub fn log_key(real: bool) -> NoteSigner {
    elsewhere::log_key(NATIONAL, real)
}

/// Proposes a text in a fresh national ledger, and gives a reference to it with its receipt.
///
/// # Panics
/// If the text is refused there.
pub fn umbrella(text: Value, at: Instant, real: bool) -> Value {
    let mut town = Town::national(at);
    let agreement = text["agreement"].clone();
    let answer = town.ministry().propose(text);
    let Answer::Accepted(entry) = answer else { panic!("the national ledger said {answer:?}") };
    receipt(&town, entry, &agreement, real)
}

/// A reference to an entry of a national ledger about an agreement, with its receipt.
///
/// # Panics
/// If there is no such entry.
pub fn receipt(town: &Town<Memory>, entry: u64, agreement: &Value, real: bool) -> Value {
    let receipt = elsewhere::receipt(NATIONAL, &town.door.entries(0), entry, real);
    json!({ "origin": NATIONAL, "entry": entry, "agreement": agreement, "receipt": receipt })
}
