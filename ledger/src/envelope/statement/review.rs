//! Reviews of an agreement (L47): the days that its text sets for them, and what each came to.

use super::agreement::Attachment;
use crate::envelope::shape::shape;
use crate::words::{Day, Rhythm, Slug};

shape! {
    /// What a review looks at.
    "Soort toets" enum ReviewKind {
        Midterm = "midterm" ~ "tussentijdse toets",
        Final = "final" ~ "eindtoets",
    }
}

shape! {
    /// A review that the parties agreed to hold.
    "Toetsmoment" struct ScheduledReview {
        /// Id within the agreement.
        id: Slug = "kenmerk",
        /// What it looks at. A final one comes last, and once.
        kind: ReviewKind = "soort",
        /// The last day on which it is in time: within the period, after the first day. Either this or a rhythm is given.
        date: Option<Day> = "uiterste dag",
        /// How often it is held, where it recurs: an RFC 5545 RRULE, each day of which is the last one of a turn (L14).
        rule: Option<Rhythm> = "ritme",
    }
}

shape! {
    /// What a review came to. What is to change is proposed by an amendment that names the review, with the consent that any takes.
    "Uitkomst van een toets" enum ReviewOutcome {
        Continue = "continue" ~ "ongewijzigd voortzetten",
        Amend = "amend" ~ "aanpassen",
        AddResultObligations = "add-result-obligations" ~ "resultaatsverplichtingen toevoegen",
    }
}

shape! {
    /// The one that directs records a review: when it was held, what was found and what it comes to.
    "Toets" struct Review {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// Which of the reviews in the text.
        review: Slug = "toets",
        /// Of one that recurs, and of no other: the last day of the turn, overdue or next to come.
        due: Option<Day> = "beurt",
        /// The day on which it was held.
        held_on: Day = "gehouden op",
        /// What it came to.
        outcome: ReviewOutcome = "uitkomst",
        /// What was found, beside the log.
        findings: Attachment = "bevindingen",
    }
}
