//! What an institution can prove when nothing was recorded: that it came, when, and why it stands in no log.

use axum::http::StatusCode;
use gateway::clock::{Clock, StepClock};
use gateway::settings::Limits;
use harness::gate::{Gate, STATEMENTS, Signed, Signer};
use ledger::envelope::Type;
use ledger::envelope::attempt::{Attempt, Reason, Recorded};
use ledger::words::Hash;
use serde_json::{Value, json};

const AT: &str = "2006-02-15T09:00:00Z";

fn registration(seed: u8) -> Signed {
    let signer = Signer::new(Box::leak(format!("stranger-{seed}").into_boxed_str()), seed);
    signer.says(Type::Registration, "r", &signer.registration("other"))
}

/// What the gateway signed, checked as anyone can with the key of its genesis.
fn verified(gate: &Gate, jws: &Value) -> Attempt {
    let facts = &gate.host.ledger("gm0599").unwrap().row.facts;
    Attempt::verify(jws.as_str().expect("something signed").as_bytes(), &facts.origin, &facts.statement_key).unwrap()
}

#[track_caller]
fn is_acknowledgement(gate: &Gate, answer: &Value, statement: &[u8], why: Reason, may_stand: Recorded) {
    let Attempt::Acknowledgement { received, received_at, reason, recorded, .. } = verified(gate, &answer["acknowledgement"]) else {
        panic!("{answer}")
    };
    assert_eq!((received, reason, recorded), (Hash::of(&[statement]), why, may_stand));
    assert_eq!(received_at, gate.host.clock.now());
}

