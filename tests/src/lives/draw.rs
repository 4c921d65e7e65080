//! From a type to the act: every type, so that a new one breaks the build here.

use ledger::envelope::Type;
use ledger::lives::Agreement;

use super::{Life, Seen, Setting};

/// How often a type is drawn, beside others that have something open.
fn weight(kind: Type) -> u64 {
    match kind {
        Type::Genesis | Type::Flag | Type::Continuation => 0,
        Type::RulesChange | Type::LogKeyRotation | Type::MinistryRouting | Type::LedgerAcceptance => 1,
        Type::Registration | Type::KeyAddition | Type::KeyRotation | Type::KeyRevocation => 1,
        Type::InstitutionSuccession | Type::AgendaAnswer => 1,
        Type::Mandate | Type::MandateRevocation | Type::AttachmentErasure | Type::Retraction => 1,
        Type::WithdrawalRevocation | Type::Resumption | Type::DisputeRetraction | Type::Decline => 1,
        Type::RecoveryRequest | Type::Admission | Type::SuccessionAcceptance | Type::SupportRequest => 2,
        Type::CounterProposal | Type::Suspension | Type::Accession | Type::Dissolution => 2,
        Type::Release | Type::Handover | Type::Annulment | Type::Amendment | Type::Expulsion => 2,
        Type::Proposal | Type::ProposalAnswer | Type::Impasse | Type::ImpassePosition | Type::ImpasseStep => 3,
        Type::Event | Type::Finding | Type::Review | Type::UmbrellaChange => 3,
        Type::Dispute | Type::DisputeAnswer | Type::BreachAnswer | Type::Withdrawal | Type::WithdrawalAnswer => 3,
        Type::ExpulsionView | Type::UmbrellaAnswer | Type::AgendaProposal | Type::StatePosition => 4,
        Type::Acceptance | Type::ReportRuling | Type::CaseRuling | Type::BoardOutcome | Type::MinistryAnswer => 4,
        Type::RecoveryVouch | Type::RecoveryObjection | Type::CaseClosure | Type::StatutoryDispute | Type::DisputeRuling => 4,
        Type::Consent => 8,
        Type::Report => 12,
    }
}

/// What lives lean to: what comes about only in several steps that seldom meet. By the number of a life, as the ledgers in which they
/// begin: each sixth is a national one, the next one is by the first rules, the one after that has talks that are stuck.
pub const LEANINGS: &[&[Type]; 18] = &[
    &[],
    &[Type::KeyRevocation, Type::RecoveryRequest, Type::RecoveryVouch, Type::RecoveryVouch],
    &[],
    &[Type::KeyRevocation, Type::RecoveryRequest, Type::RecoveryVouch, Type::RecoveryObjection],
    &[Type::Mandate, Type::MandateRevocation, Type::Consent, Type::Proposal],
    &[Type::Suspension, Type::Resumption],
    &[Type::AgendaProposal, Type::AgendaAnswer],
    &[],
    &[Type::Impasse, Type::ImpassePosition, Type::StatutoryDispute, Type::DisputeRuling],
    &[Type::Continuation, Type::LogKeyRotation],
    &[Type::UmbrellaChange, Type::UmbrellaAnswer],
    &[Type::SupportRequest, Type::MinistryAnswer, Type::StatePosition],
    &[Type::AgendaProposal],
    &[Type::Proposal, Type::Dissolution],
    &[],
    &[Type::Report, Type::Dispute, Type::DisputeRetraction, Type::DisputeAnswer, Type::ReportRuling],
    &[Type::Dissolution],
    &[],
];

impl<D: Seen> Life<D> {
    /// A type: of those that it leans to, or by weight.
    pub(super) fn likely(&mut self) -> Type {
        if !self.leaning.is_empty() && self.chance(2) {
            return self.leaning[self.dice.roll(self.leaning.len() as u64) as usize];
        }
        let sum = Type::ALL.iter().map(|kind| weight(*kind)).sum();
        let mut roll = self.dice.roll(sum);
        for kind in Type::ALL {
            if roll < weight(*kind) {
                // A log is rarely lost.
                return if *kind == Type::RulesChange && self.chance(4) { Type::Continuation } else { *kind };
            }
            roll -= weight(*kind);
        }
        Type::Report
    }

