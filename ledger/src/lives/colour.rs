//! Green, orange, red, as Dutch municipal reports have it: each orange and red with cause, consequence and correction.
//!
//! Words for pages are put to the codes elsewhere.

use serde::{Deserialize, Serialize};

use super::attention::Attention;
use super::moment::Fact;
use super::obligation::{Instance, Standing};
use super::parts::Part;
use super::report::{Claim, Stage};
use crate::words::{Day, Instant, Slug};

/// How something stands; a later one is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// As agreed.
    Green,
    /// It deviates, and can be put right in its term.
    Orange,
    /// A breach, or a party that left its plan unsettled.
    Red,
}

impl Colour {
    /// Every colour.
    pub const ALL: [Self; 3] = [Self::Green, Self::Orange, Self::Red];

    /// The word in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Orange => "orange",
            Self::Red => "red",
        }
    }

    /// 0, 1 or 2: worse is more.
    pub fn rank(self) -> u8 {
        match self {
            Self::Green => 0,
            Self::Orange => 1,
            Self::Red => 2,
        }
    }

    /// The colour of a rank.
    pub fn of_rank(rank: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|colour| colour.rank() == rank)
    }
}

/// The colour of an obligation or of an agreement, with every reason for it, the worst first; green has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Light {
    /// The colour.
    pub colour: Colour,
    /// Why.
    pub signs: Vec<Sign>,
}

/// One reason for orange or red.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sign {
    /// Orange or red.
    pub colour: Colour,
    /// What is wrong, who it is about, and the entry that shows it.
    pub cause: Cause,
    /// What follows from it.
    pub consequence: Consequence,
    /// What puts it right, and by whom.
    pub correction: Correction,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Cause {
    /// Something that waits for somebody.
    Waits(Attention),
    /// A breach was settled by a new date, which has not come yet.
    NewDate {
        /// The due date as the rhythm or the date has it.
        due: Day,
        /// The new last day.
        to: Day,
        /// The entry that says so.
        since: Fact,
    },
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Consequence {
    /// It is breached from this instant on; `None` while a report waits.
    BecomesBreach {
        /// From when on.
        from: Option<Instant>,
    },
    /// A case is open; it goes up, or is late, from an instant on.
    CaseStands {
        /// Its number.
        case: u32,
        /// The code of its stage.
        stage: String,
        /// From when on the clock acts; `None` while it is held up.
        until: Option<Instant>,
    },
    /// No case is open: the breach stays on record, and the obligation stays due.
    StaysDue,
    /// It is late again from this instant on.
    LateFrom {
        /// From when on.
        from: Instant,
    },
    /// Nothing is fulfilled until somebody answers or rules.
    NotFulfilledYet {
        /// From when on the one who must act is late.
        until: Option<Instant>,
    },
    /// The party takes part until this day; what is not settled by then keeps it bound.
    LeavesAfter {
        /// The last day.
        date: Day,
    },
    /// The party stays bound.
    StaysBound {
        /// The case.
        case: u32,
    },
    /// What the party promised may not be done.
    PromisesAtRisk {
        /// Its obligations that are not finally met.
        obligations: Vec<Slug>,
    },
}

/// What puts it right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Correction {
    /// The debtor does it and reports it, with complete evidence.
    Report {
        /// The debtor.
        who: Slug,
        /// The due date that the report must cover.
        due: Day,
    },
    /// Somebody does what is waited for.
    Act(Attention),
    /// The party settles its plan: fulfil, hand over or be released.
    SettlePlan {
        /// The party.
        who: Slug,
    },
    /// The party acts again: it reports, or answers.
    ActAgain {
        /// The party.
        who: Slug,
    },
    /// The parties complete themselves again.
    Complete,
}

impl Part {
    /// The worst colour that this part alone gives; the colour of an obligation, and of an agreement, is the worst of
    /// its parts.
    pub fn colour(&self) -> Colour {
        match self {
            // An answer that the municipality owes is nobody's promise: there is no agreement yet.
            Self::Head(head) if head.is_weak() => Colour::Orange,
            Self::Head(_) | Self::Text(_) | Self::Clause(_) | Self::Offer(_) => Colour::Green,
            // A case is about something that has its colour from itself: a breach, a report, a withdrawal. A request
            // for support is nobody's failure.
            Self::Case(_) => Colour::Green,
            Self::Instance(instance) => instance.colour(),
            Self::Claim(claim) => claim.colour(),
            Self::Leave(leave) => leave.stage.colour(),
        }
    }

    /// The obligation that this part belongs to; `None` where it belongs to the agreement as a whole.
    pub fn obligation(&self) -> Option<&Slug> {
        match self {
            Self::Head(_) | Self::Text(_) | Self::Offer(_) | Self::Case(_) | Self::Leave(_) => None,
            Self::Clause(clause) => Some(&clause.text.id),
            Self::Instance(instance) => Some(&instance.obligation),
            Self::Claim(claim) => Some(&claim.obligation),
        }
    }
}

impl Instance {
    /// The colour of one due date.
    pub fn colour(&self) -> Colour {
        match self.standing {
            Standing::Open if self.moves.is_empty() => Colour::Green,
            Standing::Open | Standing::Overdue { .. } => Colour::Orange,
            Standing::Breached { .. } => Colour::Red,
            Standing::Fulfilled { .. } | Standing::Cured { .. } | Standing::Released { .. } | Standing::HandedOver { .. } => Colour::Green,
        }
    }
}

impl Claim {
    /// The colour of a report: orange as soon as it is not certain that it will stand.
    pub fn colour(&self) -> Colour {
        match self.stage {
            Stage::Awaiting { .. } | Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => Colour::Green,
            Stage::Unanswered { .. } | Stage::Disputed { .. } | Stage::ForRuling { .. } | Stage::RulingMissing { .. } => Colour::Orange,
        }
    }
}

impl super::withdrawal::LeaveStage {
    /// The colour of a withdrawal.
    pub fn colour(&self) -> Colour {
        match self {
            Self::Running => Colour::Orange,
            Self::Unresolved { .. } => Colour::Red,
            Self::Withdrawn { .. } | Self::Revoked { .. } | Self::Overtaken { .. } => Colour::Green,
        }
    }
}
