//! A report: awaiting an answer, accepted, disputed, ruled on. None of it can be parked.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::interest::Hands;
use super::moment::{Fact, Moment};
use super::obligation::{Clause, Course, Settled, Standing, days};
use super::offer::OfferKind;
use super::parts::PartId;
use super::text::TermOf;
use crate::envelope::refusal::{NOBODY_DECIDES, Refusal, Rule, list, one_of};
use crate::envelope::statement::agreement::Strength;
use crate::envelope::statement::obligation::{
    Acceptance, Dispute, DisputeAnswer, DisputeReply, DisputeRetraction, Evidence, Report, ReportFinding, ReportRuling,
};
use crate::words::{Day, Decimal, Hash, Instant, Slug};

/// What the debtor says it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// SHA-256 of the report's payload.
    pub hash: Hash,
    /// The obligation.
    pub obligation: Slug,
    /// Who reported.
    pub by: Slug,
    /// Where it was reported.
    pub reported: Fact,
    /// The due dates that it covers.
    pub instances: Vec<Day>,
    /// The value that was reached.
    pub value: Option<Decimal>,
    /// The evidence.
    pub evidence: Vec<Evidence>,
    /// Where it stands.
    pub stage: Stage,
    /// Through whom parties acted in it, where they did not sign themselves.
    #[serde(default, skip_serializing_if = "Hands::is_empty")]
    pub hands: Hands,
}

/// Where a report stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// The creditors have this long to accept or dispute it.
    Awaiting {
        /// From when on they were silent.
        until: Instant,
    },
    /// The creditors were silent; a ruling is due. They can still accept.
    Unanswered {
        /// The entry that names them.
        since: Fact,
        /// Who was silent.
        silent: Vec<Slug>,
        /// From when on the ruling is missing.
        until: Instant,
    },
    /// Disputed; the debtor has this long to answer.
    Disputed {
        /// Who disputes it.
        by: Slug,
        /// Where.
        since: Fact,
        /// From when on the debtor was silent.
        until: Instant,
    },
    /// Both were heard, or had the chance; a ruling is due.
    ForRuling {
        /// Who disputes it.
        by: Slug,
        /// Since when both were heard.
        since: Fact,
        /// From when on the ruling is missing.
        until: Instant,
    },
    /// The ruling is missing; a case asks for it.
    RulingMissing {
        /// Who disputes it, if anyone does.
        by: Option<Slug>,
        /// The entry that says so.
        since: Fact,
        /// The case.
        case: u32,
    },
    /// Accepted, or found to be fulfilled.
    Accepted {
        /// Who settled it; nobody when it was tacit.
        by: Option<Slug>,
        /// Where.
        at: Fact,
    },
    /// Taken back, or found not to be fulfilled.
    Rejected {
        /// Where.
        at: Fact,
    },
    /// What it was about has been released.
    Overtaken {
        /// Where.
        at: Fact,
    },
}

impl Stage {
    /// Whether the report is settled.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Awaiting { .. } | Self::Unanswered { .. } | Self::Disputed { .. } => false,
            Self::ForRuling { .. } | Self::RulingMissing { .. } => false,
            Self::Accepted { .. } | Self::Rejected { .. } | Self::Overtaken { .. } => true,
        }
    }

    /// The word for it in the API.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Awaiting { .. } => "awaiting-acceptance",
            Self::Unanswered { .. } => "unanswered",
            Self::Disputed { .. } => "disputed",
            Self::ForRuling { .. } => "for-ruling",
            Self::RulingMissing { .. } => "ruling-missing",
            Self::Accepted { .. } => "accepted",
            Self::Rejected { .. } => "rejected",
            Self::Overtaken { .. } => "overtaken",
        }
    }

    /// From when on the clock acts.
    pub fn until(&self) -> Option<Instant> {
        match self {
            Self::Awaiting { until } | Self::Unanswered { until, .. } | Self::Disputed { until, .. } | Self::ForRuling { until, .. } => {
                Some(*until)
            }
            Self::RulingMissing { .. } | Self::Accepted { .. } | Self::Rejected { .. } | Self::Overtaken { .. } => None,
        }
    }
}

