//! A promise and its due dates: where each stands, and every breach, which stays on record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::moment::{Fact, Moment};
use super::parts::PartId;
use crate::envelope::refusal::{Refusal, Rule, list, one_of};
use crate::envelope::statement::agreement::Obligation;
use crate::words::{Day, Hash, Instant, Slug};

/// An obligation of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clause {
    /// What was signed; for one that was taken over, the same with the new debtor and id.
    pub text: Arc<Obligation>,
    /// Who does it.
    pub debtor: Slug,
    /// Where it stands.
    pub course: Course,
    /// Misses in a row.
    pub misses: u32,
    /// The last report on it: from there on misses count.
    pub reported: Option<Fact>,
    /// The case that is open for it.
    pub case: Option<u32>,
    /// The obligation that it was taken over from.
    pub taken_over_from: Option<Slug>,
    /// What it leans on and is late now, directly or through another.
    pub at_risk: Vec<Risk>,
}

/// A late due date that an obligation leans on: it is at risk because of its debtor (L09, L11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    /// The obligation that is late.
    pub obligation: Slug,
    /// Its due date.
    pub due: Day,
    /// Who is late with it.
    pub because_of: Slug,
    /// Index of the entry that says that it is late.
    pub entry: u64,
}

/// Where an obligation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "course", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Course {
    /// The agreement is not in force yet.
    Waiting,
    /// Conditional: its trigger has not come.
    Conditional {
        /// The entry from which on it waits.
        since: Fact,
    },
    /// In force.
    Running {
        /// The due date that was opened last.
        last: Option<Day>,
        /// The due date that is opened next; `None` when there is none after `last`.
        next: Option<Day>,
    },
    /// Its trigger can no longer come: it was never due.
    Lapsed {
        /// The entry from which on that holds.
        at: Fact,
    },
    /// Released by its creditors and the director.
    Released {
        /// The entry with which it was.
        at: Fact,
    },
    /// What was not yet due went to another obligation: of another party, or of a successor of the agreement.
    HandedOver {
        /// The new obligation.
        to: Slug,
        /// The successor of this agreement whose obligation that is; `None` where it is one of this agreement.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreement: Option<Slug>,
        /// The entry with which it was.
        at: Fact,
    },
}

/// One due date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// The obligation.
    pub obligation: Slug,
    /// Who owes it; a handover opens a new obligation, so this stays.
    pub debtor: Slug,
    /// The due date, as the date or rhythm has it; it names the instance, also when it moves.
    pub due: Day,
    /// The first day of the period that it is about; no report comes before it.
    pub period_start: Day,
    /// From when on it is late.
    pub late_from: Instant,
    /// From when on it is breached.
    pub breached_from: Instant,
    /// Where it was opened.
    pub opened: Fact,
    /// Where it stands.
    pub standing: Standing,
    /// The report that waits to be settled.
    pub claim: Option<Hash>,
    /// When a report on it was turned down last.
    pub reopened: Option<Instant>,
    /// Every breach, never erased.
    pub breaches: Vec<Breach>,
    /// Every new date that it got.
    pub moves: Vec<Move>,
}

/// Where one due date stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Standing {
    /// Not late.
    Open,
    /// The due date has passed.
    Overdue {
        /// The entry that says so.
        since: Fact,
    },
    /// The grace has passed too.
    Breached {
        /// The entry that says so.
        since: Fact,
    },
    /// Done and accepted.
    Fulfilled {
        /// The entry that settled it.
        at: Fact,
        /// Whether it was late (within the grace).
        late: bool,
    },
    /// Done after a breach, and accepted.
    Cured {
        /// The entry that settled it.
        at: Fact,
    },
    /// Released by its creditors and the director.
    Released {
        /// The entry that settled it.
        at: Fact,
    },
    /// Gone to another obligation, before it was due.
    HandedOver {
        /// The entry that settled it.
        at: Fact,
    },
}

impl Standing {
    /// Whether nothing more can happen to it.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Open | Self::Overdue { .. } | Self::Breached { .. } => false,
            Self::Fulfilled { .. } | Self::Cured { .. } | Self::Released { .. } | Self::HandedOver { .. } => true,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue { .. } => "overdue",
            Self::Breached { .. } => "breached",
            Self::Fulfilled { .. } => "fulfilled",
            Self::Cured { .. } => "cured",
            Self::Released { .. } => "released",
            Self::HandedOver { .. } => "handed-over",
        }
    }
}

/// A breach of one due date. The record stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Breach {
    /// The entry that says so.
    pub since: Fact,
    /// The case that it opened or joined.
    pub case: u32,
    /// Whose lapse it comes from, when that is not the debtor.
    pub attributed: Option<Attribution>,
    /// Who found it, when it is not the clock that says so.
    pub found_by: Option<Slug>,
    /// What settled it.
    pub settled: Option<Settlement>,
}

/// Another's lapse that a breach comes from (L09): the case is about that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attribution {
    /// Whose lapse.
    pub to: Slug,
    /// The obligation that it did not keep.
    pub obligation: Slug,
}

