//! What the log itself records as lost, told apart from a split view that nothing explains: as wrong, and by its name.

use ledger::lives::continuation::WentOn;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;

use super::finding::{Finding, What};
use super::tree::{Tree, Weight};
use super::watch::Watch;

/// A log that is shown in the place of the one that is known.
pub(super) struct Other {
    /// Where it went on from fewer entries than it had signed for.
    went_on: Vec<WentOn>,
    served: Tree,
}

impl Watch {
    /// Tells apart what the log itself records as lost, and tells where it does.
    pub(super) fn with_what_is_recorded(&self, findings: Vec<Finding>, other: Option<Other>) -> Vec<Finding> {
        let (went_on, served) = match (&other, &self.auditor, &self.tree) {
            (Some(other), _, _) => (other.went_on.as_slice(), &other.served),
            (None, Some(auditor), Some(tree)) => (auditor.went_on(), tree),
            (None, _, _) => return findings,
        };
        let told = went_on.iter().map(|it| What::WentOn(Box::new(it.clone())).into());
        told.chain(findings.into_iter().map(|finding| finding.recorded_by(went_on, served))).collect()
    }

    /// What an audit made of a log that is not the one that is known; nothing more is done with it.
    pub(super) fn other(&mut self, served: Option<Tree>) -> Option<Other> {
        let went_on = self.auditor.take()?.went_on().to_vec();
        Some(Other { went_on, served: served? })
    }
}

impl Finding {
    /// The same, where an entry of the log records the tree that is not of it; `served` is the log as it is shown now.
    fn recorded_by(self, went_on: &[WentOn], served: &Tree) -> Self {
        match lost(&self.what, served).and_then(|(tree, is_shown)| {
            // What is larger than the log is may have been signed since: only what is named is known to be lost.
            let mut recording = went_on.iter().filter(|it| if is_shown { it.tells_of(&tree) } else { it.names(&tree) });
            recording.next().map(|it| it.since.entry)
        }) {
            Some(entry) => What::Recorded { entry, what: Box::new(self.what) }.into(),
            None => self,
        }
    }
}

/// The tree that is not of the log as it is shown, and whether the log shows that by a tree of its own; else it is larger.
fn lost(what: &What, served: &Tree) -> Option<(Checkpoint, bool)> {
    let read = |note: &Note| Checkpoint::parse(note.text()).ok();
    match what {
        What::SplitView { split, .. } => {
            let (smaller, larger) = (read(&split.smaller)?, read(&split.larger)?);
            let is_of_it = |note: &Note, tree: &Checkpoint| matches!(served.weigh(note, tree), Weight::Same);
            match (is_of_it(&split.smaller, &smaller), is_of_it(&split.larger, &larger)) {
                (true, false) => Some((larger, true)),
                (false, true) => Some((smaller, true)),
                (true, true) | (false, false) => None,
            }
        }
        What::Fewer { signed_note, .. } => Some((read(&Note::parse(signed_note.as_bytes()).ok()?)?, false)),
        What::Recorded { .. } | What::WentOn(_) | What::Audit(_) => None,
        What::Unsound { .. } | What::NoWord { .. } | What::Statement { .. } => None,
    }
}
