//! What a conditional obligation waits for, and the word of the party that saw it happen.

use super::agreement::Attachment;
use crate::envelope::shape::{Count, shape};
use crate::words::{Day, Slug, Term, Text};

shape! {
    /// What must come before a conditional obligation is due.
    "Aanleiding" union Trigger by "kind" {
        /// Another obligation of this agreement is fulfilled.
        Fulfilment { /// That obligation.
            obligation: Slug = "afspraak", } = "fulfilment" ~ "een afspraak is nagekomen",
        /// Another obligation of this agreement is breached.
        Breach { /// That obligation.
            obligation: Slug = "afspraak", } = "breach" ~ "een afspraak is geschonden",
        /// Something happens in the neighbourhood, and the party that the text names says so.
        Event { /// Id of the event within the agreement.
            event: Slug = "kenmerk", /// The event in words.
            title: Text<3, 300> = "gebeurtenis", /// Who records it; never the debtor.
            by: Slug = "wie het vastlegt", /// The last day on which it counts; that of the agreement when not given.
            until: Option<Day> = "uiterlijk", } = "event" ~ "een gebeurtenis in de buurt",
    }
}

shape! {
    /// How long after the trigger something is due; the day of the trigger is not counted.
    "Termijn" union Delay by "unit" {
        /// Civil days.
        Days { /// How many.
            count: Count<1, 3660> = "aantal", } = "days" ~ "dagen",
        /// Calendar months.
        Months { /// How many.
            count: Count<1, 240> = "aantal", } = "months" ~ "maanden",
    }
}

impl Delay {
    /// As a term that can be counted.
    pub fn term(&self) -> Term {
        match self {
            Self::Days { count } => Term::Days(u16::try_from(count.0).unwrap_or(u16::MAX)),
            Self::Months { count } => Term::Months(u8::try_from(count.0).unwrap_or(u8::MAX)),
        }
    }
}

impl Trigger {
    /// The obligation whose fulfilment or breach it is; `None` for an event.
    pub fn obligation(&self) -> Option<&Slug> {
        match self {
            Self::Fulfilment { obligation } | Self::Breach { obligation } => Some(obligation),
            Self::Event { .. } => None,
        }
    }
}

shape! {
    /// The party that the text names says that an event happened. Terms run from this entry, not from the day that it names.
    "Gebeurtenis" struct Event {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The event.
        event: Slug = "gebeurtenis",
        /// The day on which it happened.
        happened_on: Day = "dag",
        /// What was seen, beside the log.
        account: Attachment = "verslag",
    }
}
