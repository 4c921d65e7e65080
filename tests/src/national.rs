//! Receipts of the national ledger, for local stories that refer to an umbrella agreement.

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::NoteSigner;
use ledger::log::receipt::Receipt;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::{Appended, Frontier};
use ledger::words::Instant;
use serde_json::{Value, json};

use crate::Memory;
use crate::door::{Answer, Door};
use crate::town::{NATIONAL, Town};

const SALT: [u8; 32] = [0x5a; 32];

/// The key of the national log; of the real one, or of one that pretends to be.
pub fn log_key(real: bool) -> NoteSigner {
    NoteSigner::from_seed(NATIONAL, &[if real { 1 } else { 2 }; 32]).expect("an origin is a name")
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
    let entries = town.door.entries(0);
    let records: Vec<Vec<u8>> = (0..).zip(&entries).map(|(n, kept)| record_bytes(NATIONAL, n, kept.at, &kept.bytes)).collect();
    let leaves: Vec<_> = records.iter().zip(&entries).map(|(record, kept)| Entry::new(kept.at, &SALT, record).leaf_hash()).collect();
    let tree = Appended::new(&Frontier::empty(), &leaves);
    let checkpoint =
        Checkpoint::new(NATIONAL, leaves.len() as u64, tree.root()).and_then(|c| c.sign(&log_key(real))).expect("a checkpoint");
    let path = tree.inclusion_proof(entry).expect("the entry is in the tree");
    let receipt = Receipt::new(&SALT, &records[usize::try_from(entry).expect("few entries")], path, checkpoint).expect("a receipt");
    json!({ "origin": NATIONAL, "entry": entry, "agreement": agreement, "receipt": receipt.encode().trim_end() })
}
