//! What a ledger is trusted by, in one document: it is enough to check the log with, and true.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::witnessing::{Cadence, Panel};
use harness::gate::{Gate, ORIGIN};
use harness::town::first;
use ledger::envelope::{Body, Parsed, Type};
use ledger::lives::rules::RULES_VERSION;
use ledger::log::note::{Cosigner, Note, VerifierKey};
use ledger::log::policy::{Policy, PolicyRefusal};
use ledger::log::receipt::Receipt;
use ledger::log::record::Entry;
use serde_json::{Value, json};

const TRUST: &str = "/v1/ledgers/gm0599/trust";
const START: &str = "2006-02-15T09:00:00Z";

/// The path of a URL of this ledger.
fn path(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("https://test.example").unwrap().to_owned()
}

#[tokio::test]
async fn with_the_document_alone_the_genesis_is_checked() {
    let gate = Gate::open(START).await;
    let trust = gate.get(TRUST).await;
    assert_eq!((&trust["ledger"], &trust["origin"]), (&json!("gm0599"), &json!(ORIGIN)));
    let vkey: VerifierKey = trust["logKeys"][0]["vkey"].as_str().unwrap().parse().unwrap();
    let receipt = Receipt::parse(&gate.fetch(&path(&trust["genesis"]["receipt"])).await.2).unwrap().verify(&vkey).unwrap();
    assert_eq!(json!(receipt.leaf), trust["genesis"]["leafHash"]);
    assert_eq!(json!(receipt.accepted_at), trust["genesis"]["acceptedAt"]);
    let leaf = URL_SAFE_NO_PAD.decode(trust["genesis"]["leaf"].as_str().unwrap()).unwrap();
    assert_eq!(Entry::parse(&leaf).unwrap().leaf_hash(), receipt.leaf);
    let Body::Genesis(genesis) = Parsed::parse(&receipt.jws).unwrap().statement().body.clone() else { panic!("a genesis") };
    assert_eq!(trust["logKeys"], json!([{ "vkey": genesis.log_key, "from": 0, "until": null }]));
    let (kid, key) = (genesis.statement_key.thumbprint(), genesis.statement_key);
    assert_eq!(trust["statementKeys"], json!([{ "kid": kid, "key": key, "from": 0, "until": null }]));
    let record = gate.get(&path(&trust["genesis"]["record"])).await["records"][0].clone();
    assert_eq!((&record["entry"], &record["leaf"]), (&json!(0), &trust["genesis"]["leaf"]));
}

#[tokio::test]
async fn it_names_the_rules_and_from_which_entry_they_hold() {
    let gate = Gate::open_by(&first(), START).await;
    let as_first = |from: u64| json!({ "from": from, "rules": 1, "timeZoneData": "2026a", "holidays": "atw-2026.1" });
    assert_eq!(gate.get(TRUST).await["versions"], json!([as_first(0)]));
    let next = json!({ "rules": 2, "timeZoneData": "2026a", "holidays": "atw-2026.2" });
    let at = gate.accept(&gate.town.says(Type::RulesChange, "rules", &json!({ "versions": next }))).await;
    let from = json!({ "from": at + 1, "rules": 2, "timeZoneData": "2026a", "holidays": "atw-2026.2" });
    assert_eq!(gate.get(TRUST).await["versions"], json!([as_first(0), from]));
    assert_eq!(gate.get("/v1/ledgers/gm0599").await["versions"], next);
    assert_eq!(gate.get("/v1/ledgers/gm0599/institutions/town").await["rules"][0]["versions"], next);
    // And on the page for people, now and as of before.
    let page = |asked: &str| format!("/gm0599{asked}");
    let now = String::from_utf8(gate.fetch(&page("")).await.2).unwrap();
    assert!(now.contains("atw-2026.2") && !now.contains("atw-2026.1"), "{now}");
}

