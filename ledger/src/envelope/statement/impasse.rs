//! Talks that are stuck (L52): what divides the parties, where each of them stands, how they go on, and, where a statute says so,
//! the dispute that they put to the minister.

use super::agreement::Attachment;
use super::escalation::CaseNumber;
use crate::envelope::shape::{List, shape};
use crate::words::{Day, Hash, Slug, Text};

shape! {
    /// A law that says how an agreement comes about, and what its parties can do when it does not.
    "Wettelijke grondslag" enum Statute {
        HousingAct44 = "housing-act-44" ~ "prestatieafspraken (Woningwet, artikel 44)",
    }
}

shape! {
    /// Something on which the parties are divided.
    "Geschilpunt" struct Point {
        /// Id within the impasse.
        id: Slug = "kenmerk",
        /// What it is, in words.
        subject: Text<10, 300> = "onderwerp",
    }
}

/// Points that divide the parties.
pub type Points = List<Point, 1, 20>;

shape! {
    /// A party says that the talks are stuck, and on what. From here on each party owes its position on each point.
    "Impasse" struct Impasse {
        /// The agreement that is negotiated.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the payload bytes of the version on the table, or of the last one that was.
        version: Hash = "versie",
        /// What divides the parties.
        points: Points = "geschilpunten",
        /// Why the talks are stuck, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Where a party stands on one point.
    "Standpunt op een punt" struct PointPosition {
        /// The point.
        point: Slug = "punt",
        /// The position, in words.
        position: Text<10, 4000> = "standpunt",
    }
}

shape! {
    /// A party gives its position, on one point or on several; a later one on the same point takes the place of an earlier one.
    "Standpunt in een impasse" struct ImpassePosition {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// Points that divide the parties and were not named yet.
        adds: Option<Points> = "voegt punten toe",
        /// Where it stands.
        positions: List<PointPosition, 1, 40> = "standpunten",
        /// What it rests on, beside the log.
        paper: Option<Attachment> = "onderbouwing",
    }
}

shape! {
    /// How the parties go on.
    "Uitweg" union NextStep by "kind" {
        /// Somebody mediates: an organisation or a function, and no person.
        Mediation { /// Who mediates.
            mediator: Text<3, 200> = "bemiddelaar", /// The last day of it.
            until: Day = "tot en met", } = "mediation" ~ "bemiddeling",
        /// They are no longer stuck, and go on with the text.
        Overcome { } = "overcome" ~ "impasse voorbij",
    }
}

shape! {
    /// A step out of an impasse, which all parties agree to.
    "Stap uit een impasse" struct ImpasseStep {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The step.
        step: NextStep = "stap",
    }
}

shape! {
    /// Where an institution receives letters; not the address of a person.
    "Adres" struct Address {
        /// The party.
        institution: Slug = "partij",
        /// Street or box, postcode and town.
        address: Text<10, 300> = "adres",
    }
}

shape! {
    /// A document that a dispute rests on.
    "Stuk" struct DisputePaper {
        /// Its title.
        title: Text<3, 200> = "titel",
        /// The day on which it was adopted or given.
        date: Day = "datum",
        /// The document, beside the log.
        document: Attachment = "stuk",
    }
}

shape! {
    /// A party puts the dispute to the minister, as the statute of the text lets it: what the parties and their positions are, the
    /// ledger knows; this brings what it does not know (Woningwet, article 44).
    "Geschil voorgelegd aan de minister" struct StatutoryDispute {
        /// The agreement that did not come about.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the payload bytes of the last version that was on the table.
        version: Hash = "versie",
        /// Where each party receives letters.
        addresses: List<Address, 2, 60> = "adressen",
        /// The housing policy of the municipality that is in force.
        policy: DisputePaper = "geldend woonbeleid",
        /// The works that the corporation intends.
        works: DisputePaper = "voorgenomen werkzaamheden",
    }
}

shape! {
    /// What the minister decides on one point.
    "Beslissing op een punt" struct PointRuling {
        /// The point.
        point: Slug = "punt",
        /// The decision, in words.
        ruling: Text<10, 4000> = "beslissing",
    }
}

shape! {
    /// The minister rules on a dispute that was put to it, point by point. It binds the parties, and changes no text: that takes their
    /// signatures, as any does (L36).
    "Uitspraak van de minister in een geschil" struct DisputeRuling {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The case.
        case: CaseNumber = "zaak",
        /// The decision on each point.
        rulings: List<PointRuling, 1, 40> = "beslissingen",
        /// The reasons, beside the log.
        reason: Attachment = "motivering",
    }
}
