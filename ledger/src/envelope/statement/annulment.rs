//! A flag in the log that was false: which one, and the fact that makes it so.

use super::agreement::Attachment;
use crate::envelope::shape::{Count, shape};
use crate::words::{Day, Hash, Instant, Slug};

shape! {
    /// Why the flag of a breach was false. The ledger computes it anew with this fact, and refuses where the flag stands.
    "Oorzaak" union FalseBecause by "kind" {
        /// A holiday is not in the table; the due date follows from the table with it.
        Holiday { /// The holiday.
            date: Day = "feestdag", } = "holiday" ~ "ontbrekende feestdag",
        /// The due date was read wrongly from the text.
        Reading { /// The due date as the text has it.
            due: Day = "juiste datum", } = "reading" ~ "verkeerd gelezen datum",
        /// The ledger's clock ran ahead.
        Clock { /// The instant at which the flag was really accepted.
            accepted_at: Instant = "werkelijk tijdstip", /// The new last day.
            date: Day = "nieuwe datum", } = "clock" ~ "klok liep voor",
        /// A report that was accepted, with a receipt, is not in the log.
        LostReport { /// SHA-256 of the report's payload bytes.
            report: Hash = "melding", /// The instant of acceptance in its receipt.
            accepted_at: Instant = "tijdstip in het ontvangstbewijs", /// The new last day.
            date: Day = "nieuwe datum", } = "lost-report" ~ "verloren melding",
    }
}

shape! {
    /// Annuls the flag of a breach that was false; it stays on record. Takes all creditors, the director and the municipality.
    "Nietigverklaring" struct Annulment {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The due date.
        due: Day = "termijn",
        /// Index of the entry that flagged the breach.
        entry: Count<1, 4_000_000_000> = "regel in het grootboek",
        /// Why it was false.
        because: FalseBecause = "oorzaak",
        /// What shows it, beside the log.
        reason: Attachment = "reden",
    }
}
