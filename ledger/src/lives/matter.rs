//! Something that waits for somebody: what, who must act, since when and until when.

use serde::{Deserialize, Serialize};

use super::moment::Fact;
use crate::envelope::statement::flag::{Quiet, Weakness};
use crate::words::{Day, Hash, Instant, Slug};

/// Something that waits for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// What it is.
    #[serde(flatten)]
    pub matter: Matter,
    /// Who must act, in the order of their ids.
    pub who: Vec<Slug>,
    /// Since when it waits, with the entry that shows it.
    pub since: Fact,
    /// From when on it is too late, and the clock acts; `None` where no term runs.
    pub until: Option<Instant>,
}

/// What waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "matter", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Matter {
    /// A due date has passed: the debtor must report before the grace ends.
    Overdue {
        /// The obligation.
        obligation: Slug,
        /// The due date.
        due: Day,
    },
    /// The grace has passed too: the debtor must still do it.
    Breached {
        /// The obligation.
        obligation: Slug,
        /// The due date.
        due: Day,
        /// The case that is open for it; `None` when it was closed with a word.
        case: Option<u32>,
    },
    /// No mandate of a party that signed by one covers the agreement any more: it gives another, or signs itself (L02).
    MandateLapsed {
        /// SHA-256 of the payload of the mandate that covered it last.
        mandate: Hash,
    },
    /// A party has gone quiet.
    GoneQuiet {
        /// Why.
        cause: Quiet,
        /// The obligation that it missed, when that is why.
        obligation: Option<Slug>,
    },
    /// Fewer than two parties, or no director.
    UnderStrength {
        /// What is wrong.
        weakness: Weakness,
    },
    /// A withdrawal runs: its plan must be settled before the effective date.
    WithdrawalRuns {
        /// The last day on which the party takes part.
        effective_date: Day,
    },
    /// A withdrawal waits for the answers of others.
    WithdrawalToAnswer {
        /// Who wants to leave.
        party: Slug,
    },
    /// A withdrawal whose plan was not settled: the party stays bound.
    WithdrawalUnresolved {
        /// The case.
        case: u32,
    },
    /// An expulsion waits for the view of the one concerned.
    ExpulsionToAnswer {
        /// SHA-256 of the payload that proposes it.
        offer: Hash,
    },
    /// An offer waits for consent.
    OfferToAnswer {
        /// SHA-256 of the payload that offers it.
        offer: Hash,
        /// What is offered: the code of [`super::offer::OfferKind`].
        act: String,
    },
    /// Its last day is near, and no successor was signed (L13).
    EndsWithoutSuccessor {
        /// The last day.
        last_day: Day,
    },
    /// A proposal by another waits for the answer of the municipality (L03).
    ProposalToAnswer,
    /// The term for that answer has passed without one: it is still owed.
    ProposalUnanswered,
    /// The talks are stuck: the parties take a step that all agree to, or the municipality asks for help (L52).
    Impasse,
    /// A party owes its position on points that divide the parties.
    ImpasseToAnswer {
        /// The points on which somebody's is lacking.
        points: Vec<Slug>,
    },
    /// The term that a statute gives for talks has passed: the dispute is to be put to the minister.
    DisputeToSubmit {
        /// The entry that says that nobody did in time.
        missing: Option<Fact>,
    },
    /// A review was not recorded in time: it still must be (L47).
    ReviewOverdue {
        /// Which review.
        review: Slug,
    },
    /// What comes of a changed umbrella agreement waits for the one that directs (L44).
    UmbrellaToAnswer {
        /// The umbrella agreement.
        umbrella: Slug,
        /// Index in the national ledger of what changed it.
        entry: u64,
        /// The entry that says that the one that directs was silent.
        silent: Option<Fact>,
    },
    /// A report waits to be accepted or disputed.
    ReportToAccept {
        /// SHA-256 of the report's payload.
        report: Hash,
        /// The obligation.
        obligation: Slug,
    },
    /// A report is disputed: the debtor must answer.
    DisputeToAnswer {
        /// SHA-256 of the report's payload.
        report: Hash,
        /// The obligation.
        obligation: Slug,
    },
    /// A ruling on a report is due.
    ReportToRule {
        /// SHA-256 of the report's payload.
        report: Hash,
        /// The obligation.
        obligation: Slug,
    },
    /// The term for a ruling on a report has passed; a case asks for it.
    RulingMissing {
        /// SHA-256 of the report's payload.
        report: Hash,
        /// The obligation.
        obligation: Slug,
        /// The case.
        case: u32,
    },
    /// The notice of a breach waits for the debtor's answer.
    NoticeToAnswer {
        /// The case.
        case: u32,
    },
    /// A ruling on the debtor's answer is due.
    AnswerToRule {
        /// The case.
        case: u32,
    },
    /// A case waits at level 1 for a decision.
    Level1 {
        /// The case.
        case: u32,
    },
    /// A case waits at level 2 for an outcome.
    Level2 {
        /// The case.
        case: u32,
    },
    /// A case waits for the municipality's last chance before the State.
    LastChance {
        /// The case.
        case: u32,
    },
    /// A case waits for the ministry's answer.
    MinistryToAnswer {
        /// The case.
        case: u32,
        /// The entry that says that the ministry is late.
        late: Option<Fact>,
    },
    /// The ministry has answered: the municipality must say what it does with that.
    FollowUp {
        /// The case.
        case: u32,
        /// The entry that says that the follow-up is missing.
        missing: Option<Fact>,
    },
}

