//! What the State is asked and does, in detail: rules that are in the way, positions of its partners, who is accountable.

use super::agreement::{Attachment, Theme};
use super::escalation::CaseNumber;
use crate::envelope::shape::{Count, List, shape};
use crate::words::{Bwb, Day, Slug, Text};

/// Parties that are called to account.
pub type Addressees = List<Slug, 1, 60>;
/// State bodies that must take a position (L42).
pub type StatePartners = List<Slug, 1, 20>;
/// A measure in words, as part of the act itself.
pub type Measure = Text<10, 2000>;
/// The name of a State instrument, such as a specific grant.
pub type InstrumentName = Text<3, 200>;
/// Entries of this ledger: breaches, refusals and notices that show the ground of a request (L43).
pub type Entries = List<Count<0, 4_294_967_295>, 1, 40>;

shape! {
    /// A rule of law.
    "Rechtsregel" struct RuleRef {
        /// BWB id of the regulation.
        bwb: Bwb = "BWB-id",
        /// Article, as it is cited.
        article: Text<1, 60> = "artikel",
    }
}

shape! {
    /// A rule that is in the way (L40).
    "Belemmering" struct Obstacle {
        /// Which one.
        rule: RuleRef = "regel",
        /// What it does here.
        effect: Text<10, 2000> = "gevolg",
        /// The change that is asked.
        change: Text<10, 2000> = "gevraagde wijziging",
        /// The ministry that is responsible for it; it becomes the accountable one.
        ministry: Slug = "verantwoordelijk ministerie",
    }
}

shape! {
    /// Recognised grounds for a request (L43).
    "Grond" enum Ground {
        Opposition = "opposition" ~ "tegenwerking van instellingen",
        LackOfPowers = "lack-of-powers" ~ "gebrek aan bevoegdheden",
    }
}

shape! {
    /// Where and when a subject is discussed (L37).
    "Agendering" struct Agenda {
        /// The meeting, such as the yearly consultation with the cities.
        meeting: Text<3, 200> = "overleg",
        /// Its day.
        day: Day = "dag",
    }
}

shape! {
    /// What a State partner does about the blockade that it is named for.
    "Houding" enum Stance {
        Cooperates = "cooperates" ~ "werkt mee",
        OnConditions = "on-conditions" ~ "werkt mee onder voorwaarden",
        Refuses = "refuses" ~ "werkt niet mee",
    }
}

shape! {
    /// A State partner that must take a position signs it (L42).
    "Standpunt" struct StatePosition {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// Its position.
        stance: Stance = "houding",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Which ministry is accountable for a theme.
    "Bevoegdheid" struct Route {
        /// The theme.
        theme: Theme = "thema",
        /// The ministry that is accountable.
        ministry: Slug = "ministerie",
    }
}

shape! {
    /// The table of themes and ministries (L28, L49), signed by the ministry of this ledger. It holds for cases that reach
    /// the State from here on, and replaces the one before.
    "Verdeling van ministeries" struct MinistryRouting {
        /// One ministry for each theme; a theme that is not there is that of the ministry of this ledger.
        routes: List<Route, 1, 7> = "verdeling",
    }
}
