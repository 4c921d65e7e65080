//! Tiles: paths in one spelling, which tiles a tree has, and nodes read back from them.

use ledger::log::tile::{Kind, PathFault, Tile, TileHashes, WIDTH, decode_hashes};
use ledger::log::tree::{consistency_proof, inclusion_proof, root_at};
use proptest::prelude::*;

use crate::naive::{self, Stored};

fn tile(kind: Kind, index: u64, width: u16) -> Tile {
    Tile::new(kind, index, width).unwrap()
}

#[test]
fn paths_are_as_in_the_specification() {
    for (path, expected) in [
        ("tile/0/x001/x234/067", tile(Kind::Hashes(0), 1_234_067, 256)),
        ("tile/0/000", tile(Kind::Hashes(0), 0, 256)),
        ("tile/63/999.p/255", tile(Kind::Hashes(63), 999, 255)),
        ("tile/1/x001/000.p/1", tile(Kind::Hashes(1), 1000, 1)),
        ("tile/entries/x999/999", tile(Kind::Entries, 999_999, 256)),
        ("tile/entries/273.p/112", tile(Kind::Entries, 273, 112)),
        ("tile/0/x018/x446/x744/x073/x709/x551/615", tile(Kind::Hashes(0), u64::MAX, 256)),
    ] {
        assert_eq!(path.parse(), Ok(expected), "{path}");
        assert_eq!(expected.to_string(), path);
    }
}

#[test]
fn other_spellings_are_refused() {
    use PathFault::{Index, Level, Shape, Width};
    for (path, fault) in [
        ("", Shape),
        ("tile", Shape),
        ("/tile/0/000", Shape),
        ("tile/0", Shape),
        ("checkpoint", Shape),
        ("tile/00/000", Level),
        ("tile/64/000", Level),
        ("tile/-1/000", Level),
        ("tile/+1/000", Level),
        ("tile/data/000", Level),
        ("tile//000", Level),
        ("tile/99999999999999999999/000", Level),
        ("tile/0/", Index),
        ("tile/0/0", Index),
        ("tile/0/00", Index),
        ("tile/0/0000", Index),
        ("tile/0/1000", Index),
        ("tile/0/x000/067", Index),
        ("tile/0/x001/x67", Index),
        ("tile/0/001/067", Index),
        ("tile/0/x001/x067", Index),
        ("tile/0/x01/067", Index),
        ("tile/0/X001/067", Index),
        ("tile/0/x001//067", Index),
        ("tile/0/x001/067/", Index),
        ("tile/0/ 01", Index),
        ("tile/0/+01", Index),
        ("tile/0/\u{661}1", Index),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", Index),
        ("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", Index),
        ("tile/0/067.p", Index),
        ("tile/0/067.p5", Index),
        ("tile/0/067.p/", Width),
        ("tile/0/067.p/0", Width),
        ("tile/0/067.p/256", Width),
        ("tile/0/067.p/05", Width),
        ("tile/0/067.p/-5", Width),
        ("tile/0/067.p/5/", Width),
        ("tile/0/067.p/5.p/5", Width),
        ("tile/0/067.p/99999999999999999999", Width),
    ] {
        assert_eq!(path.parse::<Tile>(), Err(fault), "{path}");
    }
    assert_eq!(Tile::new(Kind::Hashes(64), 0, 1), None);
    assert_eq!(Tile::new(Kind::Entries, 0, 0), None);
    assert_eq!(Tile::new(Kind::Entries, 0, 257), None);
}

