//! A policy: what is read is written in a way that reads the same, and no fewer signatures do where more do not.
#![no_main]

use std::sync::LazyLock;

use ledger::log::note::Note;
use ledger::log::policy::Policy;

/// Signed by the log of the policies in `seeds/policy`, and by none of their witnesses.
static NOTE: LazyLock<Note> = LazyLock::new(|| Note::parse(include_bytes!("../seeds/note/by-the-log")).expect("a note"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(policy) = Policy::parse(bytes) else { return };
    let written = policy.encode();
    assert_eq!(Policy::parse(&written).as_ref(), Ok(&policy));
    let witnesses = policy.witness_keys();
    let is_met: Vec<bool> = (0..=witnesses.len()).map(|count| policy.is_met(&witnesses[..count])).collect();
    assert!(is_met.is_sorted(), "a further witness undid it");
    assert!(is_met[witnesses.len()], "all of them are not enough");
    let asks_nobody = written.ends_with(b"\nquorum none\n") || written == b"quorum none\n";
    assert_eq!(is_met[0], asks_nobody, "nobody is enough for a quorum");
    if let Ok((checkpoint, signed)) = policy.open(&NOTE) {
        assert!(asks_nobody && signed.is_empty(), "witnesses that signed nothing");
        assert!(policy.logs().iter().any(|log| log.key.name() == checkpoint.origin()), "a log that is not in it");
    }
});
