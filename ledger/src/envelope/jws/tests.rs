//! One statement pinned to the byte, round trips, and every way not to be a JWS.

mod signing_list;

use proptest::prelude::*;

use super::*;
use crate::envelope::kid::Kid;
use crate::envelope::signing_key::SigningKey;

const PAYLOAD: &str = r#"{"ledger":"https://ledger.example","party":"corporation","amount":"12.50"}"#;

/// [`PAYLOAD`] with typ `withdrawal` and the seed 00 01 .. 1f, made with another implementation (OpenSSL).
const PINNED: &str = concat!(
    r#"{"payload":"eyJsZWRnZXIiOiJodHRwczovL2xlZGdlci5leGFtcGxlIiwicGFydHkiOiJjb3Jwb3JhdGlvbiIsImFtb3VudCI6IjEyLjUwIn0","#,
    r#""protected":"eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoiMUlHMnRNSDdKMndiSlpuT2Y4TEp6UWl0S2Y3TE12b0FFbHN1RE1WTTU0WSIsInR5cCI6IndpdGhkcmF3YWwifQ","#,
    r#""signature":"sI6SYnZr1Ta1RdQIJdKp_i18TJRVtUWiqAjIelYFYIn46LSizjEeARgpXyh8-Tu9ABWXZHNdyOucAu_tmCndDQ"}"#,
);

fn key() -> SigningKey {
    SigningKey::from_seed(&std::array::from_fn(|at| at as u8))
}

/// A compact JWS with this protected header, rightly signed.
fn with_header(header: &str) -> Vec<u8> {
    let input = format!("{}.{}", base64url::encode(header.as_bytes()), base64url::encode(PAYLOAD.as_bytes()));
    let signature = base64url::encode(&key().sign(input.as_bytes()));
    format!("{input}.{signature}").into_bytes()
}

