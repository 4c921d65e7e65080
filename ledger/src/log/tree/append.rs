//! Appending a batch: the new tree and a proof for every new leaf, from the old right edge and the batch alone.

use super::{Frontier, HashReader, ProveFault, fold, inclusion_proof, node_hash};
use crate::words::Hash;

/// A tree after a batch was appended to it.
///
/// Every node that the path of a new leaf meets is either a peak of the old tree or was made by this batch, so no
/// stored hash is read: a receipt can be built in the transaction that commits the batch, and cannot depend on what a
/// disk returns. Built in O(n) hashes for n leaves; each proof takes O(log size) more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    old_size: u64,
    frontier: Frontier,
    root: Hash,
    /// For each height, the known nodes from index `2 * (old_size >> (height + 1))` on: where the old tree had a peak
    /// at this height it comes first, and it is then the left sibling of the first new node.
    levels: Vec<Vec<Hash>>,
}

impl Appended {
    /// Appends leaf hashes, which may be none, to the tree with this right edge.
    ///
    /// # Panics
    /// Beyond [`super::MAX_SIZE`] leaves, which no log reaches.
    pub fn new(old: &Frontier, leaves: &[Hash]) -> Self {
        let size = old.size() + leaves.len() as u64;
        assert!(size <= super::MAX_SIZE, "a log of 2^63 leaves");
        let mut old_peaks = old.peaks().iter().rev();
        let mut made = leaves.to_vec();
        let mut levels = Vec::new();
        while size >> levels.len() > 0 {
            if old.size() >> levels.len() & 1 == 1 {
                made.insert(0, *old_peaks.next().expect("one peak for every bit set in the size"));
            }
            let above = made.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            levels.push(std::mem::replace(&mut made, above));
        }
        // Where a bit of the new size is set, the last complete node of that height is a peak; the highest first.
        let is_peak = |(height, _): &(usize, &Vec<Hash>)| size >> height & 1 == 1;
        let last = |(_, nodes): (usize, &Vec<Hash>)| *nodes.last().expect("a peak was there or was made");
        let peaks: Vec<Hash> = levels.iter().enumerate().rev().filter(is_peak).map(last).collect();
        let root = fold(&peaks).unwrap_or_else(super::empty_root);
        Self { old_size: old.size(), frontier: Frontier { size, peaks }, root, levels }
    }

    /// The new right edge.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The new root.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The inclusion proof, in the new tree, of a leaf of this batch; `None` for another leaf.
    pub fn inclusion_proof(&self, index: u64) -> Option<Vec<Hash>> {
        if index < self.old_size {
            return None;
        }
        match inclusion_proof(index, self.frontier.size, self) {
            Ok(proof) => Some(proof),
            Err(ProveFault::IndexOutOfRange { .. }) => None,
            Err(fault) => unreachable!("the path of a new leaf meets new nodes and old peaks only: {fault}"),
        }
    }

    /// The proofs of all leaves of this batch, in their order.
    pub fn inclusion_proofs(&self) -> impl Iterator<Item = Vec<Hash>> {
        (self.old_size..self.frontier.size).map(|index| self.inclusion_proof(index).expect("the index is of this batch"))
    }

    /// The complete subtrees that this batch made, leaves included, as (height, index at that height, hash): what a
    /// store adds so that [`HashReader`] finds every node of the new tree.
    pub fn new_nodes(&self) -> impl Iterator<Item = (u8, u64, Hash)> {
        self.levels.iter().enumerate().flat_map(move |(height, nodes)| {
            let first_new = self.old_size >> height;
            let skip = (first_new - self.first_known(height)) as usize;
            (first_new..).zip(&nodes[skip..]).map(move |(index, hash)| (height as u8, index, *hash))
        })
    }

    /// The index of the first node that is known at a height: an even one, so that siblings stand in pairs.
    fn first_known(&self, height: usize) -> u64 {
        self.old_size >> height & !1
    }
}

impl HashReader for Appended {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let nodes = self.levels.get(usize::from(level))?;
        let place = index.checked_sub(self.first_known(usize::from(level)))?;
        nodes.get(usize::try_from(place).ok()?).copied()
    }
}
