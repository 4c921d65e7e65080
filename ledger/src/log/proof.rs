//! A proof that a log holds an entry, in one text that verifies offline (C2SP tlog-proof, files `.tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>              optional, not authenticated
//! index <index in decimal>
//! <hash in base64>            zero or more, from the leaf's sibling up
//!
//! <the checkpoint with its signatures>
//! ```

use std::fmt;

use thiserror::Error;

use super::checkpoint::{Checkpoint, CheckpointFault};
use super::note::{Note, NoteFault, Signed, VerifierKey};
use super::text::{base64, parse_base64, parse_decimal, parse_hash};
use super::tree::{VerifyFault, verify_inclusion};
use crate::words::Hash;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// The longest path in a tree of less than 2^63 leaves.
const MAX_HASHES: usize = 63;

/// A proof: well formed, but **nothing in it is verified** until [`Proof::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the application adds. No signature covers it.
    pub extra: Option<Vec<u8>>,
    /// The place of the entry in the log, from 0.
    pub index: u64,
    /// The sibling hashes, from the leaf up.
    pub hashes: Vec<Hash>,
    /// The checkpoint, signed by the log and perhaps by witnesses.
    pub checkpoint: Note,
}

impl Proof {
    /// Reads a proof: only what `Display` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| ProofFault::Utf8)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofFault::Shape)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(ProofFault::Header);
        }
        let extra = match lines.next_if(|line| line.starts_with("extra ")) {
            Some(line) => Some(parse_base64(&line["extra ".len()..]).ok_or(ProofFault::Extra)?),
            None => None,
        };
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_decimal);
        let index = index.ok_or(ProofFault::Index)?;
        let hashes = lines.take(MAX_HASHES + 1).map(|line| parse_hash(line).ok_or(ProofFault::Hash));
        let hashes: Vec<Hash> = hashes.collect::<Result<_, _>>()?;
        if hashes.len() > MAX_HASHES {
            return Err(ProofFault::TooManyHashes);
        }
        Ok(Self { extra, index, hashes, checkpoint: Note::parse(checkpoint.as_bytes())? })
    }

    /// Verifies that the log with this key holds the leaf at [`Proof::index`]; gives the checkpoint that says so, and the
    /// signatures on it of those witnesses that are known.
    pub fn verify(&self, leaf: &Hash, log: &VerifierKey, witnesses: &[VerifierKey]) -> Result<(Checkpoint, Vec<Signed>), ProofFault> {
        let (checkpoint, signed) = Checkpoint::open(&self.checkpoint, log, witnesses)?;
        verify_inclusion(leaf, self.index, checkpoint.size(), &self.hashes, &checkpoint.root())?;
        Ok((checkpoint, signed))
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash.as_bytes())))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProofFault {
    /// It is not UTF-8.
    #[error("the proof is not UTF-8")]
    Utf8,
    /// It has no empty line before the checkpoint.
    #[error("no empty line and checkpoint after the proof")]
    Shape,
    /// The first line names another format.
    #[error("the first line is not \"c2sp.org/tlog-proof@v1\"")]
    Header,
    /// The extra data is not in canonical base64.
    #[error("the extra data is not in canonical base64")]
    Extra,
    /// The index is missing, no decimal number, or has a leading zero.
    #[error("no line \"index <n>\" where it belongs")]
    Index,
    /// A line of the path is not a hash in canonical base64.
    #[error("a line of the proof is not a hash in canonical base64")]
    Hash,
    /// The path is longer than in any tree.
    #[error("more than {MAX_HASHES} hashes")]
    TooManyHashes,
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteFault),
    /// The checkpoint is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointFault),
    /// The path does not lead from the leaf to the checkpoint.
    #[error(transparent)]
    Inclusion(#[from] VerifyFault),
}
