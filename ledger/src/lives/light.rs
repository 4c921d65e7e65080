//! The colour of an obligation and of an agreement, with its reasons, from what is open in it.

use super::agreement::Agreement;
use super::attention::{Attention, Matter};
use super::colour::{Cause, Colour, Consequence, Correction, Light, Sign};
use super::escalation::Case;
use super::obligation::{Clause, Course, Instance, Standing};
use super::report::{Claim, Stage};

impl Light {
    /// The worst of some reasons.
    fn of(mut signs: Vec<Sign>) -> Self {
        signs.sort_by_key(|sign| std::cmp::Reverse(sign.colour));
        Self { colour: signs.first().map_or(Colour::Green, |sign| sign.colour), signs }
    }
}

impl Agreement {
    /// Whether an obligation is counted among the colours: it binds now.
    pub fn is_counted(&self, clause: &Clause) -> bool {
        let open = || self.instances.keys().any(|(id, _)| *id == clause.text.id);
        matches!(clause.course, Course::Running { .. }) && self.head.state.is_running() || open()
    }

    /// The colour of an obligation, from its due dates, reports and case.
    pub fn light(&self, clause: &Clause) -> Light {
        let id = &clause.text.id;
        let instances = self.instances.values().filter(|instance| instance.obligation == *id);
        let claims = self.claims.values().filter(|claim| claim.obligation == *id);
        let signs = instances.filter_map(|instance| self.instance_sign(instance));
        Light::of(signs.chain(claims.filter_map(|claim| self.claim_sign(claim))).collect())
    }

    /// The colour of the agreement: the worst of its obligations, its withdrawals and its composition.
    pub fn overall_light(&self) -> Light {
        let clauses = self.clauses.values().flat_map(|clause| self.light(clause).signs);
        let parties = self.attention().into_iter().filter_map(|attention| self.party_sign(attention));
        Light::of(clauses.chain(parties).collect())
    }

    fn instance_sign(&self, instance: &Instance) -> Option<Sign> {
        let claim = instance.claim.and_then(|hash| self.claims.get(&hash));
        let report = || Correction::Report { who: instance.debtor.clone(), due: instance.due };
        let correction = || claim.and_then(|claim| self.claim_attention(claim)).map_or_else(report, Correction::Act);
        let attention = |matter, since, until| Attention { matter, who: vec![instance.debtor.clone()], since, until };
        let (obligation, due) = (instance.obligation.clone(), instance.due);
        let (cause, consequence) = match &instance.standing {
            Standing::Open => {
                let moved = instance.moves.last()?;
                let cause = Cause::NewDate { due, to: moved.to, since: moved.at };
                (cause, Consequence::LateFrom { from: instance.late_from })
            }
            Standing::Overdue { since } => {
                let from = instance.next_miss();
                (Cause::Waits(attention(Matter::Overdue { obligation, due }, *since, from)), Consequence::BecomesBreach { from })
            }
            Standing::Breached { since } => {
                let open = instance.breaches.iter().rev().find(|breach| breach.settled.is_none());
                let case = open.and_then(|breach| self.cases.get(&breach.case)).filter(|case| !case.stage.is_closed());
                let until = case.and_then(|case| self.next_step(case)).map(|(at, ..)| at);
                let cause = Cause::Waits(attention(Matter::Breached { obligation, due, case: case.map(|c| c.number) }, *since, until));
                let stands = |case: &std::sync::Arc<Case>| Consequence::CaseStands {
                    case: case.number,
                    stage: case.stage.code().to_owned(),
                    until: until.or_else(|| self.case_attention(case).and_then(|attention| attention.until)),
                };
                (cause, case.map_or(Consequence::StaysDue, stands))
            }
            Standing::Fulfilled { .. } | Standing::Cured { .. } | Standing::Released { .. } | Standing::HandedOver { .. } => return None,
        };
        Some(Sign { colour: instance.colour(), cause, consequence, correction: correction() })
    }

    fn claim_sign(&self, claim: &Claim) -> Option<Sign> {
        if claim.colour() == Colour::Green {
            return None;
        }
        let attention = self.claim_attention(claim)?;
        let consequence = match &claim.stage {
            Stage::RulingMissing { case, .. } => {
                let open = self.cases.get(case);
                let stage = open.map_or("closed", |case| case.stage.code()).to_owned();
                let until = open.and_then(|case| self.case_attention(case)).and_then(|attention| attention.until);
                Consequence::CaseStands { case: *case, stage, until }
            }
            Stage::Awaiting { .. } | Stage::Unanswered { .. } | Stage::Disputed { .. } | Stage::ForRuling { .. } => {
                Consequence::NotFulfilledYet { until: attention.until }
            }
            Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => return None,
        };
        let (cause, correction) = (Cause::Waits(attention.clone()), Correction::Act(attention));
        Some(Sign { colour: claim.colour(), cause, consequence, correction })
    }

    fn party_sign(&self, attention: Attention) -> Option<Sign> {
        let who = attention.who.first()?.clone();
        let (colour, consequence, correction) = match &attention.matter {
            Matter::GoneQuiet { .. } => {
                let at_risk = Consequence::PromisesAtRisk { obligations: self.unmet(&who) };
                (Colour::Orange, at_risk, Correction::ActAgain { who })
            }
            Matter::UnderStrength { .. } => {
                let unmet = self.clauses.keys().filter(|id| !self.is_finally_met(id)).cloned().collect();
                (Colour::Orange, Consequence::PromisesAtRisk { obligations: unmet }, Correction::Complete)
            }
            Matter::WithdrawalRuns { effective_date } => {
                (Colour::Orange, Consequence::LeavesAfter { date: *effective_date }, Correction::SettlePlan { who })
            }
            Matter::WithdrawalUnresolved { case } => (Colour::Red, Consequence::StaysBound { case: *case }, Correction::SettlePlan { who }),
            Matter::Overdue { .. } | Matter::Breached { .. } | Matter::WithdrawalToAnswer { .. } | Matter::OfferToAnswer { .. } => {
                return None;
            }
            Matter::ExpulsionToAnswer { .. } | Matter::MandateLapsed { .. } => return None,
            Matter::ProposalToAnswer | Matter::ProposalUnanswered => return None,
            Matter::Impasse | Matter::ImpasseToAnswer { .. } | Matter::DisputeToSubmit { .. } => return None,
            Matter::ReviewOverdue { .. } | Matter::EndsWithoutSuccessor { .. } | Matter::UmbrellaToAnswer { .. } => return None,
            Matter::ReportToAccept { .. } | Matter::DisputeToAnswer { .. } | Matter::ReportToRule { .. } => return None,
            Matter::RulingMissing { .. } | Matter::NoticeToAnswer { .. } | Matter::AnswerToRule { .. } => return None,
            Matter::Level1 { .. } | Matter::Level2 { .. } | Matter::LastChance { .. } => return None,
            Matter::MinistryToAnswer { .. } | Matter::FollowUp { .. } => return None,
        };
        Some(Sign { colour, cause: Cause::Waits(attention), consequence, correction })
    }
}
