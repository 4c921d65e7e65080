//! The end of an agreement before its last day, by all its parties, with a successor or without: what becomes of each promise, and why.

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
        /// What is not yet due goes on as an obligation of the successor; what is late or reported binds on here until it is settled.
        Continues = "continues" ~ "gaat verder in de opvolger",
    }
}

shape! {
    /// What becomes of one obligation.
    "Regel van het plan" struct RemainderItem {
        /// The obligation.
        obligation: Slug = "afspraak",
        /// What becomes of it.
        disposition: Remainder = "bestemming",
        /// The obligation of the successor as which it continues.
        continues_as: Option<Slug> = "gaat verder als",
    }
}

shape! {
    /// The agreement that comes in the place of one (L13).
    "Opvolger" struct SuccessorText {
        /// The agreement; its text names this one among its predecessors.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the exact payload bytes of its version that is on the table, or that was signed.
        version: Hash = "versie",
    }
}

shape! {
    /// The agreement ends before its last day, once all its parties consent (L01); where it names a successor, once that is in force
    /// as well.
    "Ontbinding" struct Dissolution {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The version that it ends: the hash that was consented to last.
        version: Hash = "versie",
        /// What becomes of each obligation that is not finally met.
        plan: List<RemainderItem, 0, 1000> = "plan",
        /// What comes in its place.
        successor: Option<SuccessorText> = "opvolger",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
