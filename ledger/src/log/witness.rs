//! What a witness answers to a checkpoint that it is shown: the decision alone, without store, clock or key (C2SP tlog-witness).
//!
//! ```text
//! old <size of the last checkpoint that the witness cosigned>
//! <hash in base64>            zero to 63, the consistency proof
//!
//! <the checkpoint, signed by the log>
//! ```

use std::fmt;

use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointFault};
use super::note::{MAX_SIGNATURES, Note, NoteFault, Signature, VerifierKey};
use super::split::SplitView;
use super::text::{base64, parse_decimal, parse_hash};
use super::tree::{VerifyFault, empty_root, root_of_first, verify_consistency};
use crate::words::Hash;

/// The longest consistency proof (tlog-witness, "add-checkpoint").
pub const MAX_PROOF: usize = 63;

/// A request to cosign a checkpoint: well formed, but **nothing in it is verified** until [`decide`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the asker takes the witness to know.
    pub old: u64,
    /// The consistency proof from there to the checkpoint.
    pub proof: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub checkpoint: Note,
}

impl AddCheckpoint {
    /// Reads a request: only what `Display` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| RequestFault::Utf8)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(RequestFault::Shape)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(parse_decimal).ok_or(RequestFault::Old)?;
        let proof = lines.take(MAX_PROOF + 1).map(|line| parse_hash(line).ok_or(RequestFault::Hash));
        let proof: Vec<Hash> = proof.collect::<Result<_, _>>()?;
        if proof.len() > MAX_PROOF {
            return Err(RequestFault::TooManyHashes);
        }
        Ok(Self { old, proof, checkpoint: Note::parse(checkpoint.as_bytes())? })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a request is malformed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestFault {
    /// It is not UTF-8.
    #[error("the request is not UTF-8")]
    Utf8,
    /// It has no empty line before the checkpoint.
    #[error("no empty line and checkpoint after the proof")]
    Shape,
    /// The first line is not `old <size>` with a decimal without leading zeros.
    #[error("the first line is not \"old <size>\" with a decimal number")]
    Old,
    /// A line of the proof is not a hash in canonical base64.
    #[error("a line of the proof is not a hash in canonical base64")]
    Hash,
    /// The proof is longer than in any tree.
    #[error("more than {MAX_PROOF} hashes")]
    TooManyHashes,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteFault),
}

/// What can be said of a request without knowing what was cosigned before: whether a log that is known signed it.
///
/// `trusted` are the keys of logs that the witness trusts, each named by its log's origin. Extension lines are refused,
/// since a log that follows these formats has none.
pub fn screen(request: &AddCheckpoint, trusted: &[VerifierKey]) -> Result<Checkpoint, Denial> {
    let checkpoint = Checkpoint::parse(request.checkpoint.text()).map_err(Denial::Malformed)?;
    let mine: Vec<VerifierKey> = trusted.iter().filter(|key| key.name() == checkpoint.origin()).cloned().collect();
    if mine.is_empty() {
        return Err(Denial::UnknownLog { origin: checkpoint.origin().to_owned() });
    }
    request.checkpoint.verify(&mine).map_err(Denial::Unsigned)?;
    Ok(checkpoint)
}

/// Decides about a request: to cosign, or why not. `last` is the note of the last checkpoint that the witness cosigned for
/// this log. Whoever persists the outcome holds `last` locked from reading it until the new one is stored.
pub fn decide(request: &AddCheckpoint, trusted: &[VerifierKey], last: Option<&Note>) -> Result<Checkpoint, Denial> {
    let checkpoint = screen(request, trusted)?;
    if request.old > checkpoint.size() {
        return Err(Denial::OldLarger { old: request.old, size: checkpoint.size() });
    }
    let known = match last {
        Some(note) => Checkpoint::parse(note.text()).map_err(|_| Denial::StoreDamaged)?,
        None => Checkpoint::new(checkpoint.origin(), 0, empty_root()).map_err(Denial::Malformed)?,
    };
    if request.old != known.size() {
        return Err(Denial::OtherSize { known: known.size(), split: split(last, request, &known, &checkpoint) });
    }
    let shown = verify_consistency(known.size(), &known.root(), checkpoint.size(), &checkpoint.root(), &request.proof);
    match shown {
        Ok(()) => Ok(checkpoint),
        Err(fault) => Err(Denial::NotConsistent { fault, split: split(last, request, &known, &checkpoint) }),
    }
}

