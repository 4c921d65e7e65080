//! What becomes of promises: events, reports, disputes and rulings, releases, handovers, false flags.

use std::sync::Arc;

use ledger::envelope::Type;
use ledger::envelope::statement::agreement::When;
use ledger::envelope::statement::trigger::Trigger;
use ledger::lives::Agreement;
use ledger::lives::obligation::{Clause, Course, Instance};
use ledger::lives::report::{Claim, Stage};
use ledger::words::{Day, Hash, Slug};

use super::{Life, Seen, refs};
use crate::verbs::false_because;

/// Reports, each with what holds of its stage.
fn claims(at: &Agreement, holds: impl Fn(&Stage) -> bool) -> Vec<Arc<Claim>> {
    at.claims.values().filter(|claim| holds(&claim.stage)).cloned().collect()
}

/// Those to whom what a report is about is owed.
fn owed_to(at: &Agreement, claim: &Claim) -> Vec<Slug> {
    at.clauses.get(&claim.obligation).map(|clause| at.creditors(clause).into_iter().collect()).unwrap_or_default()
}

/// What of an obligation waits for an event, and who records that.
fn awaited(clause: &Clause) -> Option<(Slug, Slug)> {
    match (&clause.course, &clause.text.when) {
        (Course::Conditional { .. }, When::AfterEvent { trigger: Trigger::Event { event, by, .. }, .. }) => {
            Some((event.clone(), by.clone()))
        }
        _ => None,
    }
}

impl<D: Seen> Life<D> {
    pub(super) fn event(&mut self, at: &Agreement) -> bool {
        let open: Vec<_> = at.clauses.values().filter_map(|clause| awaited(clause)).collect();
        let Some((event, by)) = self.open(open, (super::slug("unrest"), self.owner())) else { return false };
        let Some(by) = self.who([by]) else { return false };
        let day = self.day(-3, 1).to_string();
        let answer = self.by(&by).record_event(event.as_str(), &day);
        self.said(Type::Event, answer)
    }

    pub(super) fn report(&mut self, at: &Agreement) -> bool {
        let today = self.today();
        let is_open = |instance: &&Arc<Instance>| {
            let kept = at.clauses.get(&instance.obligation).is_some_and(|clause| clause.text.is_maintained());
            instance.claim.is_none() && instance.period_start <= today && (!kept || instance.due < today)
        };
        let open: Vec<Arc<Instance>> = at.instances.values().filter(is_open).cloned().collect();
        let Some(instance) = self.pick(open) else { return false };
        let Some(clause) = at.clauses.get(&instance.obligation) else { return false };
        let Some(by) = self.who([instance.debtor.clone()]) else { return false };
        let enough = clause.text.target.as_ref().map(|target| target.value.to_string());
        let value = if self.chance(8) { Some("1".to_owned()) } else { enough };
        let evidence: Vec<String> = clause.text.evidence.iter().map(|rule| rule.kind.to_string()).collect();
        let evidence = if self.anyhow && self.chance(2) { Vec::new() } else { refs(&evidence) };
        self.town.unusual.name = Some("last".to_owned());
        let due = instance.due.to_string();
        let answer = self.by(&by).report(instance.obligation.as_str(), &[&due], value.as_deref(), &evidence);
        self.said(Type::Report, answer);
        if self.was_accepted() && self.chance(2) {
            self.accept_last(at, &instance.obligation);
        }
        true
    }

    /// One of those to whom it is owed says yes at once.
    fn accept_last(&mut self, at: &Agreement, obligation: &Slug) {
        let creditors = at.clauses.get(obligation).map(|clause| at.creditors(clause)).unwrap_or_default();
        let (Some(by), Some(hash)) = (self.pick(creditors), self.town.named.get("last").copied()) else { return };
        let it = self.named(hash);
        let answer = self.by(&by).accept(it);
        self.said(Type::Acceptance, answer);
    }

    pub(super) fn finding(&mut self, at: &Agreement) -> bool {
        let kept = |instance: &&Arc<Instance>| at.clauses.get(&instance.obligation).is_some_and(|clause| clause.text.is_maintained());
        let open: Vec<Arc<Instance>> = at.instances.values().filter(kept).cloned().collect();
        let Some(instance) = self.pick(open) else { return false };
        let Some(clause) = at.clauses.get(&instance.obligation) else { return false };
        let Some(by) = self.who(at.creditors(clause)) else { return false };
        let today = self.today();
        let day = self.pick([instance.period_start, instance.due.min(today), today]).unwrap_or(today).to_string();
        let answer = self.by(&by).find(instance.obligation.as_str(), &day);
        self.said(Type::Finding, answer)
    }

    /// A report whose stage fits, or the hash of none.
    fn report_at(&mut self, at: &Agreement, holds: impl Fn(&Stage) -> bool) -> Option<(&'static str, Option<Arc<Claim>>)> {
        let open: Vec<_> = claims(at, holds).into_iter().map(Some).collect();
        let claim = self.open(open, None)?;
        let hash = claim.as_ref().map_or_else(|| Hash::of(&[b"nothing"]), |claim| claim.hash);
        Some((self.named(hash), claim))
    }

    pub(super) fn acceptance(&mut self, at: &Agreement) -> bool {
        let open =
            |stage: &Stage| matches!(stage, Stage::Awaiting { .. } | Stage::Unanswered { .. } | Stage::RulingMissing { by: None, .. });
        let Some((it, claim)) = self.report_at(at, open) else { return false };
        let Some(by) = self.who(claim.iter().flat_map(|claim| owed_to(at, claim))) else { return false };
        let answer = self.by(&by).accept(it);
        self.said(Type::Acceptance, answer)
    }

