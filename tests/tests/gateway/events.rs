//! The feed of events: every entry exactly once and in order, whoever writes meanwhile; the NL GOV profile of CloudEvents.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use gateway::api::router;
use gateway::clock::{Clock, StepClock};
use gateway::events::{BATCH, Event};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::Host;
use gateway::sequencer::Pace;
use gateway::store::Store;
use harness::gate::{Gate, Signer};
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{Type, sign_compact};
use ledger::words::Instant;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::door::{signed_agreement, somebody_registers};

/// A page of events, and the address of the next one.
async fn page(router: &axum::Router, path: &str) -> (Vec<Event>, Option<String>) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], BATCH);
    let link = response.headers().get(header::LINK).map(|link| link.to_str().unwrap().to_owned());
    let next = link.map(|link| link.split_once('>').unwrap().0[1..].to_owned());
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (serde_json::from_slice(&bytes).unwrap(), next)
}

/// Reads on from an address until an event with this entry came.
async fn follow(router: axum::Router, start: &str, until: impl Fn(&[Event]) -> bool) -> Vec<Event> {
    let (mut read, mut path) = (Vec::new(), start.to_owned());
    while !until(&read) {
        let (events, next) = page(&router, &format!("{path}{}wait=20", if path.contains('?') { '&' } else { '?' })).await;
        read.extend(events);
        path = next.unwrap_or(path);
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_see_each_entry_once_in_order_while_many_write() {
    const WRITERS: u8 = 8;
    const EACH: usize = 25;
    let gate = Arc::new(Gate::open("2006-02-15T09:00:00Z").await);
    let total = gate.size() + u64::from(WRITERS) * EACH as u64;
    let done = move |events: &[Event]| events.len() as u64 >= total;
    let followers: Vec<_> = ["/v1/ledgers/gm0599/events?limit=1", "/v1/ledgers/gm0599/events?limit=7", "/v1/events?limit=3", "/v1/events"]
        .map(|start| tokio::spawn(follow(gate.router.clone(), start, done)))
        .into();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let gate = gate.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    let id: &'static str = Box::leak(format!("w{writer}-{n}").into_boxed_str());
                    let signer = Signer::new(id, 40 + writer);
                    gate.accept(&signer.says(Type::Registration, "r", &signer.registration("other"))).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let log = gate.host.store.facts_from(1, 0, 10_000).await.unwrap();
    assert_eq!(log.len() as u64, total);
    for follower in followers {
        let events = follower.await.unwrap();
        let told: Vec<_> = events
            .iter()
            .map(|event| (event.data.entry, event.time, event.data.by.clone().unwrap(), event.data.id.clone().unwrap()))
            .collect();
        let logged: Vec<_> = log.iter().map(|fact| (fact.entry, fact.accepted_at, fact.author.clone(), fact.statement.clone())).collect();
        assert_eq!(told, logged);
    }
}

#[tokio::test]
async fn events_of_several_ledgers_come_by_time_each_log_in_its_order() {
    let at: Instant = "2006-02-15T09:00:00Z".parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("two.sqlite"), true).await.unwrap();
    for (i, name) in ["gm0001", "gm0002", "gm0003"].into_iter().enumerate() {
        let origin = format!("two.example/{name}");
        let registers = |signer: &Signer, kind: &str| {
            let mut body = signer.registration(kind);
            if i == 0 && kind == "municipality" {
                body["identifiers"] = json!({ "oin": "00000099000000000001" });
            }
            let payload = json!({ "type": "registration", "ledger": origin, "id": "r", "signedAt": at, "by": signer.id, "body": body });
            String::from_utf8(sign_compact(&signer.key, Type::Registration.typ(), payload.to_string().as_bytes())).unwrap()
        };
        let (owner, ministry) = (registers(&Signer::new("town", 1), "municipality"), registers(&Signer::new("ministry", 3), "ministry"));
        let new = NewLedger { origin: origin.clone(), level: Level::Local, owner, ministry: Some(ministry) };
        // The last one begins first.
        found_ledger(&store, &folder.path().join("keys"), &new, at.plus_millis(-1_000 * i as i64)).await.unwrap();
    }
    let pace = Pace { clock_confirmed: true, ..Pace::default() };
    let (host, _writers) = Host::start(store, &folder.path().join("keys"), Clock::Step(StepClock::at(at)), pace).await.unwrap();
    let router = router(host);
    let all = follow(router.clone(), "/v1/events?limit=1", |events| events.len() == 3).await;
    assert_eq!(all.iter().map(|event| event.data.ledger.as_str()).collect::<Vec<_>>(), ["gm0003", "gm0002", "gm0001"]);
    assert_eq!(all[2].source, "urn:nld:oin:00000099000000000001:systeem:convenant");
    assert_eq!(all[1].source, "https://two.example/gm0002", "an owner without an OIN is named by its ledger");
    assert_eq!(all.iter().map(|event| event.id.as_str()).collect::<BTreeSet<_>>().len(), 3);
}

#[tokio::test]
async fn an_event_fits_the_profile() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    gate.clock.set("2006-09-20T09:00:00Z".parse().unwrap());
    somebody_registers(&gate).await;
    let (events, next) = page(&gate.router, "/v1/ledgers/gm0599/events").await;
    assert_eq!(events.len() as u64, gate.size());
    assert_eq!(next.unwrap(), format!("/v1/ledgers/gm0599/events?after={}&limit=100", gate.size() - 1));
    let mut sequences: Vec<_> = events.iter().map(|event| event.sequence.clone()).collect();
    sequences.sort();
    assert_eq!(sequences, events.iter().map(|event| event.sequence.clone()).collect::<Vec<_>>(), "they sort as texts");
    for event in &events {
        let json = serde_json::to_value(event).unwrap();
        for name in json.as_object().unwrap().keys() {
            assert!(name.len() <= 20 && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{name}");
        }
        assert_eq!((&json["specversion"], &json["datacontenttype"]), (&"1.0".into(), &"application/json".into()));
        assert!(event.kind.starts_with("nl.convenant.") && event.kind.ends_with(".v1"), "{}", event.kind);
        assert!(event.dataref.starts_with("https://test.example/v1/ledgers/gm0599/records?from="), "{}", event.dataref);
        assert!(json.to_string().len() < 64 * 1024);
        let path = event.dataref.strip_prefix("https://test.example").unwrap();
        let records = gate.get(path).await;
        assert_eq!(records["records"][0]["entry"], event.data.entry, "the record is where it says");
    }
    let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    for kind in ["nl.convenant.genesis.v1", "nl.convenant.proposal.v1", "nl.convenant.overdue.v1", "nl.convenant.breached.v1"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    assert!(events.iter().any(|event| event.subject.as_deref() == Some("agreement/wijk")));
    let types: BTreeSet<&str> = Type::ALL.iter().map(|kind| kind.code()).collect();
    assert!(Cause::CODES.iter().all(|code| !types.contains(code)), "a cause has no name of a statement");
}

#[tokio::test]
async fn a_reader_that_waits_is_told_as_soon_as_there_is_something() {
    let gate = Arc::new(Gate::open("2006-02-15T09:00:00Z").await);
    let last = gate.size() - 1;
    for path in [format!("/v1/ledgers/gm0599/events?after={last}"), "/v1/ledgers/gm0599/events?after=9000000".to_owned()] {
        assert!(page(&gate.router, &path).await.0.is_empty(), "{path}");
    }
    let router = gate.router.clone();
    let waiting = tokio::spawn(async move { page(&router, &format!("/v1/ledgers/gm0599/events?after={last}&wait=20")).await.0 });
    tokio::task::yield_now().await;
    somebody_registers(&gate).await;
    assert_eq!(waiting.await.unwrap()[0].data.entry, last + 1);
    for (query, name) in [("after=x", "after"), ("after=-1", "after"), ("wait=21", "wait"), ("limit=1001", "limit"), ("from=1", "from")] {
        let (status, answer) = gate.send("GET", &format!("/v1/ledgers/gm0599/events?{query}"), "", Vec::new()).await;
        assert_eq!((status, &answer["faults"][0]["parameter"]), (StatusCode::BAD_REQUEST, &Value::from(name)), "{query}");
    }
    let (status, _) = gate.send("GET", "/v1/events?after=7", "", Vec::new()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "the number of one ledger is no place in all of them");
}
