//! Proofs from what is stored: only the tiles on the path are read, never the whole tree.

use std::collections::BTreeMap;

use ledger::log::record::Entry;
use ledger::log::tile::{TileHashes, WIDTH};
use ledger::log::tree::{ProveFault, consistency_proof, inclusion_proof, root_at};
use ledger::words::Hash;

use super::keep::{Store, StoreFault};
use super::tiles::{root_of_tile, split_tile};

const FULL: u64 = WIDTH as u64;

impl Store {
    /// The inclusion proof of an entry in the tree of this size.
    pub async fn inclusion_proof(&self, ledger: i64, entry: u64, size: u64) -> Result<Vec<Hash>, StoreFault> {
        let tiles = self.tiles_on_path(ledger, entry, size).await?;
        let damaged = |fault: ProveFault| StoreFault::Damaged(format!("proof of entry {entry} in {size}: {fault}"));
        inclusion_proof(entry, size, &TileHashes(|level, tile| tiles.get(&(level, tile)).cloned())).map_err(damaged)
    }

    /// The proof that the tree of `new` entries begins with that of `old`.
    pub async fn consistency_proof(&self, ledger: i64, old: u64, new: u64) -> Result<Vec<Hash>, StoreFault> {
        // It climbs from the last entry of the old tree, past the same siblings as the path of that entry.
        let tiles = self.tiles_on_path(ledger, old.saturating_sub(1), new).await?;
        let damaged = |fault: ProveFault| StoreFault::Damaged(format!("proof from {old} to {new} entries: {fault}"));
        consistency_proof(old, new, &TileHashes(|level, tile| tiles.get(&(level, tile)).cloned())).map_err(damaged)
    }

    /// The root of the tree of this size, from the stored tiles at its right edge.
    pub async fn root(&self, ledger: i64, size: u64) -> Result<Hash, StoreFault> {
        let tiles = self.tiles_on_path(ledger, size.saturating_sub(1), size).await?;
        let damaged = |fault: ProveFault| StoreFault::Damaged(format!("the root of {size} entries: {fault}"));
        root_at(size, &TileHashes(|level, tile| tiles.get(&(level, tile)).cloned())).map_err(damaged)
    }

    async fn tiles_on_path(&self, ledger: i64, entry: u64, size: u64) -> Result<BTreeMap<(u8, u64), Vec<Hash>>, StoreFault> {
        let mut tiles = BTreeMap::new();
        let mut level = 0_u8;
        // A path needs the tile that it runs through at each level, and the right edge, which is not complete.
        while size >> (8 * u32::from(level)) > 0 {
            let count = size >> (8 * u32::from(level));
            let on_path = (entry >> (8 * u32::from(level))) / FULL;
            for tile in [on_path.min((count - 1) / FULL), (count - 1) / FULL] {
                if let std::collections::btree_map::Entry::Vacant(vacant) = tiles.entry((level, tile)) {
                    vacant.insert(self.tile_hashes(ledger, level, tile, count).await?);
                }
            }
            level += 1;
        }
        Ok(tiles)
    }

    /// The hashes of a tile, of which `count` exist at its level: as stored once it is full, else from what lies below it.
    pub async fn tile_hashes(&self, ledger: i64, level: u8, tile: u64, count: u64) -> Result<Vec<Hash>, StoreFault> {
        let first = tile * FULL;
        let width = count.saturating_sub(first).min(FULL);
        // What was partial in a smaller tree is the beginning of the tile that became full since.
        if let Some(bytes) = self.tile(ledger, level, tile).await? {
            let mut hashes = split_tile(&bytes, level, tile)?;
            hashes.truncate(width as usize);
            return Ok(hashes);
        }
        if level == 0 {
            let leaves = self.leaves(ledger, first, u32::try_from(width).unwrap_or(0)).await?;
            let damaged = |at: usize| StoreFault::Damaged(format!("record {}: its entry is not 40 bytes", first + at as u64));
            return leaves.iter().enumerate().map(|(i, leaf)| Entry::parse(leaf).map(|e| e.leaf_hash()).map_err(|_| damaged(i))).collect();
        }
        let mut stored = self.tile_roots(ledger, level - 1, first, width).await?.into_iter().peekable();
        let mut hashes = Vec::with_capacity(width as usize);
        for below in first..first + width {
            hashes.push(match stored.next_if(|(number, _)| *number == below) {
                Some((_, root)) => root,
                None => self.root_below(ledger, level - 1, below).await?,
            });
        }
        Ok(hashes)
    }

    /// A root that is not stored, since an older version of this program filled the tile.
    async fn root_below(&self, ledger: i64, level: u8, tile: u64) -> Result<Hash, StoreFault> {
        let missing = || StoreFault::Damaged(format!("tile {tile} of level {level} is missing"));
        let bytes = self.tile(ledger, level, tile).await?.ok_or_else(missing)?;
        Ok(root_of_tile(split_tile(&bytes, level, tile)?))
    }

    /// The hashes of the partial tile at the right edge of each level of a tree of this size.
    pub async fn edge(&self, ledger: i64, size: u64) -> Result<Vec<Vec<Hash>>, StoreFault> {
        let mut edge = Vec::new();
        let mut level = 0_u8;
        while size >> (8 * u32::from(level)) > 0 {
            let count = size >> (8 * u32::from(level));
            let partial = count % FULL;
            edge.push(if partial == 0 { Vec::new() } else { self.tile_hashes(ledger, level, count / FULL, count).await? });
            level += 1;
        }
        Ok(edge)
    }
}
