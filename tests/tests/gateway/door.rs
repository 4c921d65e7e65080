//! Statements in, receipts out, reads that agree.

use axum::http::StatusCode;
use harness::derived::folded;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use harness::{Audit, Entry};
use ledger::envelope::Type;
use ledger::log::receipt::Receipt;
use serde_json::{Value, json};

pub(crate) async fn signed_agreement(gate: &Gate) -> Signer {
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let text = proposal("wijk", &[obligation("regisseur", "2006-06-01")]);
    let offer = gate.town.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    for party in [&gate.town, &corporation] {
        gate.accept(&party.says(Type::Consent, "c", &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    corporation
}

#[tokio::test]
async fn a_statement_is_accepted_once_and_its_receipt_verifies_offline() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let school = Signer::new("school", 7);
    let statement = school.says(Type::Registration, "r1", &school.registration("school"));
    let (status, first) = gate.submit(&statement).await;
    assert_eq!(status, StatusCode::CREATED);
    let (status, again) = gate.submit(&statement).await;
    assert_eq!((status, &again["entry"], &again["repeat"]), (StatusCode::OK, &first["entry"], &json!(true)));
    let facts = gate.get("/v1/ledgers/gm0599").await;
    for answer in [&first, &again] {
        let receipt = Receipt::parse(answer["receipt"].as_str().unwrap().as_bytes()).unwrap();
        let verified = receipt.verify(&facts["logKey"].as_str().unwrap().parse().unwrap()).unwrap();
        assert_eq!((verified.index, verified.jws.as_slice()), (1, statement.jws.as_slice()));
    }
    let other = school.says(Type::Registration, "r1", &json!({ "name": "x" }));
    assert_eq!(gate.submit(&other).await.0, StatusCode::BAD_REQUEST);
    let mut body = school.registration("school");
    body["name"] = "Andere naam".into();
    let (status, conflict) = gate.submit(&school.says(Type::Registration, "r1", &body)).await;
    assert_eq!((status, &conflict["rule"]), (StatusCode::CONFLICT, &json!("id-conflict")));
    assert_eq!(gate.size(), 2);
}

#[tokio::test]
async fn a_batch_is_judged_in_order_and_may_use_a_key_that_it_registers_itself() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let school = Signer::new("school", 7);
    let registration = school.says(Type::Registration, "r", &school.registration("school"));
    let admission = gate.town.says(Type::Admission, "a", &json!({ "institution": "school", "key": school.key.public().thumbprint() }));
    let revocation = json!({ "key": school.key.public().thumbprint(), "reason": "retired" });
    let act = school.says(Type::KeyRevocation, "k", &revocation);
    let envelope = |jws: &[u8]| json!({ "statement": serde_json::from_slice::<Value>(jws).unwrap() });
    let batch =
        json!({ "statements": [envelope(&registration.jws), envelope(&admission.jws), envelope(&act.jws), { "statement": "x.y.z" }] });
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", batch.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let statuses: Vec<u64> = answer["answers"].as_array().unwrap().iter().map(|a| a["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 409, 400], "{answer}");
    assert_eq!(answer["answers"][2]["rule"], "last-key");
}

#[tokio::test]
async fn the_api_shows_what_the_clock_and_the_parties_did() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    let before = gate.size();
    gate.clock.set("2006-06-20T09:00:00Z".parse().unwrap());
    somebody_registers(&gate).await;
    assert!(gate.size() > before + 3, "in force, overdue and breached stand before the next statement");
    let agreement = gate.get("/v1/ledgers/gm0599/agreements/wijk").await;
    assert_eq!(agreement["state"]["state"], "in-force");
    let breaches = gate.get("/v1/ledgers/gm0599/breaches").await;
    assert_eq!(breaches["items"][0]["due"], "2006-06-01");
    let cases = gate.get("/v1/ledgers/gm0599/agreements/wijk/cases?state=open").await;
    assert_eq!(cases["items"][0]["against"], json!(["corporation"]));
}

/// A statement that is accepted at any time, before which everything that is due is logged.
pub(crate) async fn somebody_registers(gate: &Gate) {
    let stranger = Signer::new("stranger", 99);
    gate.accept(&stranger.says(Type::Registration, "r", &stranger.registration("other"))).await;
}

#[tokio::test]
async fn the_log_folded_from_scratch_gives_the_stored_lives() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    gate.clock.set("2006-09-20T09:00:00Z".parse().unwrap());
    somebody_registers(&gate).await;
    let entries = gate.host.store.entries(1, 0, 1_000).await.unwrap();
    let entries: Vec<Entry> = entries.into_iter().map(|row| Entry { at: row.accepted_at, bytes: row.jws }).collect();
    let audit = Audit::replay(&entries, gate.host.clock.now()).unwrap();
    gate.settled().await;
    assert_eq!(gate.host.store.all_lives(1).await.unwrap(), folded(&audit));
}
