//! A split view: two checkpoints, both signed by one log, that cannot be of one history. Whoever holds it convicts the log.
//!
//! Where both trees have one size, two roots are all it takes. Else a third root goes with them: that of the first
//! entries of the larger tree, with the proof that it is. It is not the smaller checkpoint's, so the larger tree does not
//! begin with the smaller one.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointFault};
use super::note::{Note, NoteFault, VerifierKey};
use super::text::{base64, parse_hash};
use super::tree::{VerifyFault, verify_consistency};
use crate::words::Hash;

/// Evidence of a split view: well formed, but **nothing in it is verified** until [`SplitView::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct SplitView {
    /// The checkpoint of the smaller tree; with equal sizes the one that was seen first.
    pub smaller: Note,
    /// The checkpoint of the larger tree.
    pub larger: Note,
    /// The root over the first entries of the larger tree, as many as the smaller tree has.
    pub root: Hash,
    /// The consistency proof from `root` to the larger tree.
    pub proof: Vec<Hash>,
}

impl SplitView {
    /// Verifies that a log with this key signed both, and that they are not of one history; gives what they say.
    pub fn verify(&self, log: &VerifierKey) -> Result<(Checkpoint, Checkpoint), SplitFault> {
        self.verify_any(std::slice::from_ref(log))
    }

    /// The same for a log that had several keys: each checkpoint is signed by one of them.
    pub fn verify_any(&self, logs: &[VerifierKey]) -> Result<(Checkpoint, Checkpoint), SplitFault> {
        let (smaller, _) = Checkpoint::open_any(&self.smaller, logs, &[])?;
        let (larger, _) = Checkpoint::open_any(&self.larger, logs, &[])?;
        verify_consistency(smaller.size(), &self.root, larger.size(), &larger.root(), &self.proof)?;
        if self.root == smaller.root() { Err(SplitFault::OneHistory) } else { Ok((smaller, larger)) }
    }
}

/// Why something is no evidence of a split view.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SplitFault {
    /// The log did not sign one of the checkpoints.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    /// The root is not that of the first entries of the larger tree.
    #[error("the root between the two is not that of the larger tree: {0}")]
    Proof(#[from] VerifyFault),
    /// The larger tree begins with the smaller one: nothing is wrong.
    #[error("the larger tree begins with the smaller one: this is one history")]
    OneHistory,
    /// It is not written as evidence is.
    #[error("not a split view: {0}")]
    Form(&'static str),
    /// One of the checkpoints is not a note.
    #[error(transparent)]
    Note(#[from] NoteFault),
}

/// As it is kept in a file: `{"smaller": "<note>", "larger": "<note>", "root": "<base64>", "proof": ["<base64>"]}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    smaller: String,
    larger: String,
    root: String,
    proof: Vec<String>,
}

impl From<SplitView> for Written {
    fn from(split: SplitView) -> Self {
        Self {
            smaller: split.smaller.to_string(),
            larger: split.larger.to_string(),
            root: base64(split.root.as_bytes()),
            proof: split.proof.iter().map(|hash| base64(hash.as_bytes())).collect(),
        }
    }
}

impl TryFrom<Written> for SplitView {
    type Error = SplitFault;

    fn try_from(written: Written) -> Result<Self, SplitFault> {
        let hash = |text: &String| parse_hash(text).ok_or(SplitFault::Form("a hash is not in canonical base64"));
        Ok(Self {
            smaller: Note::parse(written.smaller.as_bytes())?,
            larger: Note::parse(written.larger.as_bytes())?,
            root: hash(&written.root)?,
            proof: written.proof.iter().map(hash).collect::<Result<_, _>>()?,
        })
    }
}
