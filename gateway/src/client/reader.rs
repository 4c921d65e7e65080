//! Reading as an institution: a fresh token for each request, signed with one of its keys.

use std::fmt;

use ledger::envelope::{SigningKey, read_token};
use ledger::words::Slug;
use rand::RngExt as _;

use crate::clock::Clock;

/// Who reads, and what it needs to prove that.
#[derive(Clone)]
pub struct ReaderKey {
    /// A registered key of the institution.
    pub key: SigningKey,
    /// The institution.
    pub institution: Slug,
    /// The origin of the ledger that is read. It comes from the reader and never from the gateway: else one gateway could
    /// have a token made for another.
    pub origin: String,
    /// By which tokens are dated.
    pub clock: Clock,
}

impl ReaderKey {
    /// A token that nobody has seen yet.
    pub fn token(&self) -> String {
        let id: String = rand::rng().random::<[u8; 16]>().iter().map(|byte| format!("{byte:02x}")).collect();
        read_token(&self.key, &self.institution, &self.origin, self.clock.now(), &id)
    }
}

/// Without the key.
impl fmt::Debug for ReaderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReaderKey").field("institution", &self.institution).field("origin", &self.origin).finish_non_exhaustive()
    }
}
