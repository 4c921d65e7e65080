//! What every answer of a Dutch public API has (NLgov API Design Rules), whatever was asked and however it ended.

use axum::http::{HeaderMap, StatusCode};
use gateway::settings::Limits;
use harness::gate::{Gate, STATEMENTS, Signer};
use ledger::envelope::Type;
use serde_json::Value;

/// A path of every route that reads.
const READS: [&str; 16] = [
    "/v1/ledgers",
    "/v1/ledgers/gm0599",
    "/v1/ledgers/gm0599/institutions",
    "/v1/ledgers/gm0599/institutions/town",
    "/v1/ledgers/gm0599/agreements",
    "/v1/ledgers/gm0599/obligations",
    "/v1/ledgers/gm0599/records",
    "/v1/ledgers/gm0599/checkpoint",
    "/v1/ledgers/gm0599/receipts/0",
    "/gm0599/checkpoint",
    "/gm0599/tile/0/000.p/1",
    "/gm0599/tile/entries/000.p/1",
    "/healthz",
    "/readyz",
    "/metrics",
    "/v1/ledgers?",
];

async fn gate() -> Gate {
    Gate::open("2006-02-15T09:00:00Z").await
}

fn has_every_header(headers: &HeaderMap, what: &str) {
    for (name, value) in [
        ("api-version", gateway::api::VERSION),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("strict-transport-security", "max-age="),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-request-id", ""),
        ("cache-control", if what.contains("200 GET /gm0599/tile") { "immutable" } else { "no-store" }),
    ] {
        let found = headers.get(name).unwrap_or_else(|| panic!("{what} has no {name}: {headers:?}"));
        assert!(found.to_str().unwrap().contains(value), "{what}: {name} is {found:?}");
    }
}

fn problem(headers: &HeaderMap, body: &[u8], status: StatusCode) -> Value {
    assert_eq!(headers["content-type"], "application/problem+json");
    let body: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(body["status"], status.as_u16());
    assert!(body["title"].is_string() && !body["detail"].as_str().unwrap().is_empty(), "{body}");
    assert_eq!(headers["x-request-id"].to_str().unwrap(), body["requestId"], "{body}");
    body
}