/// Two checkpoints by the same log that cannot both be of one history, where the request is enough to show it: two roots of
/// one size, or a proof that leads to the new root from another old one. A proof that leads nowhere shows nothing: anyone
/// can send that with a true checkpoint.
fn split(last: Option<&Note>, request: &AddCheckpoint, known: &Checkpoint, new: &Checkpoint) -> Option<Box<SplitView>> {
    let last = last?.clone();
    let root = if known.size() == new.size() {
        new.root()
    } else if request.old == known.size() {
        root_of_first(known.size(), new.size(), &new.root(), &request.proof)?
    } else {
        return None;
    };
    let proof = if known.size() == new.size() { Vec::new() } else { request.proof.clone() };
    (root != known.root()).then(|| Box::new(SplitView { smaller: last, larger: request.checkpoint.clone(), root, proof }))
}

/// The cosignature by this key among the lines that a witness answered with, verified for this checkpoint; lines by other
/// keys are ignored. With it the time at which the witness made it, in seconds since 1970 by its own clock.
pub fn cosignature(checkpoint: &Note, answer: &[u8], key: &VerifierKey) -> Result<(Signature, u64), AnswerFault> {
    let lines = std::str::from_utf8(answer).map_err(|_| NoteFault::Utf8)?.strip_suffix('\n').ok_or(NoteFault::Shape)?;
    for line in lines.split('\n').take(MAX_SIGNATURES) {
        let signature = Signature::parse(line)?;
        if !key.made(&signature) {
            continue;
        }
        let signed = Note::new(checkpoint.text(), vec![signature.clone()])?.verify(std::slice::from_ref(key))?;
        let time = signed.first().and_then(|by| by.time).ok_or(AnswerFault::NotItsKey)?;
        return Ok((signature, time));
    }
    Err(AnswerFault::NotItsKey)
}

/// Why the answer of a witness gives no cosignature.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AnswerFault {
    /// It is not lines of signatures, or its signature does not hold.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// No line is a cosignature by the key that the witness is known by.
    #[error("no cosignature by the key of this witness")]
    NotItsKey,
}

/// Why a witness does not cosign. Each has its status (tlog-witness, "add-checkpoint").
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Denial {
    /// 400: what was sent as a checkpoint is none.
    #[error("the checkpoint is none: {0}")]
    Malformed(CheckpointFault),
    /// 404: the witness does not know this log.
    #[error("this witness does not know the log {origin}")]
    UnknownLog {
        /// The origin in the checkpoint.
        origin: String,
    },
    /// 403: no trusted key of the log signed it, or the signature of one fails.
    #[error("the checkpoint is not signed by the log: {0}")]
    Unsigned(NoteFault),
    /// 400: the old size is above that of the checkpoint.
    #[error("old size {old} is larger than the checkpoint's {size}")]
    OldLarger {
        /// The old size in the request.
        old: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// 409: the last cosigned checkpoint has another size.
    #[error("the last checkpoint that this witness cosigned has {known} entries")]
    OtherSize {
        /// Its size, 0 if there is none: the asker proves consistency from there.
        known: u64,
        /// Evidence that the log shows two histories, if the request is that.
        split: Option<Box<SplitView>>,
    },
    /// 422: it does not begin with what was cosigned before.
    #[error("the checkpoint is not shown to begin with what this witness cosigned before: {fault}")]
    NotConsistent {
        /// What is wrong with the proof.
        fault: VerifyFault,
        /// Evidence that the log shows two histories, if the request is that.
        split: Option<Box<SplitView>>,
    },
    /// 500: what the witness stored is no checkpoint.
    #[error("the stored checkpoint is damaged")]
    StoreDamaged,
}

impl Denial {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldLarger { .. } => 400,
            Self::Unsigned(_) => 403,
            Self::UnknownLog { .. } => 404,
            Self::OtherSize { .. } => 409,
            Self::NotConsistent { .. } => 422,
            Self::StoreDamaged => 500,
        }
    }

    /// Two checkpoints that show two histories, if the request was that.
    pub fn split(&self) -> Option<&SplitView> {
        match self {
            Self::OtherSize { split, .. } | Self::NotConsistent { split, .. } => split.as_deref(),
            Self::Malformed(_) | Self::UnknownLog { .. } | Self::Unsigned(_) | Self::OldLarger { .. } | Self::StoreDamaged => None,
        }
    }
}
