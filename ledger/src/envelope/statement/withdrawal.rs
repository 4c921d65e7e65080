//! How a party leaves: notice with a plan, the others' answers, and taking it back.

use super::agreement::Attachment;
use crate::envelope::shape::{List, shape};
use crate::words::{Day, Slug};

shape! {
    /// What becomes of a promise when its debtor leaves.
    "Bestemming" union Disposition by "kind" {
        /// It is fulfilled before the debtor leaves.
        Fulfil { } = "fulfil" ~ "nakomen voor vertrek",
        /// Another party takes it over, by a handover that it signs.
        HandOver { /// The party that takes it over.
            to: Slug = "aan", } = "hand-over" ~ "overdragen",
        /// Those it is owed to and the director release it.
        Release { } = "release" ~ "ontheffing",
        /// Nothing is arranged: the party stays bound.
        Unresolved { } = "unresolved" ~ "niet geregeld",
    }
}

shape! {
    /// The plan for one obligation.
    "Regel van het plan" struct PlanItem {
        /// The obligation.
        obligation: Slug = "afspraak",
        /// What becomes of it.
        disposition: Disposition = "bestemming",
    }
}

shape! {
    /// Notice of withdrawal (L01).
    "Opzegging" struct Withdrawal {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The last day on which the party takes part.
        effective_date: Day = "laatste dag",
        /// The reason, beside the log.
        reason: Attachment = "reden",
        /// What becomes of each obligation that is not finally met.
        plan: List<PlanItem, 0, 200> = "plan",
    }
}

shape! {
    /// What another party thinks of a withdrawal.
    "Reactie" enum WithdrawalReply {
        Consent = "consent" ~ "akkoord",
        Objection = "objection" ~ "bezwaar",
    }
}

shape! {
    /// Another party answers a withdrawal notice.
    "Reactie op een opzegging" struct WithdrawalAnswer {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// The party that gave notice.
        party: Slug = "partij",
        /// Consent or objection.
        answer: WithdrawalReply = "reactie",
        /// The reason, beside the log; an objection needs one.
        reason: Option<Attachment> = "reden",
    }
}

shape! {
    /// The party takes its notice back, before the effective date.
    "Opzegging ingetrokken" struct WithdrawalRevocation {
        /// The agreement.
        agreement: Slug = "overeenkomst",
    }
}
