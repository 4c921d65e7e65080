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
    let climb = Climb::new(old, Some(old_root), new, proof)?;
    if climb.old_root() != *old_root {
        return Err(VerifyFault::OldRootMismatch);
    }
    if climb.new_root() == *new_root { Ok(()) } else { Err(VerifyFault::RootMismatch) }
}

/// The root over the first `old` leaves of the tree of `new` leaves with root `new_root`, read from a consistency proof that
/// leads there. `None` if the proof does not, and where `old` is a power of two: then that root is not in the proof.
pub fn root_of_first(old: u64, new: u64, new_root: &Hash, proof: &[Hash]) -> Option<Hash> {
    if old == 0 || old >= new || old.is_power_of_two() {
        return None;
    }
    check_size(new).ok()?;
    let climb = Climb::new(old, None, new, proof).ok()?;
    (climb.new_root() == *new_root).then(|| climb.old_root())
}

/// A consistency proof laid out: from the last complete subtree of the old tree up to both roots.
struct Climb<'a> {
    seed: Hash,
    place: u64,
    inner: &'a [Hash],
    above: &'a [Hash],
}

impl<'a> Climb<'a> {
    /// For 0 < `old` < `new`. The old root is where the climb starts when the old tree is one complete subtree, since then
    /// it is not in the proof.
    fn new(old: u64, old_root: Option<&Hash>, new: u64, proof: &'a [Hash]) -> Result<Self, VerifyFault> {
        let level = old.trailing_zeros() as usize;
        let meet = bits((old - 1) ^ (new - 1));
        let border = ((old - 1) >> meet).count_ones() as usize;
        let whole = old_root.filter(|_| old.is_power_of_two());
        check_length(usize::from(whole.is_none()) + (meet - level) + border, proof)?;
        let (seed, path) = whole.map_or_else(|| (proof[0], &proof[1..]), |root| (*root, proof));
        let (inner, above) = path.split_at(meet - level);
        Ok(Self { seed, place: (old - 1) >> level, inner, above })
    }

    /// The old tree has only the siblings to the left.
    fn old_root(&self) -> Hash {
        let left = |(height, _): &(usize, &Hash)| self.place >> height & 1 == 1;
        let node = self.inner.iter().enumerate().filter(left).fold(self.seed, |node, (_, hash)| node_hash(hash, &node));
        climb_border(node, self.above)
    }

    fn new_root(&self) -> Hash {
        climb_border(climb_inner(self.seed, self.place, self.inner), self.above)
    }
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
