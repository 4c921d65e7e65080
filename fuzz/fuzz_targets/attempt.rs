//! A refusal or an acknowledgement: nothing proves an attempt that the key did not sign.
#![no_main]

use std::sync::LazyLock;

use ledger::envelope::{Attempt, PublicKey, SigningKey};

static OURS: LazyLock<SigningKey> = LazyLock::new(|| SigningKey::from_seed(&[7; 32]));
static OTHER: LazyLock<PublicKey> = LazyLock::new(|| SigningKey::from_seed(&[8; 32]).public());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    assert!(Attempt::verify(bytes, "fuzz.example/gm0599", &OTHER).is_err(), "a signature out of nowhere");
    // As a payload that the gateway signed: what is read says the same when it is signed again.
    for typ in ["convenant.refusal.v1+jws", "convenant.acknowledgement.v1+jws"] {
        let jws = ledger::envelope::sign_compact(&OURS, typ, bytes);
        if let Ok(attempt) = Attempt::verify(&jws, "fuzz.example/gm0599", &OURS.public()) {
            let again = Attempt::verify(attempt.sign(&OURS).as_bytes(), "fuzz.example/gm0599", &OURS.public());
            assert_eq!((attempt.typ(), again), (typ, Ok(attempt.clone())));
        }
    }
});
