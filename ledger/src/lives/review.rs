//! Reviews (L47): the text says by when, the one that directs records each, and one that is not recorded in time is flagged.

use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Head, State};
use super::moment::{Fact, Moment};
use crate::envelope::refusal::{Fault, NOBODY_DECIDES, Refusal, Rule, one_of};
use crate::envelope::statement::agreement::Strength;
use crate::envelope::statement::amendment::{Amendment, Change};
use crate::envelope::statement::flag::Ending;
use crate::envelope::statement::review::{Review, ReviewOutcome, ScheduledReview};
use crate::words::{Day, Hash, Instant, Slug};

/// What became of a review: it is on record once it is overdue or held; one that recurs from the first day in force on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviewed {
    /// The entry that says that it, or the last turn that has come, was not recorded in time; it stays when that is held later.
    pub overdue: Option<Fact>,
    /// That it was held; of one that recurs the last time.
    pub held: Option<HeldReview>,
    /// Of one that recurs: the turns that can be held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<Turns>,
}

/// The turns of a review that recurs which can be held: at most two, so that decades cost no more than a year. The log has the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Turns {
    /// The one that is overdue, until it is held or the next one is overdue as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Turn>,
    /// The next one; `None` after the last day of the agreement or of the rhythm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coming: Option<Turn>,
    /// How many were never held.
    pub missed: u32,
}

/// One turn of a review that recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    /// The first day on which it can be held: that after the turn before it.
    pub from: Day,
    /// Its last day, by which it is named.
    pub due: Day,
    /// From when on it is overdue.
    pub late_from: Instant,
}

