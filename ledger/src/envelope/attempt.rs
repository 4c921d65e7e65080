//! What a gateway signs about bytes that it did not record: a refusal, or an acknowledgement that they came.
//!
//! A compact JWS by the gateway's statement key, with a `typ` of its own. It says at which instant bytes with this SHA-256 had
//! come in, so that an institution can prove that it tried in time, be it that nothing was recorded. Where a statement is
//! recorded, the receipt says all that and more.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::json::Json;
use super::jws::{Received, sign_compact};
use super::key::PublicKey;
use super::refusal::Refusal;
use super::signing_key::SigningKey;
use crate::words::{Hash, Instant};

/// The `typ` of a signed refusal.
pub const REFUSAL_TYP: &str = "convenant.refusal.v1+jws";
/// The `typ` of a signed acknowledgement.
pub const ACKNOWLEDGEMENT_TYP: &str = "convenant.acknowledgement.v1+jws";

/// An attempt to have something recorded, as the gateway signed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Attempt {
    /// It was refused; nothing was recorded.
    Refusal {
        /// Origin of the ledger.
        ledger: String,
        /// When it was refused, by the ledger's clock.
        refused_at: Instant,
        /// SHA-256 of the statement's bytes as they came; of the whole message where no statement was found in it.
        refused: Hash,
        /// Code of the first rule that it breaks.
        rule: String,
        /// Everything that is wrong.
        faults: Vec<FaultSaid>,
    },
    /// It came, and was not recorded at that moment.
    Acknowledgement {
        /// Origin of the ledger.
        ledger: String,
        /// When the gateway signed that it had come, by its clock.
        received_at: Instant,
        /// SHA-256 of the statement's bytes as they came.
        received: Hash,
        /// Why it was not recorded then.
        reason: Reason,
        /// What the gateway can say of it.
        recorded: Recorded,
    },
}

/// A fault as a refusal tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSaid {
    /// RFC 6901 pointer into the payload; empty for the whole.
    pub pointer: String,
    /// Code of the rule.
    pub rule: String,
    /// Where the rule comes from.
    pub source: String,
    /// What is wrong.
    pub detail: String,
    /// What would be accepted.
    pub accepted: String,
}

/// Why something was not recorded when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Too many requests at a time.
    Busy,
    /// Too much was waiting for the ledger's writer.
    QueueFull,
    /// The gateway could not read or write, or was stopping.
    Failing,
    /// The ledger's clock was not trusted. The instant is that of this clock.
    Clock,
    /// The ledger was put back with fewer entries than its log had signed for, and that was not recorded yet.
    Closed,
    /// There was no answer in the time that a request has.
    Timeout,
}

/// Whether it may have been recorded nevertheless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recorded {
    /// It was not.
    No,
    /// It was on its way: it may stand in the log. Sent again, it is answered with its receipt.
    Unknown,
}

impl Reason {
    /// What can be said of what met this.
    pub fn recorded(self) -> Recorded {
        match self {
            Self::Busy | Self::QueueFull | Self::Clock | Self::Closed => Recorded::No,
            Self::Failing | Self::Timeout => Recorded::Unknown,
        }
    }

    /// One English sentence.
    pub fn english(self) -> &'static str {
        match self {
            Self::Busy => "too many requests at a time",
            Self::QueueFull => "the queue was full",
            Self::Failing => "the ledger could not write",
            Self::Clock => "the ledger's clock was not trusted",
            Self::Closed => "the ledger was put back to an older state, and that was not recorded yet",
            Self::Timeout => "there was no answer in time",
        }
    }
}

impl Attempt {
    /// A refusal, for these bytes.
    pub fn refused(ledger: &str, refusal: &Refusal, refused_at: Instant, refused: Hash) -> Self {
        let said = |fault: &super::Fault| FaultSaid {
            pointer: fault.pointer.clone(),
            rule: fault.rule.code().into(),
            source: fault.rule.source().into(),
            detail: fault.detail.clone(),
            accepted: fault.accepted.clone(),
        };
        let (ledger, rule) = (ledger.to_owned(), refusal.rule().code().to_owned());
        Self::Refusal { ledger, refused_at, refused, rule, faults: refusal.faults().iter().map(said).collect() }
    }

