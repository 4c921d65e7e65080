//! The text of a checkpoint: one spelling, character for character.
#![no_main]

use ledger::log::checkpoint::Checkpoint;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
});
