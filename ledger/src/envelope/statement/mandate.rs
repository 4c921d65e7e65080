//! Acting for another (L05, L06): which institution may sign what in whose name, and how that ends.

use super::Type;
use super::agreement::Theme;
use crate::envelope::Kid;
use crate::envelope::shape::{List, shape};
use crate::words::{CbsCode, Day, Decimal, Hash, Slug, Text};

shape! {
    /// An act that can be done on behalf of another: acts in an agreement. None about keys, institutions, the ledger, what
    /// was filed or mandates is among them; an institution leaves by its own word, and so it speaks to and for the State.
    "Handeling" enum MandatedAct {
        Proposal = "proposal" ~ "voorstel",
        CounterProposal = "counter-proposal" ~ "tegenvoorstel",
        Retraction = "retraction" ~ "voorstel intrekken",
        Amendment = "amendment" ~ "wijzigingsvoorstel",
        Consent = "consent" ~ "instemming",
        Decline = "decline" ~ "weigering",
        Suspension = "suspension" ~ "opschorting",
        Resumption = "resumption" ~ "hervatting",
        Event = "event" ~ "gebeurtenis",
        Report = "report" ~ "melding",
        Finding = "finding" ~ "bevinding",
        Acceptance = "acceptance" ~ "bevestiging",
        Dispute = "dispute" ~ "betwisting",
        DisputeAnswer = "dispute-answer" ~ "antwoord op een betwisting",
        DisputeRetraction = "dispute-retraction" ~ "betwisting intrekken",
        ReportRuling = "report-ruling" ~ "uitspraak over een melding",
        Release = "release" ~ "ontheffing",
        Handover = "handover" ~ "overdracht",
        Annulment = "annulment" ~ "nietigverklaring",
        BreachAnswer = "breach-answer" ~ "antwoord op een schending",
        CaseRuling = "case-ruling" ~ "uitspraak in een zaak",
        BoardOutcome = "board-outcome" ~ "uitkomst bestuurlijk overleg",
        WithdrawalAnswer = "withdrawal-answer" ~ "reactie op een opzegging",
    }
}

impl MandatedAct {
    /// The act that a statement of this type is; `None` where nobody can do it for another.
    pub fn of(kind: Type) -> Option<Self> {
        Self::ALL.iter().copied().find(|act| act.code() == kind.code())
    }
}

shape! {
    /// The principal lets a function of another institution sign in its name (L05, L06). The principal signs it; one that is passed on is signed by the holder of the mandate that it derives from, is never wider, and falls with
    /// it. What it does not limit it leaves free. It names functions and no persons.
    "Mandaat" struct Mandate {
        /// In whose name.
        principal: Slug = "mandaatgever",
        /// The institution that may sign: any but the principal itself, and in a local ledger no ministry (L36).
        holder: Slug = "mandaathouder",
        /// The function there that it is given to; never a person.
        function: Text<3, 200> = "functie",
        /// RFC 7638 thumbprint of the key that this function signs with; any valid key of the holder when not given.
        key: Option<Kid> = "sleutel",
        /// The acts that it covers.
        acts: List<MandatedAct, 1, 23> = "handelingen",
        /// The agreements that it covers; all when not given.
        agreements: Option<List<Slug, 1, 20>> = "overeenkomsten",
        /// The themes that it covers: each theme of an agreement must be among them; all when not given.
        themes: Option<List<Theme, 1, 7>> = "thema's",
        /// The areas that it covers: each neighbourhood of an agreement must lie in one of them; all when not given.
        neighbourhoods: Option<List<CbsCode, 1, 100>> = "gebieden",
        /// In euros, up to which the principal may come to owe money, or give up money owed to it, by one act; no limit when
        /// not given.
        amount: Option<Decimal> = "bedrag tot en met",
        /// The first day on which it holds; from its acceptance when not given.
        start_date: Option<Day> = "begindatum",
        /// The last day on which it holds; until it is revoked when not given.
        end_date: Option<Day> = "einddatum",
        /// Whether the holder may pass it on; no when not given.
        may_pass_on: Option<bool> = "mag worden doorgegeven",
        /// SHA-256 of the payload of the mandate that it derives from, when it is passed on.
        under: Option<Hash> = "op grond van mandaat",
    }
}

shape! {
    /// A mandate ends from here on: revoked by the principal or by the one who passed it on, or given back by its holder. What
    /// was signed under it stands, and nobody leaves an agreement by it.
    "Einde van een mandaat" struct MandateRevocation {
        /// In whose name the mandate was.
        principal: Slug = "mandaatgever",
        /// SHA-256 of the payload of the mandate.
        mandate: Hash = "mandaat",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Each act is a type of statement, and those that are not acts are the ones that nobody does for another.
    #[test]
    fn what_cannot_be_mandated_is_a_closed_list() {
        assert!(MandatedAct::ALL.iter().all(|act| Type::from_code(act.code()).is_some()));
        let never: BTreeSet<Type> = Type::ALL.iter().copied().filter(|kind| MandatedAct::of(*kind).is_none()).collect();
        let ledger = [Type::Genesis, Type::Admission, Type::MinistryRouting, Type::LedgerAcceptance, Type::LogKeyRotation];
        let keys = [Type::Registration, Type::KeyAddition, Type::KeyRotation, Type::KeyRevocation];
        let recovery = [Type::RecoveryRequest, Type::RecoveryVouch, Type::RecoveryObjection];
        let others = [Type::Continuation, Type::MinistryAnswer, Type::AttachmentErasure, Type::Flag];
        let mandates = [Type::Mandate, Type::MandateRevocation, Type::Withdrawal, Type::WithdrawalRevocation];
        let state = [Type::SupportRequest, Type::StatePosition, Type::CaseClosure, Type::ProposalAnswer, Type::RulesChange];
        let succession = [Type::InstitutionSuccession, Type::SuccessionAcceptance];
        let agenda = [Type::AgendaProposal, Type::AgendaAnswer];
        let circle = [Type::Dissolution, Type::Accession, Type::Expulsion, Type::ExpulsionView, Type::Review];
        let talks = [Type::Impasse, Type::ImpassePosition, Type::ImpasseStep, Type::StatutoryDispute, Type::DisputeRuling];
        let umbrella = [Type::UmbrellaChange, Type::UmbrellaAnswer];
        let all = ledger.into_iter().chain(keys).chain(recovery).chain(others).chain(mandates).chain(state).chain(circle);
        let all = all.chain(succession).chain(agenda).chain(talks).chain(umbrella);
        assert_eq!(never, all.collect());
    }
}
