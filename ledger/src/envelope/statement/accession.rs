//! Joining a running agreement: whose consent it takes, what the newcomer takes on, and from which day.

use super::agreement::{Attachment, Obligation};
use crate::envelope::shape::{Count, List, shape};
use crate::words::{Day, Hash, Slug, Text};

shape! {
    /// Whose consent lets an institution in. Whoever it draws on is asked as well: who pays for what it takes on, who must be
    /// done first, who records its events.
    "Toetredingsregel" union AccessionRule by "kind" {
        /// All parties.
        AllParties { } = "all-parties" ~ "alle partijen",
        /// The director, or who acts in its place.
        Director { } = "director" ~ "de regisseur",
        /// The director, or who acts in its place, and so many other parties.
        DirectorAndParties { /// How many besides the director; all of them where fewer are left.
            parties: Count<1, 59> = "aantal andere partijen", } = "director-and-parties" ~ "de regisseur en een aantal partijen",
    }
}

shape! {
    /// An institution asks to join an agreement in force (L04). This is its signature under that version, with what it adds.
    "Verzoek tot toetreding" struct Accession {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The version that it joins: the hash that was consented to last.
        version: Hash = "versie",
        /// The first day on which it takes part; not before all whose consent it takes have signed.
        effective_date: Day = "met ingang van",
        /// What it is there for; social recovery asks this (L25).
        role: Option<Text<3, 300>> = "rol",
        /// What it takes on, under ids that are free; it is the debtor of each.
        obligations: List<Obligation, 1, 50> = "afspraken",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
