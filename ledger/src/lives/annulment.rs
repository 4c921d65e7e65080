//! A false flag is annulled, never erased: the breach is computed anew with the fact that is named, and stands if it was true.

use super::agreement::Agreement;
use super::escalation::Closing;
use super::moment::{Fact, Moment};
use super::obligation::{Clause, Instance, Move, Settled, Standing};
use super::offer::OfferKind;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::annulment::{Annulment, FalseBecause};
use crate::envelope::statement::flag::Quiet;
use crate::words::{Day, Hash, Holiday, Instant, Slug};

/// When a due date is late and breached by the fact that was named.
struct Corrected {
    last_day: Day,
    late_from: Instant,
    breached_from: Instant,
}

impl Agreement {
    /// A party offers to annul the flag of a breach. The debtor may offer it; its consent is not asked and does not count.
    pub fn annul(&mut self, by: &Slug, body: &Annulment, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.owing_party(by)?;
        let clause = self.clause(&body.obligation)?.clone();
        self.check_annulment(body, moment)?;
        let debtor = std::slice::from_ref(&clause.debtor);
        let others = self.bound_except(debtor);
        let owner = self.head.municipality.iter().filter(|owner| others.contains(*owner)).cloned();
        let needs = self.creditors(&clause).into_iter().chain(self.deciders(debtor).0).chain(owner).collect();
        self.offer_or_apply(OfferKind::Annulment(body.clone()), hash, by, needs, moment)
    }

    /// The due date as it is with the fact that is named; refused where it was breached by then all the same.
    fn check_annulment(&self, body: &Annulment, moment: Moment) -> Result<Corrected, Refusal> {
        let clause = self.clause(&body.obligation)?;
        let (instance, since) = self.flagged(body)?;
        let stands = |pointer: &str, detail: String, accepted: &str| {
            Err(Refusal::at(format!("/body/because/{pointer}"), Rule::FlagStands, detail, accepted))
        };
        match &body.because {
            FalseBecause::Holiday { date } if self.rests_by_every_table(*date) => {
                stands("date", format!("{date} is no working day in the table either"), "a holiday that the table lacks")
            }
            FalseBecause::Holiday { date } => {
                let mut corrected = self.with_holiday(clause, self.last_day(clause, instance.last_day()), *date);
                if clause.text.is_maintained() {
                    // The term to report moves, not the period.
                    corrected.last_day = instance.last_day();
                }
                if corrected.breached_from <= since.at {
                    return stands("date", format!("with {date} it was breached as well"), "a holiday that puts the breach off");
                }
                Ok(corrected)
            }
            FalseBecause::Reading { .. } if matches!(clause.text.when, When::Date { .. }) => {
                stands("due", "the text itself names this day".to_owned(), "a due date that follows from a rhythm")
            }
            FalseBecause::Reading { due } => {
                let corrected = self.with_date(clause, *due);
                if corrected.breached_from <= since.at {
                    return stands("due", format!("due on {due} it was breached as well"), "a date that puts the breach off");
                }
                Ok(corrected)
            }
            FalseBecause::Clock { accepted_at, date } => {
                if *accepted_at >= instance.breached_from {
                    return stands("acceptedAt", format!("at {accepted_at} it was breached as well"), "an instant before the breach");
                }
                self.new_last_day(clause, *date, moment)
            }
            FalseBecause::LostReport { accepted_at, date, .. } => {
                if *accepted_at >= instance.breached_from || Day::of(*accepted_at) < instance.period_start {
                    let detail = format!("a report at {accepted_at} was not in time, or came before its period");
                    return stands("acceptedAt", detail, "an instant in the period and before the breach");
                }
                self.new_last_day(clause, *date, moment)
            }
        }
    }

    /// The due date and the flag of its breach, if that is the entry which is named and nothing has settled it.
    fn flagged(&self, body: &Annulment) -> Result<(&Instance, Fact), Refusal> {
        let instance = self.instances.get(&(body.obligation.clone(), body.due));
        let breach = instance.and_then(|instance| instance.unsettled());
        match (instance, breach) {
            (Some(_), Some(breach)) if breach.found_by.is_some() => {
                let detail = "this breach is a finding of a party, not a flag";
                Err(Refusal::at("/body/due", Rule::InstanceState, detail, "an answer that contests it"))
            }
            (Some(instance), Some(breach)) if breach.since.entry == u64::from(body.entry.0) => Ok((instance, breach.since)),
            (Some(_), Some(breach)) => {
                let detail = format!("entry {} is not the flag of this breach", body.entry.0);
                Err(Refusal::at("/body/entry", Rule::InstanceState, detail, breach.since.entry.to_string()))
            }
            (_, None) | (None, _) => {
                let detail = format!("no breach of {} is open on {}", body.obligation, body.due);
                Err(Refusal::at("/body/due", Rule::InstanceState, detail, "a breach that nothing has settled"))
            }
        }
    }

