//! What each statement is about, and the content beside the log that it refers to.

use super::Body;
use super::agreement::{Attachment, Proposal};
use super::flag::Subject;
use super::obligation::Evidence;
use crate::words::Slug;

impl Body {
    /// The whole text that it puts on the table.
    pub fn text(&self) -> Option<&Proposal> {
        match self {
            Self::Proposal(text) => Some(text),
            Self::CounterProposal(body) => Some(&body.text),
            _ => None,
        }
    }

    /// The content beside the log that the statement refers to and that must come with it.
    pub fn attachments(&self) -> Vec<&Attachment> {
        match self {
            Self::Proposal(body) => body.attachments().collect(),
            Self::CounterProposal(body) => std::iter::once(&body.reason).chain(body.text.attachments()).collect(),
            Self::Retraction(body) => vec![&body.reason],
            Self::InstitutionSuccession(body) => vec![&body.deed],
            Self::ProposalAnswer(body) => body.reason.iter().collect(),
            Self::Impasse(body) => vec![&body.reason],
            Self::ImpassePosition(body) => body.paper.iter().collect(),
            Self::StatutoryDispute(body) => vec![&body.policy.document, &body.works.document],
            Self::DisputeRuling(body) => vec![&body.reason],
            Self::Amendment(body) => std::iter::once(&body.reason).chain(body.consultation.iter().flat_map(|held| &held.minutes)).collect(),
            Self::Decline(body) => vec![&body.reason],
            Self::Suspension(body) => vec![&body.reason],
            Self::Resumption(body) => vec![&body.reason],
            Self::Dissolution(body) => vec![&body.reason],
            Self::Expulsion(body) => vec![&body.reason],
            Self::ExpulsionView(body) => vec![&body.view],
            Self::Review(body) => vec![&body.findings],
            Self::AgendaAnswer(body) => vec![&body.reason],
            Self::UmbrellaAnswer(body) => vec![&body.reason],
            Self::Accession(body) => vec![&body.reason],
            Self::Event(body) => vec![&body.account],
            Self::Report(body) => body.evidence.iter().filter_map(Evidence::attachment).collect(),
            Self::Finding(body) => vec![&body.account],
            Self::Dispute(body) => vec![&body.reason],
            Self::DisputeAnswer(body) => vec![&body.reason],
            Self::ReportRuling(body) => vec![&body.reason],
            Self::Release(body) => vec![&body.reason],
            Self::Handover(body) => vec![&body.reason],
            Self::Annulment(body) => vec![&body.reason],
            Self::BreachAnswer(body) => vec![&body.reason],
            Self::CaseRuling(body) => vec![&body.reason],
            Self::BoardOutcome(body) => vec![&body.minutes],
            Self::SupportRequest(body) => vec![&body.problem, &body.tried],
            Self::MinistryAnswer(body) => vec![&body.reason],
            Self::StatePosition(body) => vec![&body.reason],
            Self::CaseClosure(body) => vec![&body.done],
            Self::Withdrawal(body) => vec![&body.reason],
            Self::WithdrawalAnswer(body) => body.reason.iter().collect(),
            Self::Genesis(_) | Self::Registration(_) | Self::Admission(_) | Self::KeyAddition(_) | Self::KeyRotation(_) => Vec::new(),
            Self::KeyRevocation(_) | Self::RecoveryRequest(_) | Self::RecoveryVouch(_) | Self::RecoveryObjection(_) => Vec::new(),
            Self::MinistryRouting(_) | Self::LedgerAcceptance(_) | Self::LogKeyRotation(_) | Self::AttachmentErasure(_) => Vec::new(),
            Self::Continuation(_) | Self::RulesChange(_) | Self::Mandate(_) | Self::MandateRevocation(_) => Vec::new(),
            Self::Consent(_) | Self::Acceptance(_) | Self::DisputeRetraction(_) | Self::WithdrawalRevocation(_) => Vec::new(),
            Self::SuccessionAcceptance(_) | Self::ImpasseStep(_) | Self::AgendaProposal(_) | Self::UmbrellaChange(_) | Self::Flag(_) => {
                Vec::new()
            }
        }
    }

