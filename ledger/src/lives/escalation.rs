//! A case: what it is about, where it stands on the ladder, and each step that it took. One case per clause.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::interest::Hands;
use super::moment::Fact;
use crate::envelope::statement::escalation::{BreachReply, MinisterialAct, SupportKind};
use crate::envelope::statement::flag::{Because, Rung};
use crate::envelope::statement::ministry::{Ground, Measure, Obstacle, RuleRef, Stance};
use crate::words::{Day, Hash, Instant, Slug};

/// A case of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Its number within the agreement.
    pub number: u32,
    /// What it is about.
    pub about: About,
    /// Whose word was not kept, or who was silent.
    pub against: Vec<Slug>,
    /// Where it was opened: this entry is the notice.
    pub opened: Fact,
    /// Where it stands.
    pub stage: CaseStage,
    /// What the debtor answered.
    pub answer: Option<Answered>,
    /// The entry that says that the debtor was silent.
    pub unanswered: Option<Fact>,
    /// Every step up, with its reason and who was silent.
    pub steps: Vec<Step>,
    /// When a report that held the case up was turned down; after that no report holds it up again.
    pub resumed: Option<Instant>,
    /// What the municipality asked of the State.
    pub request: Option<Requested>,
    /// Who answers for it at the State; `None` below level 3.
    pub minister: Option<Minister>,
    /// Positions of State partners that the minister asked for.
    pub breakthrough: Option<Breakthrough>,
    /// What the ministry answered; it stays when the case is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_answer: Option<StateAnswer>,
    /// Through whom parties acted in it, where they did not sign themselves.
    #[serde(default, skip_serializing_if = "Hands::is_empty")]
    pub hands: Hands,
}

/// A request to the State: the obstacle register lists those that name an obstacle, with stage and answer of the case (L40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// What is asked.
    pub kind: SupportKind,
    /// Where.
    pub at: Fact,
    /// On which ground.
    pub ground: Option<Ground>,
    /// The rule that is in the way.
    pub obstacle: Option<Obstacle>,
    /// The State partners that block.
    pub partners: Vec<Slug>,
}

/// What a ministry answered: the act, and what changes by it and from when on (L36, L40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateAnswer {
    /// What the minister does.
    pub act: MinisterialAct,
    /// Where it was answered.
    pub at: Fact,
    /// The rule that grants the powers, or that is taken away or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleRef>,
    /// What changes, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// From which day on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub takes_effect: Option<Day>,
}

/// The ministry that is accountable for a case, and those that share in its themes (L49).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Minister {
    /// The one that answers.
    pub accountable: Slug,
    /// The ministries of the other themes.
    pub with: Vec<Slug>,
    /// Since which entry.
    pub since: Fact,
    /// Ministries that referred the case on, in order.
    pub referred_by: Vec<Slug>,
}

/// A blockade that the minister breaks: each State partner that is named signs a position (L42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breakthrough {
    /// From when on those without a position were silent.
    pub until: Instant,
    /// The partners, with the position of each that took one.
    pub positions: BTreeMap<Slug, Option<Position>>,
    /// The entry that says that some were silent.
    pub missing: Option<Fact>,
}

/// A position of a State partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// What it does.
    pub stance: Stance,
    /// Where it says so.
    pub at: Fact,
}

impl Breakthrough {
    /// Those that took no position.
    pub fn silent(&self) -> Vec<Slug> {
        self.positions.iter().filter(|(_, position)| position.is_none()).map(|(partner, _)| partner.clone()).collect()
    }
}

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "camelCase")]
pub enum About {
    /// Breaches of an obligation.
    Obligation(Slug),
    /// A withdrawal whose plan was not settled on its effective date.
    Withdrawal(Slug),
    /// A report on which nobody ruled.
    Report(Hash),
    /// A municipality's request, without a breach.
    Support(SupportKind),
    /// A dispute that a statute lets the parties of a text put to the minister, when that does not come about.
    StatutoryDispute,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum CaseStage {
    /// The debtor has had notice.
    Notice {
        /// From when on it was silent.
        answer_until: Instant,
        /// From when on it is in default.
        cure_until: Instant,
        /// From when on a ruling on its answer is missing; `None` when none is asked.
        ruling_until: Option<Instant>,
    },
    /// Before the director, or the municipality in its place.
    #[serde(rename = "level-1")]
    Level1 {
        /// From when on there was no decision.
        until: Instant,
    },
    /// Board consultation, or the umbrella.
    #[serde(rename = "level-2")]
    Level2 {
        /// From when on there was no outcome.
        until: Instant,
    },
    /// The municipality can still act or ask for help.
    LastChance {
        /// From when on it did not.
        until: Instant,
    },
    /// Before the minister.
    #[serde(rename = "level-3")]
    Level3 {
        /// From when on the ministry is late.
        until: Instant,
        /// Whether the city asked (rather than the ladder).
        asked: bool,
        /// The entry that says that the ministry is late.
        late: Option<Fact>,
    },
    /// The ministry answered; the municipality says what it does with that.
    Answered {
        /// What the minister does.
        act: MinisterialAct,
        /// Where it was answered.
        at: Fact,
        /// From when on the follow-up is missing.
        until: Instant,
        /// The entry that says that it is missing.
        missing: Option<Fact>,
    },
    /// Closed.
    Closed {
        /// How.
        how: Closing,
        /// Where.
        at: Fact,
    },
}

/// How a case was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// Each of its breaches is settled, or what it asked for was given.
    PutRight,
    /// Excused: force majeure, or contested with good ground.
    Excused,
    /// A new date was agreed.
    NewDate,
    /// Settled by the one who rules, with reasons.
    Settled,
    /// By the municipality, after the ministry's answer.
    FollowedUp,
    /// Every breach in it was flagged falsely.
    Annulled,
    /// What it was about was taken back.
    TakenBack,
    /// By the minister's ruling on a dispute under a statute.
    Ruled,
}

/// The debtor's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answered {
    /// What it said.
    pub answer: BreachReply,
    /// Where.
    pub at: Fact,
    /// The ruling that upheld the breach.
    pub upheld: Option<Fact>,
}

/// A step up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Where it stands after it.
    pub to: Rung,
    /// The entry that says so.
    pub at: Fact,
    /// Why.
    pub because: Because,
    /// Who was silent.
    pub silent: Vec<Slug>,
}

impl CaseStage {
    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        matches!(self, Self::Closed { .. })
    }

    /// From when on the clock acts, unless somebody does before; `None` when it is closed.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Notice { cure_until, .. } => Some(*cure_until),
            Self::Level1 { until } | Self::Level2 { until } | Self::LastChance { until } => Some(*until),
            Self::Level3 { until, .. } | Self::Answered { until, .. } => Some(*until),
            Self::Closed { .. } => None,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Notice { .. } => "notice",
            Self::Level1 { .. } => "level-1",
            Self::Level2 { .. } => "level-2",
            Self::LastChance { .. } => "last-chance",
            Self::Level3 { .. } => "level-3",
            Self::Answered { .. } => "answered",
            Self::Closed { .. } => "closed",
        }
    }
}
