//! A change of an agreement in force: the old version holds until everyone whose consent it takes has signed.

use super::agreement::{Attachment, Obligation};
use super::consultation::Consultation;
use super::review::ScheduledReview;
use crate::envelope::shape::{List, shape};
use crate::words::{Day, Hash, Slug};

shape! {
    /// One change of the text.
    "Wijziging" union Change by "kind" {
        /// An obligation gets a new text; id, debtor and the way in which it falls due stay.
        Obligation { /// The whole new text of the obligation with that id.
            obligation: Obligation = "afspraak", } = "obligation" ~ "afspraak gewijzigd",
        /// An obligation more.
        Addition { /// The obligation, under an id that is free.
            obligation: Obligation = "afspraak", } = "addition" ~ "afspraak erbij",
        /// Another party directs (L16).
        Director { /// The party.
            party: Slug = "regisseur", } = "director" ~ "andere regisseur",
        /// Another last day, or none any more (L14), and other reviews.
        Period { /// The last day from here on; none when the agreement becomes open-ended, or stays so.
            end_date: Option<Day> = "einddatum", /// The reviews instead of those that are still to come; those stay when not given. What is overdue or held stays.
            reviews: Option<List<ScheduledReview, 1, 40>> = "toetsmomenten", } = "period" ~ "andere looptijd",
    }
}

shape! {
    /// A change of an agreement in force (L44, L46). It binds when all whose consent it takes have signed: for one obligation
    /// its debtor, its creditors before and after, the debtors of what leans on it, and the director; for anything else all;
    /// for another director alone all but the one that directs now (L16).
    "Wijzigingsvoorstel" struct Amendment {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The version that it changes: the hash that was consented to last.
        version: Hash = "versie",
        /// What changes.
        changes: List<Change, 1, 20> = "wijzigingen",
        /// The reason, beside the log.
        reason: Attachment = "reden",
        /// The consultation that it came from (L17).
        consultation: Option<Consultation> = "overleg",
        /// The review that it follows from: one that was held, and came to a change (L47).
        review: Option<Slug> = "toets",
    }
}

impl Change {
    /// The obligation that it brings; `None` for a director or a period.
    pub fn obligation(&self) -> Option<&Obligation> {
        match self {
            Self::Obligation { obligation } | Self::Addition { obligation } => Some(obligation),
            Self::Director { .. } | Self::Period { .. } => None,
        }
    }
}
