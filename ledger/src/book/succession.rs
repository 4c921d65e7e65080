//! From one key of a log to the next, by what the key before it signed: whoever has one key needs no other source.
//!
//! An announcement is the receipt of the entry that names the new key, under a checkpoint that the key before it signed.
//! That the owner was allowed to name it is for an audit to judge; that the log said so is shown here.

use thiserror::Error;

use crate::envelope::{Body, Parsed};
use crate::log::note::{KeyKind, NoteFault, VerifierKey};
use crate::log::possession;
use crate::log::receipt::{Receipt, ReceiptFault};
use crate::words::Hash;

/// A key that the one before it vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The new key.
    pub key: VerifierKey,
    /// The entry that names it.
    pub entry: u64,
    /// The hash of that entry's leaf.
    pub leaf: Hash,
}

/// Why an announcement shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SuccessionFault {
    /// The receipt does not verify under the key before it.
    #[error("the receipt of a key's announcement: {0}")]
    Receipt(#[from] ReceiptFault),
    /// What it holds names no key of this log.
    #[error("entry {0} announces no key of this log")]
    NoKey(u64),
    /// The new key is not shown to be held.
    #[error("entry {entry}: the new key is not shown to be held: {fault}")]
    NotHeld {
        /// The entry.
        entry: u64,
        /// Why not.
        fault: NoteFault,
    },
}

/// The keys after one of a log's keys, each vouched for by the one before it. `announcements` are in the order of the log;
/// those up to the one that names the given key say nothing about it, and are passed over.
pub fn follow(key: &VerifierKey, announcements: &[Receipt]) -> Result<Vec<Announced>, SuccessionFault> {
    let named = announcements.iter().map(named).collect::<Vec<_>>();
    let after = named.iter().position(|named| named.as_ref().is_some_and(|(named, _)| named == key)).map_or(0, |at| at + 1);
    let (mut current, mut announced) = (key.clone(), Vec::new());
    for (receipt, named) in announcements.iter().zip(named).skip(after) {
        let verified = receipt.verify(&current)?;
        let entry = verified.index;
        let (next, proof) = named.filter(|(next, _)| next.name() == key.name()).ok_or(SuccessionFault::NoKey(entry))?;
        if next.kind() != KeyKind::Note {
            return Err(SuccessionFault::NoKey(entry));
        }
        possession::check(&next, &proof).map_err(|fault| SuccessionFault::NotHeld { entry, fault })?;
        announced.push(Announced { key: next.clone(), entry, leaf: verified.leaf });
        current = next;
    }
    Ok(announced)
}

/// What a receipt says, unverified: the key that it announces, and the proof that it is held.
fn named(receipt: &Receipt) -> Option<(VerifierKey, String)> {
    let parsed = Parsed::parse(receipt.jws()?).ok()?;
    let Body::LogKeyRotation(body) = &parsed.statement().body else { return None };
    Some((body.log_key.as_str().parse().ok()?, body.proof.to_string()))
}
