//! Due dates: opened one by one, late, breached, settled, moved.

use std::sync::Arc;

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Breach, Clause, Course, Instance, Move, Settled, Standing};
use super::parts::PartId;
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::flag::Quiet;
use crate::words::{Day, Instant, Slug, due_end};

impl Agreement {
    /// The agreement is in force from this day: the first due date opens.
    pub(super) fn start_clause(&mut self, id: &Slug, from: Day, moment: Moment) {
        self.start_clause_after(id, from, from.plus_days(-1), moment);
    }

    /// The same, with the first due date of a rhythm after a day.
    pub(super) fn start_clause_after(&mut self, id: &Slug, from: Day, after: Day, moment: Moment) {
        let clause = &self.clauses[id];
        if matches!(clause.text.when, When::AfterEvent { .. }) {
            self.clause_mut(id).course = Course::Conditional { since: moment };
            return;
        }
        // None precedes entry into force, and the start date itself is not an occurrence.
        let first = match &clause.text.when {
            When::Date { date } => Some(*date),
            When::AfterEvent { .. } => None,
            When::Rhythm { .. } => self.occurrence_after(clause, after.max(self.text.period.start_date)),
        };
        self.clause_mut(id).course = Course::Running { last: None, next: first };
        self.open_next(id, from, moment);
    }

    pub(super) fn occurrence_after(&self, clause: &Clause, after: Day) -> Option<Day> {
        match &clause.text.when {
            When::Date { .. } | When::AfterEvent { .. } => None,
            When::Rhythm { rule } => rule.next_after(self.text.period.start_date, self.text.period.horizon(), after),
        }
    }

    pub(super) fn open_next(&mut self, id: &Slug, period_start: Day, moment: Moment) {
        let clause = self.clauses[id].clone();
        let Course::Running { next: Some(due), .. } = clause.course else { return };
        let following = self.occurrence_after(&clause, due);
        self.clause_mut(id).course = Course::Running { last: Some(due), next: following };
        // A date that lies before entry into force is due on the first day.
        let last_day = self.last_day(&clause, due.max(period_start));
        let instance = Instance {
            obligation: id.clone(),
            debtor: clause.debtor.clone(),
            due,
            period_start,
            late_from: self.late_from(last_day),
            breached_from: self.breached_from(&clause, last_day),
            opened: moment,
            standing: Standing::Open,
            claim: None,
            reopened: None,
            breaches: Vec::new(),
            moves: Vec::new(),
        };
        self.touched.insert(PartId::Instance(id.clone(), due));
        self.instances.insert((id.clone(), due), Arc::new(instance));
    }

    /// The instant from which on something is late that is in time until this day.
    pub(super) fn late_from(&self, last_day: Day) -> Instant {
        due_end(last_day, self.text.moves_to_working_days(), self.rules.calendar())
    }

    pub(super) fn breached_from(&self, clause: &Clause, last_day: Day) -> Instant {
        // The last millisecond of the day on which it is in time, so that grace counts from that day.
        let in_time = Day::of(self.late_from(last_day).plus_millis(-1));
        clause.text.grace().ends(in_time, self.rules.calendar()).end()
    }

    /// The newest due date is being dealt with, so the next one opens.
    pub(super) fn open_following(&mut self, id: &Slug, due: Day, moment: Moment) {
        if matches!(&self.clauses[id].course, Course::Running { last: Some(last), .. } if *last == due) {
            self.open_next(id, due.plus_days(1), moment);
        }
    }

    pub(super) fn overdue(&mut self, id: &Slug, due: Day, moment: Moment) {
        self.instance_mut(id, due).standing = Standing::Overdue { since: moment };
        self.open_following(id, due, moment);
    }

    /// The grace has passed: a breach, in the obligation's case; n misses in a row and the party has gone quiet.
    pub(super) fn breached(&mut self, id: &Slug, due: Day, due_at: Instant, moment: Moment) {
        let own = self.breach(id, due, None, moment);
        if own && self.instance_mut(id, due).reopened.is_none() {
            self.missed(id, due_at);
        }
    }

    /// A breach goes on record, in the case of whoever's lapse it is; gives whether that is the debtor.
    pub(super) fn breach(&mut self, id: &Slug, due: Day, found_by: Option<Slug>, moment: Moment) -> bool {
        let attributed = self.attribution(id);
        let about = attributed.as_ref().map_or(id, |cause| &cause.obligation).clone();
        let case = self.case_for_breach(&about, moment);
        self.clause_mut(&about).case = Some(case);
        let own = attributed.is_none();
        let instance = self.instance_mut(id, due);
        instance.standing = Standing::Breached { since: moment };
        instance.breaches.push(Breach { since: moment, case, attributed, found_by, settled: None });
        self.obligation_breached(id, moment);
        own
    }

    fn missed(&mut self, id: &Slug, due_at: Instant) {
        let clause = self.clause_mut(id);
        clause.misses += 1;
        let (misses, debtor) = (clause.misses, clause.debtor.clone());
        if misses >= self.text.gone_quiet_misses() {
            self.quiet_from(&debtor, due_at, Quiet::MissedReports, Some(id.clone()));
        }
    }

    /// A due date is settled; its breach too, and its case when that was the last one.
    pub(super) fn settle(&mut self, id: &Slug, due: Day, outcome: impl FnOnce(&Standing) -> (Standing, Settled), moment: Moment) {
        let instance = self.instance_mut(id, due);
        let (standing, how) = outcome(&instance.standing);
        let done = matches!(standing, Standing::Fulfilled { .. } | Standing::Cured { .. });
        instance.standing = standing;
        instance.claim = None;
        let cases = instance.settle_breach(how, moment);
        self.open_following(id, due, moment);
        cases.into_iter().for_each(|case| self.close_if_settled(case, moment));
        if done {
            self.obligation_fulfilled(id, moment);
        }
    }

    /// A new last day for a breached due date: its breach is settled, and it is open again. Gives the cases it was in.
    pub(super) fn move_due(&mut self, id: &Slug, due: Day, to: Day, how: Settled, moment: Moment) -> Vec<u32> {
        let clause = &self.clauses[id];
        let last_day = if clause.text.is_maintained() { self.last_day(clause, to.max(due)) } else { to };
        let (late_from, breached_from) = (self.late_from(last_day), self.breached_from(clause, last_day));
        let instance = self.instance_mut(id, due);
        (instance.late_from, instance.breached_from) = (late_from, breached_from);
        instance.standing = Standing::Open;
        instance.reopened = None;
        let from = instance.last_day();
        instance.moves.push(Move { from, to, at: moment });
        instance.settle_breach(how, moment)
    }
}
