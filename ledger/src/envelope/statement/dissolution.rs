//! The end of an agreement before its last day, by all its parties: what becomes of each promise, and why.

use super::agreement::Attachment;
use crate::envelope::shape::{List, shape};
use crate::words::{Hash, Slug};

shape! {
    /// What becomes of a promise when its agreement is dissolved.
    "Bestemming" enum Remainder {
        /// It is released: those it is owed to and the director consent like everybody else.
        Release = "release" ~ "ontheffing",
        /// It binds as it stands, and falls due as it would have, until it is fulfilled, released or handed over.
        StaysDue = "stays-due" ~ "blijft gelden",
    }
}

shape! {
    /// What becomes of one obligation.
    "Regel van het plan" struct RemainderItem {
        /// The obligation.
        obligation: Slug = "afspraak",
        /// What becomes of it.
        disposition: Remainder = "bestemming",
    }
}

shape! {
    /// The agreement ends before its last day, once all its parties consent (L01).
    "Ontbinding" struct Dissolution {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The version that it ends: the hash that was consented to last.
        version: Hash = "versie",
        /// What becomes of each obligation that is not finally met.
        plan: List<RemainderItem, 0, 1000> = "plan",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
