//! What is said of a case: the debtor's answer, the rulings, the request to the State and its answer.

use super::agreement::Attachment;
use super::ministry::{Addressees, Agenda, Entries, Ground, InstrumentName, Measure, Obstacle, RuleRef, StatePartners};
use super::umbrella::Umbrella;
use crate::envelope::shape::{Count, shape};
use crate::words::{Day, Slug, Text};

/// Number of a case within its agreement.
pub type CaseNumber = Count<1, 1_000_000>;

shape! {
    /// What the debtor says of a breach.
    "Antwoord" enum BreachReply {
        Acknowledged = "acknowledged" ~ "erkend",
        Contested = "contested" ~ "betwist",
        ForceMajeure = "force-majeure" ~ "overmacht",
    }
}

shape! {
    /// The debtor answers the notice of a breach.
    "Antwoord op een schending" struct BreachAnswer {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// The answer.
        answer: BreachReply = "antwoord",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// What the one who rules finds of a case.
    "Oordeel" union CaseFinding by "kind" {
        /// The breach stands: no force majeure, no ground to contest it.
        Upheld { } = "upheld" ~ "schending blijft staan",
        /// Force majeure or a well-founded contest: excused, and due again on a new date.
        Excused { /// The new last day.
            date: Day = "nieuwe datum", } = "excused" ~ "verontschuldigd",
        /// Settled, with reasons; the obligation itself stays due.
        Settled { } = "settled" ~ "afgedaan",
        /// A new date, with the creditors' consent.
        NewDate { /// The new last day.
            date: Day = "nieuwe datum", } = "new-date" ~ "nieuwe datum",
        /// One level up.
        Up { } = "up" ~ "een niveau hoger",
    }
}

shape! {
    /// The director, or who acts in its place, rules on a case at level 1 or on the debtor's answer.
    "Uitspraak in een zaak" struct CaseRuling {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// The finding.
        finding: CaseFinding = "oordeel",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// What the boards agreed at level 2.
    "Uitkomst" union Outcome by "kind" {
        /// Settled, with reasons; the obligation itself stays due.
        Settled { } = "settled" ~ "afgedaan",
        /// A new date, with the creditors' consent.
        NewDate { /// The new last day.
            date: Day = "nieuwe datum", } = "new-date" ~ "nieuwe datum",
        /// One level up.
        Up { } = "up" ~ "een niveau hoger",
    }
}

shape! {
    /// The outcome of the board consultation, signed by the director and consented to by the debtor.
    "Uitkomst bestuurlijk overleg" struct BoardOutcome {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// The outcome.
        outcome: Outcome = "uitkomst",
        /// The minutes, beside the log.
        minutes: Attachment = "verslag",
    }
}

shape! {
    /// What a municipality asks of the State (L39 to L44, L51).
    "Soort hulpvraag" enum SupportKind {
        Breakthrough = "breakthrough" ~ "doorbraak",
        ExtraPowers = "extra-powers" ~ "extra bevoegdheden",
        RemoveObstacle = "remove-obstacle" ~ "belemmering wegnemen",
        TailorInstrument = "tailor-instrument" ~ "instrument toesnijden",
        SharpenUmbrella = "sharpen-umbrella" ~ "koepelafspraak aanscherpen",
        HoldToAccount = "hold-to-account" ~ "aanspreken",
        Bureaucracy = "bureaucracy" ~ "overbodige bureaucratie wegnemen",
    }
}

shape! {
    /// The municipality asks the State for help (L39).
    "Hulpvraag" struct SupportRequest {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case that it concerns, if there is one.
        case: Option<CaseNumber> = "zaak",
        /// What is asked.
        kind: SupportKind = "soort",
        /// A rule that the request is about, in words; an obstacle cites it.
        rule: Option<Text<3, 200>> = "regel",
        /// On which ground (L43).
        ground: Option<Ground> = "grond",
        /// Entries of this ledger that show it: breaches, refusals, notices.
        entries: Option<Entries> = "vindplaatsen",
        /// The State partners that block; for a breakthrough (L42).
        partners: Option<StatePartners> = "rijkspartners",
        /// The rule that is in the way, its effect and the change; to remove an obstacle (L40).
        obstacle: Option<Obstacle> = "belemmering",
        /// The instrument that does not fit; to tailor one (L51).
        instrument: Option<InstrumentName> = "rijksinstrument",
        /// The umbrella agreement that falls short; to sharpen one (L44).
        umbrella: Option<Umbrella> = "koepelovereenkomst",
        /// Who should be called to account.
        whom: Option<Addressees> = "wie",
        /// What is asked: the power, the change of the instrument or of the umbrella, the burden to take away.
        asked: Option<Measure> = "wat wordt gevraagd",
        /// The problem, beside the log.
        problem: Attachment = "probleem",
        /// What was tried, beside the log.
        tried: Attachment = "wat is geprobeerd",
    }
}

shape! {
    /// The closed list of what a minister may do.
    "Handeling van de minister" enum MinisterialAct {
        HoldToAccount = "hold-to-account" ~ "aanspreken",
        PutOnAgenda = "put-on-agenda" ~ "agenderen",
        SharpenUmbrella = "sharpen-umbrella" ~ "koepelafspraak aanscherpen of bijsturen",
        ForceBreakthrough = "force-breakthrough" ~ "doorbraak forceren",
        GrantPowers = "grant-powers" ~ "extra bevoegdheden geven",
        RemoveObstacle = "remove-obstacle" ~ "belemmering wegnemen",
        TailorInstrument = "tailor-instrument" ~ "maatwerk bieden",
        Refer = "refer" ~ "doorverwijzen",
        NoAction = "no-action" ~ "geen actie, met redenen",
    }
}

shape! {
    /// The ministry's reasoned answer in a case that reached it (L36, L39).
    "Antwoord van het ministerie" struct MinistryAnswer {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// What the minister does.
        act: MinisterialAct = "handeling",
        /// The parties that are called to account.
        whom: Option<Addressees> = "wie wordt aangesproken",
        /// Where and when it is put on the agenda.
        agenda: Option<Agenda> = "agendering",
        /// The umbrella agreement that is sharpened, or the amendment that sharpens it, by its receipt.
        umbrella: Option<Umbrella> = "koepelovereenkomst",
        /// The State partners that must each sign a position.
        partners: Option<StatePartners> = "rijkspartners",
        /// The rule that grants the powers, or that is taken away or changed.
        rule: Option<RuleRef> = "regel",
        /// The instrument that is tailored.
        instrument: Option<InstrumentName> = "rijksinstrument",
        /// What changes.
        measure: Option<Measure> = "maatregel",
        /// From when on.
        takes_effect: Option<Day> = "ingangsdatum",
        /// The ministry that it is referred to, which answers in its place.
        refer_to: Option<Slug> = "doorverwezen naar",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// What the municipality did with the ministry's answer; this closes the case.
    "Afsluiting van een zaak" struct CaseClosure {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// What was done, beside the log.
        done: Attachment = "wat is gedaan",
    }
}