impl Reviewed {
    /// Since when it waits to be recorded; `None` when it does not, or not yet.
    fn waits(&self) -> Option<Fact> {
        let waits = self.turns.as_ref().map_or(self.held.is_none(), |turns| turns.overdue.is_some());
        self.overdue.filter(|_| waits)
    }
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
    /// Of one that recurs: the last day of the turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
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
        let waits = |(id, review): (_, &Reviewed)| review.waits().map(|since| (id, since));
        self.reviews.iter().filter_map(waits).filter(|_| self.reviewed_from().is_some())
    }

    /// Where a review of the text stands, so far as the log says; one that recurs by the turn that is next to be held.
    pub fn review_standing(&self, review: &ScheduledReview) -> ReviewStanding {
        let recorded = self.reviews.get(&review.id);
        let held = recorded.is_some_and(|recorded| recorded.held.is_some());
        let turns = recorded.and_then(|recorded| recorded.turns.as_ref());
        match (&self.state, self.reviewed_from()) {
            _ if held && turns.is_none() => ReviewStanding::Held,
            (State::Proposed | State::Signed { .. }, _) => ReviewStanding::ToCome,
            (_, None) if held => ReviewStanding::Held,
            (_, None) => ReviewStanding::FellAway,
            (_, Some(_)) if turns.is_some_and(|turns| turns.overdue.is_some()) => ReviewStanding::Overdue,
            (_, Some(_)) if turns.is_some_and(|turns| turns.coming.is_some()) => ReviewStanding::ToCome,
            (_, Some(_)) if turns.is_some() && held => ReviewStanding::Held,
            (_, Some(from)) if review.date.is_none_or(|date| date <= from) => ReviewStanding::FellAway,
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
            let accepted = one_of(self.scheduled_reviews().map(|review| &review.id), "an agreement whose text sets reviews");
            Refusal::at("/body/review", Rule::UnknownReview, format!("{id} is not a review of it"), accepted)
        })
    }

    /// It is in force from this day: the first turn of each review that recurs.
    pub(super) fn expect_reviews(&mut self, from: Day) {
        let recurring: Vec<Slug> =
            self.scheduled_reviews().filter(|review| review.rule.is_some()).map(|review| review.id.clone()).collect();
        for id in recurring {
            let turns = Turns { coming: self.turn_after(&id, from), ..Turns::default() };
            self.head_mut().reviews.insert(id, Reviewed { turns: Some(turns), ..Reviewed::default() });
        }
    }

    /// The turn of a review after a day: the last one of the turn before it, or the first one in force.
    pub(super) fn turn_after(&self, id: &Slug, day: Day) -> Option<Turn> {
        let period = &self.text.period;
        let rhythm = self.scheduled_reviews().find(|review| review.id == *id)?.rule.as_ref()?;
        let due = rhythm.next_after(period.start_date, period.horizon(), day)?;
        Some(Turn { from: day.plus_days(1), due, late_from: self.late_from(due) })
    }

    /// The review that is the first to be overdue, from when on, and the last day of its turn if it recurs. A suspension does not put
    /// one off: what stands still is looked at all the same.
    pub(super) fn next_review(&self) -> Option<(Instant, &Slug, Option<Day>)> {
        self.head.reviewed_from()?;
        let once = self.scheduled_reviews().filter(|review| self.head.review_standing(review) == ReviewStanding::ToCome);
        let once = once.filter_map(|review| Some((self.late_from(review.date?), &review.id, None)));
        let turns = self.head.reviews.iter().filter_map(|(id, review)| Some((id, review.turns.as_ref()?.coming?)));
        once.chain(turns.map(|(id, turn)| (turn.late_from, id, Some(turn.due)))).min_by_key(|(late_from, ..)| *late_from)
    }

    /// A review, or a turn of it, was not recorded in time. The turn before it, if that was not held either, no longer can be.
    pub(super) fn review_overdue(&mut self, id: &Slug, due: Option<Day>, moment: Moment) {
        let next = due.and_then(|due| self.turn_after(id, due));
        let reviewed = self.head_mut().reviews.entry(id.clone()).or_default();
        reviewed.overdue = Some(moment);
        if let Some(turns) = &mut reviewed.turns {
            turns.missed += u32::from(turns.overdue.is_some());
            turns.overdue = std::mem::replace(&mut turns.coming, next);
        }
    }

    /// The one that directs records a review.
    pub fn record_review(&mut self, by: &Slug, body: &Review, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let directing = self.deciders(&[]).0;
        if !directing.contains(by) {
            let accepted = one_of(directing, NOBODY_DECIDES);
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not direct it"), accepted));
        }
        let review = self.scheduled_review(&body.review)?;
        let Some(from) = self.head.reviewed_from() else {
            return Err(self.wrong_state("an agreement that is in force, or whose last day has passed"));
        };
        let earliest = match (review.date, body.due) {
            (Some(date), None) => self.check_once(review, date, from)?,
            (None, due) => self.check_turn(&review.id, due)?,
            (Some(_), Some(_)) => {
                let detail = format!("{} has no turns: it is held once", review.id);
                return Err(Refusal::at("/body/due", Rule::ReviewUnfit, detail, "a review without a turn"));
            }
        };
        let today = Day::of(moment.at);
        if !(earliest..=today).contains(&body.held_on) {
            let accepted = if earliest <= today { format!("a day from {earliest} to {today}") } else { format!("not before {earliest}") };
            let detail = format!("{} cannot have been held on {}", review.id, body.held_on);
            return Err(Refusal::at("/body/heldOn", Rule::ReviewUnfit, detail, accepted));
        }
        let (by, outcome, findings) = (by.clone(), body.outcome, body.findings.hash);
        let held = HeldReview { by, at: moment, held_on: body.held_on, outcome, findings, due: body.due };
        let next = body.due.and_then(|due| self.turn_after(&body.review, due));
        let reviewed = self.head_mut().reviews.entry(body.review.clone()).or_default();
        reviewed.held = Some(held);
        if let Some(turns) = &mut reviewed.turns
            && turns.overdue.take_if(|turn| Some(turn.due) == body.due).is_none()
        {
            // In time: what was overdue before it is looked at with it, and is not held any more.
            turns.missed += u32::from(turns.overdue.take().is_some());
            (turns.coming, reviewed.overdue) = (next, None);
        }
        Ok(())
    }

    /// The first day on which a review that is held once can have been, or why it cannot be held.
    fn check_once(&self, review: &ScheduledReview, date: Day, from: Day) -> Result<Day, Refusal> {
        match self.head.review_standing(review) {
            ReviewStanding::ToCome | ReviewStanding::Overdue => {}
            ReviewStanding::Held => {
                return Err(Refusal::at("/body/review", Rule::AlreadyGiven, format!("{} is on record", review.id), "each review once"));
            }
            ReviewStanding::FellAway => {
                let detail = format!("{date} is not after {from}, the day on which the agreement came into force");
                return Err(Refusal::at("/body/review", Rule::ReviewUnfit, detail, "a review after its first day"));
            }
        }
        // Each looks at what came after the day of the one before it: not all of them are held on the first day.
        let before = self.scheduled_reviews().filter_map(|other| other.date).filter(|other| *other < date).max();
        Ok(before.map_or(from, |before| from.max(before.plus_days(1))))
    }

    /// The same of a turn of one that recurs. One day is not that of two turns, so that none is recorded ahead with the one before it.
    fn check_turn(&self, id: &Slug, due: Option<Day>) -> Result<Day, Refusal> {
        let reviewed = self.head.reviews.get(id);
        let turns = reviewed.and_then(|reviewed| reviewed.turns.as_ref());
        let open = || turns.into_iter().flat_map(|turns| turns.overdue.iter().chain(&turns.coming));
        let Some(turn) = open().find(|turn| Some(turn.due) == due) else {
            let accepted = one_of(open().map(|turn| turn.due), "no turn is to be held any more");
            let detail = due.map_or(format!("{id} recurs"), |due| format!("{due} is no turn of {id} that is to be held"));
            return Err(Refusal::at("/body/due", Rule::ReviewUnfit, detail, accepted));
        };
        let held = reviewed.and_then(|reviewed| reviewed.held.as_ref());
        Ok(held.map_or(turn.from, |held| turn.from.max(held.held_on.plus_days(1))))
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
