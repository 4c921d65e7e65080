//! A ledger's trust document, kept as a file: it leads from a key of the log that is trusted to the later ones.

use std::path::Path;

use anyhow::{Context as _, ensure};
use ledger::book::succession::follow;
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;
use serde_json::Value;

use super::sign::read_bounded;

/// The largest document that is read, in bytes.
const MAX_FILE: u64 = 64 * 1024 * 1024;

/// The keys that this document announces after those of the given ones that are of its log, each under the key before it.
/// Fails where none of them is, and where an announcement does not hold.
pub(super) fn led_by(document: &Path, given: &[VerifierKey]) -> anyhow::Result<Vec<VerifierKey>> {
    let what = || format!("{} is no trust document (`convenant read trust --json`)", document.display());
    let value: Value = serde_json::from_slice(&read_bounded(document, MAX_FILE)?).with_context(what)?;
    let origin = value["origin"].as_str().with_context(what)?;
    let texts = value["logKeys"].as_array().with_context(what)?.iter().filter_map(|key| key["announcement"].as_str());
    let receipts = texts.map(|text| Receipt::parse(text.as_bytes())).collect::<Result<Vec<_>, _>>().with_context(what)?;
    let own: Vec<&VerifierKey> = given.iter().filter(|key| key.name() == origin).collect();
    ensure!(!own.is_empty(), "{} is of the log {origin}, and no key of that log was given", document.display());
    let mut led = Vec::new();
    for key in own {
        let later = follow(key, &receipts).with_context(|| format!("{} does not lead on from {key}", document.display()))?;
        led.extend(later.into_iter().map(|announced| announced.key));
    }
    Ok(led)
}
