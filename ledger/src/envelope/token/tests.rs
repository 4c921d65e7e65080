//! Each claim and each form that a token may have, and those that it may not.

use serde_json::{Value, json};

use super::*;
use crate::envelope::sign_flattened;

const ORIGIN: &str = "test.example/gm0599";
const NOW: i64 = 1_141_200_000;

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn now() -> Instant {
    Instant::from_millis(NOW * 1_000).unwrap()
}

fn claims() -> Value {
    json!({ "iss": "corporation", "aud": ORIGIN, "iat": NOW, "exp": NOW + 60, "jti": "12345678" })
}

fn signed(claims: &Value) -> String {
    String::from_utf8(sign_compact(&key(), TOKEN_TYP, claims.to_string().as_bytes())).unwrap()
}

fn check(token: &str) -> Result<Token, TokenFault> {
    let token = Token::parse(token)?;
    token.verify(&key().public(), ORIGIN, now())?;
    Ok(token)
}

#[test]
fn a_token_says_who_reads_which_ledger() {
    let token = check(&read_token(&key(), &"corporation".parse().unwrap(), ORIGIN, now(), "12345678")).unwrap();
    assert_eq!((token.issuer.as_str(), token.audience.as_str(), token.id.as_str()), ("corporation", ORIGIN, "12345678"));
    // What libraries add by themselves, and the other way to write one audience.
    let mut other = claims();
    (other["aud"], other["nbf"], other["sub"]) = (json!([ORIGIN]), NOW.into(), "reader".into());
    assert!(check(&signed(&other)).is_ok());
}

#[test]
fn each_claim_must_fit() {
    for (member, value, fault) in [
        ("iss", Value::Null, "iss"),
        ("iss", json!("Not A Slug"), "iss"),
        ("aud", Value::Null, "aud"),
        ("aud", json!("else.example/gm0599"), "aud"),
        ("aud", json!([ORIGIN, "else.example"]), "aud"),
        ("aud", json!([]), "aud"),
        ("jti", Value::Null, "jti"),
        ("jti", json!("short"), "jti"),
        ("jti", json!("with space"), "jti"),
        ("jti", json!("x".repeat(129)), "jti"),
        ("iat", Value::Null, "iat"),
        ("iat", json!("1141200000"), "iat"),
        ("iat", json!(NOW + AHEAD_SECONDS + 1), "iat"),
        ("nbf", json!(NOW + AHEAD_SECONDS + 1), "nbf"),
        ("nbf", json!("soon"), "nbf"),
        ("exp", Value::Null, "exp"),
        ("exp", json!(NOW), "exp"),
        ("exp", json!(NOW - 1), "exp"),
        ("exp", json!(NOW + MOST_SECONDS + 1), "exp"),
        ("exp", json!(i64::MAX >> 11), "exp"),
    ] {
        let mut claims = claims();
        claims[member] = value.clone();
        if member == "iat" && value == json!(NOW + AHEAD_SECONDS + 1) {
            claims["exp"] = json!(NOW + 2 * AHEAD_SECONDS);
        }
        assert_eq!(check(&signed(&claims)).unwrap_err().member, fault, "{member} {value}");
    }
    let mut old = claims();
    (old["iat"], old["exp"]) = (json!(NOW - 61), json!(NOW - 1));
    assert_eq!(check(&signed(&old)).unwrap_err().member, "exp");
}

#[test]
fn no_other_form_passes() {
    let payload = claims().to_string();
    let of_typ = |typ: &str| String::from_utf8(sign_compact(&key(), typ, payload.as_bytes())).unwrap();
    assert_eq!(check(&of_typ("JWT")).unwrap_err().member, "typ");
    assert_eq!(check(&of_typ("convenant.report.v1+jws")).unwrap_err().member, "typ");
    let flattened = String::from_utf8(sign_flattened(&key(), TOKEN_TYP, payload.as_bytes())).unwrap();
    assert!(check(&flattened).is_err());
    assert!(check(&format!(" {}", signed(&claims()))).is_err());
    assert!(check(&"a".repeat(MAX_TOKEN + 1)).is_err());
    let double = payload.replacen('{', "{\"iss\":\"town\",", 1);
    assert!(check(&String::from_utf8(sign_compact(&key(), TOKEN_TYP, double.as_bytes())).unwrap()).is_err());
    // Another key than the one that is registered, and a signature that was bent.
    let token = Token::parse(&signed(&claims())).unwrap();
    let other = SigningKey::from_seed(&[8; 32]);
    assert_eq!(token.verify(&other.public(), ORIGIN, now()).unwrap_err().member, "kid");
    let mut bent = signed(&claims());
    let last = bent.len() - 10;
    let swapped = if bent.as_bytes()[last] == b'A' { "B" } else { "A" };
    bent.replace_range(last..=last, swapped);
    assert_eq!(check(&bent).unwrap_err().member, "signature");
}
