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
    /// It is not held any more: the agreement came into force after its day, or was dissolved before.
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
    /// Whether reviews are held: from the first day on, and past the last one, but not in what all parties ended before it.
    fn is_reviewed(&self) -> bool {
        match &self.state {
            State::InForce { .. } | State::Suspended { .. } => true,
            State::Ended { outcome: Ending::Completed | Ending::Expired, .. } => true,
            State::Ended { outcome: Ending::Dissolved, .. } | State::Proposed | State::Signed { .. } => false,
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => false,
        }
    }

    /// The day on which it came into force, if it did.
    fn first_day(&self) -> Option<Day> {
        match &self.state {
            State::InForce { from, .. } | State::Suspended { from, .. } | State::Ended { from, .. } => Some(*from),
            State::Proposed | State::Signed { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => None,
        }
    }

    /// The reviews that are overdue and still to be held.
    pub fn overdue_reviews(&self) -> impl Iterator<Item = (&Slug, Fact)> {
        let waits = |(id, review): (_, &Reviewed)| review.overdue.filter(|_| review.held.is_none()).map(|since| (id, since));
        self.reviews.iter().filter_map(waits).filter(|_| self.is_reviewed())
    }

    /// Where a review of the text stands, so far as the log says.
    pub fn review_standing(&self, review: &ScheduledReview) -> ReviewStanding {
        match self.reviews.get(&review.id) {
            Some(Reviewed { held: Some(_), .. }) => ReviewStanding::Held,
            _ if self.first_day().is_some_and(|from| !self.is_reviewed() || review.date <= from) => ReviewStanding::FellAway,
            Some(Reviewed { overdue: Some(_), .. }) => ReviewStanding::Overdue,
            Some(_) | None => ReviewStanding::ToCome,
        }
    }
}

impl Agreement {
    /// The review that is the first to be overdue, and from when on. A suspension does not put one off: what stands still is looked at
    /// all the same.
    pub(super) fn next_review(&self) -> Option<(Instant, &ScheduledReview)> {
        self.head.first_day()?;
        let to_come = |review: &&ScheduledReview| self.head.review_standing(review) == ReviewStanding::ToCome;
        let dated = self.text.reviews.iter().flat_map(|list| list.iter()).filter(to_come);
        dated.map(|review| (self.late_from(review.date), review)).min_by_key(|(late_from, _)| *late_from)
    }

    /// A review was not recorded in time.
    pub(super) fn review_overdue(&mut self, review: &Slug, moment: Moment) {
        self.head_mut().reviews.entry(review.clone()).or_default().overdue = Some(moment);
    }

    /// The one that directs records a review.
    pub fn record_review(&mut self, by: &Slug, body: &Review, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let scheduled: Vec<&ScheduledReview> = self.text.reviews.iter().flat_map(|list| list.iter()).collect();
        let Some(review) = scheduled.iter().find(|review| review.id == body.review) else {
            let ids = scheduled.iter().map(|review| review.id.to_string()).collect::<Vec<_>>().join(", ");
            let accepted = if ids.is_empty() { "an agreement whose text sets reviews".to_owned() } else { format!("one of: {ids}") };
            return Err(Refusal::at("/body/review", Rule::UnknownReview, format!("{} is not a review of it", body.review), accepted));
        };
        let standing = self.head.review_standing(review);
        let directing = self.deciders(&[]).0;
        if !directing.contains(by) {
            let accepted = directing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not direct it"), accepted));
        }
        let Some(from) = self.head.first_day().filter(|_| self.head.is_reviewed()) else {
            return Err(self.wrong_state("an agreement that is in force, or whose last day has passed"));
        };
        match standing {
            ReviewStanding::ToCome | ReviewStanding::Overdue => {}
            ReviewStanding::Held => {
                return Err(Refusal::at("/body/review", Rule::AlreadyGiven, format!("{} is on record", body.review), "another review"));
            }
            ReviewStanding::FellAway => {
                let detail = format!("{} was before the agreement came into force", review.date);
                return Err(Refusal::at("/body/review", Rule::ReviewUnfit, detail, "a review after its first day"));
            }
        }
        let today = Day::of(moment.at);
        if !(from..=today).contains(&body.held_on) {
            let accepted = format!("a day from {from} to {today}");
            return Err(Refusal::at("/body/heldOn", Rule::ReviewUnfit, format!("it was not held on {}", body.held_on), accepted));
        }
        let (by, outcome, findings) = (by.clone(), body.outcome, body.findings.hash);
        let held = HeldReview { by, at: moment, held_on: body.held_on, outcome, findings };
        self.head_mut().reviews.entry(body.review.clone()).or_default().held = Some(held);
        Ok(())
    }

    /// That a change follows from the review that it names: one that was held and came to that.
    pub(super) fn review_fault(&self, body: &Amendment) -> Option<Fault> {
        let named = body.review.as_ref()?;
        let fault = |detail: String, accepted: &str| {
            Some(Fault { pointer: "/body/review".into(), rule: Rule::ReviewUnfit, detail, accepted: accepted.into() })
        };
        let Some(held) = self.head.reviews.get(named).and_then(|review| review.held.as_ref()) else {
            return fault(format!("no review {named} was held"), "a review that was held, or none");
        };
        let adds = |change: &Change| matches!(change, Change::Addition { obligation } if obligation.strength == Strength::Result);
        match held.outcome {
            ReviewOutcome::Continue => fault(format!("{named} came to no change"), "an amendment that names no review"),
            ReviewOutcome::AddResultObligations if !body.changes.iter().any(adds) => {
                fault(format!("{named} came to obligations to a result"), "the addition of one among the changes")
            }
            ReviewOutcome::AddResultObligations | ReviewOutcome::Amend => None,
        }
    }
}
