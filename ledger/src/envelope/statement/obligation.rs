//! What is said of a promise: done, accepted, disputed, ruled on, released, handed over.

use super::agreement::Attachment;
use crate::envelope::shape::{List, shape};
use crate::words::{Day, Decimal, Hash, Slug, Url};

shape! {
    /// Evidence, beside the log or kept by the institution.
    "Onderbouwing" union Evidence by "form" {
        /// Sent along and kept beside the log.
        Attached { /// Which evidence rule it answers.
            kind: Slug = "kenmerk", /// The content.
            attachment: Attachment = "bijlage", } = "attached" ~ "bijlage",
        /// Kept by the institution; the ledger holds its hash and where it is.
        Referenced { /// Which evidence rule it answers.
            kind: Slug = "kenmerk", /// SHA-256 of the content.
            hash: Hash = "hash", /// Where it is kept.
            uri: Url = "vindplaats", } = "referenced" ~ "verwijzing",
    }
}

impl Evidence {
    /// Which evidence rule it answers.
    pub fn kind(&self) -> &Slug {
        match self {
            Self::Attached { kind, .. } | Self::Referenced { kind, .. } => kind,
        }
    }

    /// The content that is sent along; `None` when the institution keeps it.
    pub fn attachment(&self) -> Option<&Attachment> {
        match self {
            Self::Attached { attachment, .. } => Some(attachment),
            Self::Referenced { .. } => None,
        }
    }
}

shape! {
    /// The debtor says that it did what it promised; one report may cover several due dates (L55).
    "Melding" struct Report {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The due dates that it covers.
        instances: List<Day, 1, 400> = "termijnen",
        /// The value that was reached; needed when the obligation has a target.
        value: Option<Decimal> = "bereikte waarde",
        /// The evidence.
        evidence: List<Evidence, 0, 20> = "onderbouwing",
    }
}

shape! {
    /// A creditor or the director found that what must be kept throughout was not kept on some day: a breach.
    "Bevinding" struct Finding {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The day on which it was not kept.
        day: Day = "dag",
        /// What was found, beside the log.
        account: Attachment = "bevinding",
    }
}

shape! {
    /// A creditor accepts a report.
    "Bevestiging" struct Acceptance {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the report's payload bytes.
        report: Hash = "melding",
    }
}

shape! {
    /// A creditor or the director disputes a report, with a reason.
    "Betwisting" struct Dispute {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the report's payload bytes.
        report: Hash = "melding",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Whether the debtor stands by its report.
    "Antwoord" enum DisputeReply {
        Maintained = "maintained" ~ "blijft bij de melding",
        Conceded = "conceded" ~ "trekt de melding in",
    }
}

shape! {
    /// The debtor answers a dispute.
    "Antwoord op een betwisting" struct DisputeAnswer {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the report's payload bytes.
        report: Hash = "melding",
        /// Whether it stands by its report.
        answer: DisputeReply = "antwoord",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Who disputed a report takes that back, and so accepts it.
    "Betwisting ingetrokken" struct DisputeRetraction {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the report's payload bytes.
        report: Hash = "melding",
    }
}

shape! {
    /// What the one who rules finds of a report.
    "Oordeel" enum ReportFinding {
        Fulfilled = "fulfilled" ~ "nagekomen",
        NotFulfilled = "not-fulfilled" ~ "niet nagekomen",
    }
}

shape! {
    /// The director, or who acts in its place, rules on a report.
    "Uitspraak over een melding" struct ReportRuling {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the report's payload bytes.
        report: Hash = "melding",
        /// The finding.
        finding: ReportFinding = "oordeel",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// A release that all creditors and the director sign.
    "Ontheffing" struct Release {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The due dates that are released; the whole obligation, future dates included, when not given.
        instances: Option<List<Day, 1, 400>> = "termijnen",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// The debtor hands what is not yet due over to another party; it binds when that party consents (L22).
    "Overdracht" struct Handover {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The obligation.
        obligation: Slug = "afspraak",
        /// The party that takes it over.
        to: Slug = "aan",
        /// Id of the new obligation, linked to the old one.
        successor: Slug = "nieuwe afspraak",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