/// A right header but for some members that come on top of it.
fn with_extra(extra: &str) -> Vec<u8> {
    let kid = key().public().thumbprint();
    with_header(&format!(r#"{{"alg":"Ed25519","kid":"{kid}","typ":"withdrawal",{extra}}}"#))
}

fn with_alg(alg: &str) -> Vec<u8> {
    let kid = key().public().thumbprint();
    with_header(&format!(r#"{{"alg":"{alg}","kid":"{kid}","typ":"withdrawal"}}"#))
}

fn accept(bytes: &[u8]) -> Result<Received, Refusal> {
    let received = Received::parse(bytes)?;
    received.verify(&key().public())?;
    Ok(received)
}

#[track_caller]
fn refused(bytes: &[u8], expected: &[(Rule, &str)]) {
    let refusal = accept(bytes).unwrap_err();
    let found: Vec<_> = refusal.faults().iter().map(|fault| (fault.rule, fault.pointer.as_str())).collect();
    assert_eq!(found, expected, "{refusal}");
    assert!(refusal.faults().iter().all(|fault| !fault.detail.is_empty() && !fault.accepted.is_empty()));
}

#[test]
fn one_statement_is_pinned_to_the_byte() {
    assert_eq!(String::from_utf8(sign_flattened(&key(), "withdrawal", PAYLOAD.as_bytes())).unwrap(), PINNED);
    let received = accept(PINNED.as_bytes()).unwrap();
    assert_eq!(received.raw(), PINNED.as_bytes());
    assert_eq!(received.payload(), PAYLOAD.as_bytes());
    let kid: Kid = "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y".parse().unwrap();
    let header = Header { alg: "Ed25519".into(), kid, typ: "withdrawal".into() };
    assert_eq!(received.header(), &header);
    let hash = "61b7f0a21e17462264f5fb6228d33ae9cffa2cc73d75bc97f54395439414cb7c";
    assert_eq!(payload_hash(received.payload()).to_string(), hash);
}

#[test]
fn white_space_and_order_of_the_json_are_kept_as_they_came() {
    let spaced = format!("\n{}\n", PINNED.replace("\",\"", "\" ,\n \""));
    assert_eq!(accept(spaced.as_bytes()).unwrap().raw(), spaced.as_bytes());
}

#[test]
fn both_names_of_the_algorithm_are_accepted() {
    assert_eq!(accept(&with_alg("Ed25519")).unwrap().header().alg, "Ed25519");
    assert_eq!(accept(&with_alg("EdDSA")).unwrap().header().alg, "EdDSA");
}

#[test]
fn a_signature_of_another_length_is_refused() {
    let received = Received::parse(PINNED.as_bytes()).unwrap();
    let right = base64url::encode(received.signature());
    for signature in [&received.signature()[..63], &[received.signature(), &[0]].concat(), &[]] {
        let wrong = PINNED.replace(&right, &base64url::encode(signature));
        refused(wrong.as_bytes(), &[(Rule::SignatureInvalid, "/signature")]);
    }
}

#[test]
fn a_signature_over_other_bytes_is_refused() {
    let other = base64url::encode(PAYLOAD.replace("12.50", "12.51").as_bytes());
    let changed = PINNED.replace(&base64url::encode(PAYLOAD.as_bytes()), &other);
    refused(changed.as_bytes(), &[(Rule::SignatureInvalid, "/signature")]);
}

#[test]
fn another_key_is_refused() {
    let received = Received::parse(PINNED.as_bytes()).unwrap();
    let refusal = received.verify(&SigningKey::from_seed(&[1; 32]).public()).unwrap_err();
    assert_eq!((refusal.rule(), refusal.faults()[0].pointer.as_str()), (Rule::UnknownKey, "/protected/kid"));
}

#[test]
fn header_members_that_are_missing_or_of_another_form_are_all_told_at_once() {
    refused(
        &with_header(r#"{"crit":["exp"],"alg":"none","kid":"key-1"}"#),
        &[
            (Rule::HeaderRefused, "/protected/crit"),
            (Rule::AlgorithmRefused, "/protected/alg"),
            (Rule::WrongValue, "/protected/kid"),
            (Rule::MissingMember, "/protected/typ"),
        ],
    );
    refused(
        &with_header(r#"{"kid":null,"typ":["withdrawal"]}"#),
        &[(Rule::MissingMember, "/protected/alg"), (Rule::WrongValue, "/protected/kid"), (Rule::WrongValue, "/protected/typ")],
    );
}

#[test]
fn many_foreign_members_do_not_make_a_long_answer() {
    let extra: Vec<_> = (0..1000).map(|at| format!(r#""m{at}":0"#)).collect();
    assert_eq!(accept(&with_extra(&extra.join(","))).unwrap_err().faults().len(), header::MAX_FAULTS);
}

#[test]
fn a_header_that_is_no_json_object_is_refused() {
    refused(&with_header("[]"), &[(Rule::MalformedJws, "/protected")]);
    refused(&with_header(""), &[(Rule::MalformedJson, "/protected")]);
    refused(&with_header("{} {}"), &[(Rule::MalformedJson, "/protected")]);
}

#[test]
fn the_general_form_with_several_signers_is_refused() {
    let general = PINNED.replace('}', r#","signatures":[]}"#);
    refused(general.as_bytes(), &[(Rule::MalformedJws, "/signatures")]);
}

#[test]
fn flattened_members_that_are_missing_or_not_strings_are_all_told_at_once() {
    let faults = [
        (Rule::UnknownMember, "/note"),
        (Rule::WrongValue, "/protected"),
        (Rule::MissingMember, "/payload"),
        (Rule::MissingMember, "/signature"),
    ];
    refused(br#"{"protected":{"alg":"Ed25519"},"note":""}"#, &faults);
    refused(b"{\"protected\":", &[(Rule::MalformedJson, "")]);
}

#[test]
fn bytes_that_are_no_jws_are_refused() {
    for text in ["", "e30", "e30.e30", "e30.e30.e30.e30", "a.b.c.d.e", "[]", "\"\""] {
        refused(text.as_bytes(), &[(Rule::MalformedJws, "")]);
    }
    refused(b"\xff\xff.e30.e30", &[(Rule::NotBase64url, "/protected")]);
}

#[test]
fn detached_content_is_refused() {
    refused(&sign_compact(&key(), "withdrawal", b""), &[(Rule::MalformedJws, "/payload")]);
}

#[test]
fn a_jws_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let padded = |length: usize| [PINNED.as_bytes(), &vec![b' '; length - PINNED.len()]].concat();
    assert!(accept(&padded(MAX_JWS)).is_ok());
    refused(&padded(MAX_JWS + 1), &[(Rule::TooLarge, "")]);
}

proptest! {
    #[test]
    fn both_serializations_come_back_as_they_were_signed(
        seed in any::<[u8; 32]>(),
        typ in ".*",
        payload in prop::collection::vec(any::<u8>(), 1..300),
    ) {
        let key = SigningKey::from_seed(&seed);
        for bytes in [sign_flattened(&key, &typ, &payload), sign_compact(&key, &typ, &payload)] {
            let received = Received::parse(&bytes).unwrap();
            prop_assert_eq!(received.verify(&key.public()), Ok(()));
            prop_assert_eq!(received.raw(), &bytes[..]);
            prop_assert_eq!(received.payload(), &payload[..]);
            prop_assert_eq!(&received.header().typ, &typ);
        }
    }

    #[test]
    fn no_changed_byte_is_accepted(at in 0..PINNED.len(), flip in 1..=255_u8) {
        // Stronger than asked of a signature: our own output has no insignificant byte at all.
        let mut bytes = PINNED.as_bytes().to_vec();
        bytes[at] ^= flip;
        prop_assert!(accept(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200), json in any::<bool>()) {
        let bytes = if json { [b"{", &bytes[..]].concat() } else { bytes };
        prop_assert!(accept(&bytes).is_err());
    }
}
