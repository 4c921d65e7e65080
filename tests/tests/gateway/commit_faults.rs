//! Each step of a commit fails, and each of what follows from it: nobody is told that it stands, nothing of it is there, what
//! was there is whole, and the gateway goes on by itself.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::clock::Clock;
use gateway::store::derived_path;
use harness::faults::{Fault, Step};
use harness::gate::{Gate, STATEMENTS, Signer, strangers};
use harness::whole::assert_whole;
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};

use super::door::signed_agreement;

const AT: &str = "2006-02-15T09:00:00Z";
const SALT: [u8; 32] = *b"salt of the attachment, 32 bytes";
const CONTENT: &[u8] = b"What is kept beside the log.";

async fn whole(gate: &Gate) {
    gate.settled().await;
    assert_whole(&gate.host.store, Clock::Step(gate.clock.clone()).now()).await;
}

/// The statuses of a batch that was sent once.
async fn send(gate: &Gate, batch: &[u8]) -> Vec<u64> {
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", batch.to_vec()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["answers"].as_array().unwrap().iter().map(|answer| answer["status"].as_u64().unwrap()).collect()
}

/// Sends a batch until each statement of it stands; a sender that gets 503 sends again.
async fn send_again(gate: &Gate, batch: &[u8]) {
    for _ in 0..100 {
        if send(gate, batch).await.iter().all(|status| [200, 201].contains(status)) {
            return;
        }
    }
    panic!("the gateway does not come back: {:?}", gate.host.ledger("gm0599").unwrap().health());
}

/// A report whose evidence is beside the log, as a batch of one.
fn report(corporation: &Signer) -> Vec<u8> {
    let attachment = json!({ "hash": Hash::of(&[&SALT, CONTENT]), "mediaType": "text/plain", "sizeBytes": CONTENT.len() });
    let body = json!({ "agreement": "wijk", "obligation": "regisseur", "instances": ["2006-06-01"],
        "evidence": [{ "form": "attached", "kind": "note", "attachment": attachment }] });
    let statement: Value = serde_json::from_slice(&corporation.says(Type::Report, "report", &body).jws).unwrap();
    let content = json!({ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(CONTENT) });
    json!({ "statements": [{ "statement": statement, "attachments": [content] }] }).to_string().into_bytes()
}

/// The erasure of that evidence by the owner, which was filed with this entry.
fn erasure(gate: &Gate, entry: u64) -> Vec<u8> {
    let body = json!({ "agreement": "wijk", "entry": entry, "attachment": Hash::of(&[&SALT, CONTENT]),
        "ground": "retention-ended", "basis": "Selectielijst gemeenten 2020, 5.1" });
    let statement: Value = serde_json::from_slice(&gate.town.says(Type::AttachmentErasure, "erasure", &body).jws).unwrap();
    json!({ "statements": [{ "statement": statement }] }).to_string().into_bytes()
}

/// A batch meets a step that fails, and is sent again when it does not fail any more. Where only some commits have that step,
/// the writer may have taken the beginning of the batch in one that has not: that stands, and nothing else.
async fn fails_and_goes_on(gate: &Gate, step: Step, batch: &[u8], entries: u64) {
    let before = gate.size();
    let fault = Fault::inject(&gate.database(), step).await;
    let mut stand = 0;
    // Twice, so that a failure is not the end of the writer.
    for _ in 0..2 {
        let statuses = send(gate, batch).await;
        assert!(statuses.contains(&503), "{step:?}: {statuses:?}");
        stand += statuses.iter().filter(|status| **status == 201).count() as u64;
    }
    assert_eq!(gate.size(), before + stand, "{step:?}: something stands that nobody was told of");
    assert!(stand == 0 || !Step::ALL.contains(&step), "{step:?}: {stand} stand");
    whole(gate).await;
    fault.mend().await;
    send_again(gate, batch).await;
    assert_eq!(gate.size(), before + entries, "{step:?}: once each");
    whole(gate).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_a_commit_may_fail() {
    let gate = Gate::embedded(AT).await;
    let corporation = signed_agreement(&gate).await;
    for (round, step) in Step::ALL.into_iter().enumerate() {
        fails_and_goes_on(&gate, step, &strangers(round as u64 * 10, 10), 10).await;
    }
    // Across the end of the first full tile.
    let to_the_end = 256 - gate.size();
    send_again(&gate, &strangers(1_000, to_the_end - 5)).await;
    fails_and_goes_on(&gate, Step::Tile, &strangers(2_000, 10), 10).await;
    let to_the_end = 512 - gate.size();
    send_again(&gate, &strangers(3_000, to_the_end - 5)).await;
    fails_and_goes_on(&gate, Step::TileRoot, &strangers(4_000, 10), 10).await;
    // It is in the middle of its term: a report may come.
    gate.clock.set("2006-05-20T09:00:00Z".parse().unwrap());
    send_again(&gate, &strangers(5_000, 1)).await;
    let filed = gate.size();
    fails_and_goes_on(&gate, Step::Attachment, &report(&corporation), 1).await;
    fails_and_goes_on(&gate, Step::Erasure, &erasure(&gate, filed), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clock_has_caused_is_flagged_once_however_often_it_fails() {
    for step in Step::ALL {
        let gate = Gate::embedded(AT).await;
        signed_agreement(&gate).await;
        let before = gate.size();
        let fault = Fault::inject(&gate.database(), step).await;
        gate.clock.set("2006-09-20T09:00:00Z".parse().unwrap());
        // By itself it tries and fails; somebody who asks is told so.
        assert_eq!(send(&gate, &strangers(0, 1)).await, [503], "{step:?}");
        assert_eq!(gate.size(), before, "{step:?}");
        fault.mend().await;
        send_again(&gate, &strangers(0, 1)).await;
        whole(&gate).await;
        assert!(gate.size() > before + 1, "{step:?}: nothing was flagged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_follows_from_the_log_may_fail_and_is_caught_up_with() {
    let gate = Gate::embedded(AT).await;
    signed_agreement(&gate).await;
    let tables = ["statement", "history", "life", "progress"].map(|table| format!("BEFORE INSERT ON {table}"));
    for (round, event) in tables.into_iter().enumerate() {
        gate.settled().await;
        let fault = Fault::on(&derived_path(&gate.database()), &event).await;
        let batch = strangers(round as u64 * 10, 10);
        // The log does not wait for them: what is acknowledged stands, whatever becomes of the rows.
        assert!(send(&gate, &batch).await.iter().all(|status| *status == 201), "{event}");
        let ledger = gate.host.ledger("gm0599").unwrap();
        assert!(ledger.derived_up_to() < gate.size(), "{event}: the rows are there");
        fault.mend().await;
        whole(&gate).await;
        assert_eq!(ledger.derived_up_to(), gate.size(), "{event}");
    }
}
