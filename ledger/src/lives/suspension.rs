//! Suspension: no due date passes, and on resumption those that stood still move. It always ends, and frees nobody.

use super::agreement::Agreement;
use super::head::State;
use super::moment::{Fact, Moment};
use super::obligation::{Course, Instance, Move, Standing};
use super::offer::OfferKind;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::suspension::{Resumption, Suspension, SuspensionGround};
use crate::words::{Day, Hash, Instant, Slug};

use serde::{Deserialize, Serialize};

/// How far ahead the last day of a suspension may lie, in months; then it is prolonged or it is over.
const MAX_MONTHS: u32 = 12;

/// A suspension that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// The entry from which on due dates stand still.
    pub since: Fact,
    /// Its last day; after it the agreement resumes by itself.
    pub until: Day,
    /// On what ground.
    pub ground: SuspensionGround,
}

/// Days on which an agreement stood still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spell {
    /// The first one.
    pub first: Day,
    /// The day of resumption, on which it no longer did.
    pub resumed: Day,
    /// On what ground.
    pub ground: SuspensionGround,
}

impl Pause {
    /// Days from the first one up to another, which is not counted: so far due dates move.
    fn days_before(&self, day: Day) -> i64 {
        day.days_since(Day::of(self.since.at))
    }

    /// Whether a due date stands still. What was late when the suspension began does not.
    fn stops(&self, instance: &Instance) -> bool {
        instance.standing == Standing::Open && instance.late_from > self.since.at
    }
}

impl Agreement {
    /// The suspension that runs, if any.
    pub fn pause(&self) -> Option<&Pause> {
        match &self.head.state {
            State::Suspended { pause, .. } => Some(pause),
            State::Proposed | State::Signed { .. } | State::InForce { .. } | State::Ended { .. } => None,
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => None,
        }
    }

    /// Whether it stands still on this day, or did.
    pub(super) fn stands_still_on(&self, day: Day) -> bool {
        let now = self.pause().is_some_and(|pause| (Day::of(pause.since.at)..=pause.until).contains(&day));
        now || self.head.stood_still.iter().any(|spell| (spell.first..spell.resumed).contains(&day))
    }

    /// Whether a due date stands still now.
    pub(super) fn stands_still(&self, instance: &Instance) -> bool {
        self.pause().is_some_and(|pause| pause.stops(instance))
    }

    /// A party suspends by the power that the text gives it, or puts a suspension to all.
    pub fn suspend(&mut self, by: &Slug, body: &Suspension, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        self.check_suspension(body, moment)?;
        match body.ground {
            SuspensionGround::AllParties => {
                let all = self.bound_except(&[]);
                self.offer_or_apply(OfferKind::Suspension(body.clone()), hash, by, all, moment)
            }
            SuspensionGround::Power => {
                self.check_power(by, body.until, moment)?;
                self.carry_out_suspension(body, moment)
            }
        }
    }

    fn check_suspension(&self, body: &Suspension, moment: Moment) -> Result<(), Refusal> {
        let today = Day::of(moment.at);
        let pause = self.pause();
        if pause.is_none() {
            self.in_force()?;
        }
        let earliest = pause.map_or(today, |pause| pause.until.plus_days(1));
        let latest = today.plus_months(MAX_MONTHS).min(self.text.period.horizon());
        if (earliest..=latest).contains(&body.until) {
            return Ok(());
        }
        let accepted = if earliest <= latest { format!("a day from {earliest} to {latest}") } else { "no suspension any more".to_owned() };
        Err(Refusal::at("/body/until", Rule::SuspensionUnfit, format!("{} cannot be its last day", body.until), accepted))
    }