    /// Says something of this type, if something is open for it; gives whether anything was said.
    pub(super) fn draw(&mut self, kind: Type) -> bool {
        let national = self.setting == Setting::National;
        match kind {
            Type::Genesis => self.second_genesis(),
            Type::Flag => self.false_flag(),
            Type::Registration => self.registration(),
            Type::Admission => self.admission(),
            Type::KeyAddition => self.key_addition(),
            Type::KeyRotation => self.key_rotation(),
            Type::KeyRevocation => self.key_revocation(),
            Type::RecoveryRequest => self.recovery_request(),
            Type::RecoveryVouch => self.recovery_vouch(),
            Type::RecoveryObjection => self.recovery_objection(),
            Type::MinistryRouting => self.routing(),
            Type::LedgerAcceptance => self.ledger_acceptance(),
            Type::LogKeyRotation => self.log_key_rotation(),
            Type::Continuation => self.continuation(),
            Type::RulesChange => self.rules_change(),
            Type::Mandate => self.mandate(),
            Type::MandateRevocation => self.mandate_revocation(),
            Type::InstitutionSuccession => self.institution_succession(),
            Type::SuccessionAcceptance => self.succession_acceptance(),
            Type::Proposal => self.proposal(),
            Type::CounterProposal => self.about(Self::counter_proposal),
            Type::Retraction => self.about(Self::retraction),
            Type::ProposalAnswer => self.about(Self::proposal_answer),
            Type::Impasse => self.about(Self::impasse),
            Type::ImpassePosition => self.about(Self::impasse_position),
            Type::ImpasseStep => self.about(Self::impasse_step),
            Type::StatutoryDispute => self.about(Self::statutory_dispute),
            Type::DisputeRuling => self.about(Self::dispute_ruling),
            Type::Amendment => self.about(Self::amendment),
            Type::Consent => self.about(Self::consent),
            Type::Decline => self.about(Self::decline),
            Type::Accession => self.about(Self::accession),
            Type::Suspension => self.about(Self::suspension),
            Type::Resumption => self.about(Self::resumption),
            Type::Dissolution => self.about(Self::dissolution),
            Type::Event => self.about(Self::event),
            Type::Report => self.about(Self::report),
            Type::Finding => self.about(Self::finding),
            Type::Acceptance => self.about(Self::acceptance),
            Type::Dispute => self.about(Self::dispute),
            Type::DisputeAnswer => self.about(Self::dispute_answer),
            Type::DisputeRetraction => self.about(Self::dispute_retraction),
            Type::ReportRuling => self.about(Self::report_ruling),
            Type::Release => self.about(Self::release),
            Type::Handover => self.about(Self::handover),
            Type::Annulment => self.about(Self::annulment),
            Type::BreachAnswer => self.about(Self::breach_answer),
            Type::CaseRuling => self.about(Self::case_ruling),
            Type::BoardOutcome => self.about(Self::board_outcome),
            Type::SupportRequest => self.about(Self::support_request),
            Type::MinistryAnswer => self.about(Self::ministry_answer),
            Type::StatePosition => self.about(Self::state_position),
            Type::CaseClosure => self.about(Self::case_closure),
            Type::Withdrawal => self.about(Self::withdrawal),
            Type::WithdrawalAnswer => self.about(Self::withdrawal_answer),
            Type::WithdrawalRevocation => self.about(Self::withdrawal_revocation),
            Type::Expulsion => self.about(Self::expulsion),
            Type::ExpulsionView => self.about(Self::expulsion_view),
            Type::Review => self.about(Self::review),
            Type::AgendaProposal => (national || self.anyhow) && self.agenda_proposal(),
            Type::AgendaAnswer => (national || self.anyhow) && self.agenda_answer(),
            Type::UmbrellaChange => self.about(Self::umbrella_change),
            Type::UmbrellaAnswer => self.about(Self::umbrella_answer),
            Type::AttachmentErasure => self.about(Self::erasure),
        }
    }

    /// About an agreement, if there is one.
    fn about(&mut self, act: fn(&mut Self, &Agreement) -> bool) -> bool {
        let Some(agreement) = self.at_hand() else { return false };
        act(self, &agreement)
    }
}
