//! RFC 6962, section 2.1, word for word over a list of entries: slow, and shares nothing with the code under test.

use std::collections::HashMap;

use ledger::log::tree::{Appended, Frontier, HashReader, leaf_hash};
use ledger::words::Hash;
use sha2::{Digest, Sha256};

/// MTH(D[n]).
pub(crate) fn root(entries: &[Vec<u8>]) -> Hash {
    let mut hasher = Sha256::new();
    match entries {
        [] => {}
        [entry] => {
            hasher.update([0]);
            hasher.update(entry);
        }
        _ => {
            let (left, right) = entries.split_at(split(entries.len()));
            hasher.update([1]);
            hasher.update(root(left).as_bytes());
            hasher.update(root(right).as_bytes());
        }
    }
    Hash(hasher.finalize().into())
}

/// PATH(m, D[n]).
pub(crate) fn path(index: usize, entries: &[Vec<u8>]) -> Vec<Hash> {
    if entries.len() == 1 {
        return Vec::new();
    }
    let (left, right) = entries.split_at(split(entries.len()));
    let (mut proof, sibling) = match index.checked_sub(left.len()) {
        None => (path(index, left), root(right)),
        Some(index) => (path(index, right), root(left)),
    };
    proof.push(sibling);
    proof
}

/// PROOF(m, D[n]) for 0 < m < n.
pub(crate) fn consistency(old: usize, entries: &[Vec<u8>]) -> Vec<Hash> {
    subproof(old, entries, true)
}

fn subproof(old: usize, entries: &[Vec<u8>], whole: bool) -> Vec<Hash> {
    if old == entries.len() {
        return if whole { Vec::new() } else { vec![root(entries)] };
    }
    let (left, right) = entries.split_at(split(entries.len()));
    let (mut proof, other) = match old.checked_sub(left.len()) {
        Some(rest @ 1..) => (subproof(rest, right, false), root(left)),
        _ => (subproof(old, left, whole), root(right)),
    };
    proof.push(other);
    proof
}

/// The largest power of two below the length.
fn split(length: usize) -> usize {
    (0..).map(|power| 1 << power).take_while(|size| *size < length).last().unwrap()
}

/// The entries `0`, `1`, `2` ...
pub(crate) fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| number.to_string().into_bytes()).collect()
}

/// The leaf hashes of entries.
pub(crate) fn leaves(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

/// A store of nodes, as the shell keeps it: filled by batches.
#[derive(Default)]
pub(crate) struct Stored {
    pub(crate) frontier: Frontier,
    pub(crate) nodes: HashMap<(u8, u64), Hash>,
}

impl Stored {
    /// A store with these entries in it.
    pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
        let mut stored = Self::default();
        stored.append(&leaves(entries));
        stored
    }

    /// Appends a batch.
    pub(crate) fn append(&mut self, leaves: &[Hash]) -> Appended {
        let appended = Appended::new(&self.frontier, leaves);
        for (level, index, hash) in appended.new_nodes() {
            assert!(self.nodes.insert((level, index), hash).is_none(), "a node is made once");
        }
        self.frontier = appended.frontier().clone();
        appended
    }
}

impl HashReader for Stored {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        self.nodes.get(&(level, index)).copied()
    }
}
