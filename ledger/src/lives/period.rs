//! Another last day, or none any more (L14): what runs by the old one goes on by the new one, and nothing that is due moves.

use std::collections::BTreeSet;

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Course, Standing};
use super::review::{Turn, Turns};
use crate::envelope::refusal::Rule;
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::review::ScheduledReview;
use crate::words::{Day, Slug};

impl Agreement {
    /// What is wrong with another period: its last day has come, or something that has begun ends after it; a review that comes with
    /// it was to be held already.
    pub(super) fn period_fault(
        &self,
        end: Option<Day>,
        reviews: Option<&[ScheduledReview]>,
        moment: Moment,
    ) -> Option<(&'static str, Rule, String, String)> {
        let today = Day::of(moment.at);
        if end == self.text.period.end_date && reviews.is_none() {
            return Some(("/endDate", Rule::AlreadyGiven, "that is so already".into(), "another last day, or a review".into()));
        }
        for review in reviews.unwrap_or_default() {
            if let Some(day) = review.date.filter(|day| *day <= today) {
                return Some(("/reviews", Rule::TooEarly, format!("{day} has come already"), format!("days after {today}")));
            }
            if review.date.is_some() && self.head.reviews.contains_key(&review.id) {
                return Some(("/reviews", Rule::AlreadyGiven, format!("{} is on record", review.id), "an id that is free".into()));
            }
        }
        let begun = self.instances.values().map(|instance| instance.due).chain(self.pause().map(|pause| pause.until));
        let earliest = begun.fold(today.plus_days(1), Day::max);
        let end = end.filter(|end| *end < earliest)?;
        let detail = format!("{end} is before what has begun ends");
        Some(("/endDate", Rule::TooEarly, detail, format!("{earliest} or later, or after a release of what is due then")))
    }

    /// The reviews of the text with others instead of those that are still to come.
    pub(super) fn reviews_with(&self, others: &[ScheduledReview], today: Day) -> Vec<ScheduledReview> {
        let stays = |review: &&ScheduledReview| {
            let recorded = self.head.reviews.get(&review.id);
            match review.date {
                Some(date) => date <= today || recorded.is_some(),
                None => recorded.and_then(|recorded| recorded.turns.as_ref()).is_some_and(|turns| turns.overdue.is_some()),
            }
        };
        let old = self.text.reviews.iter().flat_map(|list| list.iter());
        old.filter(stays).chain(others).cloned().collect()
    }

    /// The text has another period, or other reviews, from here on.
    pub(super) fn period_changed(&mut self, from: Day, old_end: Option<Day>, moment: Moment) {
        let today = Day::of(moment.at);
        for id in self.clauses.keys().cloned().collect::<Vec<_>>() {
            self.rhythm_goes_on(&id, today, moment);
        }
        self.turns_go_on(today);
        if old_end == self.text.period.end_date {
            return;
        }
        let succession = &mut self.head_mut().succession;
        (succession.expected_by, succession.lacking) = (None, None);
        self.expect_successor(from);
        if let Some(expected_by) = &mut self.head_mut().succession.expected_by {
            // A flag is due after the entry that it follows from.
            *expected_by = (*expected_by).max(today.end());
        }
    }

    /// What follows on the due date that was opened last, by the new last day. Where that one was dealt with already, and nothing
    /// followed on it, the next one opens now: nothing falls due for the time between.
    fn rhythm_goes_on(&mut self, id: &Slug, today: Day, moment: Moment) {
        let clause = self.clauses[id].clone();
        let (Course::Running { last, next }, When::Rhythm { .. }) = (&clause.course, &clause.text.when) else { return };
        let newest = last.and_then(|last| self.instances.get(&(id.clone(), last)));
        let waits = newest.is_some_and(|newest| newest.standing == Standing::Open && newest.claim.is_none());
        let (last, opens) = (*last, next.is_none() && !waits);
        let after = if opens { last.map_or(today, |last| last.max(today)) } else { last.unwrap_or(today) };
        let next = self.occurrence_after(&clause, after);
        self.clause_mut(id).course = Course::Running { last, next };
        if opens {
            self.open_next(id, today.max(last.map_or(today, |last| last.plus_days(1))), moment);
        }
    }

    /// The reviews that recur: a turn after the new last day is none, nor is one of a rhythm that is not in the text any more; where
    /// none was to come the next one does.
    fn turns_go_on(&mut self, today: Day) {
        let of_text = self.text.reviews.iter().flat_map(|list| list.iter()).filter(|review| review.rule.is_some());
        let of_text: BTreeSet<Slug> = of_text.map(|review| review.id.clone()).collect();
        let known = self.head.reviews.iter().filter(|(_, review)| review.turns.is_some()).map(|(id, _)| id);
        for id in known.chain(&of_text).cloned().collect::<BTreeSet<_>>() {
            let coming = self.turn_by_text(&id, today).filter(|_| of_text.contains(&id));
            let reviewed = self.head_mut().reviews.entry(id).or_default();
            reviewed.turns.get_or_insert_with(Turns::default).coming = coming;
        }
    }

    /// The turn that is next by the text: the one that was, if the rhythm still has it.
    fn turn_by_text(&self, id: &Slug, today: Day) -> Option<Turn> {
        let reviewed = self.head.reviews.get(id);
        let was = reviewed.and_then(|reviewed| reviewed.turns.as_ref()?.coming);
        let held = reviewed.and_then(|reviewed| reviewed.held.as_ref()?.due);
        let after = match was {
            Some(turn) => turn.from.plus_days(-1),
            None => held.map_or(today, |held| held.max(today)),
        };
        let next = self.turn_after(id, after);
        match was {
            Some(_) if next.map(|turn| turn.due) == was.map(|turn| turn.due) => was,
            // By another rhythm its day may have come already.
            Some(_) | None => next.filter(|turn| turn.due > today).or_else(|| self.turn_after(id, today)),
        }
    }
}
