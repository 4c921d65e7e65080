//! Leaving: notice with a plan, answers, revocation, and on the effective date withdrawn or still bound.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::escalation::{About, Closing};
use super::moment::{Fact, Moment};
use super::obligation::Course;
use super::parts::PartId;
use super::plan;
use super::text::TermOf;
use crate::envelope::refusal::{Fault, Refusal, Rule};
use crate::envelope::statement::agreement::When;
use crate::envelope::statement::flag::Leaving;
use crate::envelope::statement::withdrawal::{Disposition, PlanItem, Withdrawal, WithdrawalAnswer, WithdrawalReply, WithdrawalRevocation};
use crate::words::{Day, Instant, Slug, Term};

/// A party's withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leave {
    /// The party that gave notice.
    pub party: Slug,
    /// Its notice.
    pub notice: Fact,
    /// The last day on which it takes part.
    pub effective_date: Day,
    /// What becomes of each obligation.
    pub plan: Vec<PlanItem>,
    /// From when on the others were silent.
    pub answer_until: Instant,
    /// What the others answered.
    pub answers: BTreeMap<Slug, LeaveAnswer>,
    /// Who did not answer, and the entry that says so.
    pub silence: Option<Silence>,
    /// Where it stands.
    pub stage: LeaveStage,
}

/// One answer to a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaveAnswer {
    /// Consent or objection.
    pub answer: WithdrawalReply,
    /// Where.
    pub at: Fact,
}

/// That some did not answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    /// Who.
    pub silent: Vec<Slug>,
    /// The entry that says so.
    pub at: Fact,
}

/// Where a withdrawal stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum LeaveStage {
    /// The notice runs; all stays due.
    Running,
    /// The plan was not settled on the effective date: the party stays bound.
    Unresolved {
        /// The entry that says so.
        since: Fact,
        /// The case.
        case: u32,
        /// When the plan turned out to be settled, if it was since.
        settled: Option<Instant>,
    },
    /// The party has left.
    Withdrawn {
        /// The entry that says so.
        at: Fact,
    },
    /// The party took its notice back.
    Revoked {
        /// Where.
        at: Fact,
    },
    /// The party was put out before.
    Overtaken {
        /// With which entry.
        at: Fact,
    },
}

impl LeaveStage {
    /// Whether it is over.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Running | Self::Unresolved { .. } => false,
            Self::Withdrawn { .. } | Self::Revoked { .. } | Self::Overtaken { .. } => true,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Unresolved { .. } => "unresolved",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Revoked { .. } => "revoked",
            Self::Overtaken { .. } => "overtaken",
        }
    }
}

impl Agreement {
    /// A party gives notice. Everything that falls due until the effective date stays due.
    pub fn give_notice(&mut self, by: &Slug, body: &Withdrawal, moment: Moment) -> Result<(), Refusal> {
        self.in_force()?;
        self.bound_party(by)?;
        if let Some(leave) = self.leaves.get(by) {
            let detail = format!("a withdrawal of {by} is {}", leave.stage.code());
            return Err(Refusal::at("/by", Rule::WithdrawalState, detail, "a revocation of it first, or the settlement of its plan"));
        }
        let mut faults = self.plan_faults(by, body);
        let earliest = Term::Months(self.text.notice_months()).ends(Day::of(moment.at), self.rules.calendar());
        if body.effective_date < earliest {
            let (detail, accepted) =
                (format!("{} is too soon", body.effective_date), format!("{earliest} or later ({} months)", self.text.notice_months()));
            faults.insert(0, Fault { pointer: "/body/effectiveDate".into(), rule: Rule::NoticeTooShort, detail, accepted });
        }
        if let Some(refusal) = Refusal::from_faults(faults) {
            return Err(refusal);
        }
        let leave = Leave {
            party: by.clone(),
            notice: moment,
            effective_date: body.effective_date,
            plan: body.plan.to_vec(),
            answer_until: self.term_ends(moment.at, TermOf::Objection),
            answers: BTreeMap::new(),
            silence: None,
            stage: LeaveStage::Running,
        };
        self.touched.insert(PartId::Leave(by.clone(), moment.entry));
        self.leaves.insert(by.clone(), Arc::new(leave));
        Ok(())
    }

    fn plan_faults(&self, by: &Slug, body: &Withdrawal) -> Vec<Fault> {
        let named = body.plan.iter().map(|item| &item.obligation);
        let unfit = |i: usize| self.disposition_fault(by, &body.plan[i], body.effective_date);
        plan::faults(&self.unmet(by), named, by.as_str(), "fulfil, hand-over, release or unresolved", unfit)
    }

    fn disposition_fault(&self, by: &Slug, item: &PlanItem, effective: Day) -> plan::Unfit {
        match &item.disposition {
            Disposition::Release {} | Disposition::Unresolved {} => None,
            Disposition::HandOver { to } if to != by && self.bound_party(to).is_ok() => None,
            Disposition::HandOver { to } => Some((format!("{to} cannot take it over"), "another party that is bound".into())),
            Disposition::Fulfil {} if self.runs_past(&item.obligation, effective) => {
                let detail = format!("{} has due dates after {effective}", item.obligation);
                Some((detail, "hand-over, release or unresolved".into()))
            }
            Disposition::Fulfil {} => None,
        }
    }