#[tokio::test]
async fn a_refusal_names_the_bytes_that_came_whichever_way_they_came() {
    let gate = Gate::open(AT).await;
    let body = json!({ "institution": "nobody", "key": gate.town.key.public().thumbprint() });
    let refused = gate.town.says(Type::Admission, "a", &body);
    let envelope = format!(r#"{{"statement":{}}}"#, String::from_utf8_lossy(&refused.jws));
    // With white space that only the sender would write: it is the bytes that count.
    let spaced = format!(" {} ", String::from_utf8_lossy(&refused.jws).replacen(':', ": ", 1)).into_bytes();
    for (form, body, bytes) in [
        ("application/jose+json", refused.jws.clone(), refused.jws.clone()),
        ("application/jose+json", spaced.clone(), spaced),
        ("application/json", envelope.into_bytes(), refused.jws.clone()),
    ] {
        let (_, answer) = gate.send("POST", STATEMENTS, form, body).await;
        let Attempt::Refusal { refused, refused_at, rule, faults, .. } = verified(&gate, &answer["refusal"]) else { panic!("{answer}") };
        assert_eq!((refused, refused_at, rule.as_str()), (Hash::of(&[&bytes]), gate.host.clock.now(), "unknown-institution"));
        assert_eq!(serde_json::to_value(&faults).unwrap(), answer["faults"], "what would be accepted is signed as well");
    }
    // Each of several by itself, one that cannot be read among them; and a message in which there is no statement.
    let batch = r#"{"statements":[{"statement":"x.y.z"},{"statement":"x.y.z","attachments":[{"salt":"!","mediaType":"","content":""}]}]}"#;
    let (_, answer) = gate.send("POST", STATEMENTS, "application/json", batch.as_bytes().to_vec()).await;
    for (answer, bytes) in answer["answers"].as_array().unwrap().iter().zip(["x.y.z", "\"x.y.z\""]) {
        assert_eq!(verified(&gate, &answer["refusal"]).hash(), Hash::of(&[bytes.as_bytes()]), "{answer}");
    }
    let (_, answer) = gate.send("POST", STATEMENTS, "application/json", b"{}".to_vec()).await;
    assert_eq!(verified(&gate, &answer["refusal"]).hash(), Hash::of(&[b"{}"]));
    assert_eq!(gate.size(), 1);
}

#[tokio::test]
async fn a_receipt_needs_no_acknowledgement_and_reading_gets_none() {
    let gate = Gate::open(AT).await;
    let (status, answer) = gate.submit(&registration(10)).await;
    assert_eq!((status, &answer["acknowledgement"], &answer["refusal"]), (StatusCode::CREATED, &Value::Null, &Value::Null));
    let (_, answer) = gate.send("GET", "/v1/ledgers/gm0599/receipts/7", "", Vec::new()).await;
    assert_eq!((&answer["acknowledgement"], &answer["refusal"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_finds_the_queue_full_was_not_recorded() {
    let gate = Gate::open_within(AT, &Limits { queue: 2, ..Limits::default() }).await;
    let statements: Vec<Signed> = (10..20).map(registration).collect();
    let envelopes: Vec<Value> = statements.iter().map(|it| json!({ "statement": String::from_utf8_lossy(&it.jws) })).collect();
    // As strings, so that not a byte of them changes on the way.
    let batch = json!({ "statements": envelopes }).to_string().into_bytes();
    let (_, answer) = gate.send("POST", STATEMENTS, "application/json", batch).await;
    let answers = answer["answers"].as_array().unwrap();
    assert_eq!(answers.iter().filter(|answer| answer["status"] == 503).count(), 8, "{answer}");
    for (answer, statement) in answers.iter().zip(&statements).filter(|(answer, _)| answer["status"] == 503) {
        is_acknowledgement(&gate, answer, &statement.jws, Reason::QueueFull, Recorded::No);
    }
    assert_eq!(gate.size(), 3);
}

#[tokio::test]
async fn what_gets_no_answer_in_time_may_stand_and_is_acknowledged() {
    let gate = Gate::open_within(AT, &Limits { request_timeout_seconds: 1, ..Limits::default() }).await;
    let other = gate.home().hold().await;
    let statement = registration(10);
    let (status, answer) = gate.submit(&statement).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    is_acknowledgement(&gate, &answer, &statement.jws, Reason::Timeout, Recorded::Unknown);
    other.release().await;
    // Sent again it is answered with its receipt, once the ledger writes again.
    let mut answer = gate.submit(&statement).await;
    while answer.0 == StatusCode::SERVICE_UNAVAILABLE {
        answer = gate.submit(&statement).await;
    }
    assert_eq!((answer.1["entry"].as_u64(), gate.size()), (Some(1), 2));
}

#[tokio::test]
async fn what_comes_while_the_clock_is_not_trusted_is_acknowledged_by_that_clock() {
    let gate = Gate::open(AT).await;
    let gate = gate.reopen_unconfirmed(Clock::Step(StepClock::at("2006-08-15T09:00:00Z".parse().unwrap()))).await;
    let statement = registration(11);
    let (_, answer) = gate.submit(&statement).await;
    is_acknowledgement(&gate, &answer, &statement.jws, Reason::Clock, Recorded::No);
    // Content that a stranger sends along is not left on the disk.
    let attachment = json!({ "salt": "A".repeat(43), "mediaType": "text/plain", "content": "Y29udGVudA" });
    let envelope = json!({ "statement": String::from_utf8_lossy(&statement.jws), "attachments": [attachment] });
    let (_, answer) = gate.send("POST", STATEMENTS, "application/json", envelope.to_string().into_bytes()).await;
    is_acknowledgement(&gate, &answer, &statement.jws, Reason::Clock, Recorded::No);
    let waiting = std::fs::read_dir(gate.home().attachments().join("1/waiting")).unwrap();
    assert_eq!((waiting.count(), gate.size()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_for_which_there_is_no_place_is_still_signed_for() {
    let gate = Gate::open_within(AT, &Limits { max_requests: 1, ..Limits::default() }).await;
    let other = gate.home().hold().await;
    let (first, second) = (registration(10), registration(11));
    let looking = async {
        // Until the first is under way, there is a place: then this is an answer of another kind.
        while gate.fetch("/v1/ledgers").await.0 == StatusCode::OK {
            tokio::task::yield_now().await;
        }
        let envelope = format!(r#"{{"statement":{}}}"#, String::from_utf8_lossy(&second.jws)).into_bytes();
        for (form, body) in [("application/jose+json", second.jws.clone()), ("application/json", envelope)] {
            let (status, answer) = gate.send("POST", STATEMENTS, form, body).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            is_acknowledgement(&gate, &answer, &second.jws, Reason::Busy, Recorded::No);
        }
        // What is no single statement for a ledger that is here gets the plain answer.
        for (path, form, body) in [
            ("/v1/ledgers/gm9999/statements", "application/jose+json", second.jws.clone()),
            (STATEMENTS, "text/plain", second.jws.clone()),
            (STATEMENTS, "application/json", b"{\"statements\":[]}".to_vec()),
            (STATEMENTS, "application/jose", vec![b'x'; 300_000]),
        ] {
            let (status, answer) = gate.send("POST", path, form, body).await;
            assert_eq!((status, &answer["acknowledgement"]), (StatusCode::SERVICE_UNAVAILABLE, &Value::Null), "{path} {form}");
        }
        other.release().await;
    };
    let ((status, _), ()) = tokio::join!(gate.submit(&first), looking);
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(gate.size(), 2, "what was acknowledged was not recorded");
}
