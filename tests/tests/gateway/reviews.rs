//! What everybody sees of the reviews that a text sets, and of what one came to.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::gate::{Gate, STATEMENTS, Signer, obligation, proposal};
use ledger::envelope::Type;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use crate::door::somebody_registers;

const SALT: [u8; 32] = *b"salt of the findings, 32 bytes, ";
const FOUND: &[u8] = b"What was agreed is under way.";
const AGREEMENT: &str = "/v1/ledgers/gm0599/agreements/wijk";

async fn in_force() -> Gate {
    let (gate, corporation) = (Gate::open("2006-02-15T09:00:00Z").await, Signer::new("corporation", 2));
    gate.admit(&corporation, "housing-corporation").await;
    let mut text = proposal("wijk", &[obligation("o", "2009-06-01")]);
    text["reviews"] = json!([{ "id": "tussentijds", "kind": "midterm", "date": "2007-03-01" }]);
    let offer = gate.town.says(Type::Proposal, "p", &text);
    gate.accept(&offer).await;
    for (signer, id) in [(&gate.town, "c1"), (&corporation, "c2")] {
        gate.accept(&signer.says(Type::Consent, id, &json!({ "agreement": "wijk", "to": offer.hash }))).await;
    }
    gate
}

async fn until(gate: &Gate, at: &str) {
    gate.clock.set(at.parse::<Instant>().unwrap());
    somebody_registers(gate).await;
}

fn waits(agreement: &Value) -> Vec<(&str, &Value)> {
    agreement["attention"].as_array().unwrap().iter().map(|one| (one["matter"].as_str().unwrap(), &one["who"])).collect()
}

#[tokio::test]
async fn a_review_is_announced_asked_for_and_told() {
    let gate = in_force().await;
    let shown = gate.page("convenanten/wijk").await;
    for words in ["Toetsen", "tussentijdse toets", "tussentijds", "1 maart 2007", "nog te houden"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    until(&gate, "2007-03-02T09:00:00Z").await;
    let agreement = gate.get(AGREEMENT).await;
    assert!(waits(&agreement).contains(&("review-overdue", &json!(["town"]))), "{agreement}");
    let overdue = agreement["reviews"]["tussentijds"]["overdue"]["entry"].clone();
    assert!(overdue.is_u64(), "{agreement}");
    assert!(gate.page("convenanten/wijk").await.contains("Niet op tijd vastgelegd."));
    let shown = gate.page("aandacht").await;
    let late = shown.split("<section").find(|section| section.contains("is niet op tijd vastgelegd")).expect("it waits");
    assert!(late.contains("<h2>Te laat") && late.contains("Let op"), "{late}");
    let findings = json!({ "hash": Hash::of(&[&SALT, FOUND]), "mediaType": "text/plain", "sizeBytes": FOUND.len() });
    let review = json!({ "agreement": "wijk", "review": "tussentijds", "heldOn": "2007-02-26", "outcome": "amend", "findings": findings });
    let statement: Value = serde_json::from_slice(&gate.town.says(Type::Review, "r", &review).jws).unwrap();
    let attachment = json!({ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(FOUND) });
    let sent = json!({ "statement": statement, "attachments": [attachment] }).to_string().into_bytes();
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", sent).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let agreement = gate.get(AGREEMENT).await;
    let told = &agreement["reviews"]["tussentijds"];
    assert_eq!((&told["overdue"]["entry"], &told["held"]["outcome"]), (&overdue, &json!("amend")), "{agreement}");
    assert!(!waits(&agreement).iter().any(|(matter, _)| *matter == "review-overdue"), "{agreement}");
    let shown = gate.page("convenanten/wijk").await;
    for words in ["Gehouden op", "26 februari 2007", "Uitkomst:", "aanpassen", "nog geen wijziging van kracht"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    // As of before it is as it was.
    let before = gate.get(&format!("{AGREEMENT}?asOf=2007-02-27T09:00:00Z")).await;
    assert!(before["reviews"].is_null() && !waits(&before).iter().any(|(matter, _)| *matter == "review-overdue"), "{before}");
}
