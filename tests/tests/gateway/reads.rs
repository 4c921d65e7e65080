//! Reads over HTTP: as of any instant, with filters, page by page; what does not fit is told with what would.

use axum::http::StatusCode;
use harness::gate::Gate;
use ledger::words::Instant;
use serde_json::Value;

use crate::door::{signed_agreement, somebody_registers};

const LEDGER: &str = "/v1/ledgers/gm0599";

/// A gateway with an agreement whose corporation has missed a date.
async fn eventful() -> Gate {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    for at in ["2006-04-01T09:00:00Z", "2006-06-20T09:00:00Z", "2006-09-20T09:00:00Z"] {
        gate.clock.set(at.parse::<Instant>().unwrap());
        // The second and third time a repeat. A read of now waits for what the clock has caused by now.
        somebody_registers(&gate).await;
        gate.get(&format!("{LEDGER}/agreements/wijk")).await;
    }
    gate
}

async fn refused(gate: &Gate, path: &str) -> Vec<(String, String)> {
    let (status, answer) = gate.send("GET", &format!("{LEDGER}/{path}"), "application/json", Vec::new()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {answer}");
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    answer["faults"].as_array().unwrap().iter().map(|fault| (text(fault, "parameter"), text(fault, "accepted"))).collect()
}

#[tokio::test]
async fn an_agreement_is_shown_as_it_stood() {
    let gate = eventful().await;
    let state = async |at: &str| gate.get(&format!("{LEDGER}/agreements/wijk?asOf={at}")).await["state"]["state"].clone();
    assert_eq!(state("2006-02-15T09:00:00Z").await, "signed");
    // Any offset, also one whose plus was not percent-encoded.
    assert_eq!(state("2006-03-01T00:00:00+01:00").await, "in-force");
    assert_eq!(state("2006-03-01T00:00:00%2B01:00").await, "in-force");
    assert_eq!(state("2006-02-28T23:59:59%2B01:00").await, "signed");
    let (status, answer) = gate.send("GET", &format!("{LEDGER}/agreements/wijk?asOf=2006-02-14T09:00:00Z"), "", Vec::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{answer}");
    let now = gate.get(&format!("{LEDGER}/agreements/wijk")).await;
    assert_eq!(now["asOf"], "2006-09-20T09:00:00.000Z");
    assert_eq!(now["light"]["colour"], "red");
    let sign = &now["light"]["signs"][0];
    assert!(sign["cause"]["since"]["entry"].is_u64() && sign["consequence"]["kind"].is_string() && sign["correction"]["kind"].is_string());
    let earlier = gate.get(&format!("{LEDGER}/agreements/wijk?asOf=2006-04-01T09:00:00Z")).await;
    assert_eq!(earlier["light"], serde_json::json!({ "colour": "green", "signs": [] }));
}

#[tokio::test]
async fn lists_counts_and_overviews_follow() {
    let gate = eventful().await;
    let items = async |path: &str| gate.get(&format!("{LEDGER}/{path}")).await["items"].as_array().unwrap().len();
    assert_eq!(items("agreements?neighbourhood=GM0599&theme=housing&party=corporation&state=in-force").await, 1);
    assert_eq!(items("agreements?neighbourhood=GM0363").await, 0);
    assert_eq!(items("agreements?dueFrom=2010-02-28&dueUntil=2010-02-28").await, 1);
    assert_eq!(items("agreements?dueFrom=2010-03-01").await, 0);
    assert!(items("breaches?state=open").await >= 1 && items("breaches?state=open&asOf=2006-04-01T09:00:00Z").await == 0);
    let counts = gate.get(&format!("{LEDGER}/counts?neighbourhood=BU05991080&debtor=corporation")).await;
    assert!(counts["obligations"]["red"].as_u64().unwrap() >= 1, "{counts}");
    let attention = gate.get(&format!("{LEDGER}/attention?who=corporation")).await;
    let matters: Vec<&str> = attention["items"].as_array().unwrap().iter().map(|item| item["matter"].as_str().unwrap()).collect();
    assert!(matters.contains(&"breached"), "{matters:?}");
    assert!(attention["items"].as_array().unwrap().iter().all(|item| item["entry"].is_u64() && item["agreement"] == "wijk"));
    let case = gate.get(&format!("{LEDGER}/agreements/wijk/cases/1")).await;
    assert_eq!((&case["number"], &case["obligation"]["debtor"]), (&1.into(), &"corporation".into()));
    let deeds = case["deeds"].as_array().unwrap();
    assert!(deeds.len() >= 2 && deeds.iter().all(|deed| deed["entry"].is_u64() && deed["body"].is_object()), "{case:#}");
    let found = gate.get(&format!("{LEDGER}/neighbourhoods?search=wijk")).await;
    assert_eq!((&found["items"][0]["code"], &found["items"][0]["agreements"]), (&"BU05991080".into(), &1.into()));
    let there = gate.get(&format!("{LEDGER}/neighbourhoods/BU05991080")).await;
    let promise = &there["items"][0]["promises"][0];
    assert!(promise["who"] == "corporation" && promise["what"].is_string() && promise["light"]["colour"].is_string(), "{there}");
    let entries = gate.get(&format!("{LEDGER}/agreements/wijk/entries?limit=2")).await;
    assert_eq!((&entries["items"][0]["type"], &entries["items"][0]["by"]), (&"proposal".into(), &"town".into()));
    let next = entries["next"].as_str().unwrap();
    let rest = gate.get(&format!("{LEDGER}/agreements/wijk/entries?cursor={next}")).await;
    assert!(rest["items"][0]["entry"].as_u64() > entries["items"][1]["entry"].as_u64());
}

#[tokio::test]
async fn what_does_not_fit_is_told_at_once_with_what_would() {
    let gate = eventful().await;
    let faults = refused(&gate, "agreements?colour=red&theme=x&limit=0&neighbourhood=here&state=x&dueFrom=soon").await;
    let names: Vec<&str> = faults.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["colour", "limit", "dueFrom", "neighbourhood", "theme", "state"]);
    assert!(faults[0].1.contains("asOf") && faults[0].1.contains("neighbourhood"), "{faults:?}");
    assert!(faults[5].1.contains("in-force"), "{faults:?}");
    let future = refused(&gate, "agreements?asOf=2006-09-20T09:00:00.001Z").await;
    assert!(future[0].1.contains("2006-09-20T09:00:00.000Z"), "{future:?}");
    assert_eq!(refused(&gate, "institutions?cursor=x").await[0].0, "cursor");
    assert_eq!(refused(&gate, "agreements/wijk?asOf=2006-03-01").await[0].0, "asOf");
    assert_eq!(refused(&gate, "counts?asOf=2006-03-01T00:00:00Z&asOf=2006-03-01T00:00:00Z").await[0].1, "once");
}
