//! How a log came from one key to the next: each is named by the owner in an entry that the key before it has signed for.

use super::finding::Finding;
use crate::book::succession::Announced;
use crate::lives::log_keys::LogKeys;
use crate::log::note::VerifierKey;
use crate::words::Hash;

/// What is known of it, from the key that the auditor was given.
#[derive(Debug, Default)]
pub(super) struct Handover {
    /// The later keys that the given one vouches for.
    pub(super) announced: Vec<Announced>,
    /// The entries that name a later key than the given one, each with its key and the hash of its leaf.
    named: Vec<(u64, VerifierKey, Option<Hash>)>,
    /// The genesis names another key than the given one, and no entry so far names that.
    pub(super) open: Option<Finding>,
}

impl Handover {
    /// Keeps a finding that a later entry may settle; gives none.
    pub(super) fn waits_for(&mut self, finding: Option<Finding>) -> Option<Finding> {
        self.open = finding;
        None
    }

    /// Takes the entry that names a new key, which stands. One before the given key was named says nothing of what the
    /// given key vouches for, and needs nothing: the given key signs for the whole log.
    pub(super) fn take(&mut self, index: u64, leaf: Option<Hash>, keys: Option<LogKeys>, given: &VerifierKey) {
        let Some(keys) = keys else { return };
        let new = keys.current();
        if self.open.is_some() {
            if new == given {
                self.open = None;
            }
            return;
        }
        self.named.push((index, new.clone(), leaf));
    }

    /// What is wrong with it under a checkpoint, which the given key has signed or not. What it has signed for, it vouches for:
    /// then the entries themselves are enough.
    pub(super) fn findings(&self, signed_by_given: bool) -> Vec<Finding> {
        let shown = |(index, key, leaf): &(u64, VerifierKey, Option<Hash>)| {
            self.announced.iter().any(|it| it.entry == *index && it.key == *key && Some(it.leaf) == *leaf)
        };
        let unshown = self.named.iter().filter(|named| !signed_by_given && !shown(named));
        let unshown = unshown.map(|(index, key, _)| Finding::KeyNotHandedOver { index: *index, log_key: key.to_string() });
        self.open.iter().cloned().chain(unshown).collect()
    }
}
