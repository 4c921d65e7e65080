//! What the clock has caused, signed by the gateway: anyone who may read the log can recompute it.

use crate::envelope::shape::{Count, List, shape};
use crate::words::{Day, Hash, Instant, Slug, Text};

use super::escalation::CaseNumber;
use crate::envelope::kid::Kid;

/// Institutions, in alphabetical order.
pub type Names = List<Slug, 0, 64>;

shape! {
    /// One due date of an obligation.
    "Termijn" struct InstanceRef {
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The due date, as the rhythm or the date has it.
        due: Day = "termijn",
    }
}

shape! {
    /// How an agreement ended.
    "Einde" enum Ending {
        Completed = "completed" ~ "voltooid",
        Expired = "expired" ~ "verlopen",
        /// By all parties, before the last day; the clock never says so.
        Dissolved = "dissolved" ~ "ontbonden",
        /// By all parties, when the successor that they named came into force (L13).
        Succeeded = "succeeded" ~ "opgevolgd",
    }
}

shape! {
    /// How a withdrawal ended on its effective date.
    "Uitkomst van een opzegging" enum Leaving {
        Withdrawn = "withdrawn" ~ "uitgetreden",
        Unresolved = "unresolved" ~ "niet geregeld en nog gebonden",
    }
}

shape! {
    /// Why a party has gone quiet.
    "Reden" enum Quiet {
        MissedReports = "missed-reports" ~ "meldingen gemist",
        UnansweredNotice = "unanswered-notice" ~ "melding niet beantwoord",
        NoValidMandate = "no-valid-mandate" ~ "geen geldig mandaat",
    }
}

shape! {
    /// What is wrong with the composition of an agreement.
    "Gebrek" enum Weakness {
        FewerThanTwoParties = "fewer-than-two-parties" ~ "minder dan twee partijen",
        NoDirector = "no-director" ~ "geen regisseur",
    }
}

shape! {
    /// Where a case stands on the ladder.
    "Trede" enum Rung {
        Level1 = "level-1" ~ "niveau 1: regisseur",
        Level2 = "level-2" ~ "niveau 2: bestuurlijk overleg",
        LastChance = "last-chance" ~ "laatste kans voor de gemeente",
        Level3 = "level-3" ~ "niveau 3: minister",
    }
}

shape! {
    /// Why a case went up.
    "Reden" enum Because {
        NotCured = "not-cured" ~ "niet hersteld binnen de termijn",
        NoRuling = "no-ruling" ~ "geen uitspraak binnen de termijn",
        NoOutcome = "no-outcome" ~ "geen uitkomst binnen de termijn",
        NoAction = "no-action" ~ "gemeente deed niets binnen de termijn",
        SentUp = "sent-up" ~ "doorgestuurd",
    }
}

