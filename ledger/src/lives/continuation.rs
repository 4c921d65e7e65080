//! Where a log went on from fewer entries than it had signed for: the recorded exception to that nothing is lost.

use serde::{Deserialize, Serialize};

use super::moment::Fact;
use crate::log::checkpoint::Checkpoint;
use crate::words::Hash;

/// The log went on from fewer entries than it had signed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WentOn {
    /// The entry that says so; so many entries were left.
    pub since: Fact,
    /// The trees that the log had signed and does not begin with any more, as far as they are named. At least one.
    pub lost: Vec<LostTree>,
    /// How it came to this, in the words of the owner.
    pub reason: String,
}

/// A tree that the log signed and that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostTree {
    /// Number of entries.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

impl WentOn {
    /// Number of entries of the largest tree that is named.
    pub fn largest(&self) -> u64 {
        self.lost.iter().map(|tree| tree.size).max().unwrap_or(self.since.entry)
    }

    /// Whether it names this very tree.
    pub fn names(&self, tree: &Checkpoint) -> bool {
        self.lost.iter().any(|lost| lost.size == tree.size() && lost.root == tree.root())
    }

    /// Whether a tree that is not of the log is of a size that it tells of. That it is of the history that was lost is shown only for
    /// those that it names.
    pub fn tells_of(&self, tree: &Checkpoint) -> bool {
        tree.size() > self.since.entry && tree.size() <= self.largest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_of_the_sizes_from_what_is_left_to_the_largest_and_names_what_it_names() {
        let tree = |size: u64, byte: u8| Checkpoint::new("l.example/gm1", size, Hash([byte; 32])).unwrap();
        let lost = [(9, 1), (7, 2)].map(|(size, byte)| LostTree { size, root: Hash([byte; 32]) }).to_vec();
        let since = Fact { entry: 5, at: "2006-01-01T00:00:00Z".parse().unwrap() };
        let went_on = WentOn { since, lost, reason: "brand".to_owned() };
        assert_eq!(went_on.largest(), 9);
        let told: Vec<u64> = (0..12).filter(|size| *size > 0 && went_on.tells_of(&tree(*size, 3))).collect();
        assert_eq!(told, [6, 7, 8, 9]);
        for (size, byte, named) in [(9, 1, true), (7, 2, true), (9, 2, false), (8, 1, false)] {
            assert_eq!(went_on.names(&tree(size, byte)), named, "{size} {byte}");
        }
    }
}