/// What settled a breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settlement {
    /// How.
    pub how: Settled,
    /// The entry that shows it.
    pub at: Fact,
}

/// How a breach was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Done late, and accepted.
    Cured,
    /// Force majeure, or contested with good ground.
    Excused,
    /// A new date was agreed.
    NewDate,
    /// Another's lapse caused it, and is put right: due again within the term to cure.
    CauseRemoved,
    /// Released.
    Released,
    /// The flag was false.
    Annulled,
}

/// A new date for an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// The last day before it.
    pub from: Day,
    /// The new last day.
    pub to: Day,
    /// The entry that says so.
    pub at: Fact,
}

impl Course {
    /// Whether something of it may still open.
    pub fn has_later(&self) -> bool {
        match self {
            Self::Waiting | Self::Conditional { .. } => true,
            Self::Running { next, .. } => next.is_some(),
            Self::Lapsed { .. } | Self::Released { .. } | Self::HandedOver { .. } => false,
        }
    }

    /// The due date that was opened last.
    pub fn last(&self) -> Option<Day> {
        match self {
            Self::Running { last, .. } => *last,
            Self::Waiting | Self::Conditional { .. } | Self::Lapsed { .. } | Self::Released { .. } | Self::HandedOver { .. } => None,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Conditional { .. } => "conditional",
            Self::Running { .. } => "running",
            Self::Lapsed { .. } => "lapsed",
            Self::Released { .. } => "released",
            Self::HandedOver { .. } => "handed-over",
        }
    }
}

impl Clause {
    /// An obligation of a text that is not in force yet.
    pub fn new(text: Obligation, taken_over_from: Option<Slug>) -> Self {
        let debtor = text.debtor.clone();
        let (text, at_risk) = (Arc::new(text), Vec::new());
        Self { text, debtor, course: Course::Waiting, misses: 0, reported: None, case: None, taken_over_from, at_risk }
    }
}

impl Instance {
    /// When the clock will call it late or breached; `None` while a report waits or when it is final.
    pub fn next_miss(&self) -> Option<Instant> {
        let since = |at: Instant| self.reopened.map_or(at, |reopened| at.max(reopened));
        if self.claim.is_some() {
            return None;
        }
        match self.standing {
            Standing::Open => Some(since(self.late_from)),
            Standing::Overdue { .. } => Some(since(self.breached_from)),
            Standing::Breached { .. } | Standing::Fulfilled { .. } | Standing::Cured { .. } => None,
            Standing::Released { .. } | Standing::HandedOver { .. } => None,
        }
    }

    /// The last day on which it is in time: its date, or the one that it got last.
    pub fn last_day(&self) -> Day {
        self.moves.last().map_or(self.due.max(self.period_start), |moved| moved.to)
    }

    /// Settles what is unsettled, and gives the cases that it was in.
    pub(super) fn settle_breach(&mut self, how: Settled, at: Moment) -> Vec<u32> {
        let unsettled = self.breaches.iter_mut().filter(|breach| breach.settled.is_none());
        unsettled
            .map(|breach| {
                breach.settled = Some(Settlement { how, at });
                breach.case
            })
            .collect()
    }

    /// The breach that is not settled, if there is one.
    pub(super) fn unsettled(&self) -> Option<&Breach> {
        self.breaches.iter().find(|breach| breach.settled.is_none())
    }
}

impl Agreement {
    pub(super) fn clause(&self, id: &Slug) -> Result<&Arc<Clause>, Refusal> {
        self.clauses.get(id).ok_or_else(|| {
            Refusal::at(
                "/body/obligation",
                Rule::UnknownObligation,
                format!("{id} is not an obligation of {}", self.head.id),
                one_of(self.clauses.keys(), "it has no obligations"),
            )
        })
    }

    pub(super) fn clause_mut(&mut self, id: &Slug) -> &mut Clause {
        self.touched.insert(PartId::Clause(id.clone()));
        Arc::make_mut(self.clauses.get_mut(id).expect("looked up by the caller"))
    }

    pub(super) fn instance_mut(&mut self, id: &Slug, due: Day) -> &mut Instance {
        self.touched.insert(PartId::Instance(id.clone(), due));
        Arc::make_mut(self.instances.get_mut(&(id.clone(), due)).expect("looked up by the caller"))
    }

    /// The due dates of an obligation that are not final.
    pub fn open_dues(&self, id: &Slug) -> Vec<Day> {
        self.instances.keys().filter(|(clause, _)| clause == id).map(|(_, due)| *due).collect()
    }

    /// Whether nothing of an obligation is due now or later.
    pub fn is_finally_met(&self, id: &Slug) -> bool {
        let later = self.clauses.get(id).is_some_and(|clause| clause.course.has_later());
        !later && !self.instances.iter().any(|((clause, _), instance)| clause == id && !instance.standing.is_final())
    }
}

/// Dates in words, for a refusal.
pub(super) fn days(days: &[Day]) -> String {
    if days.is_empty() { "none".into() } else { list(days) }
}
