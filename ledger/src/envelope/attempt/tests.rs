//! What is signed about an attempt: the exact payload, and every way in which it proves nothing.

use super::*;
use crate::envelope::{Rule, sign_flattened};

const LEDGER: &str = "test.example/gm0599";

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

fn at() -> Instant {
    "2006-03-01T09:00:00.250Z".parse().unwrap()
}

fn acknowledgement() -> Attempt {
    Attempt::acknowledged(LEDGER, Reason::QueueFull, at(), Hash::of(&[b"abc"]))
}

/// Signs a payload of one's own making.
fn signed(typ: &str, payload: &str) -> Vec<u8> {
    sign_compact(&key(), typ, payload.as_bytes())
}

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn the_payload_is_this_and_stays_this() {
    let refusal = Refusal::at("/body/due", Rule::TooLate, "it is over", "yesterday");
    let refused = Attempt::refused(LEDGER, &refusal, at(), Hash::of(&[b"abc"]));
    for (attempt, typ, payload) in [
        (
            acknowledgement(),
            "convenant.acknowledgement.v1+jws",
            format!(
                r#"{{"type":"acknowledgement","ledger":"test.example/gm0599","receivedAt":"2006-03-01T09:00:00.250Z","received":"{ABC}","reason":"queue-full","recorded":"no"}}"#
            ),
        ),
        (
            refused,
            "convenant.refusal.v1+jws",
            format!(
                r#"{{"type":"refusal","ledger":"test.example/gm0599","refusedAt":"2006-03-01T09:00:00.250Z","refused":"{ABC}","rule":"too-late","faults":[{{"pointer":"/body/due","rule":"too-late","source":"L07","detail":"it is over","accepted":"yesterday"}}]}}"#
            ),
        ),
    ] {
        let jws = attempt.sign(&key());
        let received = Received::parse(jws.as_bytes()).unwrap();
        assert_eq!((received.header().typ.as_str(), String::from_utf8_lossy(received.payload())), (typ, payload.into()));
        assert_eq!(Attempt::verify(format!("{jws}\n").as_bytes(), LEDGER, &key().public()), Ok(attempt));
    }
}

#[test]
fn what_is_not_signed_for_this_ledger_by_this_key_proves_nothing() {
    let jws = acknowledgement().sign(&key());
    let other = SigningKey::from_seed(&[8; 32]);
    assert!(matches!(Attempt::verify(jws.as_bytes(), LEDGER, &other.public()), Err(AttemptFault::Jws(_))));
    let elsewhere = Attempt::verify(jws.as_bytes(), "test.example/gm0600", &key().public());
    assert_eq!(elsewhere, Err(AttemptFault::OtherLedger(LEDGER.into())));
    for at in 0..jws.len() {
        let mut changed = jws.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(Attempt::verify(&changed, LEDGER, &key().public()).is_err(), "byte {at}");
    }
}

#[test]
fn another_type_other_members_and_members_twice_are_refused() {
    let payload = serde_json::to_string(&acknowledgement()).unwrap();
    let verify = |jws: &[u8]| Attempt::verify(jws, LEDGER, &key().public());
    assert!(verify(&signed(ACKNOWLEDGEMENT_TYP, &payload)).is_ok());
    // An acknowledgement that says in its header that it is a refusal, or a statement of an institution.
    for typ in [REFUSAL_TYP, "convenant.report.v1+jws"] {
        assert_eq!(verify(&signed(typ, &payload)), Err(AttemptFault::Type(typ.into())));
    }
    for (from, to) in [
        ("\"recorded\"", "\"noted\""),
        ("\"no\"", "\"perhaps\""),
        ("{\"type\"", "{\"reason\":\"busy\",\"type\""),
        ("{\"type\"", "{\"more\":1,\"type\""),
        ("acknowledgement", "receipt"),
        ("2006-03-01", "2006-13-01"),
    ] {
        let changed = payload.replacen(from, to, 1);
        assert_ne!(changed, payload);
        assert!(matches!(verify(&signed(ACKNOWLEDGEMENT_TYP, &changed)), Err(AttemptFault::Content(_))), "{to}");
    }
    assert!(verify(&sign_flattened(&key(), ACKNOWLEDGEMENT_TYP, payload.as_bytes())).is_ok(), "either form of a JWS is one");
}

#[test]
fn it_says_in_a_sentence_what_it_proves() {
    let sentence = acknowledgement().to_string();
    assert_eq!(
        sentence,
        format!(
            "at 2006-03-01T09:00:00.250Z the gateway of {LEDGER} had received what has the SHA-256 {ABC}, and did not record it, since the \
             queue was full"
        )
    );
    for (reason, recorded) in [(Reason::Busy, Recorded::No), (Reason::Clock, Recorded::No), (Reason::Failing, Recorded::Unknown)] {
        assert_eq!(reason.recorded(), recorded);
    }
}