shape! {
    /// What the clock caused.
    "Oorzaak" union Cause by "kind" {
        /// All parties signed and the first day has come.
        InForce { /// The agreement.
            agreement: Slug = "overeenkomst", } = "in-force" ~ "van kracht",
        /// The last day of a suspension has passed; due dates pass again.
        Resumed { /// The agreement.
            agreement: Slug = "overeenkomst", } = "resumed" ~ "hervat",
        /// Not everyone answered an offer in its term.
        OfferLapsed { /// The agreement.
            agreement: Slug = "overeenkomst", /// The offer.
            offer: Hash = "voorstel", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "offer-lapsed" ~ "voorstel vervallen",
        /// The first day of an institution that was let in has come: it is a party (L04).
        Acceded { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who joins.
            party: Slug = "partij", /// Its request, which is the version from here on.
            offer: Hash = "verzoek", } = "acceded" ~ "toegetreden",
        /// A party that is to be put out gave no view in its term; now votes count (L01).
        ExpulsionUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who was to be heard.
            party: Slug = "partij", /// The proposal.
            offer: Hash = "voorstel", } = "expulsion-unanswered" ~ "geen zienswijze",
        /// The municipality did not answer a proposal by another in its term (L03).
        ProposalUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "proposal-unanswered" ~ "voorstel niet beantwoord",
        /// Parties gave no position in an impasse, in the term (L52).
        ImpasseUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who did not answer.
            silent: Names = "wie niet antwoordde", /// The points.
            points: Names = "punten", } = "impasse-unanswered" ~ "geen standpunt in de impasse",
        /// The term that a statute gives to come to an agreement has passed without one (Woningwet, article 44).
        TalksExpired { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who has not signed it.
            unsigned: Names = "wie niet tekende", } = "talks-expired" ~ "geen overeenstemming binnen de wettelijke termijn",
        /// The term to put the dispute to the minister has passed, and nobody did.
        DisputeMissing { /// The agreement.
            agreement: Slug = "overeenkomst", /// Who could have.
            silent: Names = "wie dat niet deed", } = "dispute-missing" ~ "geschil niet voorgelegd aan de minister",
        /// A review that the text sets was not recorded in time (L47).
        ReviewOverdue { /// The agreement.
            agreement: Slug = "overeenkomst", /// Which review.
            review: Slug = "toets", /// Of one that recurs: the last day of its turn.
            due: Option<Day> = "beurt", /// Who was to record it.
            silent: Names = "wie hem niet vastlegde", } = "review-overdue" ~ "toets niet op tijd vastgelegd",
        /// The one that directs did not say in its term what comes of a changed umbrella agreement (L44).
        UmbrellaUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// The umbrella agreement.
            umbrella: Slug = "koepelovereenkomst", /// Origin of the national ledger.
            origin: Text<3, 255> = "grootboek", /// Index there of what changed it.
            entry: Count<0, 4_294_967_295> = "nummer", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "umbrella-unanswered" ~ "gewijzigde koepelafspraak niet beantwoord",
        /// Its last day is near, and no successor was signed (L13).
        EndsWithoutSuccessor { /// The agreement.
            agreement: Slug = "overeenkomst", /// Its last day.
            last_day: Day = "laatste dag", } = "ends-without-successor" ~ "loopt af zonder opvolger",
        /// The last day has passed, or a successor took its place; what is open stays bound.
        Ended { /// The agreement.
            agreement: Slug = "overeenkomst", /// How it ended.
            outcome: Ending = "einde", /// What is still open.
            open: List<InstanceRef, 0, 100_000> = "nog open", } = "ended" ~ "beëindigd",
        /// The due date has passed without a complete report.
        Overdue { /// The agreement.
            agreement: Slug = "overeenkomst", /// The obligation.
            obligation: Slug = "afspraak", /// The due date.
            due: Day = "termijn", } = "overdue" ~ "te laat",
        /// The grace has passed too; this is the notice to the debtor.
        Breached { /// The agreement.
            agreement: Slug = "overeenkomst", /// The obligation.
            obligation: Slug = "afspraak", /// The due date.
            due: Day = "termijn", /// The case that it opens or joins.
            case: CaseNumber = "zaak", /// Whose lapse it comes from, when that is not the debtor (L09).
            attributed_to: Option<Slug> = "toegerekend aan", } = "breached" ~ "geschonden",
        /// The last day on which the event of a conditional obligation counts has passed.
        ConditionLapsed { /// The agreement.
            agreement: Slug = "overeenkomst", /// The obligation.
            obligation: Slug = "afspraak", } = "condition-lapsed" ~ "voorwaarde vervallen",
        /// Nobody disputed a report in the term, and silence was agreed to count.
        TacitlyAccepted { /// The agreement.
            agreement: Slug = "overeenkomst", /// The report.
            report: Hash = "melding", } = "tacitly-accepted" ~ "stilzwijgend bevestigd",
        /// The creditors left a report unanswered.
        ReportUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// The report.
            report: Hash = "melding", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "report-unanswered" ~ "melding niet beantwoord",
        /// The debtor left a dispute unanswered.
        DisputeUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// The report.
            report: Hash = "melding", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "dispute-unanswered" ~ "betwisting niet beantwoord",
        /// Nobody ruled on a report in the term; a case opens at level 2.
        RulingMissing { /// The agreement.
            agreement: Slug = "overeenkomst", /// The report.
            report: Hash = "melding", /// Who did not rule.
            silent: Names = "wie niet oordeelde", /// The case that it opens.
            case: CaseNumber = "zaak", } = "ruling-missing" ~ "geen uitspraak",
        /// The debtor left the notice of a breach unanswered.
        BreachUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// The case.
            case: CaseNumber = "zaak", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "breach-unanswered" ~ "schending niet beantwoord",
        /// A case goes up the ladder.
        CaseRaised { /// The agreement.
            agreement: Slug = "overeenkomst", /// The case.
            case: CaseNumber = "zaak", /// Where it stands now.
            to: Rung = "trede", /// Why it went up.
            because: Because = "reden", /// Who was silent.
            silent: Names = "wie niets deed", } = "case-raised" ~ "zaak een trede hoger",
        /// The ministry did not answer in its term.
        MinistryLate { /// The agreement.
            agreement: Slug = "overeenkomst", /// The case.
            case: CaseNumber = "zaak", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "ministry-late" ~ "ministerie te laat",
        /// The municipality did not say in its term what it did with the ministry's answer.
        FollowUpMissing { /// The agreement.
            agreement: Slug = "overeenkomst", /// The case.
            case: CaseNumber = "zaak", /// Who did not act.
            silent: Names = "wie niets deed", } = "follow-up-missing" ~ "opvolging ontbreekt",
        /// State partners did not take a position in the term (L42).
        PositionsMissing { /// The agreement.
            agreement: Slug = "overeenkomst", /// The case.
            case: CaseNumber = "zaak", /// Who took none.
            silent: Names = "wie niet antwoordde", } = "positions-missing" ~ "standpunt ontbreekt",
        /// A party that signed by a mandate has none left that covers the agreement, and has signed nothing itself since (L02).
        MandateLapsed { /// The agreement.
            agreement: Slug = "overeenkomst", /// The party.
            party: Slug = "partij", /// SHA-256 of the payload of the mandate that covered it last.
            mandate: Hash = "mandaat", } = "mandate-lapsed" ~ "mandaat vervallen",
        /// A party has gone quiet (L02).
        GoneQuiet { /// The agreement.
            agreement: Slug = "overeenkomst", /// The party.
            party: Slug = "partij", /// Why.
            cause: Quiet = "reden", /// The obligation that it missed, when that is why.
            obligation: Option<Slug> = "afspraak", } = "gone-quiet" ~ "stilgevallen",
        /// Not everyone answered a withdrawal notice in the term.
        WithdrawalUnanswered { /// The agreement.
            agreement: Slug = "overeenkomst", /// The party that gave notice.
            party: Slug = "partij", /// Who did not answer.
            silent: Names = "wie niet antwoordde", } = "withdrawal-unanswered" ~ "opzegging niet beantwoord",
        /// The effective date of a withdrawal has passed, or its plan has been settled since.
        WithdrawalEnded { /// The agreement.
            agreement: Slug = "overeenkomst", /// The party that gave notice.
            party: Slug = "partij", /// How it ended.
            outcome: Leaving = "uitkomst", /// The obligations that are not settled.
            open: Names = "niet geregeld", /// The case that it opens.
            case: Option<CaseNumber> = "zaak", } = "withdrawal-ended" ~ "opzegging voltooid",
        /// Fewer than two parties, or no director: a flag, not an end.
        UnderStrength { /// The agreement.
            agreement: Slug = "overeenkomst", /// What is wrong.
            weakness: Weakness = "gebrek", } = "under-strength" ~ "onderbezet",
        /// An institution has no valid key left; it stays bound.
        NoValidKey { /// The institution.
            institution: Slug = "instelling", } = "no-valid-key" ~ "geen geldige sleutel",
        /// Nobody objected to a recovery in its term: the new key is valid.
        RecoveryCompleted { /// The institution.
            institution: Slug = "instelling", /// The new key.
            key: Kid = "sleutel", } = "recovery-completed" ~ "sleutel hersteld",
        /// The ministry did not answer in its term what was put forward for the agenda (L37).
        AgendaUnanswered { /// The ministry.
            institution: Slug = "ministerie", /// SHA-256 of the payload of the agenda-proposal.
            proposal: Hash = "voordracht", } = "agenda-unanswered" ~ "voordracht niet beantwoord",
    }
}

