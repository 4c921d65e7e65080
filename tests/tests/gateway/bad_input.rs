//! Bad input gets a clear answer that says what would be accepted, and leaves no trace.

use axum::http::StatusCode;
use harness::gate::{Gate, ORIGIN, STATEMENTS, Signed, Signer, obligation, proposal};
use ledger::envelope::Type;
use serde_json::{Value, json};

async fn refused(gate: &Gate, content_type: &str, body: Vec<u8>, status: u16, rule: &str) -> Value {
    let size = gate.size();
    let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
    let (found, answer) = gate.send("POST", STATEMENTS, content_type, body).await;
    assert_eq!((found.as_u16(), answer["rule"].as_str().unwrap_or_default()), (status, rule), "{shown}: {answer}");
    if !rule.is_empty() && rule != "too-large" {
        assert!(answer["refusal"].is_string() && answer["titleNl"].is_string(), "signed, and in Dutch too: {answer}");
    }
    assert_eq!(gate.size(), size, "nothing is recorded");
    answer
}

#[tokio::test]
async fn bytes_that_are_no_statement() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let jose = "application/jose+json";
    refused(&gate, jose, b"{".to_vec(), 400, "malformed-json").await;
    refused(&gate, jose, vec![b'x'; 300_000], 413, "too-large").await;
    refused(&gate, "application/json", vec![b' '; 9 * 1024 * 1024], 413, "too-large").await;
    refused(&gate, "text/plain", b"x".to_vec(), 415, "").await;
    refused(&gate, "application/json", b"{\"statements\":[{}]}".to_vec(), 400, "malformed-json").await;
    let (status, _) = gate.send("PUT", STATEMENTS, jose, Vec::new()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    let (status, _) = gate.send("POST", &format!("{STATEMENTS}/"), jose, Vec::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn members_that_nobody_knows_depths_and_bytes_that_are_no_text() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let (jose, json) = ("application/jose+json", "application/json");
    let school = Signer::new("school", 51);
    let jws: Value = serde_json::from_slice(&school.says(Type::Registration, "r", &school.registration("school")).jws).unwrap();
    let mut more = jws.clone();
    more["header"] = json!({ "alg": "none" });
    refused(&gate, jose, more.to_string().into_bytes(), 400, "header-refused").await;
    let mut more = jws.clone();
    more["note"] = "x".into();
    refused(&gate, jose, more.to_string().into_bytes(), 400, "unknown-member").await;
    for envelope in
        [json!({ "statement": jws, "note": 1 }), json!({ "statements": [], "note": 1 }), json!({ "attachments": [] }), json!([])]
    {
        refused(&gate, json, envelope.to_string().into_bytes(), 400, "malformed-json").await;
    }
    let mut body = school.registration("school");
    body["colour"] = "red".into();
    let unknown = school.says(Type::Registration, "r", &body);
    let (_, answer) = gate.submit(&unknown).await;
    assert_eq!((answer["faults"].as_array().unwrap().len(), &answer["faults"][0]["pointer"]), (1, &json!("/body/colour")), "{answer}");
    refused(&gate, jose, unknown.jws, 400, "unknown-member").await;
    // Depth must not become depth of the stack, before or behind the signature.
    let (lists, objects) = ("[".repeat(200_000), "{\"a\":".repeat(30_000));
    refused(&gate, jose, lists.clone().into_bytes(), 400, "malformed-jws").await;
    refused(&gate, jose, objects.clone().into_bytes(), 400, "malformed-json").await;
    for deep in [lists, objects] {
        refused(&gate, json, format!("{{\"statement\":{deep}").into_bytes(), 400, "malformed-json").await;
        let payload = ledger::envelope::sign_flattened(&school.key, Type::Registration.typ(), &deep.as_bytes()[..100_000]);
        refused(&gate, jose, payload, 400, "malformed-json").await;
    }
    for (bytes, rule) in [
        (b"\xff\xfe{}".to_vec(), "malformed-jws"),
        (b"\xef\xbb\xbf{}".to_vec(), "malformed-jws"),
        (b"{}\0".to_vec(), "malformed-json"),
        (Vec::new(), "malformed-jws"),
    ] {
        refused(&gate, jose, bytes.clone(), 400, rule).await;
        refused(&gate, json, bytes, 400, "malformed-json").await;
    }
    for (content_type, status) in [("", 415), ("application/jose+xml", 415), ("Application/JOSE+JSON; charset=utf-8", 400), ("\u{7f}", 415)]
    {
        let request = axum::http::Request::builder().method("POST").uri(STATEMENTS).body(axum::body::Body::from("{"));
        let mut request = request.unwrap();
        if let Ok(value) = content_type.parse() {
            request.headers_mut().insert("content-type", value);
        }
        let response = tower::ServiceExt::oneshot(gate.router.clone(), request).await.unwrap();
        assert_eq!(response.status(), status, "{content_type:?}");
    }
    for query in ["from=-1", "from=x", "limit=0", "limit=1001", "colour=red"] {
        let (status, answer) = gate.send("GET", &format!("/v1/ledgers/gm0599/records?{query}"), "", Vec::new()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {answer}");
    }
    assert_eq!(gate.size(), 1);
    gate.accept(&school.says(Type::Registration, "r", &school.registration("school"))).await;
}

#[tokio::test]
async fn every_fault_of_a_statement_is_named_at_once() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let body = json!({ "institution": "Not A Slug", "kind": "spaceship", "identifiers": { "rsin": "123456789" }, "extra": 1 });
    let (status, answer) = gate.submit(&gate.town.says(Type::Registration, "r", &body)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let pointers: Vec<&str> = answer["faults"].as_array().unwrap().iter().map(|f| f["pointer"].as_str().unwrap()).collect();
    for pointer in ["/body/institution", "/body/kind", "/body/identifiers/rsin", "/body/extra", "/body/name", "/body/key"] {
        assert!(pointers.contains(&pointer), "{pointer} in {pointers:?}");
    }
    assert!(answer["faults"].as_array().unwrap().iter().all(|fault| fault["accepted"].is_string()));
}

#[tokio::test]
async fn signers_that_may_not() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let jose = "application/jose+json";
    let (stranger, school) = (Signer::new("stranger", 50), Signer::new("school", 51));
    let admission = json!({ "institution": "school", "key": school.key.public().thumbprint() });
    refused(&gate, jose, stranger.says(Type::Admission, "a", &admission).jws, 403, "unknown-key").await;
    let as_town = Signer { id: "town", key: stranger.key.clone() };
    refused(&gate, jose, as_town.says(Type::Admission, "a", &admission).jws, 403, "unknown-key").await;
    gate.accept(&school.says(Type::Registration, "r", &school.registration("school"))).await;
    let rotation = json!({ "key": school.key.public().thumbprint(), "reason": "lost" });
    refused(&gate, jose, school.says(Type::KeyRevocation, "k", &rotation).jws, 403, "not-admitted").await;
    refused(&gate, jose, gate.ministry.says(Type::Admission, "a", &admission).jws, 403, "owner-only").await;
    let other = Signed {
        jws: String::from_utf8(gate.town.says(Type::Admission, "a", &admission).jws).unwrap().into_bytes(),
        ..gate.town.says(Type::Admission, "a", &admission)
    };
    let payload = String::from_utf8(gate.town.payload(Type::Admission, "b", &admission)).unwrap().replace(ORIGIN, "other.example/gm0001");
    let elsewhere = ledger::envelope::sign_flattened(&gate.town.key, Type::Admission.typ(), payload.as_bytes());
    refused(&gate, jose, elsewhere, 400, "other-ledger").await;
    let mut broken = other.jws;
    let at = broken.len() - 10;
    broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
    refused(&gate, jose, broken, 403, "signature-invalid").await;
    let flag = json!({ "dueAt": "2006-03-01T00:00:00Z", "cause": { "kind": "in-force", "agreement": "wijk" } });
    refused(&gate, jose, gate.town.says(Type::Flag, "f", &flag).jws, 403, "gateway-only").await;
}

#[tokio::test]
async fn proposals_that_do_not_fit() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    gate.admit(&Signer::new("corporation", 2), "housing-corporation").await;
    let jose = "application/jose+json";
    let town = |body: &Value| gate.town.says(Type::Proposal, "p", body).jws;
    for rule in ["FREQ=SECONDLY", "FREQ=DAILY;BYHOUR=1", "FREQ=WEEKLY;BYSECOND=1"] {
        let mut each_second = obligation("o", "2006-06-01");
        each_second["when"] = json!({ "kind": "rhythm", "rule": rule });
        refused(&gate, jose, town(&proposal("wijk", &[each_second])), 400, "rhythm-refused").await;
    }
    let mut secret = proposal("wijk", &[obligation("o", "2006-06-01")]);
    secret["withheldGround"] = "because we want to".into();
    let problem = refused(&gate, jose, town(&secret), 400, "wrong-value").await;
    assert!(problem["faults"][0]["accepted"].as_str().unwrap().contains("5.1.2e"), "{problem}");
    let mut social = proposal("wijk", &[obligation("o", "2006-06-01")]);
    social["approach"] = "social-recovery".into();
    refused(&gate, jose, town(&social), 400, "needs-analysis").await;
    let mut strangers = proposal("wijk", &[obligation("o", "2006-06-01")]);
    strangers["parties"].as_array_mut().unwrap().push(json!({ "institution": "nobody" }));
    refused(&gate, jose, town(&strangers), 400, "incomplete").await;
}
