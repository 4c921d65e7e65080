//! Standing still for a while, with an end: who may suspend, until when, and resuming before that day.

use super::agreement::Attachment;
use crate::envelope::shape::{Count, shape};
use crate::words::{Day, Slug};

shape! {
    /// A power to suspend without the consent of all, given in the text that all signed.
    "Bevoegdheid tot opschorting" struct SuspensionPower {
        /// The party that holds it.
        holder: Slug = "wie",
        /// How many days it may suspend in all, over the whole period; 90 when not given.
        max_days: Option<Count<1, 366>> = "ten hoogste zoveel dagen in totaal",
    }
}

shape! {
    /// On what ground an agreement is suspended.
    "Grond" enum SuspensionGround {
        AllParties = "all-parties" ~ "alle partijen stemmen in",
        Power = "power" ~ "bevoegdheid in de overeenkomst",
    }
}

shape! {
    /// Suspends an agreement that is in force, or prolongs its suspension; no due date passes, and none disappears.
    "Opschorting" struct Suspension {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// On what ground.
        ground: SuspensionGround = "grond",
        /// The last day of the suspension; after it the agreement resumes by itself.
        until: Day = "tot en met",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Resumes a suspended agreement before its day.
    "Hervatting" struct Resumption {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
