//! What in an agreement asks for somebody's attention: who must do what, since when and until when.

use super::agreement::Agreement;
use super::escalation::{Case, CaseStage};
use super::moment::Fact;
use super::obligation::Standing;
use super::offer::OfferKind;
use super::parts::Part;
use super::report::{Claim, Stage};
use super::withdrawal::LeaveStage;
use crate::words::{Instant, Slug};

pub use super::matter::{Attention, Matter};

impl Part {
    /// Whether this part asks for somebody's attention: an agreement has any if one of its parts does.
    pub fn calls(&self) -> bool {
        match self {
            Self::Head(head) => {
                let umbrellas = head.owed_on_umbrellas().next().is_some();
                umbrellas
                    || head.stuck().is_some()
                    || head.dispute_to_submit().is_some()
                    || head.still_owed().is_some()
                    || head.is_weak()
                    || head.parties.values().any(|party| party.lapse().is_some())
                    || head.overdue_reviews().next().is_some()
                    || head.lacks_successor().is_some()
            }
            Self::Text(_) | Self::Clause(_) => false,
            Self::Instance(instance) => match instance.standing {
                Standing::Overdue { .. } | Standing::Breached { .. } => true,
                Standing::Open | Standing::Fulfilled { .. } | Standing::Cured { .. } => false,
                Standing::Released { .. } | Standing::HandedOver { .. } => false,
            },
            Self::Claim(claim) => !claim.stage.is_final(),
            Self::Offer(offer) => offer.is_open() && !offer.is_agreed(),
            Self::Case(case) => !case.stage.is_closed(),
            Self::Leave(leave) => !leave.stage.is_final(),
        }
    }
}

impl Agreement {
    /// Everything that waits for somebody, in the order of its parts.
    pub fn attention(&self) -> Vec<Attention> {
        let mut found = Vec::new();
        self.instances_that_wait(&mut found);
        self.parties_that_wait(&mut found);
        self.leaves_that_wait(&mut found);
        found.extend(self.answer_that_waits());
        self.talks_that_wait(&mut found);
        let lacking = self.head.lacks_successor().zip(self.text.period.end_date);
        found.extend(lacking.map(|(since, last_day)| waits(Matter::EndsWithoutSuccessor { last_day }, self.deciders(&[]).0, since, None)));
        let reviews = self.head.overdue_reviews();
        found.extend(reviews.map(|(id, since)| waits(Matter::ReviewOverdue { review: id.clone() }, self.deciders(&[]).0, since, None)));
        found.extend(self.head.owed_on_umbrellas().map(|change| {
            let matter = Matter::UmbrellaToAnswer { umbrella: change.umbrella.clone(), entry: change.entry, silent: change.silent };
            let since = change.consent.as_ref().map_or(change.at, |consent| consent.shown);
            waits(matter, self.deciders(&[]).0, since, change.until)
        }));
        for offer in self.offers.values().filter(|offer| offer.is_open() && !offer.is_agreed()) {
            if let OfferKind::Expulsion { body, hearing } = &offer.kind
                && hearing.is_open()
            {
                let matter = Matter::ExpulsionToAnswer { offer: offer.hash };
                found.push(waits(matter, [body.party.clone()], offer.offered, Some(hearing.until)));
                continue;
            }
            let matter = Matter::OfferToAnswer { offer: offer.hash, act: offer.kind.code().to_owned() };
            found.push(waits(matter, offer.waits_for(), offer.offered, Some(offer.until)));
        }
        found.extend(self.claims.values().filter_map(|claim| self.claim_attention(claim)));
        found.extend(self.cases.values().filter_map(|case| self.case_attention(case)));
        found
    }

    fn instances_that_wait(&self, found: &mut Vec<Attention>) {
        for instance in self.instances.values() {
            let (obligation, due, who) = (instance.obligation.clone(), instance.due, [instance.debtor.clone()]);
            match &instance.standing {
                Standing::Overdue { since } => {
                    found.push(waits(Matter::Overdue { obligation, due }, who, *since, instance.next_miss()));
                }
                Standing::Breached { since } => {
                    let open = instance.breaches.iter().rev().find(|breach| breach.settled.is_none());
                    let case = open.and_then(|breach| self.cases.get(&breach.case)).filter(|case| !case.stage.is_closed());
                    let until = case.and_then(|case| self.next_step(case)).map(|(at, ..)| at);
                    let matter = Matter::Breached { obligation, due, case: case.map(|case| case.number) };
                    found.push(waits(matter, who, *since, until));
                }
                Standing::Open | Standing::Fulfilled { .. } | Standing::Cured { .. } => {}
                Standing::Released { .. } | Standing::HandedOver { .. } => {}
            }
        }
    }

    fn parties_that_wait(&self, found: &mut Vec<Attention>) {
        for (party, standing) in &self.head.parties {
            if let Some((mandate, lapsed)) = standing.lapse() {
                found.push(waits(Matter::MandateLapsed { mandate }, [party.clone()], lapsed.since, Some(lapsed.until)));
            }
            if let Some(quiet) = &standing.quiet {
                let matter = Matter::GoneQuiet { cause: quiet.cause, obligation: quiet.obligation.clone() };
                found.push(waits(matter, [party.clone()], quiet.since, None));
            }
        }
        for (weakness, since) in &self.head.weaknesses {
            found.push(waits(Matter::UnderStrength { weakness: *weakness }, self.bound().cloned(), *since, None));
        }
    }

