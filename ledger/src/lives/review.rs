//! Reviews (L47): the text says by when, the one that directs records each, and one that is not recorded in time is flagged.

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::moment::{Fact, Moment};
use crate::envelope::refusal::{Fault, Refusal, Rule};
use crate::envelope::statement::agreement::Strength;
use crate::envelope::statement::amendment::{Amendment, Change};
use crate::envelope::statement::flag::Ending;
use crate::envelope::statement::review::{Review, ReviewOutcome, ScheduledReview};
use crate::words::{Day, Hash, Instant, Slug};

/// What became of a review: it is on record once it is overdue or held.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// The entry that says that it was not recorded in time; it stays when it is held later.
    pub overdue: Option<Fact>,
    /// That it was held.
    pub held: Option<HeldReview>,
}

/// A review that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldReview {
    /// Who recorded it.
    pub by: Slug,
    /// Where.
    pub at: Fact,
    /// The day on which it was held.
    pub held_on: Day,
    /// What it came to.
    pub outcome: ReviewOutcome,
    /// Hash of what was found, beside the log.
    pub findings: Hash,
}

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewStanding {
    /// Its day is still to come.
    ToCome,
    /// It was not recorded in time.
    Overdue,
    /// It was held.
    Held,
    /// It is not held: the agreement came into force on its day or later, never did, or was dissolved before.
    FellAway,
}

impl ReviewStanding {
    /// The word for it in the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToCome => "to-come",
            Self::Overdue => "overdue",
            Self::Held => "held",
            Self::FellAway => "fell-away",
        }
    }
}

impl Head {
    /// The first day of an agreement whose reviews are held: from then on, and past its last day, but not in what all parties ended
    /// before it.
    fn reviewed_from(&self) -> Option<Day> {
        match &self.state {
            State::InForce { from, .. } | State::Suspended { from, .. } => Some(*from),
            State::Ended { from, outcome: Ending::Completed | Ending::Expired, .. } => Some(*from),
            State::Ended { outcome: Ending::Dissolved | Ending::Succeeded, .. } | State::Proposed | State::Signed { .. } => None,
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => None,
        }
    }

    /// The reviews that are overdue and still to be recorded.
    pub fn overdue_reviews(&self) -> impl Iterator<Item = (&Slug, Fact)> {
        let waits = |(id, review): (_, &Reviewed)| review.overdue.filter(|_| review.held.is_none()).map(|since| (id, since));
        self.reviews.iter().filter_map(waits).filter(|_| self.reviewed_from().is_some())
    }

    /// Where a review of the text stands, so far as the log says.
    pub fn review_standing(&self, review: &ScheduledReview) -> ReviewStanding {
        let recorded = self.reviews.get(&review.id);
        match (&self.state, self.reviewed_from()) {
            _ if recorded.is_some_and(|recorded| recorded.held.is_some()) => ReviewStanding::Held,
            (State::Proposed | State::Signed { .. }, _) => ReviewStanding::ToCome,
            (_, None) => ReviewStanding::FellAway,
            (_, Some(from)) if review.date <= from => ReviewStanding::FellAway,
            (_, Some(_)) if recorded.is_some() => ReviewStanding::Overdue,
            (_, Some(_)) => ReviewStanding::ToCome,
        }
    }
}

impl Agreement {
    fn scheduled_reviews(&self) -> impl Iterator<Item = &ScheduledReview> {
        self.text.reviews.iter().flat_map(|list| list.iter())
    }

    /// A review of the text, by its id.
    fn scheduled_review(&self, id: &Slug) -> Result<&ScheduledReview, Refusal> {
        self.scheduled_reviews().find(|review| review.id == *id).ok_or_else(|| {
            let ids = self.scheduled_reviews().map(|review| review.id.to_string()).collect::<Vec<_>>().join(", ");
            let accepted = if ids.is_empty() { "an agreement whose text sets reviews".to_owned() } else { format!("one of: {ids}") };
            Refusal::at("/body/review", Rule::UnknownReview, format!("{id} is not a review of it"), accepted)
        })
    }