    /// Whether it is about an agreement.
    pub fn is_about_agreement(&self) -> bool {
        matches!(self.subject(), Some(Subject::Agreement(_)))
    }

    /// The life that the statement is about.
    pub fn subject(&self) -> Option<Subject> {
        let agreement = |slug: &Slug| Some(Subject::Agreement(slug.clone()));
        let institution = |slug: &Slug| Some(Subject::Institution(slug.clone()));
        match self {
            Self::Genesis(_) | Self::KeyAddition(_) | Self::KeyRotation(_) | Self::KeyRevocation(_) | Self::RecoveryObjection(_) => None,
            Self::MinistryRouting(_) | Self::LedgerAcceptance(_) | Self::LogKeyRotation(_) | Self::Continuation(_) => None,
            Self::RulesChange(_) | Self::AgendaProposal(_) | Self::AgendaAnswer(_) => None,
            Self::Registration(body) => institution(&body.institution),
            Self::Admission(body) => institution(&body.institution),
            Self::RecoveryRequest(body) => institution(&body.institution),
            Self::RecoveryVouch(body) => institution(&body.institution),
            Self::Mandate(body) => institution(&body.principal),
            Self::MandateRevocation(body) => institution(&body.principal),
            Self::InstitutionSuccession(body) => institution(&body.institution),
            Self::SuccessionAcceptance(body) => institution(&body.institution),
            Self::Proposal(body) => agreement(&body.agreement),
            Self::CounterProposal(body) => agreement(&body.text.agreement),
            Self::Retraction(body) => agreement(&body.agreement),
            Self::ProposalAnswer(body) => agreement(&body.agreement),
            Self::Impasse(body) => agreement(&body.agreement),
            Self::ImpassePosition(body) => agreement(&body.agreement),
            Self::ImpasseStep(body) => agreement(&body.agreement),
            Self::StatutoryDispute(body) => agreement(&body.agreement),
            Self::DisputeRuling(body) => agreement(&body.agreement),
            Self::Consent(body) => agreement(&body.agreement),
            Self::Amendment(body) => agreement(&body.agreement),
            Self::Decline(body) => agreement(&body.agreement),
            Self::Suspension(body) => agreement(&body.agreement),
            Self::Resumption(body) => agreement(&body.agreement),
            Self::Dissolution(body) => agreement(&body.agreement),
            Self::Expulsion(body) => agreement(&body.agreement),
            Self::ExpulsionView(body) => agreement(&body.agreement),
            Self::Review(body) => agreement(&body.agreement),
            Self::UmbrellaChange(body) => agreement(&body.agreement),
            Self::UmbrellaAnswer(body) => agreement(&body.agreement),
            Self::Accession(body) => agreement(&body.agreement),
            Self::Event(body) => agreement(&body.agreement),
            Self::Report(body) => agreement(&body.agreement),
            Self::Finding(body) => agreement(&body.agreement),
            Self::Acceptance(body) => agreement(&body.agreement),
            Self::Dispute(body) => agreement(&body.agreement),
            Self::DisputeAnswer(body) => agreement(&body.agreement),
            Self::DisputeRetraction(body) => agreement(&body.agreement),
            Self::ReportRuling(body) => agreement(&body.agreement),
            Self::Release(body) => agreement(&body.agreement),
            Self::Handover(body) => agreement(&body.agreement),
            Self::Annulment(body) => agreement(&body.agreement),
            Self::BreachAnswer(body) => agreement(&body.agreement),
            Self::CaseRuling(body) => agreement(&body.agreement),
            Self::BoardOutcome(body) => agreement(&body.agreement),
            Self::SupportRequest(body) => agreement(&body.agreement),
            Self::MinistryAnswer(body) => agreement(&body.agreement),
            Self::StatePosition(body) => agreement(&body.agreement),
            Self::CaseClosure(body) => agreement(&body.agreement),
            Self::Withdrawal(body) => agreement(&body.agreement),
            Self::WithdrawalAnswer(body) => agreement(&body.agreement),
            Self::WithdrawalRevocation(body) => agreement(&body.agreement),
            Self::AttachmentErasure(body) => agreement(&body.agreement),
            Self::Flag(flag) => Some(flag.cause.subject()),
        }
    }
}
