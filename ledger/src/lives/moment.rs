//! When something was accepted, and the entry that shows it.

use serde::{Deserialize, Serialize};

use crate::words::Instant;

/// The place of an entry: its index in the log and its instant of acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Index of the entry that shows it.
    pub entry: u64,
    /// The ledger's instant of acceptance.
    pub at: Instant,
}

/// The place that a statement gets if it is accepted.
pub type Moment = Fact;
