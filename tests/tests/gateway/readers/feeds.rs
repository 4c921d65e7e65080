//! What follows the log as a whole: records, events, audits. Each entry is there for everybody, and what it says is not.

use gateway::client::{Client, ReaderKey};
use gateway::clock::Clock;
use gateway::command::audit::audit_ledger;
use gateway::web::router;
use harness::gate::{ORIGIN, Signer};
use ledger::audit::Report;
use ledger::envelope::SigningKey;
use serde_json::Value;

use super::{HIDDEN, Hiding};

async fn json_of(hiding: &Hiding, path: &str, reader: Option<&Signer>) -> Value {
    let (status, _, bytes) = hiding.get(path, reader).await;
    assert!(status.is_success(), "{path}: {}", String::from_utf8_lossy(&bytes));
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn each_entry_is_there_for_everybody_with_its_instant_and_its_leaf() {
    let hiding = Hiding::new().await;
    let police = hiding.police.clone();
    let public = json_of(&hiding, "/v1/ledgers/gm0599/records", None).await;
    let private = json_of(&hiding, "/v1/ledgers/gm0599/records", Some(&police)).await;
    let (public, private) = (public["records"].as_array().unwrap(), private["records"].as_array().unwrap());
    assert_eq!((public.len() as u64, private.len() as u64), (hiding.gate.size(), hiding.gate.size()));
    let mut withheld = 0;
    for (public, private) in public.iter().zip(private) {
        let same = ["entry", "acceptedAt", "leaf"];
        assert!(same.iter().all(|member| public[*member].is_null() == private[*member].is_null() && public[*member] == private[*member]));
        assert!(private["jws"].is_string() && private["withheld"].is_null());
        if public["withheld"] == true {
            withheld += 1;
            assert_eq!(public.as_object().unwrap().len(), 4, "{public}");
        } else {
            assert_eq!(public, private);
        }
    }
    let about = |event: &&Value| event["subject"] == format!("agreement/{HIDDEN}");
    let events = json_of(&hiding, "/v1/ledgers/gm0599/events?limit=1000", Some(&police)).await;
    assert_eq!(events.as_array().unwrap().iter().filter(about).count(), withheld);
    assert!(withheld > 6);
}

#[tokio::test]
async fn events_of_what_is_withheld_keep_their_place_and_say_nothing() {
    let hiding = Hiding::new().await;
    for path in ["/v1/ledgers/gm0599/events?limit=1000", "/v1/events?limit=1000"] {
        let events = json_of(&hiding, path, None).await;
        let events = events.as_array().unwrap();
        assert_eq!(events.len() as u64, hiding.gate.size());
        for (entry, event) in events.iter().enumerate() {
            assert_eq!(event["data"]["entry"], entry, "nothing is skipped");
            let is_withheld = event["type"] == "nl.convenant.withheld.v1";
            assert_eq!(is_withheld, event.get("subject").is_none() && event["data"].get("by").is_none(), "{event}");
        }
        let told = json_of(&hiding, path, Some(&hiding.police)).await;
        assert!(told.as_array().unwrap().iter().all(|event| event["type"] != "nl.convenant.withheld.v1"));
    }
}

#[tokio::test]
async fn everybody_learns_that_something_is_withheld_on_which_ground_and_by_whom() {
    let hiding = Hiding::new().await;
    let listed = json_of(&hiding, "/v1/ledgers/gm0599/withheld-agreements", None).await;
    let item = &listed["items"][0];
    assert_eq!((&item["entry"], &item["ground"]), (&hiding.proposal.into(), &"5.1.2h".into()));
    assert_eq!((&item["owner"], &item["director"], &item["agreement"]), (&"town".into(), &"police".into(), &Value::Null));
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["next"]), (1, &Value::Null));
    let after = json_of(&hiding, &format!("/v1/ledgers/gm0599/withheld-agreements?cursor={}", hiding.proposal), None).await;
    assert_eq!(after["items"], serde_json::json!([]));
    let known = json_of(&hiding, "/v1/ledgers/gm0599/withheld-agreements", Some(&hiding.corporation)).await;
    assert_eq!(known["items"][0]["agreement"], HIDDEN);
}

/// An audit over a socket, by somebody or by anybody.
async fn audit(hiding: &Hiding, reader: Option<&Signer>) -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, router(hiding.gate.host.clone())).into_future());
    let vkey = hiding.gate.host.ledger("gm0599").unwrap().row.facts.log_key.parse().unwrap();
    let clock = Clock::Step(hiding.gate.clock.clone());
    let (as_of, origin) = (clock.now(), ORIGIN.to_owned());
    let key = reader.map(|reader| {
        let (key, institution) = (SigningKey::clone(&reader.key), reader.id.parse().unwrap());
        ReaderKey { key, institution, origin, clock }
    });
    let asking = move || audit_ledger(&Client::new(&url).unwrap().reading_as(key), "gm0599", vkey, Some(as_of), |_, _| ()).unwrap();
    let report = tokio::task::spawn_blocking(asking).await.unwrap();
    server.abort();
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_counts_what_it_may_not_read_and_a_party_reads_all() {
    let hiding = Hiding::new().await;
    let by_anybody = audit(&hiding, None).await;
    assert!(by_anybody.is_clean() && by_anybody.unread > 6, "{by_anybody}: {:?}", by_anybody.findings);
    assert!(by_anybody.to_string().contains("withheld and not read, the others clean"), "{by_anybody}");
    let by_another = audit(&hiding, Some(&hiding.school)).await;
    assert!(by_another.is_clean() && by_another.unread == by_anybody.unread);
    for reader in [&hiding.corporation, &hiding.police, &hiding.gate.town] {
        let report = audit(&hiding, Some(reader)).await;
        assert!(report.is_clean() && report.unread == 0, "{report}: {:?}", report.findings);
    }
}