#[tokio::test]
async fn a_ledger_whose_rows_cannot_be_read_keeps_nobody_from_the_list() {
    let gate = Gate::open(START).await;
    assert_eq!(gate.get("/v1/ledgers").await["items"][0]["versions"]["rules"], json!(RULES_VERSION));
    gate.home().tamper_derived("UPDATE life SET body = 'gone' WHERE subject = 'institution/town'").await;
    let listed = gate.get("/v1/ledgers").await["items"][0].clone();
    assert_eq!((&listed["name"], listed.get("versions")), (&json!("gm0599"), None));
    assert_eq!(gate.fetch("/v1/ledgers/gm0599").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

/// What a newer program took up, an older one does not serve: its flags would be false.
#[tokio::test]
async fn a_ledger_by_rules_that_are_not_known_is_not_served() {
    let gate = Gate::open_by(&first(), START).await;
    let next = json!({ "rules": 2, "timeZoneData": "2026a", "holidays": "atw-2026.2" });
    gate.accept(&gate.town.says(Type::RulesChange, "rules", &json!({ "versions": next }))).await;
    gate.get(TRUST).await;
    let sql = "UPDATE life SET body = replace(body, 'atw-2026.2', 'atw-2031.1') WHERE subject = 'institution/town'";
    gate.home().tamper_derived(sql).await;
    let store = gate.home().open(false).await;
    let (clock, keys) = (gateway::clock::Clock::Step(gate.clock.clone()), gate.home().keys());
    let fault = gateway::host::Host::start(store, &keys, clock, Default::default()).await.err().unwrap().to_string();
    assert!(fault.contains("holidays of atw-2031.1") && fault.contains("takes a newer program"), "{fault}");
}

#[tokio::test]
async fn its_policy_takes_what_the_log_signed_and_asks_for_its_witnesses() {
    let gate = Gate::open(START).await;
    let trust = gate.get(TRUST).await;
    assert_eq!(trust["witnesses"], json!([]));
    let vkey = trust["logKeys"][0]["vkey"].as_str().unwrap().to_owned();
    let text = trust["policy"].as_str().unwrap();
    assert_eq!(text, format!("log {vkey} https://{ORIGIN}\nquorum none\n"));
    let note = Note::parse(&gate.fetch("/gm0599/checkpoint").await.2).unwrap();
    let (checkpoint, by) = Policy::parse(text.as_bytes()).unwrap().open(&note).unwrap();
    assert_eq!((checkpoint.size(), by.len()), (gate.size(), 0));

    let witness = Cosigner::from_seed("witness.example", &[101; 32]).unwrap();
    // With a remark that is for the operator alone.
    let lines = format!("# our own\nwitness school {} https://w.example/at\n", witness.verifier());
    let lines = format!("log {vkey}\n{lines}quorum school\n");
    let panel = Panel::parse(Path::new("policy"), lines.as_bytes()).unwrap();
    let cadence = Cadence { interval: Duration::from_secs(3600), limit: Duration::from_millis(1) };
    let gate = gate.witnessed_by(BTreeMap::from([("gm0599".to_owned(), panel)]), cadence);
    let trust = gate.get(TRUST).await;
    let vkey_of_witness = witness.verifier().to_string();
    assert_eq!(trust["witnesses"], json!([{ "name": "witness.example", "vkey": vkey_of_witness, "url": "https://w.example/at" }]));
    let text = trust["policy"].as_str().unwrap();
    let expected = format!("log {vkey} https://{ORIGIN}\nwitness school {vkey_of_witness} https://w.example/at\nquorum school\n");
    assert_eq!(text, expected);
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.open(&note), Err(PolicyRefusal::TooFewWitnesses));
    let mut cosigned = note.clone();
    cosigned.add(witness.cosign(note.text(), 1_140_000_000)).unwrap();
    assert_eq!(policy.open(&cosigned).unwrap().1[0].key, *witness.verifier());
}

#[tokio::test]
async fn there_is_none_of_a_ledger_that_is_not_here() {
    let gate = Gate::open(START).await;
    let (status, problem) = gate.send("GET", "/v1/ledgers/gm0001/trust", "", Vec::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(problem["detail"].as_str().unwrap().contains("there are: gm0599"), "{problem}");
}
