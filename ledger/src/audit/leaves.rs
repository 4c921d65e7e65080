//! The tree over what was read, twice: over the records, and over the entries as they were published.

use super::prepare::Prepared;
use crate::log::tree::{Frontier, leaf_hash};
use crate::words::Hash;

/// Two right edges. Where a record does not fit its published entry, the checkpoint tells which of them was
/// tampered with, and the finding at that entry is enough.
#[derive(Debug, Default)]
pub(super) struct Leaves {
    records: Frontier,
    published: Frontier,
    interrupted: bool,
}

impl Leaves {
    pub(super) fn append(&mut self, prepared: &Prepared) {
        let computed = prepared.computed.map(|entry| entry.leaf_hash());
        let published = prepared.published.as_deref().map(leaf_hash);
        // An instant before 1970 has no entry: nothing stands for it that a checkpoint could commit to.
        let none = leaf_hash(&[]);
        self.records.append(computed.or(published).unwrap_or(none));
        self.published.append(published.or(computed).unwrap_or(none));
    }

    /// An entry was out of place, so that there is no tree to compare.
    pub(super) fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// The root over the records.
    pub(super) fn root(&self) -> Hash {
        self.records.root()
    }

    /// Whether this root is that of the records, or of the entries as published; unless a finding told already that
    /// entries are out of place.
    pub(super) fn commit_to(&self, root: Hash) -> bool {
        self.interrupted || self.records.root() == root || self.published.root() == root
    }
}