/// What a flag or a statement is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An agreement.
    Agreement(Slug),
    /// An institution.
    Institution(Slug),
}

impl Cause {
    /// The life that it changes.
    pub fn subject(&self) -> Subject {
        match self {
            Self::InForce { agreement }
            | Self::Resumed { agreement }
            | Self::OfferLapsed { agreement, .. }
            | Self::Acceded { agreement, .. }
            | Self::ExpulsionUnanswered { agreement, .. }
            | Self::ProposalUnanswered { agreement, .. }
            | Self::ImpasseUnanswered { agreement, .. }
            | Self::TalksExpired { agreement, .. }
            | Self::DisputeMissing { agreement, .. }
            | Self::ReviewOverdue { agreement, .. }
            | Self::UmbrellaUnanswered { agreement, .. }
            | Self::EndsWithoutSuccessor { agreement, .. }
            | Self::Ended { agreement, .. }
            | Self::Overdue { agreement, .. }
            | Self::Breached { agreement, .. }
            | Self::ConditionLapsed { agreement, .. }
            | Self::TacitlyAccepted { agreement, .. }
            | Self::ReportUnanswered { agreement, .. }
            | Self::DisputeUnanswered { agreement, .. }
            | Self::RulingMissing { agreement, .. }
            | Self::BreachUnanswered { agreement, .. }
            | Self::CaseRaised { agreement, .. }
            | Self::MinistryLate { agreement, .. }
            | Self::FollowUpMissing { agreement, .. }
            | Self::PositionsMissing { agreement, .. }
            | Self::MandateLapsed { agreement, .. }
            | Self::GoneQuiet { agreement, .. }
            | Self::WithdrawalUnanswered { agreement, .. }
            | Self::WithdrawalEnded { agreement, .. }
            | Self::UnderStrength { agreement, .. } => Subject::Agreement(agreement.clone()),
            Self::NoValidKey { institution } | Self::RecoveryCompleted { institution, .. } | Self::AgendaUnanswered { institution, .. } => {
                Subject::Institution(institution.clone())
            }
        }
    }
}

shape! {
    /// A clock-caused entry: what became due, and at which instant.
    "Vlag" struct Flag {
        /// The instant from which on it is true.
        due_at: Instant = "vanaf",
        /// What the clock caused.
        cause: Cause = "oorzaak",
    }
}
