//! Tokens: those of other programs work, each works once, and one that proves nothing is refused with what would do.

use axum::http::StatusCode;
use harness::gate::{ORIGIN, Signer};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ledger::envelope::token::TOKEN_TYP;
use ledger::envelope::{SigningKey, Type, sign_compact};
use ledger::words::Instant;
use serde_json::{Value, json};

use super::{HIDDEN, Hiding};

fn path() -> String {
    format!("/v1/ledgers/gm0599/agreements/{HIDDEN}")
}

fn seconds(hiding: &Hiding) -> i64 {
    use gateway::clock::Clock;
    Clock::Step(hiding.gate.clock.clone()).now().millis() / 1_000
}

fn claims(hiding: &Hiding, id: &str) -> Value {
    let now = seconds(hiding);
    json!({ "iss": "corporation", "aud": ORIGIN, "iat": now, "exp": now + 60, "jti": id })
}

fn signed(signer: &Signer, typ: &str, claims: &Value) -> String {
    String::from_utf8(sign_compact(&signer.key, typ, claims.to_string().as_bytes())).unwrap()
}

/// Asks with this header; gives the status and the answer.
async fn ask(hiding: &Hiding, authorization: &[&str]) -> (StatusCode, Value, Option<String>) {
    let headers: Vec<(&str, &str)> = authorization.iter().map(|value| ("authorization", *value)).collect();
    let (status, headers, bytes) = hiding.gate.ask("GET", &path(), &headers).await;
    let challenge = headers.get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    (status, serde_json::from_slice(&bytes).unwrap(), challenge)
}

async fn refused(hiding: &Hiding, authorization: &[&str], member: &str) {
    let (status, problem, challenge) = ask(hiding, authorization).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{authorization:?}: {problem}");
    assert!(challenge.as_ref().is_some_and(|challenge| challenge.starts_with("Bearer ")), "{challenge:?}");
    assert_eq!(problem["faults"][0]["parameter"], member, "{authorization:?}: {problem}");
    assert!(!problem["faults"][0]["accepted"].as_str().unwrap().is_empty());
}

/// A PKCS#8 of an Ed25519 seed (RFC 8410 s7), the form in which other programs take keys.
fn pkcs8(seed: u8) -> EncodingKey {
    let prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    EncodingKey::from_ed_der(&[&prefix[..], &[seed; 32]].concat())
}

#[tokio::test]
async fn a_token_by_another_library_proves_who_reads() {
    let hiding = Hiding::new().await;
    let header = Header {
        typ: Some(TOKEN_TYP.into()),
        kid: Some(hiding.corporation.key.public().thumbprint().to_string()),
        ..Header::new(Algorithm::EdDSA)
    };
    let token = encode(&header, &claims(&hiding, "by-jsonwebtoken"), &pkcs8(2)).unwrap();
    let (status, answer, _) = ask(&hiding, &[&format!("Bearer {token}")]).await;
    assert_eq!((status, &answer["id"]), (StatusCode::OK, &json!(HIDDEN)), "{answer}");
    // The same library's usual mistakes: the default typ, a secret for a key, another key under the same kid.
    let other = |header: &Header, key: &EncodingKey, id| format!("Bearer {}", encode(header, &claims(&hiding, id), key).unwrap());
    let usual = Header { kid: header.kid.clone(), ..Header::new(Algorithm::EdDSA) };
    refused(&hiding, &[&other(&usual, &pkcs8(2), "usual-typ-1")], "typ").await;
    let confused = Header { alg: Algorithm::HS256, ..header.clone() };
    let public = EncodingKey::from_secret(hiding.corporation.key.public().to_jwk().to_string().as_bytes());
    refused(&hiding, &[&other(&confused, &public, "confused-1")], "alg").await;
    refused(&hiding, &[&other(&header, &pkcs8(8), "forged-key-1")], "signature").await;
}

