//! The key of the log gets a successor: receipts from before, during and after, audits by either key, restarts, lost files.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

use std::path::PathBuf;

use axum::http::StatusCode;
use gateway::casefile::check;
use gateway::client::Client;
use gateway::clock::Clock;
use gateway::command::audit::audit_ledger;
use gateway::host::Host;
use gateway::keys::make_log_key;
use gateway::sequencer::Pace;
use harness::gate::{Gate, ORIGIN, Signer};
use ledger::audit::{Auditor, Finding, Report};
use ledger::book::succession::{SuccessionFault, follow};
use ledger::envelope::Type;
use ledger::log::note::{Note, NoteFault, NoteSigner, VerifierKey};
use ledger::log::policy::Policy;
use ledger::log::possession::prove;
use ledger::log::proof::ProofFault;
use ledger::log::receipt::{Receipt, ReceiptFault};
use ledger::log::witness::{AddCheckpoint, Denial, screen};
use serde_json::{Value, json};

use crate::door::signed_agreement;

const START: &str = "2006-02-15T09:00:00Z";
const UNTIL: &str = "2006-03-15T09:00:00Z";

fn keys(gate: &Gate) -> PathBuf {
    gate.home().keys()
}

fn first_key(gate: &Gate) -> VerifierKey {
    gate.host.ledger("gm0599").unwrap().log_keys().first().clone()
}

fn body(signer: &NoteSigner, until: &str) -> Value {
    json!({ "logKey": signer.verifier().to_string(), "proof": prove(signer), "oldSignsUntil": until })
}

async fn somebody(gate: &Gate, id: &'static str) -> Receipt {
    let signer = Signer::new(id, 40 + id.as_bytes()[0]);
    let (status, answer) = gate.submit(&signer.says(Type::Registration, "r", &signer.registration("other"))).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    Receipt::parse(answer["receipt"].as_str().unwrap().as_bytes()).unwrap()
}

async fn receipt(gate: &Gate, entry: u64) -> Receipt {
    Receipt::parse(&gate.fetch(&format!("/v1/ledgers/gm0599/receipts/{entry}")).await.2).unwrap()
}

async fn checkpoint(gate: &Gate) -> Note {
    Note::parse(&gate.fetch("/gm0599/checkpoint").await.2).unwrap()
}

/// By which of these keys a receipt verifies.
fn signed(receipt: &Receipt, keys: [&VerifierKey; 2]) -> [bool; 2] {
    keys.map(|key| match receipt.verify(key) {
        Ok(_) => true,
        Err(ReceiptFault::Proof(ProofFault::Checkpoint(fault))) => {
            assert_eq!(fault, NoteFault::NoTrustedSignature.into());
            false
        }
        Err(fault) => panic!("{fault}"),
    })
}

async fn audit(gate: &Gate, key: &VerifierKey) -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, gate.router.clone()).into_future());
    let (key, now) = (key.clone(), gate.host.clock.now());
    let asking = move || audit_ledger(&Client::new(&url).unwrap(), "gm0599", key, Some(now), |_, _| ()).unwrap();
    let report = tokio::task::spawn_blocking(asking).await.unwrap();
    server.abort();
    report
}

