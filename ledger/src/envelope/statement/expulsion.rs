//! Putting a party out by the majority that all agreed beforehand, after it was heard; and what becomes of what it owes.

use super::agreement::{Attachment, DayCount};
use crate::envelope::shape::{List, shape};
use crate::words::{Hash, Slug};

shape! {
    /// How many of the other parties it takes.
    "Meerderheid" enum Majority {
        MoreThanHalf = "more-than-half" ~ "meer dan de helft",
        TwoThirds = "two-thirds" ~ "twee derde",
        ThreeQuarters = "three-quarters" ~ "drie kwart",
        All = "all" ~ "alle",
    }
}

shape! {
    /// That a party can be put out, which all signed. Without it nobody can be.
    "Royement" struct ExpulsionClause {
        /// How many of the other parties it takes; two at least.
        majority: Majority = "meerderheid van de andere partijen",
        /// Days in which the one concerned is heard; 28 when not given.
        hearing_days: Option<DayCount> = "hoortermijn in dagen",
    }
}

shape! {
    /// What becomes of a promise of the one that is put out.
    "Bestemming" union Estate by "kind" {
        /// Those it is owed to and the director release it: each of them must be among those who vote for the expulsion.
        Release { } = "release" ~ "ontheffing",
        /// Another party takes over what is not yet due; it must be among those who vote for the expulsion. What has fallen due stays.
        HandOver { /// Who takes it over.
            to: Slug = "aan", /// Id of the new obligation.
            successor: Slug = "nieuwe afspraak", } = "hand-over" ~ "overdragen",
        /// It binds the one that is put out until it is fulfilled, released or handed over.
        StaysDue { } = "stays-due" ~ "blijft gelden",
    }
}

shape! {
    /// What becomes of one obligation.
    "Regel van het plan" struct EstateItem {
        /// The obligation.
        obligation: Slug = "afspraak",
        /// What becomes of it.
        disposition: Estate = "bestemming",
    }
}

shape! {
    /// A party proposes to put another out (L01). It is not a vote: those come once the other was heard.
    "Voorstel tot royement" struct Expulsion {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// Who is to be put out.
        party: Slug = "partij",
        /// What becomes of each of its obligations that is not finally met.
        plan: List<EstateItem, 0, 1000> = "plan",
        /// The reasons, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// What the one concerned says of it, in the term in which it is heard.
    "Zienswijze" struct ExpulsionView {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the exact payload bytes of the proposal to expel.
        to: Hash = "voorstel",
        /// The view, beside the log.
        view: Attachment = "zienswijze",
    }
}
