//! The one way in: what tests may know of a ledger, in memory or behind HTTP.

use ledger::envelope::{Refusal, SigningKey};
use ledger::words::{Hash, Instant};

/// An accepted entry, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The ledger's instant of acceptance.
    pub at: Instant,
    /// The JWS as it came.
    pub bytes: Vec<u8>,
}

/// Content beside the log that travels with a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The salt that its hash was taken with.
    pub salt: [u8; 32],
    /// Its media type.
    pub media_type: &'static str,
    /// The content itself.
    pub content: Vec<u8>,
}

impl Attachment {
    /// SHA-256 of salt and content: how a statement names it.
    pub fn hash(&self) -> Hash {
        Hash::of(&[&self.salt, &self.content])
    }
}

/// What the ledger says to a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is entry number so much.
    Accepted(u64),
    /// The same payload is entry number so much already.
    Repeat(u64),
    /// It was refused.
    Refused(Vec<Said>),
}

/// One fault that the ledger names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Code of the rule.
    pub code: String,
    /// RFC 6901 pointer into the payload.
    pub pointer: String,
    /// What is wrong, and what would be accepted.
    pub detail: String,
    /// What would be accepted.
    pub accepted: String,
}

impl Answer {
    /// The refusal as the ledger tells it.
    pub fn refused(refusal: &Refusal) -> Self {
        let said = |fault: &ledger::envelope::Fault| Said {
            code: fault.rule.code().to_owned(),
            pointer: fault.pointer.clone(),
            detail: format!("{} (accepted: {})", fault.detail, fault.accepted),
            accepted: fault.accepted.clone(),
        };
        Self::Refused(refusal.faults().iter().map(said).collect())
    }
}

/// A ledger that can be spoken to, and whose clock tests turn.
pub trait Door {
    /// The instant that its clock shows.
    fn now(&self) -> Instant;

    /// The key that the gateway signs its own statements with: what is tried with it must fail too.
    fn gateway_key(&self) -> SigningKey;

    /// The operator puts a key of the log where the gateway looks for it. Rules alone need none.
    fn hold_log_key(&mut self, _seed: &[u8; 32]) {}

    /// Sends a signed statement with its attachments; what the clock has caused until now is recorded first.
    fn submit(&mut self, statement: &[u8], attachments: &[Attachment]) -> Answer;

    /// Turns the clock. Awake, the gateway records each flag when it is due; asleep, all of them at the end.
    fn advance(&mut self, to: Instant, awake: bool);

    /// The accepted entries from this index on.
    fn entries(&self, from: usize) -> Vec<Entry>;
}
