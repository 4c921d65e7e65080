//! What leans on what: at risk because of another's lapse, and a breach that is that other's (L09, L11).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::agreement::Agreement;
use super::moment::Moment;
use super::obligation::{Attribution, Instance, Risk, Settled, Standing};
use super::text::TermOf;
use crate::words::{Day, Slug};

/// Since which entry a due date is late; `None` when it is not.
fn late_since(instance: &Instance) -> Option<u64> {
    match &instance.standing {
        Standing::Overdue { since } | Standing::Breached { since } => Some(since.entry),
        Standing::Open | Standing::Fulfilled { .. } | Standing::Cured { .. } => None,
        Standing::Released { .. } | Standing::HandedOver { .. } => None,
    }
}

impl Agreement {
    /// The late due dates of an obligation, those of its successors included.
    fn late_in<'a>(&'a self, origin: &'a Slug) -> impl Iterator<Item = &'a Arc<Instance>> {
        self.instances.values().filter(move |instance| late_since(instance).is_some() && self.stems_from(&instance.obligation, origin))
    }

    /// The late due dates of an obligation on which no report waits: a report stops the clock, here as well.
    fn lapsed_in<'a>(&'a self, origin: &'a Slug) -> impl Iterator<Item = &'a Arc<Instance>> {
        self.late_in(origin).filter(|instance| instance.claim.is_none())
    }

    /// Whose lapse a breach of this obligation would be, if not its own debtor's: the last one up the line that is late.
    pub(super) fn attribution(&self, id: &Slug) -> Option<Attribution> {
        let debtor = &self.clauses[id].debtor;
        let lapsed = |instance: &Arc<Instance>| {
            let deeper = self.attribution(&instance.obligation);
            let own = || Attribution { to: self.clauses[&instance.obligation].debtor.clone(), obligation: instance.obligation.clone() };
            deeper.unwrap_or_else(own)
        };
        let prerequisites = self.clauses[id].text.prerequisites();
        prerequisites.flat_map(|first| self.lapsed_in(first)).map(lapsed).find(|cause| cause.to != *debtor)
    }

    /// What is late and an obligation leans on, directly or through another.
    fn risks(&self, id: &Slug) -> Vec<Risk> {
        if self.is_finally_met(id) {
            return Vec::new();
        }
        let (mut seen, mut risks) = (BTreeSet::new(), BTreeSet::new());
        let mut todo: Vec<&Slug> = self.clauses[id].text.prerequisites().collect();
        while let Some(first) = todo.pop() {
            if !seen.insert(first) {
                continue;
            }
            risks.extend(self.lapsed_in(first).map(|instance| Risk {
                obligation: instance.obligation.clone(),
                due: instance.due,
                because_of: self.clauses[&instance.obligation].debtor.clone(),
                entry: late_since(instance).unwrap_or_default(),
            }));
            todo.extend(self.clauses.get(first).into_iter().flat_map(|clause| clause.text.prerequisites()));
        }
        risks.into_iter().collect()
    }

    /// After each entry: which obligations are at risk now, and because of whom.
    pub(super) fn note_risks(&mut self) {
        let leaning = self.clauses.values().filter(|clause| clause.text.prerequisites().next().is_some());
        let changed = |id: &Slug| Some(self.risks(id)).filter(|risks| *risks != self.clauses[id].at_risk);
        let changes: Vec<(Slug, Vec<Risk>)> =
            leaning.filter_map(|clause| Some((clause.text.id.clone(), changed(&clause.text.id)?))).collect();
        for (id, risks) in changes {
            self.clause_mut(&id).at_risk = risks;
        }
    }

    /// After each entry: what was breached because of another's lapse that is put right since gets the term to cure,
    /// and is its debtor's own from then on. The record of the breach stays.
    pub(super) fn note_removed_causes(&mut self, moment: Moment) {
        let freed = |instance: &&Arc<Instance>| {
            let cause = instance.unsettled().and_then(|breach| breach.attributed.as_ref());
            instance.claim.is_none() && cause.is_some_and(|cause| self.late_in(&cause.obligation).next().is_none())
        };
        let dues: Vec<(Slug, Day)> = self.instances.values().filter(freed).map(|i| (i.obligation.clone(), i.due)).collect();
        let to = Day::of(self.term_ends(moment.at, TermOf::Cure).plus_millis(-1));
        for (id, due) in dues {
            let cases = self.move_due(&id, due, to, Settled::CauseRemoved, moment);
            cases.into_iter().for_each(|case| self.close_if_settled(case, moment));
        }
    }
}
