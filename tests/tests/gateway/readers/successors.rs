//! An institution that went over into another: what is seen of it, and that the other reads what it may read.

use std::sync::Arc;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::gate::{STATEMENTS, Signer};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};

use super::{HIDDEN, Hiding};

const SALT: [u8; 32] = *b"salt of the deed, 32 bytes long.";
const DEED: &[u8] = b"Uittreksel uit het handelsregister.";
const LEDGER: &str = "/v1/ledgers/gm0599";

/// The corporation has gone over into `woonplus`, which accepted it.
async fn merged() -> (Hiding, Signer) {
    let (hiding, successor) = (Hiding::new().await, Signer::new("woonplus", 6));
    hiding.gate.admit(&successor, "housing-corporation").await;
    let deed = json!({ "hash": Hash::of(&[&SALT, DEED]), "mediaType": "text/plain", "sizeBytes": DEED.len() });
    let body = json!({ "institution": "corporation", "successor": "woonplus", "kind": "merger", "date": "2006-06-01", "deed": deed });
    let said = hiding.corporation.says(Type::InstitutionSuccession, "merger", &body);
    let along = json!([{ "salt": URL_SAFE_NO_PAD.encode(SALT), "mediaType": "text/plain", "content": URL_SAFE_NO_PAD.encode(DEED) }]);
    let envelope = json!({ "statement": serde_json::from_slice::<Value>(&said.jws).unwrap(), "attachments": along });
    let (status, answer) = hiding.gate.send("POST", STATEMENTS, "application/json", envelope.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let accepts = json!({ "institution": "corporation", "succession": said.hash });
    hiding.gate.accept(&successor.says(Type::SuccessionAcceptance, "accepts", &accepts)).await;
    hiding.gate.settled().await;
    (hiding, successor)
}

#[tokio::test]
async fn it_reads_what_the_other_may_read_and_the_other_reads_nothing_any_more() {
    let (hiding, successor) = merged().await;
    let path = format!("{LEDGER}/agreements/{HIDDEN}");
    assert_eq!(hiding.get(&path, Some(&hiding.corporation)).await.0, StatusCode::UNAUTHORIZED);
    let in_its_place = Signer { id: "corporation", key: Arc::clone(&successor.key) };
    assert_eq!(hiding.get(&path, Some(&in_its_place)).await.0, StatusCode::OK);
    // In its own name it is nobody there.
    assert_eq!(hiding.get(&path, Some(&successor)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn everybody_sees_who_took_whose_place() {
    let (hiding, _) = merged().await;
    let gone = hiding.gate.get(&format!("{LEDGER}/institutions/corporation")).await;
    assert_eq!((&gone["succession"]["successor"], &gone["succession"]["kind"]), (&json!("woonplus"), &json!("merger")), "{gone}");
    let accepted = gone["succession"]["accepted"]["entry"].as_u64().unwrap();
    assert_eq!(hiding.gate.get(&format!("{LEDGER}/institutions/woonplus")).await["succeeds"], json!(["corporation"]));
    let names = |page: String| page.replace("<bdi>", "").replace("</bdi>", "");
    let (first, second) = (gone["name"].as_str().unwrap(), "woonplus");
    let shown = names(hiding.gate.page("convenanten/wijk").await);
    assert!(shown.contains(&format!("{first} (nu {second})")), "{shown}");
    let shown = names(hiding.gate.page(&format!("inschrijvingen/{accepted}")).await);
    assert!(shown.contains("Opvolging aanvaard") && shown.contains("Neemt de plaats in van"), "{shown}");
    // As of before it was itself.
    let before = hiding.gate.get(&format!("{LEDGER}/institutions/corporation?asOf=2006-06-19T09:00:00Z")).await;
    assert_eq!(before["succession"], Value::Null, "{before}");
}
