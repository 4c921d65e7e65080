//! The payload of a statement: what is read is written in a way that reads the same, and every fault has a place.
#![no_main]

use ledger::envelope::Statement;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match Statement::from_payload(bytes) {
    Ok(statement) => assert_eq!(Statement::from_payload(&statement.to_payload()), Ok(statement)),
    Err(refusal) => assert!(refusal.faults().iter().all(|fault| fault.pointer.is_empty() || fault.pointer.starts_with('/'))),
});
