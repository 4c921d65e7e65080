//! A JWS: what is taken apart holds its bytes as they came, and no key of ours has signed it.
#![no_main]

use std::sync::LazyLock;

use ledger::envelope::{PublicKey, Received, SigningKey};

static KEY: LazyLock<PublicKey> = LazyLock::new(|| SigningKey::from_seed(&[7; 32]).public());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(received) = Received::parse(bytes) {
        assert_eq!(received.raw(), bytes);
        assert!(!received.payload().is_empty());
        assert!(received.verify(&KEY).is_err(), "a signature out of nowhere");
        // What was signed is two of the three parts, in either form.
        assert_eq!(received.signing_input().iter().filter(|byte| **byte == b'.').count(), 1);
    }
});