impl Agreement {
    /// The debtor says that it did what it promised.
    pub fn report(&mut self, by: &Slug, body: &Report, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        self.binding()?;
        self.owing_party(by)?;
        let clause = self.clause(&body.obligation)?.clone();
        if clause.debtor != *by {
            return Err(Refusal::at("/by", Rule::NotTheDebtor, format!("{} is the debtor", clause.debtor), "a report by the debtor"));
        }
        self.check_instances(&body.obligation, &body.instances, moment)?;
        check_evidence(&clause, body)?;
        let stage = Stage::Awaiting { until: self.term_ends(moment.at, TermOf::Acceptance) };
        let claim = Claim {
            hash,
            obligation: body.obligation.clone(),
            by: by.clone(),
            reported: moment,
            instances: body.instances.to_vec(),
            value: body.value,
            evidence: body.evidence.to_vec(),
            stage,
            hands: Hands::new(),
        };
        self.touched.insert(PartId::Claim(hash));
        self.claims.insert(hash, Arc::new(claim));
        for due in body.instances.iter() {
            self.instance_mut(&body.obligation, *due).claim = Some(hash);
            self.open_following(&body.obligation, *due, moment);
        }
        let clause = self.clause_mut(&body.obligation);
        (clause.misses, clause.reported) = (0, Some(moment));
        self.heard(by, Some(&body.obligation));
        Ok(())
    }

    fn check_instances(&self, id: &Slug, asked: &[Day], moment: Moment) -> Result<(), Refusal> {
        let today = Day::of(moment.at);
        let mut seen = std::collections::BTreeSet::new();
        for (i, due) in asked.iter().enumerate() {
            let at = |rule, detail: String, accepted: String| Err(Refusal::at(format!("/body/instances/{i}"), rule, detail, accepted));
            let open = self.open_dues(id);
            let Some(instance) = self.instances.get(&(id.clone(), *due)) else {
                return at(Rule::InstanceState, format!("{due} is not an open due date of {id}"), format!("among: {}", days(&open)));
            };
            if !seen.insert(due) {
                return at(Rule::InstanceState, format!("{due} occurs twice"), "each due date once".into());
            }
            if instance.claim.is_some() {
                return at(Rule::InstanceState, format!("a report on {due} waits to be settled"), "a due date without a report".into());
            }
            if let Some(from) = self.reportable_from(instance).filter(|from| *from > today) {
                let accepted = format!("a report on or after {from}, when the whole period can be told");
                return at(Rule::TooEarly, format!("the period up to {due} has not ended"), accepted);
            }
            if instance.period_start > today {
                let accepted = format!("a report on or after {}", instance.period_start);
                return at(Rule::TooEarly, format!("the period up to {due} has not begun"), accepted);
            }
        }
        Ok(())
    }

    /// A creditor accepts a report; late is better than never.
    pub fn accept(&mut self, by: &Slug, body: &Acceptance, moment: Moment) -> Result<(), Refusal> {
        let claim = self.claim_for_creditor(by, &body.report)?;
        match &claim.stage {
            Stage::Awaiting { .. } | Stage::Unanswered { .. } | Stage::RulingMissing { by: None, .. } => {}
            Stage::Disputed { by, .. } | Stage::ForRuling { by, .. } | Stage::RulingMissing { by: Some(by), .. } => {
                let detail = format!("{by} disputes this report");
                return Err(Refusal::at(
                    "/body/report",
                    Rule::InstanceState,
                    detail,
                    "a ruling, or a dispute-retraction by the one who disputes it",
                ));
            }
            Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => return Err(unknown_report(&body.report)),
        }
        self.settle_claim(&body.report, Some(by.clone()), moment);
        Ok(())
    }

    /// A creditor or the director disputes a report.
    pub fn dispute(&mut self, by: &Slug, body: &Dispute, moment: Moment) -> Result<(), Refusal> {
        let claim = self.open_claim(&body.report)?;
        let clause = self.clause(&claim.obligation)?;
        self.bound_party(by)?;
        self.check_answers(by, clause)?;
        if !matches!(claim.stage, Stage::Awaiting { .. }) {
            let detail = format!("the report is {}", claim.stage.code());
            return Err(Refusal::at("/body/report", Rule::TooLate, detail, "a dispute within the term for acceptance"));
        }
        let until = self.term_ends(moment.at, TermOf::DisputeAnswer);
        self.claim_mut(&body.report).stage = Stage::Disputed { by: by.clone(), since: moment, until };
        Ok(())
    }

    /// That one may speak on the debtor's performance: a creditor, or the director, or the municipality in its place; not others,
    /// who would have to act together.
    pub(super) fn check_answers(&self, by: &Slug, clause: &Clause) -> Result<(), Refusal> {
        let decides = self.deciders(std::slice::from_ref(&clause.debtor)).0.contains(by);
        let directs = decides && (self.text.director == *by || self.head.municipality.as_ref() == Some(by));
        let creditors = self.creditors(clause);
        if directs || creditors.contains(by) { Ok(()) } else { Err(not_a_creditor(by, &creditors)) }
    }

