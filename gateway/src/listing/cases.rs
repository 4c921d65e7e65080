//! The file of a case: what it is about, what was done first and by whom, what the ministry can do and by when.

use ledger::envelope::statement::escalation::MinisterialAct;
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, Parsed, Type};
use ledger::lives::attention::Attention;
use ledger::lives::escalation::{About, Case, CaseStage};
use ledger::lives::obligation::{Clause, Instance};
use ledger::words::{Hash, Slug};

use super::agreement::{AgreementView, Dated, subject};
use super::{Listing, ListingFault};
use crate::store::{EntryFact, StoreFault};

/// A case with what it rests on.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// The case: its steps, its answer, who was silent.
    pub case: Dated<Case>,
    /// The obligation that was breached, when it is about one.
    pub clause: Option<Dated<Clause>>,
    /// The due dates with a breach of this case.
    pub instances: Vec<Dated<Instance>>,
    /// Every entry about the case, oldest first: what the city did, and what the clock caused.
    pub deeds: Vec<Deed>,
    /// Who must do what now, and by when; `None` when it is closed.
    pub waits: Option<Attention>,
    /// The acts that are open to the ministry now: all of the closed list at level 3, else none; none in a dispute under a statute,
    /// on which it rules.
    pub acts: &'static [MinisterialAct],
    /// The agreement.
    pub agreement: AgreementView,
}

/// An entry about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When it was accepted, who signed it, of which type.
    pub fact: EntryFact,
    /// What it says.
    pub body: Body,
}

impl Listing {
    /// A case of an agreement; `None` when there was none with this number.
    pub async fn case_file(&self, agreement: &Slug, number: u32) -> Result<Option<CaseFile>, ListingFault> {
        let Some(view) = self.agreement(agreement).await? else { return Ok(None) };
        let Some(case) = view.cases.get(&number).cloned() else { return Ok(None) };
        let about = match &case.value.about {
            About::Obligation(id) => Some(id.clone()),
            About::Report(report) => view.reports.get(report).map(|report| report.value.obligation.clone()),
            About::Withdrawal(_) | About::Support(_) | About::StatutoryDispute => None,
        };
        let clause = about.and_then(|id| view.clauses.get(&id).cloned());
        let breached = |instance: &&Dated<Instance>| instance.value.breaches.iter().any(|breach| breach.case == number);
        let instances: Vec<Dated<Instance>> = view.instances.values().filter(breached).cloned().collect();
        let breaches = instances.iter().flat_map(|instance| &instance.value.breaches).filter(|breach| breach.case == number);
        let breaches: Vec<u64> = breaches.map(|breach| breach.since.entry).collect();
        let deeds = self.deeds(agreement, &view, &case.value, &breaches).await?;
        let waits = view.life.cases.get(&number).and_then(|case| view.life.case_attention(case));
        let acts = match &case.value.stage {
            // A dispute under a statute is ruled on, point by point.
            CaseStage::Level3 { .. } if case.value.about == About::StatutoryDispute => &[],
            CaseStage::Level3 { .. } => MinisterialAct::ALL,
            CaseStage::Notice { .. } | CaseStage::Level1 { .. } | CaseStage::Level2 { .. } | CaseStage::LastChance { .. } => &[],
            CaseStage::Answered { .. } | CaseStage::Closed { .. } => &[],
        };
        Ok(Some(CaseFile { case, clause, instances, deeds, waits, acts, agreement: view }))
    }

    /// What these entries of an agreement say, in the order of the log, read from their signed bytes. Those that come after the
    /// instant, or are about something else, are left out.
    pub async fn deeds_at(&self, agreement: &Slug, entries: &[u64]) -> Result<Vec<Deed>, ListingFault> {
        let mut facts = self.store.facts(self.row.id, entries).await?;
        facts.retain(|fact| fact.entry < self.as_of.size && fact.subject == subject(agreement));
        let said = self.said(facts).await?;
        Ok(said.into_iter().map(|(fact, parsed)| Deed { fact, body: parsed.statement().body.clone() }).collect())
    }

