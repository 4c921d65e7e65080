//! The Merkle tree of RFC 6962, section 2: its hashes, and its right edge, to which leaves are appended.

mod append;
mod prove;
mod verify;

pub use append::Appended;
pub use prove::{HashReader, ProveFault, consistency_proof, inclusion_proof, root_at};
pub use verify::{VerifyFault, root_of_first, verify_consistency, verify_inclusion};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::words::Hash;

/// The largest tree: what a database's signed 64-bit column holds, and small enough that no sum below overflows.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The hash of a leaf: SHA-256(0x00 || entry). The prefix keeps an entry from passing for a node (RFC 6962, 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash::of(&[&[0x00], entry])
}

/// The hash of an inner node: SHA-256(0x01 || left || right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash::of(&[&[0x01], left.as_bytes(), right.as_bytes()])
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash::of(&[])
}

/// The right edge of a tree: its size and the roots of the complete subtrees that it is made of, the largest and
/// leftmost first, one for every bit set in the size. All that is needed to append and to know the root; at most
/// 63 hashes. Written as `{"size": 3, "peaks": ["<hex>", "<hex>"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Row")]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the tree without leaves.
    pub fn empty() -> Self {
        Self::default()
    }

    /// From a stored size and peaks. Refused if the number of peaks is not that of the bits in the size; that the
    /// peaks are the right ones shows only in [`Frontier::root`], which the caller compares with what was signed.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Result<Self, FrontierFault> {
        if size > MAX_SIZE {
            return Err(FrontierFault::TooLarge(size));
        }
        if peaks.len() != size.count_ones() as usize {
            return Err(FrontierFault::Peaks { size, expected: size.count_ones() as usize, found: peaks.len() });
        }
        Ok(Self { size, peaks })
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, the largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds one leaf hash.
    ///
    /// # Panics
    /// Beyond [`MAX_SIZE`] leaves, which no log reaches.
    pub fn append(&mut self, leaf: Hash) {
        assert!(self.size < MAX_SIZE, "a log of 2^63 leaves");
        // As in binary addition: every complete subtree that the new leaf fills up carries into the next.
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("one peak for every bit set in the size");
            node = node_hash(&left, &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or_else(empty_root)
    }
}

/// The root over adjacent complete subtrees of decreasing size; `None` without any.
fn fold(peaks: &[Hash]) -> Option<Hash> {
    peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right))
}

/// Why a stored right edge is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FrontierFault {
    /// The size is beyond [`MAX_SIZE`].
    #[error("a tree of {0} leaves is larger than any log")]
    TooLarge(u64),
    /// A peak is missing or one too many.
    #[error("a tree of {size} leaves has {expected} peaks, not {found}")]
    Peaks {
        /// The stored size.
        size: u64,
        /// The number of bits set in it.
        expected: usize,
        /// The number of stored peaks.
        found: usize,
    },
}

/// A frontier as stored, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    size: u64,
    peaks: Vec<Hash>,
}

impl TryFrom<Row> for Frontier {
    type Error = FrontierFault;

    fn try_from(row: Row) -> Result<Self, FrontierFault> {
        Self::from_parts(row.size, row.peaks)
    }
}