    /// The debtor answers a dispute.
    pub fn answer_dispute(&mut self, by: &Slug, body: &DisputeAnswer, moment: Moment) -> Result<(), Refusal> {
        let claim = self.open_claim(&body.report)?;
        if claim.by != *by {
            return Err(Refusal::at("/by", Rule::NotTheDebtor, format!("{} reported this", claim.by), "an answer by the one who reported"));
        }
        let Stage::Disputed { by: disputer, .. } = claim.stage.clone() else {
            let detail = format!("the report is {}", claim.stage.code());
            return Err(Refusal::at(
                "/body/report",
                Rule::InstanceState,
                detail,
                "an answer while the report is disputed, within the term",
            ));
        };
        match body.answer {
            DisputeReply::Conceded => self.reject_claim(&body.report, moment),
            DisputeReply::Maintained => self.send_for_ruling(&body.report, disputer, moment),
        }
        Ok(())
    }

    /// Both were heard, or had the chance.
    pub(super) fn send_for_ruling(&mut self, report: &Hash, disputer: Slug, moment: Moment) {
        let until = self.term_ends(moment.at, TermOf::Ruling);
        self.claim_mut(report).stage = Stage::ForRuling { by: disputer, since: moment, until };
    }

    /// Who disputed a report takes that back.
    pub fn retract_dispute(&mut self, by: &Slug, body: &DisputeRetraction, moment: Moment) -> Result<(), Refusal> {
        let claim = self.open_claim(&body.report)?;
        match &claim.stage {
            Stage::Disputed { by: disputer, .. }
            | Stage::ForRuling { by: disputer, .. }
            | Stage::RulingMissing { by: Some(disputer), .. }
                if disputer == by => {}
            stage => {
                let detail = format!("the report is {}, not disputed by {by}", stage.code());
                return Err(Refusal::at("/body/report", Rule::InstanceState, detail, "a retraction by the one who disputes it"));
            }
        }
        self.settle_claim(&body.report, Some(by.clone()), moment);
        Ok(())
    }

    /// The director, or who acts in its place, rules on a report.
    pub fn rule_on_report(&mut self, by: &Slug, body: &ReportRuling, hash: Hash, moment: Moment) -> Result<(), Refusal> {
        let claim = self.claim_for_ruling(&body.report)?;
        let needs = self.deciders(std::slice::from_ref(&claim.by)).0;
        if !needs.contains(by) {
            let rule = if claim.by == *by { Rule::OwnObligation } else { Rule::NotYoursToDecide };
            return Err(Refusal::at("/by", rule, format!("{by} does not rule on this report"), one_of(needs, NOBODY_DECIDES)));
        }
        self.offer_or_apply(OfferKind::ReportRuling(body.clone()), hash, by, needs, moment)
    }

    pub(super) fn carry_out_report_ruling(&mut self, body: &ReportRuling, moment: Moment) -> Result<(), Refusal> {
        self.claim_for_ruling(&body.report)?;
        match body.finding {
            ReportFinding::Fulfilled => self.settle_claim(&body.report, None, moment),
            ReportFinding::NotFulfilled => self.reject_claim(&body.report, moment),
        }
        Ok(())
    }

    fn claim_for_ruling(&self, report: &Hash) -> Result<&Claim, Refusal> {
        let claim = self.open_claim(report)?;
        match &claim.stage {
            Stage::Unanswered { .. } | Stage::ForRuling { .. } | Stage::RulingMissing { .. } => Ok(claim),
            Stage::Awaiting { .. } | Stage::Disputed { .. } | Stage::Accepted { .. } | Stage::Rejected { .. } | Stage::Overtaken { .. } => {
                let detail = format!("the report is {}", claim.stage.code());
                Err(Refusal::at("/body/report", Rule::NothingToDecide, detail, "a ruling once both were heard, or their terms have passed"))
            }
        }
    }

    fn open_claim(&self, report: &Hash) -> Result<&Claim, Refusal> {
        self.claims.get(report).map(Arc::as_ref).ok_or_else(|| unknown_report(report))
    }

    fn claim_for_creditor(&self, by: &Slug, report: &Hash) -> Result<&Claim, Refusal> {
        let claim = self.open_claim(report)?;
        self.bound_party(by)?;
        let creditors = self.creditors(self.clause(&claim.obligation)?);
        if claim.by == *by {
            return Err(Refusal::at("/by", Rule::OwnObligation, "nobody accepts its own report", "a creditor"));
        }
        if !creditors.contains(by) { Err(not_a_creditor(by, &creditors)) } else { Ok(claim) }
    }

    pub(super) fn claim_mut(&mut self, report: &Hash) -> &mut Claim {
        self.touched.insert(PartId::Claim(*report));
        Arc::make_mut(self.claims.get_mut(report).expect("looked up by the caller"))
    }

