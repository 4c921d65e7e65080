//! A bundle of entries: nothing before, between or after them.
#![no_main]

use ledger::log::tile::{decode_bundle, encode_bundle};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for width in [1, 2, 255, 256] {
        if let Ok(entries) = decode_bundle(bytes, width) {
            assert_eq!((entries.len(), encode_bundle(&entries).as_deref()), (usize::from(width), Ok(bytes)));
        }
    }
});
