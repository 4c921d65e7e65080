//! Tiles and entry bundles as they are published: each a few index look-ups, whatever the size of the log.

use ledger::log::tile::{Kind, Tile, WIDTH, encode_bundle};
use ledger::log::tree::node_hash;
use ledger::words::Hash;

use super::db::query;
use super::keep::{Store, StoreFault};
use super::rows::{hash, number, signed};

impl Store {
    /// The bytes of a tile or an entry bundle (tlog-tiles); `None` unless the last signed checkpoint implies it.
    pub async fn published_tile(&self, ledger: i64, tile: Tile) -> Result<Option<Vec<u8>>, StoreFault> {
        let published = self.checkpoint(ledger).await?.map_or(0, |(size, _)| size);
        if !tile.is_in(published) {
            return Ok(None);
        }
        // Entries are only ever added, so what the checkpoint covers can be read after it, in queries of its own.
        let first = tile.index() * u64::from(WIDTH);
        let bytes = match tile.kind() {
            Kind::Hashes(level) => {
                let hashes = self.tile_hashes(ledger, level, tile.index(), first + u64::from(tile.width())).await?;
                hashes.iter().flat_map(|hash| hash.0).collect()
            }
            Kind::Entries => {
                let entries = self.leaves(ledger, first, tile.width().into()).await?;
                encode_bundle(&entries).map_err(|fault| StoreFault::Damaged(format!("bundle {}: {fault}", tile.index())))?
            }
        };
        Ok(Some(bytes))
    }

    /// The roots of the full tiles of a level from a number on, at most `count`, each with its tile's number.
    pub(super) async fn tile_roots(&self, ledger: i64, level: u8, from: u64, count: u64) -> Result<Vec<(u64, Hash)>, StoreFault> {
        let sql = "SELECT number, hash FROM tile_root WHERE ledger = $1 AND level = $2 AND number >= $3 AND number < $4 ORDER BY number";
        let query = query(sql).bind(ledger).bind(i64::from(level)).bind(signed(from)).bind(signed(from + count));
        let rows = query.fetch_all(&self.log.readers).await?;
        rows.iter()
            .map(|row| {
                let tile = number(row.try_get("number")?, "tile_root")?;
                Ok((tile, hash(row.try_get("hash")?, &format!("root of tile {tile} of level {level}"))?))
            })
            .collect()
    }
}

/// The hashes of a full tile from its bytes.
pub(super) fn split_tile(bytes: &[u8], level: u8, tile: u64) -> Result<Vec<Hash>, StoreFault> {
    let damaged = |_| StoreFault::Damaged(format!("tile {tile} of level {level} is not 256 hashes"));
    ledger::log::tile::decode_hashes(bytes, WIDTH).map_err(damaged)
}

/// The root over the hashes of a full tile.
pub(super) fn root_of_tile(mut nodes: Vec<Hash>) -> Hash {
    while nodes.len() > 1 {
        nodes = nodes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    nodes[0]
}
