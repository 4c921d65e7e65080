//! The right edge of the tree in memory: what the next batch is hashed onto.

use ledger::log::tile::WIDTH;
use ledger::log::tree::{Appended, Frontier};
use ledger::words::Hash;

/// The frontier, and the hashes of the partial tile of each level.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    pub(crate) frontier: Frontier,
    partial: Vec<Vec<Hash>>,
}

impl Edge {
    pub(crate) fn new(frontier: Frontier, partial: Vec<Vec<Hash>>) -> Self {
        Self { frontier, partial }
    }

    /// The edge after a batch, and the tiles that it makes full.
    pub(crate) fn after(&self, appended: &Appended) -> (Self, Vec<(u8, u64, Vec<u8>)>) {
        let (mut partial, mut tiles) = (self.partial.clone(), Vec::new());
        let mut nodes: Vec<(u8, u64, Hash)> = appended.new_nodes().filter(|(height, ..)| height % 8 == 0).collect();
        nodes.sort_by_key(|(height, index, _)| (*height, *index));
        for (height, index, hash) in nodes {
            let level = usize::from(height / 8);
            if partial.len() <= level {
                partial.resize_with(level + 1, Vec::new);
            }
            partial[level].push(hash);
            if partial[level].len() == usize::from(WIDTH) {
                let bytes = std::mem::take(&mut partial[level]).iter().flat_map(|hash| hash.0).collect();
                tiles.push((height / 8, index / u64::from(WIDTH), bytes));
            }
        }
        (Self { frontier: appended.frontier().clone(), partial }, tiles)
    }
}