    fn check_power(&self, by: &Slug, until: Day, moment: Moment) -> Result<(), Refusal> {
        if self.text.suspension.as_ref().is_none_or(|power| power.holder != *by) {
            let holder = self.text.suspension.as_ref().map(|power| format!("{}, or ", power.holder)).unwrap_or_default();
            let accepted = format!("{holder}the consent of all (ground all-parties)");
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("the text gives {by} no power to suspend"), accepted));
        }
        if self.pause().is_some_and(|pause| pause.ground == SuspensionGround::AllParties) {
            let detail = "all parties agreed to this suspension";
            return Err(Refusal::at("/body/ground", Rule::SuspensionUnfit, detail, "ground all-parties"));
        }
        let first = self.pause().map_or(Day::of(moment.at), |pause| Day::of(pause.since.at));
        let left = i64::from(self.text.power_days()) - i64::from(self.head.power_days);
        let last = first.plus_days(left - 1);
        if until > last {
            let accepted = if left > 0 { format!("{last} or earlier") } else { "the consent of all (ground all-parties)".to_owned() };
            return Err(Refusal::at("/body/until", Rule::SuspensionUnfit, format!("{left} days of the power are left"), accepted));
        }
        Ok(())
    }

    /// From here on due dates stand still, or do so for longer.
    pub(super) fn carry_out_suspension(&mut self, body: &Suspension, moment: Moment) -> Result<(), Refusal> {
        self.check_suspension(body, moment)?;
        let Suspension { ground, until, .. } = body.clone();
        let state = match self.head.state.clone() {
            State::InForce { since, from } => State::Suspended { since, from, pause: Pause { since: moment, until, ground } },
            State::Suspended { since, from, pause } => {
                // From here on it is what all agreed; the days until now were those of the power.
                let all_agreed = pause.ground == SuspensionGround::Power && ground == SuspensionGround::AllParties;
                self.use_power(all_agreed.then(|| pause.days_before(Day::of(moment.at))));
                State::Suspended { since, from, pause: Pause { until, ground, ..pause } }
            }
            State::Proposed | State::Signed { .. } | State::Ended { .. } => return Err(self.wrong_state("an agreement that is in force")),
            State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => {
                return Err(self.wrong_state("an agreement that is in force"));
            }
        };
        self.head_mut().state = state;
        Ok(())
    }

    /// The power has been used for so many days; for one at least, so that it cannot be used without end.
    fn use_power(&mut self, days: Option<i64>) {
        if let Some(days) = days {
            self.head_mut().power_days += u32::try_from(days.max(1)).unwrap_or(u32::MAX);
        }
    }

    /// Resumes before the last day: the holder of the power what it suspended itself, else all parties.
    pub fn resume(&mut self, by: &Slug, body: &Resumption, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let pause = self.suspended()?;
        let holder = self.text.suspension.as_ref().is_some_and(|power| power.holder == *by);
        if pause.ground == SuspensionGround::Power && holder {
            return self.carry_out_resumption(moment);
        }
        let all = self.bound_except(&[]);
        self.offer_or_apply(OfferKind::Resumption(body.clone()), hash, by, all, moment)
    }

    fn suspended(&self) -> Result<&Pause, Refusal> {
        self.pause().ok_or_else(|| self.wrong_state("an agreement that is suspended"))
    }

    pub(super) fn carry_out_resumption(&mut self, moment: Moment) -> Result<(), Refusal> {
        self.suspended()?;
        self.resume_on(Day::of(moment.at), moment);
        Ok(())
    }

    /// When the clock resumes it.
    pub(super) fn resumes_at(&self) -> Option<Instant> {
        self.pause().map(|pause| pause.until.end())
    }

    /// From this day on due dates pass again: each that stood still moves by as many days as the suspension had.
    pub(super) fn resume_on(&mut self, day: Day, moment: Moment) {
        let State::Suspended { since, from, pause } = self.head.state.clone() else { return };
        let still: Vec<(Slug, Day)> =
            self.instances.values().filter(|instance| pause.stops(instance)).map(|i| (i.obligation.clone(), i.due)).collect();
        let first = Day::of(pause.since.at);
        self.head_mut().state = State::InForce { since, from };
        if first < day {
            self.head_mut().stood_still.push(Spell { first, resumed: day, ground: pause.ground });
        }
        self.use_power((pause.ground == SuspensionGround::Power).then(|| pause.days_before(day)));
        for (id, due) in still {
            self.move_by(&id, due, &pause, day, moment);
        }
        for id in self.clauses.keys().cloned().collect::<Vec<_>>() {
            self.open_what_stood_still(&id, &pause, day, moment);
        }
    }

    /// Due dates that would have opened during the suspension open now, moved like the others, and the next one with
    /// them if it falls before the newest of those. The rhythm itself stays.
    fn open_what_stood_still(&mut self, id: &Slug, pause: &Pause, day: Day, moment: Moment) {
        while let Course::Running { last: Some(last), next: Some(due) } = self.clauses[id].course {
            let reach = self.instances.get(&(id.clone(), last)).map_or(last, |instance| instance.last_day());
            if due >= day && due > reach {
                return;
            }
            self.open_next(id, last.plus_days(1), moment);
            if due < day {
                self.move_by(id, due, pause, day, moment);
            }
        }
    }

    fn move_by(&mut self, id: &Slug, due: Day, pause: &Pause, day: Day, moment: Moment) {
        let instance = &self.instances[&(id.clone(), due)];
        let from = instance.last_day();
        // A new date that was agreed meanwhile reckoned with the suspension, unless it falls within it.
        let agreed = from >= day && instance.moves.last().is_some_and(|moved| moved.at.entry > pause.since.entry);
        // A term that began meanwhile, with an event, stood still from its first day on.
        let began =
            if matches!(self.clauses[id].text.when, When::AfterEvent { .. }) { instance.period_start } else { Day::of(pause.since.at) };
        let days = pause.days_before(day).min(day.days_since(began));
        if agreed || days <= 0 {
            return;
        }
        // A weekend or holiday can lie between its last day and the suspension: not due before the day of resumption.
        let to = from.plus_days(days).max(day);
        let last_day = self.last_day(&self.clauses[id], to);
        let (late_from, breached_from) = (self.late_from(last_day), self.breached_from(&self.clauses[id], last_day));
        let instance = self.instance_mut(id, due);
        (instance.late_from, instance.breached_from) = (late_from, breached_from);
        instance.moves.push(Move { from, to, at: moment });
    }
}