    pub(super) fn dispute(&mut self, at: &Agreement) -> bool {
        let Some((it, claim)) = self.report_at(at, |stage| matches!(stage, Stage::Awaiting { .. })) else { return false };
        let Some(by) = self.who(claim.iter().flat_map(|claim| owed_to(at, claim))) else { return false };
        let answer = self.by(&by).dispute(it);
        self.said(Type::Dispute, answer)
    }

    pub(super) fn dispute_answer(&mut self, at: &Agreement) -> bool {
        let Some((it, claim)) = self.report_at(at, |stage| matches!(stage, Stage::Disputed { .. })) else { return false };
        let Some(by) = self.who(claim.map(|claim| claim.by.clone())) else { return false };
        let reply = self.dice.one(&["maintained", "conceded"]);
        let answer = self.by(&by).answer_dispute(it, reply);
        self.said(Type::DisputeAnswer, answer)
    }

    pub(super) fn dispute_retraction(&mut self, at: &Agreement) -> bool {
        let disputer = |stage: &Stage| match stage {
            Stage::Disputed { by, .. } | Stage::ForRuling { by, .. } | Stage::RulingMissing { by: Some(by), .. } => Some(by.clone()),
            _ => None,
        };
        let Some((it, claim)) = self.report_at(at, |stage| disputer(stage).is_some()) else { return false };
        let Some(by) = self.who(claim.and_then(|claim| disputer(&claim.stage))) else { return false };
        let answer = self.by(&by).retract(it);
        self.said(Type::DisputeRetraction, answer)
    }

    pub(super) fn report_ruling(&mut self, at: &Agreement) -> bool {
        let open = |stage: &Stage| matches!(stage, Stage::Unanswered { .. } | Stage::ForRuling { .. } | Stage::RulingMissing { .. });
        let Some((it, claim)) = self.report_at(at, open) else { return false };
        let deciders = claim.map(|claim| at.deciders(std::slice::from_ref(&claim.by)).0).unwrap_or_default();
        let Some(by) = self.who(deciders) else { return false };
        let finding = self.dice.one(&["fulfilled", "not-fulfilled"]);
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).rule_on_report(it, finding);
        self.said(Type::ReportRuling, answer);
        self.chorus();
        true
    }

    pub(super) fn release(&mut self, at: &Agreement) -> bool {
        let open: Vec<Arc<Clause>> = at.clauses.values().filter(|clause| !at.is_finally_met(&clause.text.id)).cloned().collect();
        let any = at.clauses.values().next().cloned();
        let Some(clause) = self.open(open.into_iter().map(Some), any).flatten() else { return false };
        let Some(by) = self.who([clause.debtor.clone()]) else { return false };
        let id = clause.text.id.clone();
        let dues: Vec<String> = at.open_dues(&id).iter().map(Day::to_string).collect();
        let dues = if self.chance(2) { Vec::new() } else { refs(&dues).into_iter().take(1).collect() };
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).release(id.as_str(), &dues);
        self.said(Type::Release, answer);
        self.chorus();
        true
    }

    pub(super) fn handover(&mut self, at: &Agreement) -> bool {
        let goes = |clause: &&Arc<Clause>| matches!(clause.course, Course::Running { .. } | Course::Conditional { .. });
        let open: Vec<Arc<Clause>> =
            at.clauses.values().filter(goes).filter(|clause| !at.is_finally_met(&clause.text.id)).cloned().collect();
        let any = at.clauses.values().next().cloned();
        let Some(clause) = self.open(open.into_iter().map(Some), any).flatten() else { return false };
        let Some(by) = self.who([clause.debtor.clone()]) else { return false };
        let Some(to) = self.who(at.bound().filter(|who| **who != clause.debtor).cloned()) else { return false };
        let anew = self.fresh("over");
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).hand_over(clause.text.id.as_str(), to.as_str(), &anew);
        self.said(Type::Handover, answer);
        self.chorus();
        true
    }

    pub(super) fn annulment(&mut self, at: &Agreement) -> bool {
        let flagged = |instance: &Arc<Instance>| {
            let breach = instance.breaches.iter().find(|breach| breach.settled.is_none() && breach.found_by.is_none())?;
            Some((instance.obligation.clone(), instance.due, breach.since.entry, instance.breached_from))
        };
        let open: Vec<_> = at.instances.values().filter_map(flagged).collect();
        let Some((obligation, due, entry, from)) = self.pick(open) else { return false };
        let Some(by) = self.who(at.bound().cloned()) else { return false };
        let early = from.plus_millis(-3_600_000).to_string();
        let (later, today) = (self.day(2, 60).to_string(), self.today().to_string());
        let words: Vec<&str> = match self.dice.roll(4) {
            0 => vec!["holiday", &today],
            1 => vec!["reading", &later],
            2 => vec!["lost-report", &early, "anew", &later],
            _ => vec!["clock", &early, "anew", &later],
        };
        let Ok(because) = false_because(&words) else { return false };
        self.town.unusual.name = Some("last".to_owned());
        let answer = self.by(&by).annul(obligation.as_str(), &due.to_string(), entry, because);
        self.said(Type::Annulment, answer);
        self.chorus();
        true
    }
}
