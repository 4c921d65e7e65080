//! The files of a case file, all of which follow from its [`Bundle`].

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ledger::book::Keyring;
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, Jwk, PublicKey};
use ledger::log::checkpoint::Checkpoint;
use ledger::words::{Hash, Slug};
use serde_json::json;

use super::container::Files;
use super::log_keys::announcement_name;
use super::statements::Item;
use super::{Bundle, SUMS, Scope, index};
use crate::pages::summary;

/// How to check it with the tools of others.
const README: &str = include_str!("README.txt");
/// The checks of the README as a program that anyone can read: Python's own library, and openssl.
const CHECK_PY: &str = include_str!("check.py");
/// The same with the library of others in Go.
const CHECK_GO: &str = include_str!("check.go");

/// The names of files that hold texts for people: those of another version of this program may read differently.
pub(super) const TEXTS: [&str; 5] = ["README.txt", "check.py", "check.go", "samenvatting.txt", "summary.txt"];

/// Every file but the seal. Fails if a receipt cannot be read, or the statements do not tell whose keys they are signed with.
pub fn files(bundle: &Bundle) -> Result<Files, String> {
    let (items, keyring, checkpoint) = read(bundle)?;
    let mut files = Files::new();
    let mut put = |name: String, bytes: Vec<u8>| _ = files.insert(name, bytes);
    for (item, receipt) in items.iter().zip(bundle.receipts.values()) {
        put(format!("receipts/{}.tlog-proof", item.entry), receipt.clone().into_bytes());
        put(format!("statements/{}.jws", item.entry), item.parsed.received().raw().to_vec());
    }
    for (entry, announcement) in &bundle.announcements {
        put(announcement_name(*entry), announcement.clone().into_bytes());
    }
    for (hash, content) in &bundle.attachments {
        put(format!("attachments/{hash}.salt"), content.salt.clone());
        put(attachment_name(hash), content.bytes.clone());
    }
    let mut whose = Vec::new();
    for (kid, (of, key)) in keyring.keys() {
        put(format!("keys/{kid}.jwk"), format!("{}\n", key.to_jwk()).into_bytes());
        put(format!("keys/{kid}.pem"), pem(&key).into_bytes());
        whose.push((kid.to_string(), of));
    }
    let note = items.first().map(|_| bundle.receipts.values().next().expect("as many receipts as items"));
    put(
        "checkpoint".into(),
        note.and_then(|receipt| receipt.split_once("\n\n")).map(|(_, note)| note.as_bytes().to_vec()).unwrap_or_default(),
    );
    let keys = keyring.log_keys().map_err(|fault| format!("log.vkey: {fault}"))?;
    put("log.vkey".into(), keys.all().iter().flat_map(|key| format!("{key}\n").into_bytes()).collect());
    put("casefile.json".into(), index::write(bundle, &checkpoint, &items, &whose));
    put("README.txt".into(), README.as_bytes().to_vec());
    put("check.py".into(), CHECK_PY.as_bytes().to_vec());
    put("check.go".into(), CHECK_GO.as_bytes().to_vec());
    for (name, text) in summary::write(&told(bundle, &items, &keyring, &checkpoint)) {
        put(name.into(), text.into_bytes());
    }
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", Hash::of(&[bytes]))).collect();
    files.insert(SUMS.into(), sums.into_bytes());
    Ok(files)
}