    /// An acknowledgement, for these bytes.
    pub fn acknowledged(ledger: &str, reason: Reason, received_at: Instant, received: Hash) -> Self {
        Self::Acknowledgement { ledger: ledger.to_owned(), received_at, received, reason, recorded: reason.recorded() }
    }

    /// The `typ` of its header.
    pub fn typ(&self) -> &'static str {
        match self {
            Self::Refusal { .. } => REFUSAL_TYP,
            Self::Acknowledgement { .. } => ACKNOWLEDGEMENT_TYP,
        }
    }

    /// Origin of the ledger that it is of.
    pub fn ledger(&self) -> &str {
        match self {
            Self::Refusal { ledger, .. } | Self::Acknowledgement { ledger, .. } => ledger,
        }
    }

    /// The instant at which the bytes had come.
    pub fn at(&self) -> Instant {
        match self {
            Self::Refusal { refused_at: at, .. } | Self::Acknowledgement { received_at: at, .. } => *at,
        }
    }

    /// SHA-256 of the bytes that had come.
    pub fn hash(&self) -> Hash {
        match self {
            Self::Refusal { refused: hash, .. } | Self::Acknowledgement { received: hash, .. } => *hash,
        }
    }

    /// Signs it with the gateway's statement key: a compact JWS.
    pub fn sign(&self, key: &SigningKey) -> String {
        let payload = serde_json::to_vec(self).expect("an attempt is plain JSON");
        String::from_utf8(sign_compact(key, self.typ(), &payload)).expect("a compact JWS is ASCII")
    }

    /// Reads what a gateway signed, and checks it without the gateway: with the statement key that the ledger's genesis names.
    pub fn verify(jws: &[u8], ledger: &str, key: &PublicKey) -> Result<Self, AttemptFault> {
        let received = Received::parse(jws.trim_ascii()).map_err(AttemptFault::Jws)?;
        received.verify(key).map_err(AttemptFault::Jws)?;
        // Strictly: of two members with one name, a lenient reader would keep the last.
        Json::parse(received.payload()).map_err(|fault| AttemptFault::Content(fault.detail))?;
        let attempt: Self = serde_json::from_slice(received.payload()).map_err(|error| AttemptFault::Content(error.to_string()))?;
        if received.header().typ != attempt.typ() {
            return Err(AttemptFault::Type(received.header().typ.clone()));
        }
        if attempt.ledger() != ledger {
            return Err(AttemptFault::OtherLedger(attempt.ledger().to_owned()));
        }
        Ok(attempt)
    }
}

/// What it proves, in one sentence.
impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {} the gateway of {} had received what has the SHA-256 {}, and ", self.at(), self.ledger(), self.hash())?;
        match self {
            Self::Refusal { rule, .. } => write!(f, "refused it by the rule {rule}"),
            Self::Acknowledgement { reason, recorded: Recorded::No, .. } => write!(f, "did not record it, since {}", reason.english()),
            Self::Acknowledgement { reason, recorded: Recorded::Unknown, .. } => {
                write!(f, "could not say whether it was recorded, since {}", reason.english())
            }
        }
    }
}

/// Why something proves no attempt.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttemptFault {
    /// It is no JWS, or the key did not sign it.
    #[error("{0}")]
    Jws(Refusal),
    /// Its header names another type.
    #[error("the typ of its header is {0:?}, accepted: {REFUSAL_TYP} for a refusal, {ACKNOWLEDGEMENT_TYP} for an acknowledgement")]
    Type(String),
    /// Its payload is neither of the two.
    #[error("its payload is neither a refusal nor an acknowledgement: {0}")]
    Content(String),
    /// It is of another ledger.
    #[error("it is of the ledger {0}")]
    OtherLedger(String),
}

#[cfg(test)]
mod tests;