    fn leaves_that_wait(&self, found: &mut Vec<Attention>) {
        for leave in self.leaves.values() {
            let party = || [leave.party.clone()];
            match &leave.stage {
                LeaveStage::Running => {
                    let until = leave.effective_date.end();
                    let matter = Matter::WithdrawalRuns { effective_date: leave.effective_date };
                    found.push(waits(matter, party(), leave.notice, Some(until)));
                    if let Some(until) = self.silence_at(leave) {
                        let matter = Matter::WithdrawalToAnswer { party: leave.party.clone() };
                        found.push(waits(matter, self.silent_on(leave), leave.notice, Some(until)));
                    }
                }
                LeaveStage::Unresolved { since, case, .. } => {
                    found.push(waits(Matter::WithdrawalUnresolved { case: *case }, party(), *since, None));
                }
                LeaveStage::Withdrawn { .. } | LeaveStage::Revoked { .. } | LeaveStage::Overtaken { .. } => {}
            }
        }
    }

    /// The municipality's answer to a proposal by another.
    fn answer_that_waits(&self) -> Option<Attention> {
        let (owed, proposed) = (self.head.still_owed()?, self.head.versions.first()?.at);
        let who = self.head.municipality.clone();
        Some(match owed.silent {
            None => waits(Matter::ProposalToAnswer, who, proposed, Some(owed.until)),
            Some(silent) => waits(Matter::ProposalUnanswered, who, silent, None),
        })
    }

    /// An impasse, the positions in it, and the dispute that is to be put to the minister.
    fn talks_that_wait(&self, found: &mut Vec<Attention>) {
        if let Some(stuck) = self.head.stuck() {
            found.push(waits(Matter::Impasse, self.bound().cloned(), stuck.since, None));
            found.extend(
                self.lacking_positions().map(|(points, who, until)| waits(Matter::ImpasseToAnswer { points }, who, stuck.since, until)),
            );
        }
        if let Some(talks) = self.head.dispute_to_submit() {
            let (since, until) = (talks.expired, talks.dispute_until.filter(|_| talks.missing.is_none()));
            let matter = Matter::DisputeToSubmit { missing: talks.missing };
            found.extend(since.map(|since| waits(matter, self.bound().cloned(), since, until)));
        }
    }

    /// Who must do what about a report; `None` when it is settled.
    pub fn claim_attention(&self, claim: &Claim) -> Option<Attention> {
        let (report, obligation) = (claim.hash, claim.obligation.clone());
        let deciders = || self.deciders(std::slice::from_ref(&claim.by)).0;
        match &claim.stage {
            Stage::Awaiting { until } => {
                let creditors = self.clauses.get(&claim.obligation).map(|clause| self.creditors(clause)).unwrap_or_default();
                Some(waits(Matter::ReportToAccept { report, obligation }, creditors, claim.reported, Some(*until)))
            }
            Stage::Disputed { since, until, .. } => {
                Some(waits(Matter::DisputeToAnswer { report, obligation }, [claim.by.clone()], *since, Some(*until)))
            }
            Stage::Unanswered { since, until, .. } | Stage::ForRuling { since, until, .. } => {
                Some(waits(Matter::ReportToRule { report, obligation }, deciders(), *since, Some(*until)))
            }
            Stage::RulingMissing { since, case, .. } => {
                Some(waits(Matter::RulingMissing { report, obligation, case: *case }, deciders(), *since, None))
            }
            Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => None,
        }
    }

    /// Who must do what in a case; `None` when it is closed, or waits only for what it is about to be done.
    pub fn case_attention(&self, case: &Case) -> Option<Attention> {
        let (number, reached) = (case.number, case.steps.last().map_or(case.opened, |step| step.at));
        let deciders = || self.case_deciders(case).0;
        let municipality = || self.head.municipality.clone();
        let next = || self.next_step(case).map(|(at, ..)| at);
        match &case.stage {
            CaseStage::Notice { ruling_until: Some(until), .. } => {
                let since = case.answer.as_ref().map_or(case.opened, |answer| answer.at);
                Some(waits(Matter::AnswerToRule { case: number }, deciders(), since, Some(*until)))
            }
            CaseStage::Notice { ruling_until: None, .. } => {
                let until = self.answer_missing_at(case)?;
                Some(waits(Matter::NoticeToAnswer { case: number }, case.against.iter().cloned(), case.opened, Some(until)))
            }
            CaseStage::Level1 { .. } => Some(waits(Matter::Level1 { case: number }, deciders(), reached, next())),
            CaseStage::Level2 { .. } => Some(waits(Matter::Level2 { case: number }, deciders(), reached, next())),
            CaseStage::LastChance { .. } => Some(waits(Matter::LastChance { case: number }, municipality(), reached, next())),
            CaseStage::Level3 { until, late, .. } => {
                let matter = Matter::MinistryToAnswer { case: number, late: *late };
                Some(waits(matter, [self.accountable(case).clone()], reached, Some(*until)))
            }
            CaseStage::Answered { at, until, missing, .. } => {
                Some(waits(Matter::FollowUp { case: number, missing: *missing }, municipality(), *at, Some(*until)))
            }
            CaseStage::Closed { .. } => None,
        }
    }
}

fn waits(matter: Matter, who: impl IntoIterator<Item = Slug>, since: Fact, until: Option<Instant>) -> Attention {
    Attention { matter, who: who.into_iter().collect(), since, until }
}