#[tokio::test]
async fn every_answer_has_the_headers_and_every_error_is_a_problem() {
    let gate = gate().await;
    for path in READS {
        let (status, headers, _) = gate.fetch(path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        has_every_header(&headers, &format!("200 GET {path}"));
    }
    for (method, path, headers, expected) in [
        ("GET", "/nowhere", &[][..], 404),
        ("GET", "/v1/ledgers/gm0000", &[], 404),
        ("GET", "/v1/ledgers/gm0599/nothing", &[], 404),
        ("GET", "/gm0599/tile/0/999", &[], 404),
        ("GET", "/v1/ledgers/gm0599/receipts/one", &[], 400),
        ("GET", "/v1/ledgers/gm0599/agreements?limit=0", &[], 400),
        ("GET", "/v1/ledgers/gm0599/agreements?limit=many", &[], 400),
        ("GET", "/v1/ledgers/gm0599/agreements?colour=red", &[], 400),
        ("GET", "/v1/ledgers/%ff", &[], 400),
        ("DELETE", "/v1/ledgers/gm0599", &[], 405),
        ("GET", STATEMENTS, &[], 405),
        ("GET", "/v1/ledgers", &[("accept", "text/html")], 406),
        ("POST", STATEMENTS, &[("accept", "text/html"), ("content-type", "application/jose")], 406),
        ("POST", STATEMENTS, &[("content-type", "text/plain")], 415),
        ("POST", STATEMENTS, &[("content-type", "application/jose")], 400),
    ] {
        let what = format!("{method} {path}");
        let (status, found, body) = gate.ask(method, path, headers).await;
        assert_eq!(status.as_u16(), expected, "{what}");
        has_every_header(&found, &what);
        problem(&found, &body, status);
    }
}

#[tokio::test]
async fn a_trailing_slash_is_404_and_never_a_redirect() {
    let gate = gate().await;
    for path in READS.iter().filter(|path| !path.ends_with('?')) {
        let (status, headers, body) = gate.fetch(&format!("{path}/")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}/");
        problem(&headers, &body, status);
    }
}

#[tokio::test]
async fn head_gives_the_headers_options_the_methods_and_another_method_405() {
    let gate = gate().await;
    for path in READS {
        let (status, headers, body) = gate.ask("HEAD", path, &[]).await;
        assert_eq!((status, body.len()), (StatusCode::OK, 0), "{path}");
        has_every_header(&headers, &format!("200 GET {path}"));
        let (status, headers, body) = gate.ask("OPTIONS", path, &[]).await;
        assert_eq!((status, headers["allow"].to_str().unwrap(), body.len()), (StatusCode::NO_CONTENT, "GET,HEAD", 0), "{path}");
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let (status, headers, body) = gate.ask(method, path, &[]).await;
            assert_eq!((status, headers["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"), "{method} {path}");
            problem(&headers, &body, status);
        }
    }
    let (status, headers, _) = gate.ask("OPTIONS", STATEMENTS, &[]).await;
    assert_eq!((status, &headers["allow"]), (StatusCode::NO_CONTENT, &"POST".parse().unwrap()));
    assert_eq!(gate.ask("OPTIONS", "/nowhere", &[]).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_answer_in_a_form_that_is_not_accepted_is_406_and_changes_nothing() {
    let gate = gate().await;
    for (path, accept, expected) in [
        ("/v1/ledgers", "application/json", StatusCode::OK),
        ("/v1/ledgers", "application/*;q=0.1, text/html", StatusCode::OK),
        ("/v1/ledgers", "application/json;q=0", StatusCode::NOT_ACCEPTABLE),
        ("/gm0599/checkpoint", "text/plain", StatusCode::OK),
        ("/gm0599/checkpoint", "application/json", StatusCode::NOT_ACCEPTABLE),
        ("/gm0599/tile/0/000.p/1", "application/octet-stream", StatusCode::OK),
        ("/metrics", "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", StatusCode::OK),
        // What is not there is not there in any form.
        ("/gm0599/tile/0/999", "text/html", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(gate.ask("GET", path, &[("accept", accept)]).await.0, expected, "{path} {accept}");
    }
    let school = Signer::new("school", 7);
    let registration = school.says(Type::Registration, "r", &school.registration("school"));
    let (status, answer) = gate.send_accepting(STATEMENTS, "application/jose+json", registration.jws, "text/html").await;
    assert_eq!((status, gate.size()), (StatusCode::NOT_ACCEPTABLE, 1), "{answer}");
}

#[tokio::test]
async fn only_pages_on_the_list_may_call_from_a_browser() {
    let limits = Limits { cors_origins: vec!["https://buurt.example".parse().unwrap()], ..Limits::default() };
    let gate = Gate::open_within("2006-02-15T09:00:00Z", &limits).await;
    let (known, other) = (("origin", "https://buurt.example"), ("origin", "https://evil.example"));
    let (status, headers, _) = gate.ask("GET", "/v1/ledgers", &[known]).await;
    assert_eq!((status, headers["access-control-allow-origin"].to_str().unwrap()), (StatusCode::OK, "https://buurt.example"));
    assert!(headers["access-control-expose-headers"].to_str().unwrap().contains("api-version"));
    let preflight = ("access-control-request-method", "POST");
    let (status, headers, _) = gate.ask("OPTIONS", STATEMENTS, &[known, preflight]).await;
    assert_eq!((status, headers["access-control-allow-origin"].to_str().unwrap()), (StatusCode::OK, "https://buurt.example"));
    has_every_header(&headers, "a preflight");
    for (method, path, asked) in
        [("GET", "/v1/ledgers", &[other][..]), ("OPTIONS", STATEMENTS, &[other, preflight]), ("GET", "/gm0599/tile/0/000.p/1", &[])]
    {
        let (_, headers, _) = gate.ask(method, path, asked).await;
        assert!(!headers.contains_key("access-control-allow-origin"), "{method} {path} {headers:?}");
        // So that no cache gives this answer to a page on the list.
        assert!(headers["vary"].to_str().unwrap().contains("origin"), "{headers:?}");
    }
    assert_eq!(gate.ask("OPTIONS", "/v1/ledgers", &[known]).await.0, StatusCode::NO_CONTENT);

    let nobody = Gate::open("2006-02-15T09:00:00Z").await;
    assert!(!nobody.ask("GET", "/v1/ledgers", &[known]).await.1.contains_key("access-control-allow-origin"));
}
