//! One receipt: its record, its place in the log, the checkpoint, the witnesses, and the signature as far as the key is known.

use ledger::envelope::{Kid, Parsed};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Signed;
use ledger::log::proof::Proof;
use ledger::log::receipt::{Receipt, ReceiptFault};
use ledger::log::tree::leaf_hash;
use ledger::words::Hash;
use serde_json::{Value, json};

use super::Outcome;
use super::trust::Trust;

/// Checks a receipt, or the proof of an entry that is given beside it.
pub(super) fn check(bytes: &[u8], leaf: Option<&[u8]>, trust: &Trust) -> Outcome {
    match (Receipt::parse(bytes), leaf) {
        (Ok(receipt), _) => check_receipt(&receipt, trust),
        (Err(ReceiptFault::NoRecord), Some(leaf)) => match Proof::parse(bytes) {
            Ok(proof) => check_proof(&proof, leaf, trust),
            Err(fault) => Outcome::refused(fault),
        },
        (Err(ReceiptFault::NoRecord), None) => {
            Outcome::refused("the proof carries no salt and record; --leaf FILE gives the entry that it is about")
        }
        (Err(fault), _) => Outcome::refused(fault),
    }
}

fn check_receipt(receipt: &Receipt, trust: &Trust) -> Outcome {
    let log = match trust.log_of(&receipt.proof().checkpoint) {
        Ok(log) => log,
        Err(fault) => return Outcome::refused(fault),
    };
    let verified = match receipt.verify_witnessed(log, &trust.witnesses()) {
        Ok(verified) => verified,
        Err(fault) => return Outcome::refused(fault),
    };
    let mut outcome = proven(&verified.checkpoint, verified.index, verified.leaf, &verified.witnesses, trust);
    outcome.lines.push(("accepted", format!("on {}, by the clock of the ledger", verified.accepted_at)));
    outcome.json["acceptedAt"] = json!(verified.accepted_at);
    match Parsed::parse(&verified.jws) {
        Ok(parsed) => say_statement(&parsed, trust, &mut outcome),
        // The log accepted these bytes all the same: a later version of the rules may know what they say.
        Err(refusal) => outcome.lines.push(("statement", format!("not one that this version reads: {refusal}"))),
    }
    outcome
}

fn check_proof(proof: &Proof, leaf: &[u8], trust: &Trust) -> Outcome {
    let log = match trust.log_of(&proof.checkpoint) {
        Ok(log) => log,
        Err(fault) => return Outcome::refused(fault),
    };
    let hash = leaf_hash(leaf);
    match proof.verify(&hash, log, &trust.witnesses()) {
        Ok((checkpoint, witnesses)) => {
            let mut outcome = proven(&checkpoint, proof.index, hash, &witnesses, trust);
            outcome.lines.push(("statement", "a proof of the entry that was given, without a record".into()));
            outcome
        }
        Err(fault) => Outcome::refused(fault),
    }
}

/// What the checkpoint proves of a leaf.
fn proven(checkpoint: &Checkpoint, index: u64, leaf: Hash, witnesses: &[Signed], trust: &Trust) -> Outcome {
    let (origin, size) = (checkpoint.origin(), checkpoint.size());
    let lines = vec![
        ("log", format!("{origin} signed a tree of {size} entries, and this is number {index} of them, counted from 0")),
        ("witnesses", trust.say_witnesses(witnesses)),
    ];
    let json = json!({
        "log": origin, "index": index, "size": size, "root": checkpoint.root(), "leaf": leaf, "witnesses": Trust::witnesses_json(witnesses),
    });
    Outcome { lines, faults: trust.check_quorum(witnesses).err().into_iter().collect(), json }
}

/// Who signed what, and whether that signature could be checked.
fn say_statement(parsed: &Parsed, trust: &Trust, outcome: &mut Outcome) {
    let statement = parsed.statement();
    let (kind, kid) = (statement.body.kind(), parsed.received().header().kid);
    let on_behalf = statement.on_behalf_of.as_ref().map(|of| format!(" on behalf of {of}")).unwrap_or_default();
    let said = format!("{} ({}), which its signer calls {:?}", kind.code(), kind.dutch(), statement.id.as_str());
    outcome.lines.push(("statement", said));
    let signer = format!("{}{on_behalf}, on {} by its own clock, with key {kid}", statement.by, statement.signed_at);
    let (checked, words) = check_signature(parsed, trust, &kid, outcome);
    outcome.lines.push(("signed by", format!("{signer}; {words}")));
    outcome.json["statement"] = json!({
        "type": kind.code(), "id": statement.id, "by": statement.by, "onBehalfOf": statement.on_behalf_of,
        "signedAt": statement.signed_at, "kid": kid, "signature": checked, "hash": parsed.hash(),
        "body": statement.body.to_json(),
    });
}

fn check_signature(parsed: &Parsed, trust: &Trust, kid: &Kid, outcome: &mut Outcome) -> (Value, String) {
    let (key, whence) = match (parsed.own_key(), trust.key(kid)) {
        (Some(key), _) => (key, "the key that it brings along"),
        (None, Some(key)) => (key, "the key that was given"),
        (None, None) => {
            let words = "the log accepted that signature, and it was not checked again: --jwk FILE gives the key, and a case file has it";
            return ("not-checked".into(), words.into());
        }
    };
    match parsed.received().verify(key) {
        Ok(()) => ("checked".into(), format!("the signature holds under {whence}")),
        Err(refusal) => {
            outcome.faults.push(format!("the signature of the statement: {refusal}"));
            ("wrong".into(), format!("the signature DOES NOT hold under {whence}"))
        }
    }
}
