//! Making proofs from stored hashes (RFC 6962, sections 2.1.1 and 2.1.2).

use thiserror::Error;

use super::{MAX_SIZE, empty_root, fold};
use crate::words::Hash;

/// Where stored hashes are read.
///
/// `node(level, index)` is the root of the complete subtree of height `level` over the leaves
/// `index << level .. (index + 1) << level`; height 0 are the leaf hashes. `None` if it is not there, which ends the
/// proof as [`ProveFault::MissingNode`]. Nodes over a ragged right edge are never asked for.
pub trait HashReader {
    /// The hash of a complete subtree.
    fn node(&self, level: u8, index: u64) -> Option<Hash>;
}

/// The proof that the leaf at `index` is in the tree of the first `size` leaves: sibling hashes from the leaf up.
pub fn inclusion_proof(index: u64, size: u64, hashes: &impl HashReader) -> Result<Vec<Hash>, ProveFault> {
    check_size(size)?;
    if index >= size {
        return Err(ProveFault::IndexOutOfRange { index, size });
    }
    let mut proof = Vec::new();
    climb(0, index, size, hashes, &mut proof)?;
    Ok(proof)
}

/// The proof that the tree of the first `new` leaves begins with that of the first `old`. Empty if the sizes are equal,
/// and for `old` 0, with which every tree is consistent (tlog-witness takes no proof for it either).
pub fn consistency_proof(old: u64, new: u64, hashes: &impl HashReader) -> Result<Vec<Hash>, ProveFault> {
    check_size(new)?;
    if old > new {
        return Err(ProveFault::OldLarger { old, new });
    }
    let mut proof = Vec::new();
    if old == 0 || old == new {
        return Ok(proof);
    }
    // Start at the last complete subtree of the old tree. If that is the whole old tree, who checks has its root.
    let level = old.trailing_zeros() as u8;
    let last = (old - 1) >> level;
    if last != 0 {
        proof.push(read(level, last, hashes)?);
    }
    climb(level, last, new, hashes, &mut proof)?;
    Ok(proof)
}

/// The root of the tree of the first `size` leaves.
pub fn root_at(size: u64, hashes: &impl HashReader) -> Result<Hash, ProveFault> {
    check_size(size)?;
    range_root(0, size, hashes)
}

/// Adds the siblings of a node and of those above it, up to the root of the tree with `size` leaves.
fn climb(level: u8, node: u64, size: u64, hashes: &impl HashReader, proof: &mut Vec<Hash>) -> Result<(), ProveFault> {
    let (mut level, mut node) = (level, node);
    let mut last = (size - 1) >> level;
    while last > 0 {
        if node & 1 == 1 {
            proof.push(read(level, node - 1, hashes)?);
        } else if node < last {
            // The sibling may be the ragged right edge, with fewer leaves than its height allows.
            let end = size.min((node + 2) << level);
            proof.push(range_root((node + 1) << level, end, hashes)?);
        }
        // Else this node is the right edge itself and rises without a sibling.
        (level, node, last) = (level + 1, node >> 1, last >> 1);
    }
    Ok(())
}

/// The root over the leaves `start..end`, where `start` is a multiple of the power of two that is not below the length.
fn range_root(start: u64, end: u64, hashes: &impl HashReader) -> Result<Hash, ProveFault> {
    let mut peaks = Vec::new();
    let mut at = start;
    while at < end {
        let level = (end - at).ilog2() as u8;
        peaks.push(read(level, at >> level, hashes)?);
        at += 1 << level;
    }
    Ok(fold(&peaks).unwrap_or_else(empty_root))
}

fn read(level: u8, index: u64, hashes: &impl HashReader) -> Result<Hash, ProveFault> {
    hashes.node(level, index).ok_or(ProveFault::MissingNode { level, index })
}

fn check_size(size: u64) -> Result<(), ProveFault> {
    if size > MAX_SIZE { Err(ProveFault::TooLarge(size)) } else { Ok(()) }
}

/// Why no proof can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProveFault {
    /// The tree has no such leaf; the empty tree has none at all.
    #[error("a tree of {size} leaves has no leaf {index}")]
    IndexOutOfRange {
        /// The index asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A smaller tree cannot begin with a larger one.
    #[error("old size {old} is larger than new size {new}")]
    OldLarger {
        /// The size that should come first.
        old: u64,
        /// The size that should come after.
        new: u64,
    },
    /// The size is beyond [`MAX_SIZE`].
    #[error("a tree of {0} leaves is larger than any log")]
    TooLarge(u64),
    /// A stored hash is missing: the store is damaged, or holds a smaller tree.
    #[error("the hash at height {level}, index {index} is missing")]
    MissingNode {
        /// The height of the subtree.
        level: u8,
        /// Its index at that height.
        index: u64,
    },
}
