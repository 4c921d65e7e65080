//! The path of a tile: one spelling, and no other names a tile.
#![no_main]

use ledger::log::tile::Tile;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(tile) = text.parse::<Tile>() {
        assert_eq!(tile.to_string(), text);
    }
});
