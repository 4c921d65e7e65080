//! Before whom a statement is tried: a ledger at the instant before it, as often as one likes.

use harness::audit::{Audit, Corruption};
use harness::town::{genesis_payload, newest};
use harness::{Answer, Door, Memory};
use ledger::book::Verdict;
use ledger::envelope::Parsed;
use ledger::words::Instant;
use serde_json::Value;

/// The ledger right before the statement.
pub(super) enum Court {
    /// As anybody meets it; and as it was before it heard anything.
    Open { live: Box<Memory>, kept: Box<Memory> },
    /// Before a flag that is due, which an open ledger would write by itself.
    Before(Box<Audit>, Instant),
    /// Before there is a ledger.
    Founding(Instant),
}

impl Court {
    /// An open ledger.
    pub(super) fn open(memory: &Memory) -> Self {
        Self::Open { live: Box::new(memory.clone()), kept: Box::new(memory.clone()) }
    }

    /// The instant that its clock shows.
    pub(super) fn now(&self) -> Instant {
        match self {
            Self::Open { live, .. } => live.now(),
            Self::Before(_, at) | Self::Founding(at) => *at,
        }
    }

    /// What is said to these bytes. What is accepted is undone; what is refused has to leave no trace by itself.
    pub(super) fn hears(&mut self, bytes: &[u8]) -> Answer {
        let answer = self.takes(bytes);
        if let (Self::Open { live, kept }, Answer::Accepted(_)) = (self, &answer) {
            live.clone_from(kept);
        }
        answer
    }

    /// The same, and what is accepted stays where there is somewhere to stay.
    pub(super) fn takes(&mut self, bytes: &[u8]) -> Answer {
        match self {
            Self::Open { live, .. } => live.submit(bytes, &[]),
            Self::Before(audit, at) => {
                let judged = Parsed::parse(bytes).and_then(|parsed| audit.verify(parsed)).and_then(|said| audit.judge(&said, *at));
                match judged {
                    Ok(Verdict::Accept(_)) => Answer::Accepted(audit.next()),
                    Ok(Verdict::Repeat { entry }) => Answer::Repeat(entry),
                    Err(refusal) => Answer::refused(&refusal),
                }
            }
            Self::Founding(at) => match Audit::begin(&harness::door::Entry { at: *at, bytes: bytes.to_vec() }) {
                Ok(_) => Answer::Accepted(0),
                Err(Corruption::Refused { refusal, .. }) => Answer::refused(&refusal),
                Err(other) => panic!("a genesis: {other:?}"),
            },
        }
    }

    /// How many entries there are.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Open { live, .. } => live.log().len(),
            Self::Before(..) | Self::Founding(_) => 0,
        }
    }

    /// How its state differs from another's, which went straight on.
    pub(super) fn differs_from(&self, straight: &Memory) -> Option<String> {
        let Self::Open { live, .. } = self else { return None };
        let (found, straight) = (live.audit(), straight.audit());
        if found.next() != straight.next() || !found.institutions().eq(straight.institutions()) {
            return Some("the institutions are others".to_owned());
        }
        (!found.agreements().eq(straight.agreements())).then(|| "the agreements are others".to_owned())
    }
}

/// The genesis of the town, as its gateway would sign it.
pub(super) fn genesis(at: Instant) -> Value {
    genesis_payload(harness::town::ORIGIN, at, &newest())
}
