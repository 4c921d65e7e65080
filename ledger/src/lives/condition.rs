//! Conditional obligations: due once their trigger comes, lapsed once it no longer can, never a way out.

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Clause, Course};
use crate::envelope::refusal::{NOBODY_DECIDES, Refusal, Rule, one_of};
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::trigger::{Event, Trigger};
use crate::words::{Day, Instant, Slug};

impl Clause {
    /// What it waits for; `None` when it does not wait.
    pub(super) fn awaits(&self) -> Option<&Trigger> {
        match (&self.course, &self.text.when) {
            (Course::Conditional { .. }, When::AfterEvent { trigger, .. }) => Some(trigger),
            (Course::Conditional { .. }, When::Date { .. } | When::Rhythm { .. }) => None,
            (Course::Waiting | Course::Running { .. } | Course::Lapsed { .. } | Course::Released { .. } | Course::HandedOver { .. }, _) => {
                None
            }
        }
    }
}

impl Agreement {
    /// The party that the text names says that an event happened: what waits for it is due, the term running from here.
    pub fn record_event(&mut self, by: &Slug, body: &Event, moment: Moment) -> Result<(), Refusal> {
        // Also after a dissolution: what stays due waits for its event as it did. After the last day nothing does.
        let from = self.binding()?;
        self.bound_party(by)?;
        let waiting = self.waiting_for(|trigger| matches!(trigger, Trigger::Event { event, .. } if *event == body.event));
        let Some(first) = waiting.first() else { return Err(self.unknown_event(&body.event)) };
        let recorders = self.recorders(&self.clauses[first]);
        if !recorders.contains(by) {
            let accepted = one_of(recorders, NOBODY_DECIDES);
            return Err(Refusal::at("/by", Rule::NotYoursToDecide, format!("{by} does not record this event"), accepted));
        }
        let today = Day::of(moment.at);
        if body.happened_on > today || body.happened_on < from {
            let detail = format!("{} is not a day of this agreement that has come", body.happened_on);
            return Err(Refusal::at("/body/happenedOn", Rule::TooEarly, detail, format!("a day from {from} to {today}")));
        }
        waiting.iter().for_each(|id| self.come_true(id, moment));
        Ok(())
    }

    /// The party that the text names; where it has left, whoever decides on the obligation.
    fn recorders(&self, clause: &Clause) -> Vec<Slug> {
        match clause.awaits() {
            Some(Trigger::Event { by, .. }) if self.bound_party(by).is_ok() && *by != clause.debtor => vec![by.clone()],
            _ => self.deciders(std::slice::from_ref(&clause.debtor)).0.into_iter().collect(),
        }
    }

    fn unknown_event(&self, event: &Slug) -> Refusal {
        let named = |clause: &Clause| match clause.awaits() {
            Some(Trigger::Event { event, by, .. }) => Some(format!("{event} (by {by})")),
            Some(Trigger::Fulfilment { .. } | Trigger::Breach { .. }) | None => None,
        };
        let accepted = one_of(self.clauses.values().filter_map(|clause| named(clause)), "no event is waited for");
        Refusal::at("/body/event", Rule::UnknownEvent, format!("no obligation waits for {event}"), accepted)
    }

    fn waiting_for(&self, is_it: impl Fn(&Trigger) -> bool) -> Vec<Slug> {
        let waits = |clause: &&std::sync::Arc<Clause>| clause.awaits().is_some_and(&is_it);
        self.clauses.values().filter(waits).map(|clause| clause.text.id.clone()).collect()
    }

    /// The trigger has come: the obligation opens. It stays due though its day may follow the last one of the agreement.
    fn come_true(&mut self, id: &Slug, moment: Moment) {
        let When::AfterEvent { within, .. } = &self.clauses[id].text.when else { return };
        let (today, due) = (Day::of(moment.at), within.term().ends(Day::of(moment.at), self.rules.calendar()));
        self.clause_mut(id).course = Course::Running { last: None, next: Some(due) };
        self.open_next(id, today, moment);
    }

    pub(super) fn obligation_fulfilled(&mut self, id: &Slug, moment: Moment) {
        let waiting = self.waiting_for(|trigger| matches!(trigger, Trigger::Fulfilment { obligation } if self.stems_from(id, obligation)));
        waiting.iter().for_each(|id| self.come_true(id, moment));
    }

    pub(super) fn obligation_breached(&mut self, id: &Slug, moment: Moment) {
        let waiting = self.waiting_for(|trigger| matches!(trigger, Trigger::Breach { obligation } if self.stems_from(id, obligation)));
        waiting.iter().for_each(|id| self.come_true(id, moment));
    }

    /// Whether an obligation is this one, or was taken over from it.
    pub(super) fn stems_from(&self, id: &Slug, origin: &Slug) -> bool {
        let mut at = Some(id);
        while let Some(id) = at {
            if id == origin {
                return true;
            }
            at = self.clauses.get(id).and_then(|clause| clause.taken_over_from.as_ref());
        }
        false
    }

    /// When the clock says that an event can no longer come.
    pub(super) fn lapses_at(&self, clause: &Clause) -> Option<Instant> {
        match clause.awaits()? {
            // In an agreement without a last day an event without one may come at any time.
            Trigger::Event { until, .. } => until.or(self.text.period.end_date).map(Day::end),
            Trigger::Fulfilment { .. } | Trigger::Breach { .. } => None,
        }
    }

    pub(super) fn lapse_condition(&mut self, id: &Slug, moment: Moment) {
        self.clause_mut(id).course = Course::Lapsed { at: moment };
    }

    /// After each entry: what waits for an obligation of which nothing is due any more has lapsed, and so on. As long as
    /// that obligation binds, its fulfilment or breach may still come, also after the last day of the agreement.
    fn note_lapsed_conditions(&mut self, moment: Moment) {
        loop {
            let over = |origin: &Slug| self.clauses.keys().filter(|id| self.stems_from(id, origin)).all(|id| self.is_finally_met(id));
            let lapsed = self.waiting_for(|trigger| trigger.obligation().is_some_and(over));
            if lapsed.is_empty() {
                return;
            }
            lapsed.iter().for_each(|id| self.lapse_condition(id, moment));
        }
    }

    /// What follows from each entry, whatever it was: causes removed, conditions lapsed, risks, and plans that are settled.
    pub fn after_entry(&mut self, moment: Moment) {
        self.note_removed_causes(moment);
        self.note_lapsed_conditions(moment);
        self.note_risks();
        self.note_weaknesses();
        self.note_moot_changes(moment);
        self.note_settled_plans(moment.at);
    }
}