/// What the document says of the keys: `from`, `until`, and the announcement of the last one.
async fn told(gate: &Gate) -> (Vec<(u64, Option<u64>)>, Vec<Receipt>, Value) {
    let trust = gate.get("/v1/ledgers/gm0599/trust").await;
    let listed = trust["logKeys"].as_array().unwrap();
    let spans = listed.iter().map(|key| (key["from"].as_u64().unwrap(), key["until"].as_u64())).collect();
    let receipts = listed.iter().filter_map(|key| key["announcement"].as_str());
    (spans, receipts.map(|text| Receipt::parse(text.as_bytes()).unwrap()).collect(), trust)
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_from_before_during_and_after_verify_and_audits_follow() {
    let gate = Gate::open(START).await;
    let old = first_key(&gate);
    let before = receipt(&gate, 0).await;
    let (new, _, entry) = gate.rotate_log_key("k", UNTIL).await;
    assert_eq!(signed(&before, [&old, &new]), [true, false]);
    // From the very entry on that names it.
    assert_eq!(signed(&receipt(&gate, entry).await, [&old, &new]), [true, true]);
    let during = somebody(&gate, "a").await;
    assert_eq!(signed(&during, [&old, &new]), [true, true]);
    for key in [&old, &new] {
        assert_eq!(audit(&gate, key).await.findings, [], "{key}");
    }
    let (spans, receipts, trust) = told(&gate).await;
    assert_eq!(spans, [(0, None), (entry, None)]);
    let policy = trust["policy"].as_str().unwrap();
    assert_eq!(policy, format!("log {old} https://{ORIGIN}\nlog {new} https://{ORIGIN}\nquorum none\n"));
    assert_eq!(Policy::parse(policy.as_bytes()).unwrap().open(&checkpoint(&gate).await).unwrap().0.size(), gate.size());
    let both = AddCheckpoint { old: 0, proof: Vec::new(), checkpoint: checkpoint(&gate).await };

    gate.clock.set(UNTIL.parse().unwrap());
    let after = somebody(&gate, "b").await;
    assert_eq!(signed(&after, [&old, &new]), [false, true]);
    for kept in [&before, &during] {
        assert!(kept.verify(&old).is_ok(), "for ever");
    }
    assert!(receipt(&gate, 0).await.verify(&new).is_ok(), "what is old has a receipt by the new key as well");
    for key in [&old, &new] {
        let report = audit(&gate, key).await;
        assert_eq!((report.findings, report.entries), (Vec::new(), gate.size()), "{key}");
    }
    let (spans, later, trust) = told(&gate).await;
    assert_eq!((spans, &later), (vec![(0, Some(entry + 2)), (entry, None)], &receipts));
    assert_eq!(trust["logKeys"][0]["signsUntil"], json!("2006-03-15T09:00:00.000Z"));
    assert_eq!(trust["policy"], format!("log {new} https://{ORIGIN}\nquorum none\n"));
    assert_eq!(gate.get("/v1/ledgers/gm0599").await["logKey"], new.to_string());
    let town = gate.get("/v1/ledgers/gm0599/institutions/town").await;
    assert_eq!((&town["logKeys"][0]["logKey"], &town["logKeys"][0]["since"]["entry"]), (&json!(new.to_string()), &json!(entry)));
    // A witness that was told of both keys goes on; one that was not says who did not sign.
    let now = AddCheckpoint { checkpoint: checkpoint(&gate).await, ..both.clone() };
    assert!(screen(&both, std::slice::from_ref(&old)).is_ok() && screen(&now, &[old.clone(), new.clone()]).is_ok());
    assert!(matches!(screen(&now, std::slice::from_ref(&old)), Err(Denial::Unsigned(NoteFault::NoTrustedSignature))));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_old_key_did_not_sign_shows_no_new_one() {
    let gate = Gate::open(START).await;
    let old = first_key(&gate);
    let (new, _, entry) = gate.rotate_log_key("k", UNTIL).await;
    gate.clock.set(UNTIL.parse().unwrap());
    somebody(&gate, "a").await;
    let (third, _, last) = gate.rotate_log_key("l", "2006-04-15T09:00:00Z").await;
    gate.clock.set("2006-04-15T09:00:00Z".parse().unwrap());
    somebody(&gate, "b").await;
    let announcements = told(&gate).await.1;
    let chain = follow(&old, &announcements).unwrap();
    assert_eq!(chain.iter().map(|it| (&it.key, it.entry)).collect::<Vec<_>>(), [(&new, entry), (&third, last)]);
    assert_eq!(follow(&new, &announcements).unwrap(), chain[1..]);
    assert_eq!(follow(&third, &announcements).unwrap(), []);
    // Receipts as they are served now: signed by the last key alone.
    let unsigned = [receipt(&gate, entry).await, receipt(&gate, last).await];
    assert!(matches!(follow(&old, &unsigned), Err(SuccessionFault::Receipt(_))));
    assert_eq!(
        follow(&old, &[announcements[0].clone(), receipt(&gate, 0).await]).unwrap_err().to_string().split(':').next(),
        Some("the receipt of a key's announcement")
    );
    assert_eq!(follow(&old, &[Receipt::parse(told(&gate).await.1[0].encode().as_bytes()).unwrap()]).unwrap(), chain[..1]);

    let rows = gate.host.store.entries(1, 0, 1_000).await.unwrap();
    let note = checkpoint(&gate).await.to_string();
    let judged = |key: &VerifierKey, announced: &[_]| {
        let mut auditor = Auditor::new(key.clone()).unwrap();
        auditor.follow(announced.to_vec());
        rows.iter().for_each(|row| _ = auditor.feed(row.entry, row.accepted_at, &row.salt, &row.jws, Some(&row.leaf)));
        auditor.finish(note.as_bytes(), None).findings
    };
    let unshown = |index, key: &VerifierKey| Finding::KeyNotHandedOver { index, log_key: key.to_string() };
    assert_eq!(judged(&old, &chain), []);
    assert_eq!(judged(&old, &chain[..1]), [unshown(last, &third)]);
    assert_eq!(judged(&old, &[]), [unshown(entry, &new), unshown(last, &third)]);
    assert_eq!(judged(&new, &[]), [unshown(last, &third)]);
    assert_eq!(judged(&third, &[]), [], "it has signed for all of it");
    let mut other = chain.clone();
    other[0].leaf = other[1].leaf;
    assert_eq!(judged(&old, &other), [unshown(entry, &new)], "the entry is another one than the old key signed for");
    let stranger = NoteSigner::from_seed(ORIGIN, &[99; 32]).unwrap();
    let found = judged(stranger.verifier(), &[]);
    assert!(matches!(&found[..], [Finding::OtherLedger { index: 0, .. }, Finding::CheckpointRefused { .. }]), "{found:?}");
}

#[tokio::test]
async fn a_key_that_the_gateway_does_not_hold_is_not_announced() {
    let gate = Gate::open(START).await;
    let signer = NoteSigner::from_seed(ORIGIN, &[77; 32]).unwrap();
    let statement = gate.town.says(Type::LogKeyRotation, "k", &body(&signer, UNTIL));
    let size = gate.size();
    let (status, problem) = gate.submit(&statement).await;
    assert_eq!((status, problem["rule"].as_str()), (StatusCode::CONFLICT, Some("key-not-held")), "{problem}");
    assert!(problem["faults"][0]["accepted"].as_str().unwrap().contains("convenant log-key"), "{problem}");
    assert!(!problem.to_string().contains("keys/"), "nothing of where the gateway keeps its keys: {problem}");
    assert_eq!(gate.size(), size);
    // As soon as the file is there, the same statement is accepted.
    let file = keys(&gate).join(format!("gm0599.log.{}.key", signer.verifier().id()));
    std::fs::write(file, "TU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU1NTU0=\n").unwrap();
    gate.accept(&statement).await;
    assert!(receipt(&gate, size).await.verify(signer.verifier()).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_file_verifies_by_any_key_that_led_to_its_own() {
    let gate = Gate::open(START).await;
    signed_agreement(&gate).await;
    let old = first_key(&gate);
    let file = async || gate.fetch("/v1/ledgers/gm0599/agreements/wijk/casefile").await.2;
    let faults = |zip: &[u8], key: &VerifierKey| check(zip, |_, _| Ok(vec![key.clone()]), &[]).faults;
    let before = file().await;
    let (new, ..) = gate.rotate_log_key("k", UNTIL).await;
    let during = file().await;
    gate.clock.set(UNTIL.parse().unwrap());
    somebody(&gate, "a").await;
    let (third, ..) = gate.rotate_log_key("l", "2006-04-15T09:00:00Z").await;
    gate.clock.set("2006-04-15T09:00:00Z".parse().unwrap());
    somebody(&gate, "b").await;
    let after = file().await;
    let none: [String; 0] = [];
    for (zip, keys) in [(&before, &[&old][..]), (&during, &[&old, &new]), (&after, &[&old, &new, &third])] {
        for key in keys {
            assert_eq!(faults(zip, key), none, "{key}");
        }
        // Without a key from elsewhere it says which one it is under.
        let own = check(zip, |_, own| own.parse().map(|key| vec![key]).map_err(|_| "no vkey".to_owned()), &[]);
        assert_eq!(own.faults, none);
        let stranger = NoteSigner::from_seed(ORIGIN, &[99; 32]).unwrap();
        assert_ne!(faults(zip, stranger.verifier()), none);
    }
    assert_ne!(faults(&before, &new), none, "the key after it says nothing of it");
    // An announcement is one of the files, and each byte of it counts.
    let header = |at: usize| after[at..].starts_with(b"PK\x03\x04") && after[at + 30..].starts_with(b"log-keys/");
    let at = (0..after.len()).find(|at| header(*at)).unwrap() + 400;
    let mut other = after.clone();
    other[at] ^= 1;
    assert!(faults(&other, &old).iter().any(|fault| fault.contains("log-keys")), "{:?}", faults(&other, &old));
}

/// Why a gateway does not start on this database with these keys.
async fn refused(gate: &Gate) -> String {
    let store = gate.home().open(false).await;
    let pace = Pace { clock_confirmed: true, ..Pace::default() };
    let started = Host::start(store, &keys(gate), Clock::Step(gate.clock.clone()), pace).await;
    started.err().map(|fault| fault.to_string()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_starts_with_the_keys_that_sign_and_with_no_others() {
    let gate = Gate::open(START).await;
    let old = first_key(&gate);
    let first = keys(&gate).join("gm0599.log.key");
    let (new, later, _) = gate.rotate_log_key("k", UNTIL).await;
    let away = first.with_extension("away");
    for (file, key) in [(&first, &old), (&later, &new)] {
        std::fs::rename(file, &away).unwrap();
        let why = refused(&gate).await;
        assert!(why.contains(&key.to_string()) && why.contains("put its key file back"), "{why}");
        // That of another key in its place is not taken for it.
        std::fs::copy(if *file == first { &later } else { &first }, file).unwrap();
        let why = refused(&gate).await;
        assert!(why.contains(&key.to_string()), "{why}");
        std::fs::rename(&away, file).unwrap();
    }
    let clock = Clock::Step(gate.clock.clone());
    let gate = gate.reopen(clock).await;
    assert_eq!(signed(&somebody(&gate, "a").await, [&old, &new]), [true, true]);
    gate.clock.set(UNTIL.parse().unwrap());
    // From here on nothing needs the old key, and it may be destroyed.
    let clock = Clock::Step(gate.clock.clone());
    let gate = gate.reopen_after(clock, || std::fs::remove_file(&first).unwrap()).await;
    assert_eq!(signed(&somebody(&gate, "b").await, [&old, &new]), [false, true]);
    let (third, _, _) = gate.rotate_log_key("l", "2006-04-15T09:00:00Z").await;
    assert_eq!(signed(&somebody(&gate, "c").await, [&new, &third]), [true, true]);
    assert_eq!(audit(&gate, &old).await.findings, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_announced_once_whoever_asks_at_the_same_time() {
    let gate = Gate::open(START).await;
    let made = ["k", "l"].map(|id| (id, make_log_key(&keys(&gate), "gm0599", ORIGIN).unwrap().0));
    let says = made.each_ref().map(|(id, signer)| gate.town.says(Type::LogKeyRotation, id, &body(signer, UNTIL)));
    let answers = tokio::join!(gate.submit(&says[0]), gate.submit(&says[1]));
    let mut statuses = [answers.0.0, answers.1.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::CREATED, StatusCode::CONFLICT], "{answers:?}");
    let refused = if answers.0.0 == StatusCode::CONFLICT { &answers.0.1 } else { &answers.1.1 };
    assert_eq!(refused["rule"], "rotation-runs", "{refused}");
    assert_eq!(told(&gate).await.0.len(), 2);
}
