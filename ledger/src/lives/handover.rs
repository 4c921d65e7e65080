//! Handover: what is not yet due goes to another party, which signs for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Clause, Course, Instance, Standing};
use super::offer::OfferKind;
use super::parts::PartId;
use crate::envelope::refusal::{Refusal, Rule, one_of};
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::obligation::Handover;
use crate::envelope::statement::trigger::Trigger;
use crate::words::{Day, Hash, Instant, Slug};

impl Agreement {
    /// The debtor offers what is not yet due to another party.
    pub fn hand_over(&mut self, by: &Slug, body: &Handover, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.owing_party(by)?;
        self.check_handover(by, body, moment)?;
        self.offer_or_apply(OfferKind::Handover(body.clone()), hash, by, BTreeSet::from([body.to.clone()]), moment)
    }

    pub(super) fn check_handover(&self, by: &Slug, body: &Handover, moment: Moment) -> Result<(), Refusal> {
        let clause = self.clause(&body.obligation)?;
        if clause.debtor != *by {
            return Err(Refusal::at("/by", Rule::NotTheDebtor, format!("{} is the debtor", clause.debtor), "the debtor"));
        }
        if body.to == *by || self.bound_party(&body.to).is_err() {
            let accepted = one_of(self.bound_except(std::slice::from_ref(by)), "nobody else is bound");
            return Err(Refusal::at("/body/to", Rule::NotAParty, format!("{} cannot take it over", body.to), accepted));
        }
        if matches!(&clause.text.when, When::AfterEvent { trigger: Trigger::Event { by, .. }, .. } if *by == body.to) {
            let detail = format!("{} would say itself whether it is due", body.to);
            return Err(Refusal::at("/body/to", Rule::OwnObligation, detail, "a party other than the one that records the event"));
        }
        if self.clauses.contains_key(&body.successor) {
            return Err(Refusal::at(
                "/body/successor",
                Rule::InstanceState,
                format!("{} is an obligation already", body.successor),
                "an id that is free",
            ));
        }
        if !self.has_to_come(&body.obligation, moment.at) {
            return Err(Refusal::at(
                "/body/obligation",
                Rule::InstanceState,
                "nothing of it is still to come; what has fallen due stays with the debtor",
                "an obligation of which something is still to come",
            ));
        }
        Ok(())
    }

    /// The open due dates that are neither late nor reported.
    pub(super) fn pending(&self, id: &Slug, at: Instant) -> Vec<Day> {
        let pending = |instance: &&Arc<Instance>| {
            let open = instance.standing == Standing::Open && instance.claim.is_none();
            instance.obligation == *id && open && instance.late_from > at
        };
        self.instances.values().filter(pending).map(|instance| instance.due).collect()
    }

    /// Whether anything of an obligation is still to come.
    pub(super) fn has_to_come(&self, id: &Slug, at: Instant) -> bool {
        match self.clauses[id].course {
            Course::Running { next, .. } => next.is_some() || !self.pending(id, at).is_empty(),
            Course::Conditional { .. } => true,
            Course::Waiting | Course::Lapsed { .. } | Course::Released { .. } | Course::HandedOver { .. } => false,
        }
    }

    pub(super) fn carry_out_handover(&mut self, body: &Handover, moment: Moment) -> Result<(), Refusal> {
        let debtor = self.clause(&body.obligation)?.debtor.clone();
        self.check_handover(&debtor, body, moment)?;
        let old = self.clauses[&body.obligation].clone();
        let mut text = Arc::unwrap_or_clone(old.text.clone());
        (text.id, text.debtor) = (body.successor.clone(), body.to.clone());
        if let Some(creditors) = &mut text.creditors {
            creditors.0.retain(|creditor| *creditor != body.to);
        }
        text.creditors = text.creditors.filter(|creditors| !creditors.is_empty());
        let next = match old.course {
            Course::Running { next, .. } => next,
            // What it waits for stays the same; only who does it then is another.
            Course::Conditional { .. } => {
                let mut taken = Clause::new(text, Some(body.obligation.clone()));
                taken.course = old.course.clone();
                self.hand_on(body, taken, moment);
                return Ok(());
            }
            Course::Waiting | Course::Lapsed { .. } | Course::Released { .. } | Course::HandedOver { .. } => return Ok(()),
        };
        // Every open date that is still to come goes along; when there is none, the next one opens with the new debtor.
        let pending = self.pending(&body.obligation, moment.at);
        let (dues, next) = match next.filter(|_| pending.is_empty()) {
            Some(next) => (vec![next], self.occurrence_after(&old, next)),
            None => (pending, next),
        };
        let mut taken = Clause::new(text, Some(body.obligation.clone()));
        taken.course = Course::Running { last: dues.last().copied(), next };
        self.hand_on(body, taken, moment);
        for due in dues {
            self.take_over_instance(&body.obligation, &body.successor, due, moment);
        }
        Ok(())
    }

    fn hand_on(&mut self, body: &Handover, taken: Clause, moment: Moment) {
        self.touched.insert(PartId::Clause(body.successor.clone()));
        self.clauses.insert(body.successor.clone(), Arc::new(taken));
        self.clause_mut(&body.obligation).course = Course::HandedOver { to: body.successor.clone(), agreement: None, at: moment };
    }

    /// The instance that is not yet due goes along; one that was not opened yet opens with the new debtor.
    fn take_over_instance(&mut self, old: &Slug, new: &Slug, due: Day, moment: Moment) {
        let clause = self.clauses[new].clone();
        let kept = self.instances.get(&(old.clone(), due)).cloned();
        if kept.is_some() {
            self.instance_mut(old, due).standing = Standing::HandedOver { at: moment };
        }
        let today = Day::of(moment.at);
        let (late_from, breached_from) = {
            let last_day = self.last_day(&clause, due);
            (self.late_from(last_day), self.breached_from(&clause, last_day))
        };
        let fresh = Instance {
            obligation: new.clone(),
            debtor: clause.debtor.clone(),
            due,
            period_start: kept.as_ref().map_or(today, |instance| instance.period_start),
            late_from: kept.as_ref().map_or(late_from, |instance| instance.late_from),
            breached_from: kept.as_ref().map_or(breached_from, |instance| instance.breached_from),
            opened: moment,
            standing: Standing::Open,
            claim: None,
            reopened: None,
            breaches: Vec::new(),
            moves: kept.map(|instance| instance.moves.clone()).unwrap_or_default(),
        };
        self.touched.insert(PartId::Instance(new.clone(), due));
        self.instances.insert((new.clone(), due), Arc::new(fresh));
    }
}
