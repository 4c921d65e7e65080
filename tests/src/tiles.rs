//! A client that knows a log only by its checkpoint and its tiles, as outsiders do.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::record::Entry;
use ledger::log::tile::{Kind, Tile, TileHashes, decode_bundle, decode_hashes};
use ledger::log::tree::root_at;
use ledger::words::Hash;
use tlog_tiles::tlog;

use crate::gate::Gate;

/// The ledger's tiles below this path.
pub const PREFIX: &str = "/gm0599";

/// The last checkpoint, which the log must have signed.
pub async fn checkpoint(gate: &Gate) -> Checkpoint {
    let (status, headers, bytes) = gate.fetch(&format!("{PREFIX}/checkpoint")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    let vkey: VerifierKey = gate.host.ledger("gm0599").expect("the ledger").row.facts.log_key.parse().expect("a vkey");
    Checkpoint::open(&Note::parse(&bytes).expect("a note"), &vkey, &[]).expect("signed by the log").0
}

/// Every tile that a checkpoint implies, by level and number, and every entry.
pub struct Walk {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The bytes of the tiles of hashes, by path.
    tiles: BTreeMap<String, Vec<u8>>,
    hashes: BTreeMap<(u8, u64), Vec<Hash>>,
    entries: Vec<Vec<u8>>,
}

/// Fetches every tile that this checkpoint implies; each must be there and say that it never changes.
pub async fn walk(gate: &Gate, checkpoint: Checkpoint) -> Walk {
    let mut walk = Walk { checkpoint, tiles: BTreeMap::new(), hashes: BTreeMap::new(), entries: Vec::new() };
    for tile in Tile::added(0, walk.checkpoint.size()) {
        let (status, headers, bytes) = gate.fetch(&format!("{PREFIX}/{tile}")).await;
        assert_eq!(status, StatusCode::OK, "{tile} at size {}", walk.checkpoint.size());
        assert_eq!(headers["content-type"], "application/octet-stream");
        assert!(headers["cache-control"].to_str().expect("text").contains("immutable"), "{headers:?}");
        match tile.kind() {
            Kind::Entries => walk.entries.extend(decode_bundle(&bytes, tile.width()).expect("a bundle").iter().map(|e| e.to_vec())),
            Kind::Hashes(level) => {
                walk.hashes.insert((level, tile.index()), decode_hashes(&bytes, tile.width()).expect("a tile"));
                walk.tiles.insert(tile.to_string(), bytes);
            }
        }
    }
    walk
}

impl Walk {
    /// The entries are those of the leaves, the leaves are those of the root: by this log's own code, and by another's.
    pub fn check(&self) {
        let leaf = |entry: &Vec<u8>| Entry::parse(entry).expect("40 bytes").leaf_hash();
        let leaves: Vec<Hash> = self.hashes.range((0, 0)..(1, 0)).flat_map(|(_, hashes)| hashes.clone()).collect();
        assert_eq!(self.entries.iter().map(leaf).collect::<Vec<_>>(), leaves);
        let size = self.checkpoint.size();
        assert_eq!(leaves.len() as u64, size);
        let read = TileHashes(|level, tile| self.hashes.get(&(level, tile)).cloned());
        assert_eq!(root_at(size, &read).expect("every tile is there"), self.checkpoint.root(), "size {size}");
        self.judge();
    }

    /// `tlog_tiles` authenticates the tiles against the root, and proves entries from them.
    fn judge(&self) {
        let (size, root) = (self.checkpoint.size(), tlog::Hash(self.checkpoint.root().0));
        let reader = tlog_tiles::TileHashReader::new(size, root, self);
        for index in [0, size / 3, size / 2, size.saturating_sub(2), size - 1] {
            let proof = tlog::prove_record(size, index, &reader).expect("a proof from tiles that fit the root");
            tlog::check_record(&proof, size, root, index, tlog::record_hash(&self.entries[index as usize])).expect("a proof that holds");
        }
    }
}

impl tlog_tiles::TileReader for Walk {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        // The library writes the height of tiles into the path, as the Go checksum database does.
        let bytes = |tile: &tlog_tiles::Tile| self.tiles[&tile.path().replacen("tile/8/", "tile/", 1)].clone();
        Ok(tiles.iter().map(bytes).collect())
    }

    fn save_tiles(&self, _tiles: &[tlog_tiles::Tile], _data: &[Vec<u8>]) {}
}
