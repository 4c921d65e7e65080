//! An institution that goes over into another, by merger, split or takeover: the other takes its place by its own signature.

use super::agreement::Attachment;
use crate::envelope::shape::shape;
use crate::words::{Day, Hash, Slug};

shape! {
    /// How an institution goes over into another.
    "Soort opvolging" enum SuccessionKind {
        Merger = "merger" ~ "fusie",
        Split = "split" ~ "splitsing",
        Takeover = "takeover" ~ "overname",
    }
}

shape! {
    /// An institution goes over into another. It signs this itself; one that lost its keys recovers one first. It is
    /// bound until the successor accepts, and nobody leaves an agreement by it. Of one that is split this names who answers for
    /// whatever was not handed over before.
    "Opvolging van een instelling" struct InstitutionSuccession {
        /// The institution that goes over: any but the owner and the ministry of the ledger.
        institution: Slug = "instelling",
        /// The admitted institution that takes its place.
        successor: Slug = "opvolger",
        /// How.
        kind: SuccessionKind = "soort",
        /// The day on which it took effect in law; not in the future.
        date: Day = "datum",
        /// The deed, or an extract of the register; without personal data.
        deed: Attachment = "akte",
    }
}

shape! {
    /// The successor takes the place of the institution in every agreement: what is open is open for it, and it signs what it does there
    /// `onBehalfOf` the institution, whose own keys are no longer valid from here on.
    "Opvolging aanvaard" struct SuccessionAcceptance {
        /// The institution that went over.
        institution: Slug = "instelling",
        /// SHA-256 of the payload of the succession.
        succession: Hash = "opvolging",
    }
}
