//! The rows of the log and its head, and how they are read: a row that does not parse is named damage.

use ledger::book::LifeKey;
use ledger::log::record::Entry;
use ledger::log::tree::Frontier;
use ledger::words::{Hash, Instant};

use super::db::Row;
use super::keep::StoreFault;

/// One entry of a log as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Index in the log.
    pub entry: u64,
    /// The ledger's instant of acceptance.
    pub accepted_at: Instant,
    /// The salt of its record.
    pub salt: [u8; 32],
    /// The 40 bytes of the entry.
    pub leaf: Vec<u8>,
    /// The JWS as it came.
    pub jws: Vec<u8>,
}

/// One entry of a log as far as it can be read: whoever audits gets these bytes, whatever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Index in the log.
    pub entry: u64,
    /// Milliseconds since 1970, where that is an instant.
    pub accepted_at: i64,
    /// The salt, of 32 bytes where it is whole.
    pub salt: Vec<u8>,
    /// The entry, of 40 bytes where it is whole.
    pub leaf: Vec<u8>,
    /// The JWS as it came.
    pub jws: Vec<u8>,
}

/// The head of a log.
#[derive(Debug, Clone)]
pub struct HeadRow {
    /// Number of entries.
    pub size: u64,
    /// Instant of acceptance of the last one.
    pub accepted_at: Instant,
    /// The right edge of the tree.
    pub frontier: Frontier,
}

/// The name under which a life is stored.
pub fn subject_of(life: &LifeKey) -> Option<String> {
    match life {
        LifeKey::Agreement(id) => Some(format!("agreement/{id}")),
        LifeKey::Institution(id) => Some(format!("institution/{id}")),
        LifeKey::Key(_) | LifeKey::Id(..) => None,
    }
}

/// Every kind of part.
pub(super) const PART_KINDS: [&str; 12] = [
    "institution",
    "head",
    "text",
    "obligation",
    "instance",
    super::lives::BREACH,
    "report",
    "offer",
    "case",
    super::lives::OBSTACLE,
    "withdrawal",
    super::lives::WITHHELD,
];

/// The kind of part with this name.
pub(super) fn part_kind(name: &str) -> Option<&'static str> {
    PART_KINDS.into_iter().find(|kind| *kind == name)
}

pub(super) fn life_of(subject: &str) -> Result<LifeKey, StoreFault> {
    let damaged = || StoreFault::Damaged(format!("life {subject:?} has no known kind"));
    let (kind, id) = subject.split_once('/').ok_or_else(damaged)?;
    let id = id.parse().map_err(|_| damaged())?;
    match kind {
        "agreement" => Ok(LifeKey::Agreement(id)),
        "institution" => Ok(LifeKey::Institution(id)),
        _ => Err(damaged()),
    }
}

pub(super) fn instant(millis: i64, place: &str) -> Result<Instant, StoreFault> {
    Instant::from_millis(millis).ok_or_else(|| StoreFault::Damaged(format!("{place}: {millis} is no instant")))
}

pub(super) fn number(value: i64, place: &str) -> Result<u64, StoreFault> {
    u64::try_from(value).map_err(|_| StoreFault::Damaged(format!("{place}: {value} is negative")))
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn hash(bytes: Vec<u8>, place: &str) -> Result<Hash, StoreFault> {
    bytes.try_into().map(Hash).map_err(|_| StoreFault::Damaged(format!("{place}: not 32 bytes")))
}

impl StoredEntry {
    pub(super) fn read(row: &Row) -> Result<Self, StoreFault> {
        Ok(Self {
            entry: number(row.try_get("entry")?, "record")?,
            accepted_at: row.try_get("accepted_at")?,
            salt: row.try_get("salt")?,
            leaf: row.try_get("leaf")?,
            jws: row.try_get("jws")?,
        })
    }

    /// The entry, if instant and salt are such; the error says what is not.
    pub fn parse(&self) -> Result<EntryRow, StoreFault> {
        let place = format!("record {}", self.entry);
        let accepted_at = instant(self.accepted_at, &place)?;
        let salt = hash(self.salt.clone(), &format!("{place}, salt"))?.0;
        Ok(EntryRow { entry: self.entry, accepted_at, salt, leaf: self.leaf.clone(), jws: self.jws.clone() })
    }
}

impl EntryRow {
    pub(super) const COLUMNS: &'static str = "entry, accepted_at, salt, leaf, jws";

    pub(super) fn read(row: &Row) -> Result<Self, StoreFault> {
        StoredEntry::read(row)?.parse()
    }

    /// The record's bytes, from what is stored.
    pub fn record(&self, origin: &str) -> Vec<u8> {
        ledger::log::record::record_bytes(origin, self.entry, self.accepted_at, &self.jws)
    }

    /// Whether salt and record still give the stored entry.
    pub fn is_sound(&self, origin: &str) -> bool {
        self.accepted_at.millis() >= 0 && Entry::new(self.accepted_at, &self.salt, &self.record(origin)).as_bytes().as_slice() == self.leaf
    }

    /// The hash of its leaf, if it is sound and the entry with this index.
    pub fn leaf_at(&self, index: u64, origin: &str) -> Option<Hash> {
        let fits = self.entry == index && self.is_sound(origin);
        Entry::parse(&self.leaf).ok().filter(|_| fits).map(|leaf| leaf.leaf_hash())
    }
}