    /// These entries, each with its statement.
    async fn said(&self, facts: Vec<EntryFact>) -> Result<Vec<(EntryFact, Parsed)>, StoreFault> {
        let entries: Vec<u64> = facts.iter().map(|fact| fact.entry).collect();
        let statements = self.store.statements(self.row.id, &entries).await?;
        let read = |(fact, (entry, jws)): (EntryFact, (u64, Vec<u8>))| {
            let parsed = Parsed::parse(&jws).map_err(|refusal| StoreFault::Damaged(format!("record {entry}: {refusal}")))?;
            Ok((fact, parsed))
        };
        facts.into_iter().zip(statements).map(read).collect()
    }

    /// The entries about a case, read from their signed bytes.
    async fn deeds(&self, agreement: &Slug, view: &AgreementView, case: &Case, breaches: &[u64]) -> Result<Vec<Deed>, ListingFault> {
        let from = case.opened.entry.checked_sub(1);
        let entries = self.store.history(self.row.id, &subject(agreement), from, view.as_of.size, None).await?;
        let mut facts = self.store.facts(self.row.id, &entries).await?;
        facts.retain(|fact| may_concern(&fact.kind));
        let (mut deeds, mut offers) = (Vec::new(), Vec::<Hash>::new());
        for (fact, parsed) in self.said(facts).await? {
            let body = &parsed.statement().body;
            if fact.entry == case.opened.entry || concerns(body, case, &offers) || breaks(body, fact.entry, breaches) {
                offers.push(parsed.hash());
                deeds.push(Deed { fact, body: body.clone() });
            }
        }
        Ok(deeds)
    }
}

/// Whether a statement of this type can be about a case.
fn may_concern(kind: &str) -> bool {
    Type::from_code(kind).is_some_and(|kind| match kind {
        Type::BreachAnswer | Type::CaseRuling | Type::BoardOutcome | Type::MinistryAnswer | Type::StatePosition => true,
        Type::CaseClosure | Type::SupportRequest | Type::ReportRuling | Type::Consent | Type::Decline | Type::Flag => true,
        Type::Finding | Type::Annulment | Type::StatutoryDispute | Type::DisputeRuling => true,
        Type::Impasse | Type::ImpassePosition | Type::ImpasseStep => false,
        Type::Genesis | Type::Registration | Type::Admission | Type::KeyAddition | Type::KeyRotation | Type::KeyRevocation => false,
        Type::RecoveryRequest | Type::RecoveryVouch | Type::RecoveryObjection | Type::Proposal | Type::Report => false,
        Type::Acceptance | Type::Dispute | Type::DisputeAnswer | Type::DisputeRetraction | Type::Release | Type::Handover => false,
        Type::Withdrawal | Type::WithdrawalAnswer | Type::WithdrawalRevocation | Type::MinistryRouting => false,
        Type::LedgerAcceptance | Type::LogKeyRotation | Type::Amendment | Type::Event | Type::CounterProposal | Type::Retraction => false,
        Type::Suspension | Type::Resumption | Type::Dissolution | Type::Accession | Type::Expulsion | Type::ExpulsionView => false,
        Type::AttachmentErasure | Type::Continuation | Type::RulesChange | Type::ProposalAnswer | Type::Review => false,
        Type::AgendaProposal | Type::AgendaAnswer => false,
        Type::Mandate | Type::MandateRevocation | Type::InstitutionSuccession | Type::SuccessionAcceptance => false,
        Type::UmbrellaChange | Type::UmbrellaAnswer => false,
    })
}

/// Whether a statement found one of the breaches of a case, or annuls the flag of one.
fn breaks(body: &Body, entry: u64, breaches: &[u64]) -> bool {
    match body {
        Body::Finding(_) => breaches.contains(&entry),
        Body::Annulment(body) => breaches.contains(&u64::from(body.entry.0)),
        _ => false,
    }
}

