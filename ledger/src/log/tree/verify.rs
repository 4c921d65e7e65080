//! Checking proofs: exactly as many hashes as the sizes ask for, and every root recomputed (RFC 9162, 2.1.3.2, 2.1.4.2).
//!
//! Shares the two hash functions with the proving side and nothing else.

use thiserror::Error;

use super::{MAX_SIZE, empty_root, node_hash};
use crate::words::Hash;

/// Checks that the tree of `size` leaves with this root holds this leaf hash at `index`.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), VerifyFault> {
    check_size(size)?;
    if index >= size {
        return Err(VerifyFault::IndexOutOfRange { index, size });
    }
    // Up to where the paths of this leaf and of the last one meet, every level has a sibling, on the side that the bit
    // of the index tells; from there on only the levels where this path is a right child, and then it is on the left.
    let inner = bits(index ^ (size - 1));
    let border = (index >> inner).count_ones() as usize;
    check_length(inner + border, proof)?;
    let (below, above) = proof.split_at(inner);
    let node = climb_inner(*leaf, index, below);
    if climb_border(node, above) == *root { Ok(()) } else { Err(VerifyFault::RootMismatch) }
}

/// Checks that the tree of `new` leaves with root `new_root` begins with the tree of `old` leaves with root `old_root`.
pub fn verify_consistency(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> Result<(), VerifyFault> {
    check_size(new)?;
    if old > new {
        return Err(VerifyFault::OldLarger { old, new });
    }
    if old == 0 || old == new {
        check_length(0, proof)?;
        // Nothing can be recomputed for the new tree, but the old root is known.
        let known = if old == 0 { empty_root() } else { *new_root };
        let same = *old_root == known && (new > 0 || *new_root == known);
        return if same { Ok(()) } else { Err(VerifyFault::OldRootMismatch) };
    }
    let level = old.trailing_zeros() as usize;
    let meet = bits((old - 1) ^ (new - 1));
    let border = ((old - 1) >> meet).count_ones() as usize;
    // The climb starts at the last complete subtree of the old tree; where that is the whole tree, it is not in the proof.
    let whole = old.is_power_of_two();
    check_length(usize::from(!whole) + (meet - level) + border, proof)?;
    let (seed, path) = if whole { (*old_root, proof) } else { (proof[0], &proof[1..]) };
    let (inner, above) = path.split_at(meet - level);
    let place = (old - 1) >> level;

    // The old tree has only the siblings to the left.
    let left = |(height, _): &(usize, &Hash)| place >> height & 1 == 1;
    let old_node = inner.iter().enumerate().filter(left).fold(seed, |node, (_, hash)| node_hash(hash, &node));
    if climb_border(old_node, above) != *old_root {
        return Err(VerifyFault::OldRootMismatch);
    }
    let new_node = climb_inner(seed, place, inner);
    if climb_border(new_node, above) == *new_root { Ok(()) } else { Err(VerifyFault::RootMismatch) }
}

/// Hashes upwards with siblings on the side that each bit of the place tells.
fn climb_inner(node: Hash, place: u64, siblings: &[Hash]) -> Hash {
    siblings.iter().enumerate().fold(
        node,
        |node, (height, sibling)| {
            if place >> height & 1 == 0 { node_hash(&node, sibling) } else { node_hash(sibling, &node) }
        },
    )
}

/// Hashes upwards along the right edge, where every sibling is on the left.
fn climb_border(node: Hash, siblings: &[Hash]) -> Hash {
    siblings.iter().fold(node, |node, sibling| node_hash(sibling, &node))
}

/// The number of binary digits.
fn bits(number: u64) -> usize {
    (u64::BITS - number.leading_zeros()) as usize
}

fn check_size(size: u64) -> Result<(), VerifyFault> {
    if size > MAX_SIZE { Err(VerifyFault::TooLarge(size)) } else { Ok(()) }
}

fn check_length(expected: usize, proof: &[Hash]) -> Result<(), VerifyFault> {
    let found = proof.len();
    if found == expected { Ok(()) } else { Err(VerifyFault::ProofLength { expected, found }) }
}

/// Why a proof does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VerifyFault {
    /// The tree has no such leaf; the empty tree has none at all.
    #[error("a tree of {size} leaves has no leaf {index}")]
    IndexOutOfRange {
        /// The index claimed.
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
    /// The proof has a hash too few or too many.
    #[error("the proof has {found} hashes where these sizes ask for {expected}")]
    ProofLength {
        /// What the sizes ask for.
        expected: usize,
        /// What the proof has.
        found: usize,
    },
    /// The hashes do not lead to the old root.
    #[error("the proof does not lead to the old root")]
    OldRootMismatch,
    /// The hashes do not lead to the (new) root.
    #[error("the proof does not lead to the root")]
    RootMismatch,
}