#[tokio::test]
async fn each_token_works_once_and_a_new_one_works() {
    let hiding = Hiding::new().await;
    let token = format!("Bearer {}", hiding.token(&hiding.corporation));
    assert_eq!(ask(&hiding, &[&token]).await.0, StatusCode::OK);
    refused(&hiding, &[&token], "jti").await;
    // Nor with another signature over the same id, nor where everybody may read.
    let again = signed(&hiding.corporation, TOKEN_TYP, &claims(&hiding, "used-once-1"));
    assert_eq!(ask(&hiding, &[&format!("bearer {again}")]).await.0, StatusCode::OK);
    let mut longer = claims(&hiding, "used-once-1");
    longer["exp"] = json!(seconds(&hiding) + 90);
    refused(&hiding, &[&format!("Bearer {}", signed(&hiding.corporation, TOKEN_TYP, &longer))], "jti").await;
    let (status, ..) = hiding.gate.ask("GET", "/v1/ledgers/gm0599/agreements", &[("authorization", &token)]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_proves_nothing_is_refused_with_what_would_do() {
    let hiding = Hiding::new().await;
    let good = || signed(&hiding.corporation, TOKEN_TYP, &claims(&hiding, "never-used-1"));
    for header in ["Basic dG93bjpzZWNyZXQ=", "Bearer", good().as_str(), "Bearer ", "Bearer x.y.z", "Bearer  "] {
        refused(&hiding, &[header], "").await;
    }
    let bearer = format!("Bearer {}", good());
    refused(&hiding, &[&bearer, &bearer], "").await;
    let changed = |member: &str, value: Value| {
        let mut claims = claims(&hiding, "changed-1");
        claims[member] = value;
        format!("Bearer {}", signed(&hiding.corporation, TOKEN_TYP, &claims))
    };
    let now = seconds(&hiding);
    refused(&hiding, &[&changed("aud", json!("else.example/gm0599"))], "aud").await;
    refused(&hiding, &[&changed("exp", json!(now + 301))], "exp").await;
    refused(&hiding, &[&changed("exp", json!(now))], "exp").await;
    refused(&hiding, &[&changed("iat", json!(now + 31))], "iat").await;
    // A key of another, and an institution that is none.
    refused(&hiding, &[&changed("iss", json!("police"))], "kid").await;
    refused(&hiding, &[&changed("iss", json!("nobody"))], "kid").await;
    let stranger = Signer::new("stranger", 9);
    let mut of_stranger = claims(&hiding, "stranger-1");
    of_stranger["iss"] = "stranger".into();
    refused(&hiding, &[&format!("Bearer {}", signed(&stranger, TOKEN_TYP, &of_stranger))], "kid").await;
    // A statement that was signed is no token.
    let (said, typ) = (claims(&hiding, "statement-1"), Type::Report.typ());
    refused(&hiding, &[&format!("Bearer {}", signed(&hiding.corporation, typ, &said))], "typ").await;
    let (status, headers, _) = hiding.gate.ask("GET", &path(), &[("authorization", &changed("aud", json!("x")))]).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert!(headers["www-authenticate"].to_str().unwrap().contains(&format!("realm=\"{ORIGIN}\"")));
    // Of all ledgers at once it is asked for one that is served.
    let all = hiding.gate.ask("GET", "/v1/events", &[("authorization", &changed("aud", json!("else.example/x")))]).await;
    assert_eq!(all.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_that_is_no_longer_valid_reads_nothing() {
    let hiding = Hiding::new().await;
    let (old, new) = (hiding.corporation.clone(), SigningKey::from_seed(&[22; 32]));
    let institution = "corporation".parse().unwrap();
    let payload = ledger::book::proof_payload(ORIGIN, &institution, &new.public().thumbprint());
    let proof = String::from_utf8(sign_compact(&new, ledger::book::PROOF_TYP, &payload)).unwrap();
    let jwk: Value = serde_json::from_str(&new.public().to_jwk().to_string()).unwrap();
    let rotation = json!({ "key": jwk, "proof": proof, "replaces": old.key.public().thumbprint() });
    hiding.gate.accept(&old.says(Type::KeyRotation, "rotate", &rotation)).await;
    refused(&hiding, &[&format!("Bearer {}", hiding.token(&old))], "kid").await;
    let renewed = Signer { id: "corporation", key: std::sync::Arc::new(new) };
    assert_eq!(ask(&hiding, &[&format!("Bearer {}", hiding.token(&renewed))]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_gateway_that_starts_anew_takes_no_token_from_before() {
    let mut hiding = Hiding::new().await;
    let token = format!("Bearer {}", hiding.token(&hiding.corporation));
    let later: Instant = "2006-06-20T09:00:02Z".parse().unwrap();
    hiding.gate.clock.set(later);
    let clock = gateway::clock::Clock::Step(hiding.gate.clock.clone());
    hiding.gate = hiding.gate.reopen(clock).await;
    refused(&hiding, &[&token], "iat").await;
    let fresh = format!("Bearer {}", hiding.token(&hiding.corporation));
    assert_eq!(ask(&hiding, &[&fresh]).await.0, StatusCode::OK);
}
