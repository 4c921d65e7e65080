//! The keys of the log in a case file: from the one that the genesis names to the one that signs, each announced by the one before it.

use std::collections::BTreeMap;

use ledger::book::Keyring;
use ledger::book::succession::{Announced, follow};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::receipt::Receipt;

use super::Bundle;
use super::statements::Item;

/// The file of an announcement: the receipt of the entry that names a key, under the first checkpoint that holds it.
pub(super) fn announcement_name(entry: u64) -> String {
    format!("log-keys/{entry}.tlog-proof")
}

/// The announcements, by entry; the error names the file.
fn announcements(bundle: &Bundle) -> Result<BTreeMap<u64, Receipt>, String> {
    let read = |(entry, text): (&u64, &String)| {
        let receipt = Receipt::parse(text.as_bytes()).map_err(|fault| format!("{}: {fault}", announcement_name(*entry)))?;
        Ok((*entry, receipt))
    };
    bundle.announcements.iter().map(read).collect()
}

/// The keys that count when these are trusted: these, and those that they vouch for, one after the other. What does not
/// verify leads nowhere; [`check_log_keys`] names it.
pub(super) fn trusted(bundle: &Bundle, given: Vec<VerifierKey>) -> Vec<VerifierKey> {
    let receipts: Vec<Receipt> = announcements(bundle).map(|found| found.into_values().collect()).unwrap_or_default();
    let after = |key: &VerifierKey| follow(key, &receipts).unwrap_or_default().into_iter().map(|announced| announced.key);
    let later: Vec<VerifierKey> = given.iter().flat_map(after).collect();
    given.into_iter().chain(later).collect()
}

/// What does not hold of the keys: each is announced under the key before it, by the very entry that is in the file, and
/// the last one signed the checkpoint. The given keys are those that whoever checks trusts.
pub(super) fn check_log_keys(bundle: &Bundle, items: &[Item], keyring: &Keyring, note: &Note, given: &[VerifierKey]) -> Vec<String> {
    if keyring.ledger.log_key != bundle.log_key {
        return vec![format!("log.vkey: the genesis names the key {}", keyring.ledger.log_key)];
    }
    let keys = match keyring.log_keys() {
        Ok(keys) => keys,
        Err(fault) => return vec![format!("log.vkey: {fault}")],
    };
    let announced = match announcements(bundle).and_then(|found| led(keys.first(), &found)) {
        Ok(announced) => announced,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let named: Vec<(u64, &VerifierKey)> = keys.spans().skip(1).map(|span| (span.from, span.key)).collect();
    if named != announced.iter().map(|it| (it.entry, &it.key)).collect::<Vec<_>>() {
        faults.push("log-keys/: not one announcement for each key that the statements here name".to_owned());
    }
    for Announced { entry, leaf, .. } in &announced {
        let same = items.iter().find(|item| item.entry == *entry).is_some_and(|item| item.leaf == *leaf);
        if !same {
            faults.push(format!("{}: not the entry that receipts/{entry}.tlog-proof is about", announcement_name(*entry)));
        }
    }
    if Checkpoint::open(note, keys.current(), &[]).is_err() {
        faults.push(format!(
            "checkpoint: the key that signs the log since entry {} did not sign it",
            named.last().map_or(0, |(from, _)| *from)
        ));
    }
    let all = keys.all();
    if !given.iter().any(|key| all.contains(key)) {
        faults.push("log.vkey: none of the keys of this log is the one that is trusted".to_owned());
    }
    faults
}

/// The announcements in their order, each under the key before it; the error names the file.
fn led(first: &VerifierKey, announcements: &BTreeMap<u64, Receipt>) -> Result<Vec<Announced>, String> {
    let (mut key, mut led) = (first.clone(), Vec::new());
    for (entry, receipt) in announcements {
        let one = follow(&key, std::slice::from_ref(receipt)).map_err(|fault| format!("{}: {fault}", announcement_name(*entry)))?;
        let one = one.into_iter().next().filter(|one| one.entry == *entry);
        let one = one.ok_or_else(|| format!("{}: it announces no key with entry {entry}", announcement_name(*entry)))?;
        key = one.key.clone();
        led.push(one);
    }
    Ok(led)
}
