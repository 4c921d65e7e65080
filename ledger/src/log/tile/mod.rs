//! Tiles: the tree cut into pieces of 256 hashes, and the entries in bundles, as static files (tlog-tiles).
//!
//! A tile's path is `tile/<L>/<N>` or `tile/entries/<N>`, with `.p/<W>` behind it while it is partial.

mod bundle;
mod path;

pub use bundle::{BundleFault, decode_bundle, decode_hashes, encode_bundle};
pub use path::PathFault;

use super::tree::{HashReader, node_hash};
use crate::words::Hash;

/// How many hashes, or entries, a full tile has.
pub const WIDTH: u16 = 256;

/// The highest level that a path can name (tlog-tiles, "Merkle Tree"); trees that exist end below level 8.
const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Roots of complete subtrees of height `8 * level`; at level 0 the leaf hashes.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// One tile: which, and how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    kind: Kind,
    index: u64,
    width: u16,
}

impl Tile {
    /// A tile; `None` if the level is above 63 or the width not 1 to 256.
    pub fn new(kind: Kind, index: u64, width: u16) -> Option<Self> {
        let level = matches!(kind, Kind::Entries | Kind::Hashes(..=MAX_LEVEL));
        (level && (1..=WIDTH).contains(&width)).then_some(Self { kind, index, width })
    }

    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its place within its level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it has, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it has all 256, and so never changes.
    pub fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// Whether a tree of this size fills the tile at least this far. If not, the answer is 404.
    pub fn is_in(&self, size: u64) -> bool {
        let end = self.index.checked_mul(u64::from(WIDTH)).and_then(|at| at.checked_add(u64::from(self.width)));
        end.is_some_and(|end| end <= self.kind.count(size))
    }

    /// Every tile that is new in a tree of `new` leaves to one who has those of `old`: the tiles that became full in
    /// between, and the partial one at the right edge of each level. Bundles first, then level by level.
    pub fn added(old: u64, new: u64) -> Vec<Self> {
        let levels = (0..).take_while(|level| Kind::Hashes(*level).count(new) > 0).map(Kind::Hashes);
        let mut tiles = Vec::new();
        for kind in std::iter::once(Kind::Entries).chain(levels) {
            let (from, to) = (kind.count(old), kind.count(new));
            if from >= to {
                continue;
            }
            let width = u64::from(WIDTH);
            tiles.extend((from / width..to / width).map(|index| Self { kind, index, width: WIDTH }));
            if !to.is_multiple_of(width) {
                tiles.push(Self { kind, index: to / width, width: (to % width) as u16 });
            }
        }
        tiles
    }

    /// The bytes of a tile of hashes; `None` for entries, or if a hash is missing.
    pub fn hashes(&self, hashes: &impl HashReader) -> Option<Vec<u8>> {
        let Kind::Hashes(level) = self.kind else {
            return None;
        };
        let first = self.index.checked_mul(u64::from(WIDTH))?;
        let height = level.checked_mul(8)?;
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for index in first..first + u64::from(self.width) {
            bytes.extend_from_slice(hashes.node(height, index)?.as_bytes());
        }
        Some(bytes)
    }
}

impl Kind {
    /// How many hashes, or entries, of this kind a tree of this size has.
    fn count(self, size: u64) -> u64 {
        match self {
            Self::Entries => size,
            Self::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        }
    }
}

/// Reads any node of a tree from its tiles, as clients have them.
///
/// The function gives the hashes of the tile at (level, index), as many as there are, in whatever width it found them.
/// Heights in between are hashed anew.
pub struct TileHashes<F>(pub F);

impl<F: Fn(u8, u64) -> Option<Vec<Hash>>> HashReader for TileHashes<F> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        let span = 1_u64 << (level % 8);
        let first = index.checked_mul(span)?;
        let tile = (self.0)(level / 8, first / u64::from(WIDTH))?;
        let start = (first % u64::from(WIDTH)) as usize;
        let mut nodes = tile.get(start..start + span as usize)?.to_vec();
        while nodes.len() > 1 {
            nodes = nodes.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
        }
        nodes.pop()
    }
}