impl Matter {
    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Overdue { .. } => "overdue",
            Self::Breached { .. } => "breached",
            Self::MandateLapsed { .. } => "mandate-lapsed",
            Self::GoneQuiet { .. } => "gone-quiet",
            Self::UnderStrength { .. } => "under-strength",
            Self::WithdrawalRuns { .. } => "withdrawal-runs",
            Self::WithdrawalToAnswer { .. } => "withdrawal-to-answer",
            Self::WithdrawalUnresolved { .. } => "withdrawal-unresolved",
            Self::ExpulsionToAnswer { .. } => "expulsion-to-answer",
            Self::OfferToAnswer { .. } => "offer-to-answer",
            Self::ProposalToAnswer => "proposal-to-answer",
            Self::ProposalUnanswered => "proposal-unanswered",
            Self::Impasse => "impasse",
            Self::ImpasseToAnswer { .. } => "impasse-to-answer",
            Self::DisputeToSubmit { .. } => "dispute-to-submit",
            Self::ReviewOverdue { .. } => "review-overdue",
            Self::UmbrellaToAnswer { .. } => "umbrella-to-answer",
            Self::EndsWithoutSuccessor { .. } => "ends-without-successor",
            Self::ReportToAccept { .. } => "report-to-accept",
            Self::DisputeToAnswer { .. } => "dispute-to-answer",
            Self::ReportToRule { .. } => "report-to-rule",
            Self::RulingMissing { .. } => "ruling-missing",
            Self::NoticeToAnswer { .. } => "notice-to-answer",
            Self::AnswerToRule { .. } => "answer-to-rule",
            Self::Level1 { .. } => "level1",
            Self::Level2 { .. } => "level2",
            Self::LastChance { .. } => "last-chance",
            Self::MinistryToAnswer { .. } => "ministry-to-answer",
            Self::FollowUp { .. } => "follow-up",
        }
    }

    /// Every word that [`Matter::code`] gives.
    pub const CODES: [&'static str; 29] = [
        "overdue",
        "breached",
        "mandate-lapsed",
        "gone-quiet",
        "under-strength",
        "withdrawal-runs",
        "withdrawal-to-answer",
        "withdrawal-unresolved",
        "expulsion-to-answer",
        "offer-to-answer",
        "proposal-to-answer",
        "proposal-unanswered",
        "impasse",
        "impasse-to-answer",
        "dispute-to-submit",
        "review-overdue",
        "umbrella-to-answer",
        "ends-without-successor",
        "report-to-accept",
        "dispute-to-answer",
        "report-to-rule",
        "ruling-missing",
        "notice-to-answer",
        "answer-to-rule",
        "level1",
        "level2",
        "last-chance",
        "ministry-to-answer",
        "follow-up",
    ];
}
