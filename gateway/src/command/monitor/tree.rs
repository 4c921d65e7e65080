//! The tree as a monitor knows it: every leaf hash that the ledger showed, under the last checkpoint that fits them. With
//! it, any other checkpoint of the same log is weighed: of this history, of another, or of more than is known.

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;
use ledger::log::split::SplitView;
use ledger::log::tree::{Appended, Frontier, consistency_proof};
use ledger::words::Hash;

/// Leaf hashes and the signed checkpoint over them.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// As many as the checkpoint has.
    leaves: Vec<Hash>,
    /// The right edge over them.
    frontier: Frontier,
    /// What the log signed over them.
    note: Note,
    /// What it says.
    checkpoint: Checkpoint,
}

/// What another signed checkpoint of the log is.
#[derive(Debug)]
pub(super) enum Weight {
    /// Of the same history.
    Same,
    /// Of another one: this shows it.
    Other(Box<SplitView>),
    /// Of more entries than are known here.
    More,
}

impl Tree {
    /// The leaves under a checkpoint that was verified; `None` if they are not the ones that it signs.
    pub(super) fn new(leaves: Vec<Hash>, note: Note, checkpoint: Checkpoint) -> Option<Self> {
        let frontier = frontier(&leaves);
        let fits = frontier.size() == checkpoint.size() && frontier.root() == checkpoint.root();
        fits.then_some(Self { leaves, frontier, note, checkpoint })
    }

    /// The tree with more leaves; `None` if they are not the ones that the checkpoint signs.
    pub(super) fn grown(&self, new: &[Hash], note: Note, checkpoint: Checkpoint) -> Option<Self> {
        let mut frontier = self.frontier.clone();
        new.iter().for_each(|leaf| frontier.append(*leaf));
        let fits = frontier.size() == checkpoint.size() && frontier.root() == checkpoint.root();
        fits.then(|| Self { leaves: [&self.leaves, new].concat(), frontier, note, checkpoint })
    }

    /// Number of entries.
    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size()
    }

    /// The leaf hashes.
    pub(super) fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// What the checkpoint says.
    pub(super) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The checkpoint over them.
    pub(super) fn note(&self) -> &Note {
        &self.note
    }

    /// Weighs another checkpoint that the same log signed.
    pub(super) fn weigh(&self, note: &Note, checkpoint: &Checkpoint) -> Weight {
        if checkpoint.size() > self.size() {
            return Weight::More;
        }
        let root = frontier(&self.leaves[..checkpoint.size() as usize]).root();
        if root == checkpoint.root() {
            return Weight::Same;
        }
        let hashes = Appended::new(&Frontier::empty(), &self.leaves);
        let proof = consistency_proof(checkpoint.size(), self.size(), &hashes).expect("every leaf is there");
        Weight::Other(Box::new(SplitView { smaller: note.clone(), larger: self.note.clone(), root, proof }))
    }
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::empty();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    frontier
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::log::note::NoteSigner;

    fn leaves(size: usize, other: bool) -> Vec<Hash> {
        (0..size).map(|index| Hash::of(&[&[u8::from(other && index >= 4)], &index.to_be_bytes()])).collect()
    }

    fn tree(size: usize, other: bool) -> Tree {
        let leaves = leaves(size, other);
        let checkpoint = Checkpoint::new("example.nl/l", size as u64, frontier(&leaves).root()).unwrap();
        let note = checkpoint.sign(&NoteSigner::from_seed("example.nl/l", &[1; 32]).unwrap()).unwrap();
        Tree::new(leaves, note, checkpoint).unwrap()
    }

    #[test]
    fn every_other_history_is_shown_at_every_size_and_no_history_is_wronged() {
        let signer = NoteSigner::from_seed("example.nl/l", &[1; 32]).unwrap();
        for size in 1..20 {
            let kept = tree(size, false);
            for other in 0..=size {
                let same = tree(other, false);
                assert!(matches!(kept.weigh(&same.note, &same.checkpoint), Weight::Same), "{other} of {size}");
                let fork = tree(other, true);
                match kept.weigh(&fork.note, &fork.checkpoint) {
                    Weight::Same => assert!(other <= 4),
                    Weight::Other(split) => assert!(other > 4 && split.verify(signer.verifier()).is_ok(), "{other} of {size}"),
                    Weight::More => panic!("{other} is not more than {size}"),
                }
            }
            let more = tree(size + 1, false);
            assert!(matches!(kept.weigh(&more.note, &more.checkpoint), Weight::More));
        }
        let (two, three) = (tree(2, false), tree(3, false));
        let grown = two.grown(&leaves(3, false)[2..], three.note.clone(), three.checkpoint.clone()).unwrap();
        assert_eq!((grown.leaves(), grown.note()), (three.leaves(), three.note()));
        assert!(two.grown(&[], three.note.clone(), three.checkpoint.clone()).is_none());
        assert!(Tree::new(two.leaves.clone(), three.note, three.checkpoint).is_none());
    }
}
