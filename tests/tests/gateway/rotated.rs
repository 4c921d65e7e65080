//! What stands on a log's keys after these went from one to the next: case files, and what is told where nothing else can be read.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

use axum::http::StatusCode;
use gateway::casefile::{Checked, check};
use gateway::clock::Clock;
use gateway::keys::make_log_key;
use gateway::sequencer::{Answer, Checked as Checks, LedgerHandle, Queued, Submission};
use harness::gate::{Gate, ORIGIN, Signed, Signer};
use ledger::book::succession::follow;
use ledger::envelope::{Parsed, Type};
use ledger::log::note::{NoteSigner, VerifierKey};
use ledger::log::possession::prove;
use ledger::log::receipt::Receipt;
use serde_json::json;

use crate::casefile::places;
use crate::door::signed_agreement;

async fn passer_by(gate: &Gate, id: &'static str) {
    let signer = Signer::new(id, 40 + id.as_bytes()[0]);
    gate.accept(&signer.says(Type::Registration, "r", &signer.registration("other"))).await;
}

async fn case_file(gate: &Gate) -> Vec<u8> {
    let (status, _, zip) = gate.fetch("/v1/ledgers/gm0599/agreements/wijk/casefile").await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&zip));
    zip
}

fn checked(zip: &[u8], keys: &[&VerifierKey]) -> Checked {
    check(zip, |_, _| Ok(keys.iter().copied().cloned().collect()), &[])
}

/// An agreement from before two rotations, whose obligation is breached after the first one; the keys, and the entries that name them.
async fn twice_rotated() -> (Gate, [VerifierKey; 3], [u64; 2]) {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let first = gate.host.ledger("gm0599").unwrap().log_keys().first().clone();
    signed_agreement(&gate).await;
    let (second, _, one) = gate.rotate_log_key("k", "2006-03-15T09:00:00Z").await;
    gate.clock.set("2006-06-20T09:00:00Z".parse().unwrap());
    passer_by(&gate, "a").await;
    let (third, _, two) = gate.rotate_log_key("l", "2006-08-15T09:00:00Z").await;
    gate.clock.set("2006-09-01T09:00:00Z".parse().unwrap());
    passer_by(&gate, "b").await;
    (gate, [first, second, third], [one, two])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_file_with_receipts_from_before_and_after_holds_under_each_key_of_the_log() {
    let (gate, keys, entries) = twice_rotated().await;
    let zip = case_file(&gate).await;
    for key in &keys {
        let found = checked(&zip, &[key]);
        assert_eq!(found.faults, Vec::<String>::new(), "{key}");
        assert_eq!(found.log_keys, keys, "oldest first");
        assert!(found.statements.0 > 5);
        assert_eq!(found.statements.1, 5, "genesis, registration, admission, and two that name a key of the log");
    }
    let text = String::from_utf8_lossy(&zip);
    assert!(entries.iter().all(|entry| text.contains(&format!("log-keys/{entry}.tlog-proof"))));
    assert!(text.contains(&format!("{}\n{}\n{}\n", keys[0], keys[1], keys[2])), "log.vkey has a line for each");
    let stranger = NoteSigner::from_seed(ORIGIN, &[99; 32]).unwrap();
    let faults = checked(&zip, &[stranger.verifier()]).faults;
    assert!(faults.iter().any(|fault| fault.starts_with("checkpoint: ")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault == "log.vkey: none of the keys of this log is the one that is trusted"), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_of_an_announcement_is_found_whichever_key_is_trusted() {
    let (gate, keys, entries) = twice_rotated().await;
    let zip = case_file(&gate).await;
    let places = places(&zip);
    for entry in entries {
        let range = places[&format!("log-keys/{entry}.tlog-proof")].clone();
        let step = range.len() / 12;
        for at in range.step_by(step) {
            let mut changed = zip.clone();
            changed[at] ^= 1;
            for key in [&keys[0], &keys[2]] {
                let faults = checked(&changed, &[key]).faults;
                assert!(faults.iter().any(|fault| fault.contains(&format!("log-keys/{entry}."))), "byte {at}: {faults:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_still_says_which_keys_its_log_has_had() {
    let (gate, keys, entries) = twice_rotated().await;
    gate.settled().await;
    // The derived rows say that nobody announced anything, and the log cannot be judged again from its start.
    gate.home().tamper("UPDATE record SET jws = salt WHERE entry = 3").await;
    gate.home().tamper_derived("DELETE FROM progress").await;
    let clock = Clock::Step(gate.clock.clone());
    let gate = gate.reopen(clock).await;
    let passer_by = Signer::new("late", 7);
    let (status, _) = gate.submit(&passer_by.says(Type::Registration, "r", &passer_by.registration("other"))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "it is damaged");
    let trust = gate.get("/v1/ledgers/gm0599/trust").await;
    let told = trust["logKeys"].as_array().unwrap();
    assert_eq!(told.iter().map(|key| key["vkey"].as_str().unwrap()).collect::<Vec<_>>(), keys.each_ref().map(ToString::to_string));
    assert_eq!(told.iter().map(|key| key["from"].as_u64().unwrap()).collect::<Vec<_>>(), [0, entries[0], entries[1]]);
}

fn put(ledger: &LedgerHandle, statement: &Signed) -> Queued {
    let parsed = Box::new(Parsed::parse(&statement.jws).unwrap());
    ledger.enqueue(Submission { statement: Checks::Pending(parsed), attachments: Vec::new() }).unwrap()
}

/// Waits until the writer has taken what is in the queue, or for so many looks, a millisecond apart.
async fn taken(ledger: &LedgerHandle, looks: usize) {
    for _ in 0..looks {
        if ledger.queue().0 == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_key_signs_the_entry_that_names_the_new_one_however_long_the_commit_before_it_takes() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let ledger = gate.host.ledger("gm0599").unwrap();
    let first = ledger.log_keys().first().clone();
    let (signer, _) = make_log_key(&gate.home().keys(), "gm0599", ORIGIN).unwrap();
    let until = "2006-02-15T09:00:01Z";
    let body = json!({ "logKey": signer.verifier().to_string(), "proof": prove(&signer), "oldSignsUntil": until });
    let stranger = |id: &'static str| {
        let signer = Signer::new(id, 40 + id.as_bytes()[0]);
        signer.says(Type::Registration, "r", &signer.registration("other"))
    };
    // Somebody holds the database: the first commit waits, and what comes after it is gathered for the next.
    let other = gate.home().hold().await;
    // The writer takes each when it has judged the one before.
    let mut queued = Vec::new();
    for statement in [stranger("a"), gate.town.says(Type::LogKeyRotation, "k", &body), stranger("b")] {
        queued.push(put(ledger, &statement));
        taken(ledger, 4_000).await;
    }
    // The last of them is judged before this or after it. If after, the writer waits for the commit and takes no more meanwhile.
    gate.clock.set(until.parse().unwrap());
    queued.push(put(ledger, &stranger("c")));
    taken(ledger, 300).await;
    other.release().await;
    for one in queued {
        assert!(matches!(one.answered().await.unwrap(), Answer::Granted(_)));
    }
    let trust = gate.get("/v1/ledgers/gm0599/trust").await;
    let announcement = Receipt::parse(trust["logKeys"][1]["announcement"].as_str().unwrap().as_bytes()).unwrap();
    let led = follow(&first, &[announcement]).unwrap();
    assert_eq!(led.iter().map(|announced| &announced.key).collect::<Vec<_>>(), [signer.verifier()]);
}
