//! What must be kept throughout a period: told once it has ended, broken by a finding, and restored for the rest of it.

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Clause, Instance, Settled, Standing, days};
use super::text::TermOf;
use crate::envelope::refusal::{Refusal, Rule};
use crate::envelope::statement::obligation::Finding;
use crate::words::{Day, Slug, Term};

impl Agreement {
    /// The last day on which something is in time: its own, or the end of the term to report on a period that ends then.
    pub(super) fn last_day(&self, clause: &Clause, due: Day) -> Day {
        let reported = || Term::Days(self.text.days(TermOf::PeriodReport)).ends(due, self.rules.calendar());
        if clause.text.is_maintained() { reported() } else { due }
    }

    /// From which day on it can be said that something was kept throughout; `None` where that is not asked: it is to be
    /// reached, or it was found broken and is to be restored.
    pub(super) fn reportable_from(&self, instance: &Instance) -> Option<Day> {
        let maintained = self.clauses[&instance.obligation].text.is_maintained();
        (maintained && !matches!(instance.standing, Standing::Breached { .. })).then(|| instance.due.plus_days(1))
    }

    /// A creditor or the director found that it was not kept on some day. This entry is the breach and the notice; the debtor
    /// can contest it, and whoever found it does not rule on that.
    pub fn find(&mut self, by: &Slug, body: &Finding, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.bound_party(by)?;
        let clause = self.clause(&body.obligation)?.clone();
        if !clause.text.is_maintained() {
            let detail = format!("{} is to be reached by a day", body.obligation);
            return Err(Refusal::at("/body/obligation", Rule::InstanceState, detail, "an obligation that is kept throughout"));
        }
        self.check_answers(by, &clause)?;
        let today = Day::of(moment.at);
        if body.day > today {
            return Err(Refusal::at("/body/day", Rule::TooEarly, format!("{} has not come", body.day), format!("{today} or before")));
        }
        if self.stands_still_on(body.day) {
            let detail = format!("the agreement stood still on {}", body.day);
            return Err(Refusal::at("/body/day", Rule::InstanceState, detail, "a day on which it was not suspended"));
        }
        let due = self.period_of(&body.obligation, body.day, moment)?;
        self.breach(&body.obligation, due, Some(by.clone()), moment);
        Ok(())
    }

    /// The period that a day is in, which is opened for it when its turn has not come yet.
    fn period_of(&mut self, id: &Slug, day: Day, moment: Moment) -> Result<Day, Refusal> {
        while self.clauses[id].course.last().is_some_and(|last| last < day) && self.clauses[id].course.has_later() {
            let last = self.clauses[id].course.last().expect("looked at just before");
            self.open_following(id, last, moment);
        }
        let within = |instance: &Instance| instance.obligation == *id && instance.period_start <= day && day <= instance.due;
        let Some(instance) = self.instances.values().find(|instance| within(instance)) else {
            let detail = format!("{day} is in no open period of {id}");
            let accepted = format!("a day of a period up to: {}", days(&self.open_dues(id)));
            return Err(Refusal::at("/body/day", Rule::InstanceState, detail, accepted));
        };
        match (&instance.standing, instance.claim) {
            (_, Some(_)) => {
                let detail = "the debtor reported on this period";
                Err(Refusal::at("/body/day", Rule::InstanceState, detail, "a dispute of that report"))
            }
            (Standing::Breached { .. }, None) => {
                Err(Refusal::at("/body/day", Rule::AlreadyGiven, "this period is breached already", "a finding once it is restored"))
            }
            (Standing::Open | Standing::Overdue { .. }, None) => Ok(instance.due),
            (Standing::Fulfilled { .. } | Standing::Cured { .. } | Standing::Released { .. } | Standing::HandedOver { .. }, None) => {
                Err(Refusal::at("/body/day", Rule::InstanceState, "this period is settled", "a day of an open period"))
            }
        }
    }

    /// Whether an accepted report restores something whose period runs on.
    pub(super) fn restores(&self, id: &Slug, due: Day, moment: Moment) -> bool {
        let breached = self.instances.get(&(id.clone(), due)).is_some_and(|i| matches!(i.standing, Standing::Breached { .. }));
        breached && self.clauses[id].text.is_maintained() && Day::of(moment.at) <= due
    }

    /// The breach is cured and stays on record; for the rest of its period it must be kept.
    pub(super) fn take_up_again(&mut self, id: &Slug, due: Day, moment: Moment) {
        let instance = self.instance_mut(id, due);
        (instance.standing, instance.claim, instance.reopened) = (Standing::Open, None, None);
        let cases = instance.settle_breach(Settled::Cured, moment);
        cases.into_iter().for_each(|case| self.close_if_settled(case, moment));
    }
}