    fn runs_past(&self, id: &Slug, effective: Day) -> bool {
        let Some(clause) = self.clauses.get(id) else { return false };
        match (&clause.text.when, &clause.course) {
            (When::Date { .. }, _) => self.open_dues(id).iter().any(|due| *due > effective),
            (When::Rhythm { rule }, Course::Running { .. }) => {
                rule.next_after(self.text.period.start_date, self.text.period.horizon(), effective).is_some()
            }
            // Its trigger may come at any time, so also after the party has left.
            (When::AfterEvent { .. }, Course::Waiting | Course::Conditional { .. }) => true,
            (When::AfterEvent { .. }, _) => self.open_dues(id).iter().any(|due| *due > effective),
            (When::Rhythm { .. }, Course::Waiting | Course::Conditional { .. } | Course::Lapsed { .. }) => false,
            (When::Rhythm { .. }, Course::Released { .. } | Course::HandedOver { .. }) => false,
        }
    }

    /// Another party answers a notice.
    pub fn answer_notice(&mut self, by: &Slug, body: &WithdrawalAnswer, moment: Moment) -> Result<(), Refusal> {
        self.bound_party(by)?;
        let Some(leave) = self.leaves.get(&body.party).filter(|leave| leave.stage == LeaveStage::Running && *by != body.party) else {
            return Err(Refusal::at(
                "/body/party",
                Rule::WithdrawalState,
                format!("no withdrawal of {} waits for {by}", body.party),
                "the party whose notice runs",
            ));
        };
        if leave.answers.contains_key(by) {
            return Err(Refusal::new(Rule::AlreadyGiven, format!("{by} has answered already"), "one answer to a notice: it stands"));
        }
        if leave.silence.is_some() {
            return Err(Refusal::new(Rule::TooLate, "the term to answer has passed", format!("an answer before {}", leave.answer_until)));
        }
        if body.answer == WithdrawalReply::Objection && body.reason.is_none() {
            return Err(Refusal::at("/body/reason", Rule::MissingMember, "an objection without a reason", "a reason, as an attachment"));
        }
        self.leave_mut(&body.party).answers.insert(by.clone(), LeaveAnswer { answer: body.answer, at: moment });
        Ok(())
    }

    /// The party takes its notice back, until the effective date.
    pub fn revoke_notice(&mut self, by: &Slug, _body: &WithdrawalRevocation, moment: Moment) -> Result<(), Refusal> {
        match self.leaves.get(by).map(|leave| &leave.stage) {
            Some(LeaveStage::Running) => {}
            Some(
                LeaveStage::Unresolved { .. } | LeaveStage::Withdrawn { .. } | LeaveStage::Revoked { .. } | LeaveStage::Overtaken { .. },
            )
            | None => {
                return Err(Refusal::at(
                    "/by",
                    Rule::WithdrawalState,
                    format!("no notice of {by} runs"),
                    "a notice whose effective date has not passed",
                ));
            }
        }
        self.leave_mut(by).stage = LeaveStage::Revoked { at: moment };
        Ok(())
    }

    pub(super) fn leave_mut(&mut self, party: &Slug) -> &mut Leave {
        let entry = self.leaves[party].notice.entry;
        self.touched.insert(PartId::Leave(party.clone(), entry));
        Arc::make_mut(self.leaves.get_mut(party).expect("looked up just before"))
    }

    /// Who has not answered a notice.
    pub(super) fn silent_on(&self, leave: &Leave) -> Vec<Slug> {
        self.bound_except(std::slice::from_ref(&leave.party)).into_iter().filter(|who| !leave.answers.contains_key(who)).collect()
    }

    /// When the others' silence is on record; `None` when all answered or it is.
    pub(super) fn silence_at(&self, leave: &Leave) -> Option<Instant> {
        let open = leave.stage == LeaveStage::Running && leave.silence.is_none();
        (open && !self.silent_on(leave).is_empty()).then_some(leave.answer_until)
    }

    /// When the withdrawal ends, one way or the other.
    pub(super) fn leaves_at(&self, leave: &Leave) -> Option<Instant> {
        match &leave.stage {
            LeaveStage::Running => Some(leave.effective_date.end()),
            LeaveStage::Unresolved { settled, .. } => *settled,
            LeaveStage::Withdrawn { .. } | LeaveStage::Revoked { .. } | LeaveStage::Overtaken { .. } => None,
        }
    }

    /// After each entry: a plan that is settled since ends the withdrawal, at the instant of that entry.
    pub fn note_settled_plans(&mut self, at: Instant) {
        let settled =
            |leave: &Leave| matches!(leave.stage, LeaveStage::Unresolved { settled: None, .. }) && self.unmet(&leave.party).is_empty();
        let parties: Vec<Slug> = self.leaves.values().filter(|leave| settled(leave)).map(|leave| leave.party.clone()).collect();
        for party in parties {
            if let LeaveStage::Unresolved { settled, .. } = &mut self.leave_mut(&party).stage {
                *settled = Some(at);
            }
        }
    }

    /// The effective date has passed, or the plan was settled since.
    pub(super) fn end_leave(&mut self, party: &Slug, outcome: Leaving, moment: Moment) {
        let case = match self.leaves[party].stage {
            LeaveStage::Unresolved { case, .. } => Some(case),
            LeaveStage::Running | LeaveStage::Withdrawn { .. } | LeaveStage::Revoked { .. } | LeaveStage::Overtaken { .. } => None,
        };
        match outcome {
            Leaving::Withdrawn => {
                self.leave_mut(party).stage = LeaveStage::Withdrawn { at: moment };
                if let Some(standing) = self.head_mut().parties.get_mut(party) {
                    (standing.withdrawn, standing.quiet, standing.quiet_due) = (Some(moment), None, None);
                }
                if let Some(case) = case.filter(|case| self.cases.contains_key(case)) {
                    self.close_case(case, Closing::PutRight, moment);
                }
            }
            Leaving::Unresolved => {
                let case = self.open_case(About::Withdrawal(party.clone()), vec![party.clone()], self.notice(moment), moment);
                self.leave_mut(party).stage = LeaveStage::Unresolved { since: moment, case, settled: None };
            }
        }
    }
}
