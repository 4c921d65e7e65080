//! Receipts: a proof that carries the record itself, so that one file shows what was accepted, when, and in which log.
//!
//! A receipt is a `.tlog-proof` whose extra data is salt (32 bytes) || record. The extra data is not signed, but the leaf is
//! recomputed from it, so that any other record or salt fails.

use std::fmt;

use thiserror::Error;

use super::checkpoint::Checkpoint;
use super::note::{Note, NoteFault, Signed, VerifierKey};
use super::proof::{Proof, ProofFault};
use super::record::{Entry, Record, RecordFault, Salt};
use crate::words::{Hash, Instant};

/// A receipt: well formed, but **nothing in it is verified** until [`Receipt::verify`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    proof: Proof,
}

/// What a receipt shows, once verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// The log that accepted the record.
    pub origin: String,
    /// Its place in that log, from 0.
    pub index: u64,
    /// When it was accepted, by the ledger's clock.
    pub accepted_at: Instant,
    /// The signed statement, byte for byte as received. Its own signature is not verified here.
    pub jws: Vec<u8>,
    /// The hash of the leaf.
    pub leaf: Hash,
    /// The tree in which it was found.
    pub checkpoint: Checkpoint,
    /// The witnesses, of those that the caller knows, that saw this tree.
    pub witnesses: Vec<Signed>,
}

impl Receipt {
    /// The receipt for a record, given by its bytes, with its path in the tree of a signed checkpoint.
    pub fn new(salt: &Salt, record: &[u8], hashes: Vec<Hash>, checkpoint: Note) -> Result<Self, ReceiptFault> {
        let index = Record::parse(record)?.index;
        let extra = Some([salt.as_slice(), record].concat());
        Ok(Self { proof: Proof { extra, index, hashes, checkpoint } })
    }

    /// Reads a receipt.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptFault> {
        let receipt = Self { proof: Proof::parse(bytes)? };
        let (_, record) = receipt.extra()?;
        Record::parse(record)?;
        Ok(receipt)
    }

    /// The text of the receipt; the same as `Display`.
    pub fn encode(&self) -> String {
        self.to_string()
    }

    /// The proof that it is.
    pub fn proof(&self) -> &Proof {
        &self.proof
    }

    /// Verifies with the key of the log alone. Whoever holds that key can still show two histories: see
    /// [`Receipt::verify_witnessed`].
    pub fn verify(&self, log: &VerifierKey) -> Result<VerifiedReceipt, ReceiptFault> {
        self.verify_witnessed(log, &[])
    }

    /// Verifies with the key of the log and those of witnesses, and tells which of these signed. How many are enough is for
    /// the caller's policy to say; a witness whose signature is there and fails makes it refuse the whole.
    pub fn verify_witnessed(&self, log: &VerifierKey, witnesses: &[VerifierKey]) -> Result<VerifiedReceipt, ReceiptFault> {
        let (salt, bytes) = self.extra()?;
        let record = Record::parse(bytes)?;
        let leaf = Entry::new(record.accepted_at, salt, bytes).leaf_hash();
        let (checkpoint, witnesses) = self.proof.verify(&leaf, log, witnesses)?;
        // The log signed the leaf, so a record that names another log or place is a fault of the log itself: evidence.
        if record.origin != checkpoint.origin() {
            let (record, checkpoint) = (record.origin.to_owned(), checkpoint.origin().to_owned());
            return Err(ReceiptFault::Origin { record, checkpoint });
        }
        if record.index != self.proof.index {
            return Err(ReceiptFault::Index { record: record.index, proof: self.proof.index });
        }
        Ok(VerifiedReceipt {
            origin: record.origin.to_owned(),
            index: record.index,
            accepted_at: record.accepted_at,
            jws: record.jws.to_vec(),
            leaf,
            checkpoint,
            witnesses,
        })
    }

    /// Verifies with one of these keys of a log, whichever signed.
    pub fn verify_any<'a>(&self, logs: impl IntoIterator<Item = &'a VerifierKey>) -> Result<VerifiedReceipt, ReceiptFault> {
        let none = Err(ReceiptFault::Proof(NoteFault::NoTrustedSignature.into()));
        logs.into_iter().fold(none, |verified, log| verified.or_else(|_| self.verify(log)))
    }

    /// The statement that it carries, unverified; `None` where it carries none.
    pub fn jws(&self) -> Option<&[u8]> {
        Some(Record::parse(self.extra().ok()?.1).ok()?.jws)
    }

    /// The salt and the bytes of the record.
    fn extra(&self) -> Result<(&Salt, &[u8]), ReceiptFault> {
        let extra = self.proof.extra.as_deref().ok_or(ReceiptFault::NoRecord)?;
        extra.split_first_chunk().ok_or(ReceiptFault::NoRecord)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.proof.fmt(f)
    }
}

/// Why a receipt is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptFault {
    /// It is a proof without salt and record.
    #[error("the proof carries no salt and record")]
    NoRecord,
    /// What it carries is no record.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// The proof is malformed or does not hold.
    #[error(transparent)]
    Proof(#[from] ProofFault),
    /// The record was made for another log.
    #[error("the record is of {record}, the checkpoint of {checkpoint}")]
    Origin {
        /// The origin in the record.
        record: String,
        /// The origin in the checkpoint.
        checkpoint: String,
    },
    /// The record was made for another place in the log.
    #[error("the record is number {record}, the proof is for {proof}")]
    Index {
        /// The index in the record.
        record: u64,
        /// The index in the proof.
        proof: u64,
    },
}
