//! What one request carries: the bytes that were signed stay as they came, and nothing is larger than it was sent.
#![no_main]

use gateway::intake::{Beside, Envelope, MAX_BATCH, Parcel, read_parcel};

/// A statement comes as a JSON object, byte for byte in the request, or as a text, which has no escapes that a JWS needs.
fn is_as_it_came(sent: &[u8], envelope: &Envelope) {
    let Envelope { statement, attachments } = envelope;
    let carried: usize = attachments.iter().map(size).sum();
    assert!(statement.len() + carried <= sent.len(), "more than was sent");
    let is_there = statement.is_empty() || sent.windows(statement.len()).any(|window| window == statement);
    assert!(is_there || sent.contains(&b'\\'), "other bytes than were sent");
}

fn size(beside: &Beside) -> usize {
    match beside {
        Beside::Inline { content, .. } => content.len(),
        Beside::OnDisk(_) => panic!("nothing was uploaded"),
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match read_parcel(bytes) {
    Ok(Parcel::One(envelope)) => is_as_it_came(bytes, &envelope),
    Ok(Parcel::Several(all)) => {
        assert!(all.len() <= MAX_BATCH);
        all.iter().flatten().for_each(|envelope| is_as_it_came(bytes, envelope));
    }
    Err(refusal) => assert!(refusal.faults().iter().all(|fault| !fault.accepted.is_empty())),
});