    /// The report is accepted: its due dates are fulfilled, or cured when they were breached.
    pub(super) fn settle_claim(&mut self, report: &Hash, by: Option<Slug>, moment: Moment) {
        self.close_ruling_case(report, moment);
        let claim = self.claim_mut(report);
        claim.stage = Stage::Accepted { by, at: moment };
        let (obligation, instances) = (claim.obligation.clone(), claim.instances.clone());
        for due in instances {
            if self.restores(&obligation, due, moment) {
                self.take_up_again(&obligation, due, moment);
                continue;
            }
            let outcome = |standing: &Standing| match standing {
                Standing::Breached { .. } => (Standing::Cured { at: moment }, Settled::Cured),
                other => (Standing::Fulfilled { at: moment, late: matches!(other, Standing::Overdue { .. }) }, Settled::Cured),
            };
            self.settle(&obligation, due, outcome, moment);
        }
    }

    /// The report does not stand: its due dates are open again, and late if their day has passed; those of an obligation that
    /// was released as a whole since are released with it.
    pub(super) fn reject_claim(&mut self, report: &Hash, moment: Moment) {
        self.close_ruling_case(report, moment);
        let claim = self.claim_mut(report);
        claim.stage = Stage::Rejected { at: moment };
        let (obligation, instances) = (claim.obligation.clone(), claim.instances.clone());
        for due in &instances {
            let instance = self.instance_mut(&obligation, *due);
            instance.claim = None;
            instance.reopened = Some(moment.at);
        }
        self.resume_cases(&obligation, &instances, moment);
        if matches!(self.clauses[&obligation].course, Course::Released { .. }) {
            for due in instances {
                self.settle(&obligation, due, |_| (Standing::Released { at: moment }, Settled::Released), moment);
            }
        }
    }

    /// A due date that a report covers is released: the report goes on without it, or is overtaken.
    pub(super) fn drop_claim_on(&mut self, id: &Slug, due: Day, moment: Moment) {
        let Some(report) = self.instances.get(&(id.clone(), due)).and_then(|instance| instance.claim) else { return };
        let claim = self.claim_mut(&report);
        claim.instances.retain(|covered| *covered != due);
        if claim.instances.is_empty() {
            claim.stage = Stage::Overtaken { at: moment };
            self.close_ruling_case(&report, moment);
        }
    }
}

fn check_evidence(clause: &Clause, body: &Report) -> Result<(), Refusal> {
    let rules = || list(clause.text.evidence.iter().map(|rule| &rule.kind));
    for (i, evidence) in body.evidence.iter().enumerate() {
        if !clause.text.evidence.iter().any(|rule| rule.kind == *evidence.kind()) {
            let detail = format!("{} is not asked for", evidence.kind());
            return Err(Refusal::at(
                format!("/body/evidence/{i}/kind"),
                Rule::EvidenceIncomplete,
                detail,
                format!("evidence of: {}", rules()),
            ));
        }
    }
    let kinds = clause.text.evidence.iter().map(|rule| &rule.kind);
    let missing = Vec::from_iter(kinds.filter(|kind| !body.evidence.iter().any(|evidence| evidence.kind() == *kind)));
    if !missing.is_empty() {
        return Err(Refusal::at(
            "/body/evidence",
            Rule::EvidenceIncomplete,
            format!("missing: {}", list(missing)),
            format!("evidence of: {}", rules()),
        ));
    }
    match (&clause.text.target, &body.value) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(Refusal::at("/body/value", Rule::EvidenceIncomplete, "this obligation has no target", "a report without a value"))
        }
        (Some(target), None) => {
            let accepted = format!("the value of {:?} that was reached", target.indicator.to_string());
            Err(Refusal::at("/body/value", Rule::EvidenceIncomplete, "the value is missing", accepted))
        }
        (Some(target), Some(value)) if clause.text.strength == Strength::Result && value < &target.value => {
            let accepted = format!("at least {} {}; until then the obligation stays open", target.value, target.unit);
            Err(Refusal::at("/body/value", Rule::BelowTarget, format!("{value} {}", target.unit), accepted))
        }
        (Some(_), Some(_)) => Ok(()),
    }
}

fn unknown_report(report: &Hash) -> Refusal {
    Refusal::at(
        "/body/report",
        Rule::InstanceState,
        format!("{report} is not a report that waits to be settled"),
        "SHA-256 of the payload of an open report",
    )
}

fn not_a_creditor(by: &Slug, creditors: &std::collections::BTreeSet<Slug>) -> Refusal {
    Refusal::at("/by", Rule::NotACreditor, format!("{by} is not a creditor here"), one_of(creditors, "nobody else is bound"))
}