#[test]
fn a_tree_has_the_tiles_of_the_examples_in_the_specification() {
    let tiles = Tile::added(0, 70_000);
    let count = |kind, full| tiles.iter().filter(|tile| tile.kind() == kind && tile.is_full() == full).count();
    assert_eq!(count(Kind::Hashes(0), true), 273);
    assert_eq!(count(Kind::Hashes(1), true), 1);
    assert_eq!(count(Kind::Hashes(2), true), 0);
    assert_eq!(count(Kind::Entries, true), 273);
    let partial: Vec<String> = tiles.iter().filter(|tile| !tile.is_full()).map(Tile::to_string).collect();
    let expected = ["tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"];
    assert_eq!(partial, expected);

    let paths = |old, new| Tile::added(old, new).iter().map(Tile::to_string).collect::<Vec<_>>();
    assert_eq!(paths(0, 256), ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(paths(255, 257), ["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1",]);
    assert_eq!(paths(0, 0), [""; 0]);
    assert_eq!(paths(5, 5), [""; 0]);
}

#[test]
fn a_tile_is_there_as_far_as_the_tree_fills_it() {
    let is_in = |path: &str, size| path.parse::<Tile>().unwrap().is_in(size);
    for (path, first_size) in [
        ("tile/0/000.p/1", 1),
        ("tile/entries/000.p/255", 255),
        ("tile/0/000", 256),
        ("tile/1/000.p/1", 256),
        ("tile/0/001.p/1", 257),
        ("tile/1/000", 65_536),
        ("tile/2/000.p/1", 65_536),
    ] {
        assert!(!is_in(path, first_size - 1), "{path}");
        assert!(is_in(path, first_size), "{path}");
        assert!(is_in(path, first_size + 1000), "an older partial stays: {path}");
    }
    assert!(!is_in("tile/8/000.p/1", u64::MAX));
    assert!(!is_in("tile/63/000.p/1", u64::MAX));
    assert!(!is_in("tile/0/x018/x446/x744/x073/x709/x551/615", u64::MAX));
}

/// Reads nodes from the tiles that a tree of this size publishes, in bytes and back.
fn reader(stored: &Stored, size: u64) -> TileHashes<impl Fn(u8, u64) -> Option<Vec<ledger::words::Hash>>> {
    let tiles = Tile::added(0, size);
    TileHashes(move |level, index| {
        let found = tiles.iter().find(|tile| tile.kind() == Kind::Hashes(level) && tile.index() == index)?;
        decode_hashes(&found.hashes(stored)?, found.width()).ok()
    })
}

#[test]
fn a_tile_holds_the_roots_of_full_tiles_below() {
    let entries = naive::entries(600);
    let stored = Stored::of(&entries);
    let level_1 = tile(Kind::Hashes(1), 0, 2).hashes(&stored).unwrap();
    let width = usize::from(WIDTH);
    let below = [naive::root(&entries[..width]), naive::root(&entries[width..2 * width])];
    assert_eq!(level_1, [below[0].0, below[1].0].concat());
    assert_eq!(tile(Kind::Hashes(1), 0, 3).hashes(&stored), None, "a partial tile has no root above");
    assert_eq!(tile(Kind::Entries, 0, 1).hashes(&stored), None);
    assert_eq!(tile(Kind::Hashes(40), 0, 1).hashes(&stored), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn proofs_from_tiles_are_those_from_nodes(size in 1_usize..1500, seed: prop::sample::Index) {
        let stored = Stored::of(&naive::entries(size));
        let (index, old) = (seed.index(size) as u64, 1 + seed.index(size) as u64);
        let size = size as u64;
        let tiles = reader(&stored, size);
        prop_assert_eq!(root_at(size, &tiles), root_at(size, &stored));
        prop_assert_eq!(inclusion_proof(index, size, &tiles), inclusion_proof(index, size, &stored));
        prop_assert_eq!(consistency_proof(old, size, &tiles), consistency_proof(old, size, &stored));
    }

    #[test]
    fn any_path_is_refused_or_read_back_the_same(path in "tile/(entries|[0-9]{1,2})/(x?[0-9]{2,3}/){0,3}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Ok(tile) = path.parse::<Tile>() {
            prop_assert_eq!(tile.to_string(), path);
        }
    }
}
