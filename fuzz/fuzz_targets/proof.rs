//! A proof, and a receipt: one spelling; and no key of ours has signed its checkpoint.
#![no_main]

use std::sync::LazyLock;

use ledger::log::note::VerifierKey;
use ledger::log::proof::Proof;
use ledger::log::receipt::Receipt;

static KEY: LazyLock<VerifierKey> =
    LazyLock::new(|| "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8".parse().expect("a vkey"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = Proof::parse(bytes) {
        assert_eq!(proof.to_string().as_bytes(), bytes);
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(receipt.to_string().as_bytes(), bytes);
        assert!(receipt.verify(&KEY).is_err(), "a signature out of nowhere");
    }
});