    /// The review that is the first to be overdue, and from when on. A suspension does not put one off: what stands still is looked at
    /// all the same.
    pub(super) fn next_review(&self) -> Option<(Instant, &ScheduledReview)> {
        self.head.reviewed_from()?;
        let to_come = self.scheduled_reviews().filter(|review| self.head.review_standing(review) == ReviewStanding::ToCome);
        to_come.map(|review| (self.late_from(review.date), review)).min_by_key(|(late_from, _)| *late_from)
    }

    /// A review was not recorded in time.
    pub(super) fn review_overdue(&mut self, review: &Slug, moment: Moment) {
        self.head_mut().reviews.entry(review.clone()).or_default().overdue = Some(moment);
    }

    /// The one that directs records a review.
    pub fn record_review(&mut self, by: &Slug, body: &Review, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let directing = self.deciders(&[]).0;
        if !directing.contains(by) {
            let accepted = directing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not direct it"), accepted));
        }
        let review = self.scheduled_review(&body.review)?;
        let Some(from) = self.head.reviewed_from() else {
            return Err(self.wrong_state("an agreement that is in force, or whose last day has passed"));
        };
        match self.head.review_standing(review) {
            ReviewStanding::ToCome | ReviewStanding::Overdue => {}
            ReviewStanding::Held => {
                return Err(Refusal::at("/body/review", Rule::AlreadyGiven, format!("{} is on record", review.id), "each review once"));
            }
            ReviewStanding::FellAway => {
                let detail = format!("{} is not after {from}, the day on which the agreement came into force", review.date);
                return Err(Refusal::at("/body/review", Rule::ReviewUnfit, detail, "a review after its first day"));
            }
        }
        // Each looks at what came after the day of the one before it: not all of them are held on the first day.
        let before = self.scheduled_reviews().map(|other| other.date).filter(|date| *date < review.date).max();
        let (earliest, today) = (before.map_or(from, |before| from.max(before.plus_days(1))), Day::of(moment.at));
        if !(earliest..=today).contains(&body.held_on) {
            let accepted = if earliest <= today { format!("a day from {earliest} to {today}") } else { format!("not before {earliest}") };
            let detail = format!("{} cannot have been held on {}", review.id, body.held_on);
            return Err(Refusal::at("/body/heldOn", Rule::ReviewUnfit, detail, accepted));
        }
        let (by, outcome, findings) = (by.clone(), body.outcome, body.findings.hash);
        let held = HeldReview { by, at: moment, held_on: body.held_on, outcome, findings };
        self.head_mut().reviews.entry(body.review.clone()).or_default().held = Some(held);
        Ok(())
    }

    /// That a change follows from the review that it names: one that was held and came to that.
    pub(super) fn review_fault(&self, body: &Amendment) -> Option<Fault> {
        let named = body.review.as_ref()?;
        if let Err(refusal) = self.scheduled_review(named) {
            return refusal.faults().first().cloned();
        }
        let fault = |detail: String, accepted: &str| {
            Some(Fault { pointer: "/body/review".into(), rule: Rule::ReviewUnfit, detail, accepted: accepted.into() })
        };
        let Some(held) = self.head.reviews.get(named).and_then(|review| review.held.as_ref()) else {
            return fault(format!("{named} was not held"), "a review that was held, or none");
        };
        let adds = |change: &Change| matches!(change, Change::Addition { obligation } if obligation.strength == Strength::Result);
        match held.outcome {
            ReviewOutcome::Continue => fault(format!("{named} came to no change"), "an amendment that names no review"),
            ReviewOutcome::AddResultObligations if !body.changes.iter().any(adds) => {
                fault(format!("{named} came to obligations to a result"), "the addition of a new one among the changes")
            }
            ReviewOutcome::AddResultObligations | ReviewOutcome::Amend => None,
        }
    }
}