/// The statements in the order of the log, the keys that they were signed with, and what the checkpoint says, unverified.
pub(super) fn read(bundle: &Bundle) -> Result<(Vec<Item>, Keyring, Checkpoint), String> {
    let mut items = Vec::with_capacity(bundle.receipts.len());
    let mut text = None;
    for (entry, receipt) in &bundle.receipts {
        let (item, receipt) = Item::read(receipt).map_err(|fault| format!("receipts/{entry}.tlog-proof: {fault}"))?;
        if item.entry != *entry {
            return Err(format!("receipts/{entry}.tlog-proof is the receipt of entry {}", item.entry));
        }
        text.get_or_insert_with(|| receipt.proof().checkpoint.text().to_owned());
        items.push(item);
    }
    let (Some(genesis), Some(text)) = (items.first(), text) else { return Err("there is no receipt in it".into()) };
    let checkpoint = Checkpoint::parse(&text).map_err(|fault| format!("the checkpoint: {fault}"))?;
    let mut keyring = Keyring::found(&genesis.parsed, genesis.moment()).map_err(|refusal| format!("entry {}: {refusal}", genesis.entry))?;
    for item in &items[1..] {
        keyring.take(&item.parsed, item.moment()).map_err(|refusal| format!("entry {}: {refusal}", item.entry))?;
    }
    Ok((items, keyring, checkpoint))
}

/// What the gateway signs: which file this is, under which checkpoint, and the hash of the list of hashes.
pub(super) fn seal_payload(bundle: &Bundle, origin: &str, size: u64, sums: &[u8]) -> Vec<u8> {
    let (agreement, scope, sums) = (&bundle.agreement, bundle.scope.to_string(), Hash::of(&[sums]));
    json!({ "ledger": origin, "agreement": agreement, "scope": scope, "size": size, "sha256sums": sums }).to_string().into_bytes()
}

pub(super) fn attachment_name(hash: &Hash) -> String {
    format!("attachments/{hash}.content")
}

/// An Ed25519 key as openssl reads it: SubjectPublicKeyInfo (RFC 8410 section 4), twelve bytes and the key.
fn pem(key: &PublicKey) -> String {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let Jwk::Okp { x, .. } = key.to_jwk();
    let raw = URL_SAFE_NO_PAD.decode(x).expect("a JWK is base64url");
    let der = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &raw].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

fn told<'a>(bundle: &'a Bundle, items: &'a [Item], keyring: &'a Keyring, checkpoint: &Checkpoint) -> summary::Told<'a> {
    let deed = |item: &'a Item| summary::Deed {
        entry: item.entry,
        at: item.accepted_at,
        by: &item.parsed.statement().by,
        on_behalf_of: item.on_behalf_of(),
        body: item.body(),
        // That something was lost is told where everybody reads.
        keys: item.is_about_keys() && !matches!(item.body(), Body::Continuation(_)),
    };
    let about = match &bundle.scope {
        Scope::Agreement => summary::About::Agreement,
        Scope::Obligation(id) => summary::About::Obligation(id),
        Scope::Breach(id, due) => summary::About::Breach(id, *due),
        Scope::Case(number) => summary::About::Case(*number),
    };
    summary::Told {
        origin: &keyring.ledger.origin,
        size: checkpoint.size(),
        about,
        text: items.iter().rev().find_map(|item| Some((item.entry, item.body().text()?))),
        only: obligations(&bundle.scope, items),
        names: keyring.names(),
        deeds: items.iter().map(deed).collect(),
        attachments: bundle.attachments.keys().map(|hash| (*hash, attachment_name(hash))).collect(),
    }
}

/// The obligations that a scope is about; none for all of them.
fn obligations(scope: &Scope, items: &[Item]) -> BTreeSet<Slug> {
    match scope {
        Scope::Agreement => BTreeSet::new(),
        Scope::Obligation(id) | Scope::Breach(id, _) => BTreeSet::from([id.clone()]),
        Scope::Case(number) => items.iter().filter_map(|item| breached(item.body(), *number)).collect(),
    }
}

fn breached(body: &Body, number: u32) -> Option<Slug> {
    match body {
        Body::Flag(flag) => match &flag.cause {
            Cause::Breached { obligation, case, .. } if case.0 == number => Some(obligation.clone()),
            _ => None,
        },
        // Only findings of this case are in its file.
        Body::Finding(finding) => Some(finding.obligation.clone()),
        _ => None,
    }
}
