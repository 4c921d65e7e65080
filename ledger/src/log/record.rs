//! What a leaf holds: the record in full, and the entry that commits to it without showing it.
//!
//! ```text
//! record = "convenant/record/v1\n" || origin || "\n" || index || "\n" || acceptedAt || "\n" || JWS as received
//! entry  = acceptedAt, u64 big-endian milliseconds || SHA-256(salt || record)
//! ```
//!
//! The tiles are public; what institutions agreed need not be. Without the salt an outsider cannot try out guesses.

use thiserror::Error;

use super::text::{MAX_NAME, is_printable, parse_decimal};
use super::tree::leaf_hash;
use crate::words::{Hash, Instant};

/// 32 random bytes, drawn anew for each record by the shell.
pub type Salt = [u8; 32];

const HEADER: &str = "convenant/record/v1";

/// The bytes of a record. The origin is that of the log's checkpoints, the JWS comes byte for byte as received.
///
/// # Panics
/// If the origin is empty, too long or has a control character: two records could then share their bytes.
pub fn record_bytes(origin: &str, index: u64, accepted_at: Instant, jws: &[u8]) -> Vec<u8> {
    assert!(is_origin(origin), "an origin is one line of 1 to 255 bytes");
    let mut bytes = format!("{HEADER}\n{origin}\n{index}\n{accepted_at}\n").into_bytes();
    bytes.extend_from_slice(jws);
    bytes
}

/// A record, read back from its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The log that accepted it.
    pub origin: &'a str,
    /// Its place in that log, from 0.
    pub index: u64,
    /// When it was accepted.
    pub accepted_at: Instant,
    /// The signed statement, byte for byte as received.
    pub jws: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads a record: only what [`record_bytes`] writes, with a JWS that is not empty and an instant from 1970 on.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RecordFault> {
        let mut rest = bytes;
        if line(&mut rest)? != HEADER {
            return Err(RecordFault::Header);
        }
        let origin = line(&mut rest)?;
        if !is_origin(origin) {
            return Err(RecordFault::Origin);
        }
        let index = parse_decimal(line(&mut rest)?).ok_or(RecordFault::Index)?;
        let written = line(&mut rest)?;
        let accepted_at: Instant = written.parse().map_err(|_| RecordFault::AcceptedAt)?;
        if accepted_at.to_string() != written || accepted_at.millis() < 0 {
            return Err(RecordFault::AcceptedAt);
        }
        if rest.is_empty() {
            return Err(RecordFault::NoJws);
        }
        Ok(Self { origin, index, accepted_at, jws: rest })
    }
}

/// Takes one line off the front.
fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str, RecordFault> {
    let end = rest.iter().position(|&byte| byte == b'\n').ok_or(RecordFault::Truncated)?;
    let line = std::str::from_utf8(&rest[..end]).map_err(|_| RecordFault::Utf8)?;
    *rest = &rest[end + 1..];
    Ok(line)
}

fn is_origin(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_NAME && is_printable(text) && !text.contains('\n')
}

/// What the public sees of a record: 40 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry([u8; 40]);

impl Entry {
    /// The entry of a record, given by its bytes. The instant is the one that the record names.
    ///
    /// # Panics
    /// If the instant is before 1970: an entry counts milliseconds without a sign, and no ledger is that old.
    pub fn new(accepted_at: Instant, salt: &Salt, record: &[u8]) -> Self {
        let millis = u64::try_from(accepted_at.millis()).expect("nothing was accepted before 1970");
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&millis.to_be_bytes());
        bytes[8..].copy_from_slice(Hash::of(&[salt, record]).as_bytes());
        Self(bytes)
    }

    /// From the 40 bytes in an entry bundle; refused if they are not 40, or the instant cannot be written.
    pub fn parse(bytes: &[u8]) -> Result<Self, RecordFault> {
        let entry = Self(bytes.try_into().map_err(|_| RecordFault::EntryLength(bytes.len()))?);
        entry.instant().map(|_| entry).ok_or(RecordFault::AcceptedAt)
    }

    /// When the record was accepted.
    pub fn accepted_at(&self) -> Instant {
        self.instant().expect("checked when the entry was made")
    }

    /// SHA-256(salt || record).
    pub fn commitment(&self) -> Hash {
        Hash(self.0[8..].try_into().expect("40 - 8 bytes"))
    }

    /// The 40 bytes.
    pub fn as_bytes(&self) -> &[u8; 40] {
        &self.0
    }

    /// The hash of the leaf that holds this entry.
    pub fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.0)
    }

    fn instant(&self) -> Option<Instant> {
        let millis = u64::from_be_bytes(self.0[..8].try_into().expect("8 bytes"));
        Instant::from_millis(i64::try_from(millis).ok()?)
    }
}

/// Why bytes are no record or no entry.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecordFault {
    /// The first line names another format.
    #[error("the first line is not \"convenant/record/v1\"")]
    Header,
    /// A line feed is missing.
    #[error("the record ends before its fourth line does")]
    Truncated,
    /// A line is not UTF-8.
    #[error("a line is not UTF-8")]
    Utf8,
    /// The origin is empty, longer than 255 bytes or has a control character.
    #[error("the origin is not one line of 1 to 255 bytes")]
    Origin,
    /// The index is no decimal number, or has a leading zero.
    #[error("the index is not a decimal number without leading zeros")]
    Index,
    /// The instant is written in another way, or is before 1970.
    #[error("acceptedAt is not an instant from 1970 on, in UTC with three decimals and Z")]
    AcceptedAt,
    /// There is nothing after the fourth line.
    #[error("the record holds no JWS")]
    NoJws,
    /// An entry has another length than 40 bytes.
    #[error("an entry has 40 bytes, not {0}")]
    EntryLength(usize),
}
