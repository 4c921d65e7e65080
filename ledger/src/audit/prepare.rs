//! The dear part of an audit, which needs no order: hash the record, read the statement, check the signature.
//!
//! A key is known by its thumbprint, and one thumbprint is one key. So a signature can be checked on any thread as
//! soon as the key has been seen; that it was the signer's at its place is asked later, in the order of the log.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use super::finding::Finding;
use crate::envelope::statement::flag::Flag;
use crate::envelope::{Body, Kid, Parsed, PublicKey, Refusal, Verified};
use crate::log::record::{Entry, Salt, record_bytes};
use crate::words::Instant;

/// One record as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the log, from 0.
    pub entry: u64,
    /// When it was accepted.
    pub accepted_at: Instant,
    /// Its salt.
    pub salt: Salt,
    /// The signed statement, byte for byte as received.
    pub jws: Vec<u8>,
    /// The entry as it is published, when that is known.
    pub leaf: Option<Vec<u8>>,
    /// Whether salt and statement are withheld from whoever audits; both mean nothing then.
    pub withheld: bool,
}

/// The keys that were seen in the log, by their thumbprints; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct KnownKeys(Arc<HashMap<Kid, PublicKey>>);

impl KnownKeys {
    /// The key with this thumbprint.
    pub fn get(&self, kid: &Kid) -> Option<&PublicKey> {
        self.0.get(kid)
    }

    /// Adds a key. Copies the map if another thread still looks at it, which new keys are rare enough for.
    pub(super) fn learn(&mut self, kid: Kid, key: &PublicKey) {
        if !self.0.contains_key(&kid) {
            Arc::make_mut(&mut self.0).insert(kid, key.clone());
        }
    }
}

/// A record that was read, and whose signature was checked where its key was known.
#[derive(Debug)]
pub struct Prepared {
    pub(super) entry: u64,
    accepted_at: Instant,
    /// The entry over record, salt and instant; `None` for an instant before 1970, and where the record is withheld.
    pub(super) computed: Option<Entry>,
    /// The entry as published.
    pub(super) published: Option<Vec<u8>>,
    pub(super) content: Content,
}

/// What a record holds.
#[derive(Debug)]
pub(super) enum Content {
    /// No statement.
    Unreadable(Refusal),
    /// A statement whose signature is still to be checked.
    Pending(Box<Parsed>),
    /// A statement whose signature holds under the key that its header names.
    Verified(Box<Verified>),
    /// Nothing that this auditor may read.
    Withheld,
}

impl Prepared {
    /// Whether the published entry is the one that follows from the record, or none is known.
    pub(super) fn leaf_fits(&self) -> bool {
        if matches!(self.content, Content::Withheld) {
            // There is nothing to hash. The published entry must be one, and of the instant that was served beside it.
            let published = self.published.as_deref().map(Entry::parse);
            return published.is_some_and(|entry| entry.is_ok_and(|entry| entry.accepted_at() == self.accepted_at));
        }
        match (&self.published, &self.computed) {
            (Some(published), Some(computed)) => published == computed.as_bytes(),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }

    /// The instant to go on with. Where record and published entry disagree, the earlier one that does not go back:
    /// an instant far ahead would make everything due.
    pub(super) fn instant(&self, last: Instant) -> Instant {
        let published = self.published.as_deref().and_then(|leaf| Entry::parse(leaf).ok()).map(|entry| entry.accepted_at());
        let forward = [Some(self.accepted_at), published].into_iter().flatten().filter(|at| *at >= last).min();
        forward.unwrap_or(self.accepted_at)
    }
}

impl Content {
    pub(super) fn parsed(&self) -> Option<&Parsed> {
        match self {
            Self::Unreadable(_) | Self::Withheld => None,
            Self::Pending(parsed) => Some(parsed),
            Self::Verified(verified) => Some(verified),
        }
    }

    /// The flag that it is, if any.
    pub(super) fn flag(&self) -> Option<&Flag> {
        match self.parsed().map(|parsed| &parsed.statement().body) {
            Some(Body::Flag(flag)) => Some(flag),
            _ => None,
        }
    }

    /// All that can be said without a ledger to judge by.
    pub(super) fn unreadable(self, index: u64) -> Option<Finding> {
        match self {
            Self::Unreadable(refusal) => Some(Finding::Unreadable { index, refusal }),
            Self::Pending(_) | Self::Verified(_) | Self::Withheld => None,
        }
    }
}

/// Prepares records of one log on so many threads. The order is kept.
pub fn prepare(rows: Vec<Row>, origin: &str, keys: &KnownKeys, threads: usize) -> Vec<Prepared> {
    let one = |row| prepare_one(row, origin, keys);
    let share = rows.len().div_ceil(threads.max(1)).max(1);
    if share >= rows.len() {
        return rows.into_iter().map(one).collect();
    }
    let mut rows = rows.into_iter();
    thread::scope(|scope| {
        let shares = std::iter::from_fn(|| Some(rows.by_ref().take(share).collect::<Vec<_>>()).filter(|share| !share.is_empty()));
        let workers: Vec<_> = shares.map(|share| scope.spawn(move || share.into_iter().map(one).collect::<Vec<_>>())).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("checking a record does not panic")).collect()
    })
}

/// Prepares one record.
pub(super) fn prepare_one(row: Row, origin: &str, keys: &KnownKeys) -> Prepared {
    let Row { entry, accepted_at, salt, jws, leaf: published, withheld } = row;
    if withheld {
        return Prepared { entry, accepted_at, computed: None, published, content: Content::Withheld };
    }
    let dated = accepted_at.millis() >= 0;
    let computed = dated.then(|| Entry::new(accepted_at, &salt, &record_bytes(origin, entry, accepted_at, &jws)));
    Prepared { entry, accepted_at, computed, published, content: read(&jws, keys) }
}

fn read(jws: &[u8], keys: &KnownKeys) -> Content {
    let parsed = match Parsed::parse(jws) {
        Ok(parsed) => parsed,
        Err(refusal) => return Content::Unreadable(refusal),
    };
    let Some(key) = parsed.own_key().or_else(|| keys.get(&parsed.received().header().kid)).cloned() else {
        return Content::Pending(Box::new(parsed));
    };
    match parsed.verify(&key) {
        Ok(verified) => Content::Verified(Box::new(verified)),
        // Rare, so it is read once more: what is wrong with it is told in the order of the log.
        Err(_) => Parsed::parse(jws).map_or_else(Content::Unreadable, |parsed| Content::Pending(Box::new(parsed))),
    }
}
