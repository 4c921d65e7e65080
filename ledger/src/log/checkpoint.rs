//! Checkpoints: the note in which a log says how large its tree is and what its root is (C2SP tlog-checkpoint).
//!
//! ```text
//! <origin>
//! <size in decimal>
//! <root in base64>
//! ```
//!
//! No extension lines: witnesses refuse them.

use std::fmt;

use thiserror::Error;

use super::note::{Note, NoteFault, NoteSigner, Signed, VerifierKey};
use super::text::{MAX_NAME, base64, is_printable, parse_decimal, parse_hash};
use super::tree::{MAX_SIZE, empty_root};
use crate::words::Hash;

/// What a checkpoint says. Well formed, but true only if the log signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
}

impl Checkpoint {
    /// A checkpoint of a tree.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointFault> {
        if origin.is_empty() || origin.len() > MAX_NAME || origin.contains('\n') || !is_printable(origin) {
            return Err(CheckpointFault::Origin);
        }
        if size > MAX_SIZE {
            return Err(CheckpointFault::Size);
        }
        if size == 0 && root != empty_root() {
            return Err(CheckpointFault::EmptyRoot);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Reads the text of a checkpoint: three lines, each ending in a line feed.
    pub fn parse(text: &str) -> Result<Self, CheckpointFault> {
        let lines: Vec<&str> = text.strip_suffix('\n').ok_or(CheckpointFault::Shape)?.split('\n').collect();
        match lines[..] {
            [origin, size, root] => {
                let size = parse_decimal(size).ok_or(CheckpointFault::Size)?;
                let root = parse_hash(root).ok_or(CheckpointFault::Root)?;
                Self::new(origin, size, root)
            }
            [_, _, _, ..] => Err(CheckpointFault::Extension),
            _ => Err(CheckpointFault::Shape),
        }
    }

    /// Signs with the key of the log, whose name is the origin. Whoever calls this holds the lock on the log's head.
    pub fn sign(&self, signer: &NoteSigner) -> Result<Note, CheckpointFault> {
        self.check_name(signer.verifier())?;
        let text = self.to_string();
        let signature = signer.sign(&text);
        Ok(Note::new(text, vec![signature])?)
    }

    /// Signs with each of these keys of the log: while one takes over from another, both sign.
    pub fn sign_by(&self, signers: &[impl AsRef<NoteSigner>]) -> Result<Note, CheckpointFault> {
        signers.iter().try_for_each(|signer| self.check_name(signer.as_ref().verifier()))?;
        let text = self.to_string();
        let signatures = signers.iter().map(|signer| signer.as_ref().sign(&text)).collect();
        Ok(Note::new(text, signatures)?)
    }

    /// Verifies a note as a checkpoint that one of these keys of a log signed; see [`Checkpoint::open`].
    pub fn open_any(note: &Note, logs: &[VerifierKey], witnesses: &[VerifierKey]) -> Result<(Self, Vec<Signed>), CheckpointFault> {
        let none = Err(NoteFault::NoTrustedSignature.into());
        logs.iter().fold(none, |opened, log| opened.or_else(|_| Self::open(note, log, witnesses)))
    }

    /// Verifies a note as a checkpoint that this log signed, and gives the signatures of those witnesses that are known.
    /// A known witness whose signature fails makes it refuse the whole.
    pub fn open(note: &Note, log: &VerifierKey, witnesses: &[VerifierKey]) -> Result<(Self, Vec<Signed>), CheckpointFault> {
        let keys = [std::slice::from_ref(log), witnesses].concat();
        let mut signed = note.verify(&keys)?;
        // A witness alone does not make a checkpoint.
        let by_log = signed.iter().position(|by| by.key == *log).ok_or(NoteFault::NoTrustedSignature)?;
        signed.remove(by_log);
        let checkpoint = Self::parse(note.text())?;
        checkpoint.check_name(log)?;
        Ok((checkpoint, signed))
    }

    /// The log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves its tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of its tree.
    pub fn root(&self) -> Hash {
        self.root
    }

    fn check_name(&self, key: &VerifierKey) -> Result<(), CheckpointFault> {
        if key.name() == self.origin {
            return Ok(());
        }
        Err(CheckpointFault::OtherOrigin { origin: self.origin.clone(), name: key.name().to_owned() })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, base64(self.root.as_bytes()))
    }
}

/// Why a checkpoint is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CheckpointFault {
    /// It is not three lines, each ending in a line feed.
    #[error("a checkpoint has three lines")]
    Shape,
    /// It has lines after the third.
    #[error("extension lines are not accepted")]
    Extension,
    /// The origin is empty, longer than 255 bytes, or has a control character.
    #[error("the origin is not one line of 1 to 255 bytes")]
    Origin,
    /// The size is no decimal number, has a leading zero, or is too large.
    #[error("the size is not a decimal number without leading zeros, below 2^63")]
    Size,
    /// The root is not a hash in canonical base64.
    #[error("the root is not a hash in canonical base64")]
    Root,
    /// The tree is empty and the root is not that of the empty tree.
    #[error("the empty tree has another root")]
    EmptyRoot,
    /// The key has another name than the log.
    #[error("the checkpoint is of {origin}, the key of {name}")]
    OtherOrigin {
        /// The origin in the checkpoint.
        origin: String,
        /// The name of the key.
        name: String,
    },
    /// The note or a signature on it is refused.
    #[error(transparent)]
    Note(#[from] NoteFault),
}