/// Whether a statement is about a case: it names it, or it answers one that does.
fn concerns(body: &Body, case: &Case, offers: &[Hash]) -> bool {
    let number = case.number;
    match body {
        Body::BreachAnswer(body) => body.case.0 == number,
        Body::CaseRuling(body) => body.case.0 == number,
        Body::BoardOutcome(body) => body.case.0 == number,
        Body::MinistryAnswer(body) => body.case.0 == number,
        Body::StatePosition(body) => body.case.0 == number,
        Body::CaseClosure(body) => body.case.0 == number,
        // One without a case opens one of its own; so does a dispute.
        Body::SupportRequest(body) => body.case.is_some_and(|named| named.0 == number),
        Body::StatutoryDispute(_) => false,
        Body::DisputeRuling(body) => body.case.0 == number,
        Body::ReportRuling(body) => case.about == About::Report(body.report),
        Body::Consent(body) => offers.contains(&body.to),
        Body::Decline(body) => offers.contains(&body.to),
        Body::Flag(flag) => caused(&flag.cause, number),
        Body::Genesis(_) | Body::Registration(_) | Body::Admission(_) | Body::KeyAddition(_) | Body::KeyRotation(_) => false,
        Body::KeyRevocation(_) | Body::RecoveryRequest(_) | Body::RecoveryVouch(_) | Body::RecoveryObjection(_) => false,
        Body::Proposal(_) | Body::Report(_) | Body::Acceptance(_) | Body::Dispute(_) | Body::DisputeAnswer(_) => false,
        Body::DisputeRetraction(_) | Body::Release(_) | Body::Handover(_) | Body::Withdrawal(_) => false,
        Body::WithdrawalAnswer(_) | Body::WithdrawalRevocation(_) | Body::MinistryRouting(_) | Body::LedgerAcceptance(_) => false,
        Body::LogKeyRotation(_) | Body::Continuation(_) | Body::RulesChange(_) | Body::ProposalAnswer(_) | Body::Review(_) => false,
        Body::AgendaProposal(_) | Body::AgendaAnswer(_) => false,
        Body::Mandate(_) | Body::MandateRevocation(_) | Body::InstitutionSuccession(_) | Body::SuccessionAcceptance(_) => false,
        Body::UmbrellaChange(_) | Body::UmbrellaAnswer(_) => false,
        Body::Amendment(_) | Body::Event(_) | Body::Finding(_) | Body::CounterProposal(_) | Body::Retraction(_) => false,
        Body::Impasse(_) | Body::ImpassePosition(_) | Body::ImpasseStep(_) => false,
        Body::Suspension(_)
        | Body::Resumption(_)
        | Body::Dissolution(_)
        | Body::Accession(_)
        | Body::Expulsion(_)
        | Body::ExpulsionView(_)
        | Body::Annulment(_)
        | Body::AttachmentErasure(_) => false,
    }
}

fn caused(cause: &Cause, number: u32) -> bool {
    match cause {
        Cause::Breached { case, .. } | Cause::RulingMissing { case, .. } | Cause::BreachUnanswered { case, .. } => case.0 == number,
        Cause::CaseRaised { case, .. } | Cause::MinistryLate { case, .. } | Cause::FollowUpMissing { case, .. } => case.0 == number,
        Cause::PositionsMissing { case, .. } => case.0 == number,
        Cause::WithdrawalEnded { case, .. } => case.is_some_and(|case| case.0 == number),
        Cause::InForce { .. } | Cause::OfferLapsed { .. } | Cause::Ended { .. } | Cause::Overdue { .. } => false,
        Cause::TacitlyAccepted { .. } | Cause::ReportUnanswered { .. } | Cause::DisputeUnanswered { .. } => false,
        Cause::MandateLapsed { .. } | Cause::GoneQuiet { .. } | Cause::WithdrawalUnanswered { .. } | Cause::UnderStrength { .. } => false,
        Cause::NoValidKey { .. } | Cause::RecoveryCompleted { .. } | Cause::ConditionLapsed { .. } => false,
        Cause::AgendaUnanswered { .. } => false,
        Cause::Resumed { .. } | Cause::Acceded { .. } | Cause::ExpulsionUnanswered { .. } => false,
        Cause::ImpasseUnanswered { .. } | Cause::TalksExpired { .. } | Cause::DisputeMissing { .. } => false,
        Cause::UmbrellaUnanswered { .. } => false,
        Cause::ProposalUnanswered { .. } | Cause::ReviewOverdue { .. } | Cause::EndsWithoutSuccessor { .. } => false,
    }
}