    /// Whether a day was no working day whatever the table of holidays was when the flag fell. A day that a decree set equal can
    /// be one that only a later table has.
    fn rests_by_every_table(&self, day: Day) -> bool {
        let calendar = self.rules.calendar();
        let by_law = |(date, holiday): &(Day, Holiday)| *date == day && *holiday != Holiday::Decree;
        !calendar.is_working_day(day) && (day.is_weekend() || calendar.holidays(day.year()).iter().any(by_law))
    }

    fn with_date(&self, clause: &Clause, last_day: Day) -> Corrected {
        let in_time = self.last_day(clause, last_day);
        Corrected { last_day, late_from: self.late_from(in_time), breached_from: self.breached_from(clause, in_time) }
    }

    fn with_holiday(&self, clause: &Clause, last_day: Day, holiday: Day) -> Corrected {
        let calendar = self.rules.calendar();
        let rests = |day: Day| (!calendar.is_working_day(day) || day == holiday) && day != Day::LAST;
        let works_from = |mut day: Day| {
            while rests(day) {
                day = day.plus_days(1);
            }
            day
        };
        let in_time = if self.text.moves_to_working_days() { works_from(last_day) } else { last_day };
        let breached = (0..clause.text.grace_days()).fold(in_time, |day, _| works_from(day.plus_days(1)));
        Corrected { last_day: in_time, late_from: in_time.end(), breached_from: breached.end() }
    }

    /// Where the right day cannot be computed, those who sign name one that is still to come.
    fn new_last_day(&self, clause: &Clause, date: Day, moment: Moment) -> Result<Corrected, Refusal> {
        let today = Day::of(moment.at);
        if date <= today {
            let accepted = format!("a date from {} on", today.plus_days(1));
            return Err(Refusal::at("/body/because/date", Rule::TooEarly, format!("{date} has come already"), accepted));
        }
        Ok(self.with_date(clause, date))
    }

    pub(super) fn carry_out_annulment(&mut self, body: &Annulment, moment: Moment) -> Result<(), Refusal> {
        let corrected = self.check_annulment(body, moment)?;
        let id = &body.obligation;
        self.uncount(body);
        let instance = self.instance_mut(id, body.due);
        let from = instance.last_day();
        // What is late all the same is flagged again from here on: an entry never says what came before it.
        instance.late_from = corrected.late_from.max(moment.at);
        instance.breached_from = corrected.breached_from.max(moment.at);
        (instance.standing, instance.reopened) = (Standing::Open, None);
        if from != corrected.last_day {
            instance.moves.push(Move { from, to: corrected.last_day, at: moment });
        }
        let cases = instance.settle_breach(Settled::Annulled, moment);
        for case in cases.into_iter().filter(|case| self.cases.contains_key(case)).collect::<Vec<_>>() {
            if self.unsettled_in(case).next().is_none() {
                self.close_case(case, Closing::Annulled, moment);
                self.hear_of_closed(case);
            }
        }
        Ok(())
    }

    /// The miss that the flag counted no longer counts, unless a report has made the count begin anew.
    fn uncount(&mut self, body: &Annulment) {
        let Ok((instance, since)) = self.flagged(body) else { return };
        let clause = &self.clauses[&body.obligation];
        let anothers = instance.unsettled().is_some_and(|breach| breach.attributed.is_some());
        if anothers || instance.reopened.is_some() || clause.reported.is_some_and(|reported| reported.entry > since.entry) {
            return;
        }
        let clause = self.clause_mut(&body.obligation);
        clause.misses = clause.misses.saturating_sub(1);
        let (misses, debtor) = (clause.misses, clause.debtor.clone());
        if misses < self.text.gone_quiet_misses() {
            self.no_longer_quiet(&debtor, Quiet::MissedReports, Some(&body.obligation));
        }
    }

    /// Who did not answer the notice of a breach that was none is not quiet for that.
    fn hear_of_closed(&mut self, case: u32) {
        let case = self.cases[&case].clone();
        for who in case.against.iter().filter(|_| case.unanswered.is_some()) {
            let others =
                self.cases.values().any(|other| other.number != case.number && other.against.contains(who) && other.unanswered.is_some());
            if !others {
                self.no_longer_quiet(who, Quiet::UnansweredNotice, None);
            }
        }
    }
}
