//! Who takes part in an agreement, and in which state it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::amendment::Amended;
use super::impasse::Deadlock;
use super::moment::Fact;
use super::owed::OwedAnswer;
use super::party::Participation;
use super::review::Reviewed;
use super::succession::Succession;
use super::suspension::{Pause, Spell};
use super::talks::Talks;
use super::umbrella::UmbrellaChanged;
use crate::envelope::statement::flag::{Ending, Weakness};
use crate::words::{Day, Hash, Slug};

/// Who takes part, and in which state the agreement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Id in this ledger.
    pub id: Slug,
    /// SHA-256 of the payload that all parties consent to.
    pub version: Hash,
    /// The amendments that made it so, in order.
    pub amended: Vec<Amended>,
    /// Who proposed it first.
    pub proposer: Slug,
    /// Every version that was on the table, the last one included.
    pub versions: Vec<Version>,
    /// Of a proposal by another than the municipality: the answer that it owes (L03).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_answer: Option<OwedAnswer>,
    /// Of a text under a statute: the terms that this gives for talks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talks: Option<Talks>,
    /// The impasse that its parties are or were in last (L52).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impasse: Option<Deadlock>,
    /// In which state it is.
    pub state: State,
    /// The municipality that owns the ledger; `None` in a national one.
    pub municipality: Option<Slug>,
    /// The ministry that cases reach.
    pub ministry: Slug,
    /// The parties.
    pub parties: BTreeMap<Slug, Participation>,
    /// Number of the case that was opened last.
    pub last_case: u32,
    /// Days on which it stood still, in order.
    pub stood_still: Vec<Spell>,
    /// Days for which the holder of a power to suspend has used it.
    pub power_days: u32,
    /// What is wrong with its composition, and since when.
    pub weaknesses: BTreeMap<Weakness, Fact>,
    /// The reviews that are overdue or were held (L47).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reviews: BTreeMap<Slug, Reviewed>,
    /// Changes of umbrella agreements to which its obligations refer, in the order in which they were shown (L44).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub umbrella_changes: Vec<UmbrellaChanged>,
    /// What comes after it (L13).
    #[serde(default, skip_serializing_if = "Succession::is_empty")]
    pub succession: Succession,
}

/// A version of the text. The consents under one that was superseded, now void, stay with its offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// SHA-256 of the payload that put it on the table.
    pub hash: Hash,
    /// Who did.
    pub by: Slug,
    /// Where.
    pub at: Fact,
}

/// How a party stopped an agreement before all had signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stopped {
    /// Who did.
    pub by: Slug,
    /// Where.
    pub at: Fact,
    /// Hash of the reason, beside the log.
    pub reason: Hash,
    /// Who must be told: every other party, and who proposed it first.
    pub told: Vec<Slug>,
}

/// In which state an agreement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum State {
    /// Put to the parties.
    Proposed,
    /// All parties have signed.
    Signed {
        /// The last signature.
        signed: Fact,
    },
    /// The first day has come.
    InForce {
        /// The entry that says so.
        since: Fact,
        /// The day on which it came into force.
        from: Day,
    },
    /// In force, and suspended: due dates stand still until a day, and none disappears.
    Suspended {
        /// The entry that says that it came into force.
        since: Fact,
        /// The day on which it did.
        from: Day,
        /// The suspension.
        pause: Pause,
    },
    /// The last day has passed, or all parties ended it before. What is open stays bound.
    Ended {
        /// The day on which it came into force.
        from: Day,
        /// The last day on which it was in force.
        last: Day,
        /// The entry that says so.
        ended: Fact,
        /// How.
        outcome: Ending,
    },
    /// Not everyone answered in time.
    Lapsed {
        /// The entry that says so.
        lapsed: Fact,
        /// Who did not answer.
        silent: Vec<Slug>,
    },
    /// A party refused it.
    Declined(Stopped),
    /// Who put the text on the table took it back.
    Retracted(Stopped),
}

impl Head {
    /// Whether something is wrong with its composition, or a party has gone quiet.
    pub fn is_weak(&self) -> bool {
        !self.weaknesses.is_empty() || self.parties.values().any(|party| party.quiet.is_some())
    }
}

impl State {
    /// The words of the states in which obligations run: those for which [`State::is_running`] holds.
    pub const RUNNING: &'static [&'static str] = &["in-force", "suspended"];

    /// Whether all have signed, then or since.
    pub fn is_signed(&self) -> bool {
        match self {
            Self::Signed { .. } | Self::InForce { .. } | Self::Suspended { .. } | Self::Ended { .. } => true,
            Self::Proposed | Self::Lapsed { .. } | Self::Declined(_) | Self::Retracted(_) => false,
        }
    }

    /// Whether obligations run: in force, suspended or not.
    pub fn is_running(&self) -> bool {
        match self {
            Self::InForce { .. } | Self::Suspended { .. } => true,
            Self::Proposed | Self::Signed { .. } | Self::Ended { .. } | Self::Lapsed { .. } => false,
            Self::Declined(_) | Self::Retracted(_) => false,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Signed { .. } => "signed",
            Self::InForce { .. } => "in-force",
            Self::Suspended { .. } => "suspended",
            Self::Ended { outcome: Ending::Completed, .. } => "completed",
            Self::Ended { outcome: Ending::Expired, .. } => "expired",
            Self::Ended { outcome: Ending::Dissolved, .. } => "dissolved",
            Self::Ended { outcome: Ending::Succeeded, .. } => "succeeded",
            Self::Lapsed { .. } => "lapsed",
            Self::Declined(_) => "declined",
            Self::Retracted(_) => "retracted",
        }
    }
}
