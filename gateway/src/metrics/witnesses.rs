//! What is counted of witnesses: a slow, lying or absent one shows here, and nowhere in the time of a commit.

use std::time::Duration;

use super::kept::{ByAnswer, METRICS, OfWitness};

/// What came of asking a witness for its cosignature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It cosigned.
    Cosigned,
    /// It has cosigned more entries than the ledger has: entries were lost, or it lies.
    Ahead,
    /// It has cosigned another history, or says so.
    OtherHistory,
    /// It does not cosign, with another status.
    Denied,
    /// It answered what no witness answers, such as a signature that does not hold.
    Nonsense,
    /// It did not answer in time.
    Late,
    /// It cannot be reached.
    Unreachable,
    /// It was not asked, since this gateway's own store failed.
    NotAsked,
}

impl Heard {
    pub(super) const ALL: [Self; 8] =
        [Self::Cosigned, Self::Ahead, Self::OtherHistory, Self::Denied, Self::Nonsense, Self::Late, Self::Unreachable, Self::NotAsked];

    /// The word for it, in metrics and log lines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cosigned => "cosigned",
            Self::Ahead => "ahead",
            Self::OtherHistory => "other-history",
            Self::Denied => "denied",
            Self::Nonsense => "nonsense",
            Self::Late => "late",
            Self::Unreachable => "unreachable",
            Self::NotAsked => "not-asked",
        }
    }
}

/// Says that a ledger has this witness: what it did not do yet is 0, not absent.
pub fn witness_known(ledger: &str, witness: &str) {
    METRICS.of_witness(&OfWitness { ledger: ledger.to_owned(), witness: witness.to_owned() });
}

/// Counts what came of asking a witness, and how long that took.
pub fn witness_heard(ledger: &str, witness: &str, heard: Heard, elapsed: Duration) {
    let of = OfWitness { ledger: ledger.to_owned(), witness: witness.to_owned() };
    METRICS.witness_duration.get_or_create(&of).observe(elapsed.as_secs_f64());
    let by = ByAnswer { ledger: of.ledger, witness: of.witness, answer: heard.code() };
    METRICS.witness_answers.get_or_create(&by).inc();
}

/// Notes how many entries a witness has cosigned.
pub fn witness_cosigned(ledger: &str, witness: &str, size: u64) {
    let of = OfWitness { ledger: ledger.to_owned(), witness: witness.to_owned() };
    METRICS.witness_entries.get_or_create(&of).set(i64::try_from(size).unwrap_or(i64::MAX));
}
