//! The municipality answers a proposal that another institution made (L03).

use super::agreement::Attachment;
use crate::envelope::shape::shape;
use crate::words::{Hash, Slug};

shape! {
    /// What the municipality does with a proposal.
    "Antwoord" enum ProposalReply {
        Negotiating = "negotiating" ~ "in onderhandeling genomen",
        Refused = "refused" ~ "afgewezen",
    }
}

shape! {
    /// The municipality takes a proposal by another into negotiation, or refuses it with its reason. Its own signature, refusal or
    /// counter-proposal is an answer as well, and needs no other.
    "Antwoord op een voorstel" struct ProposalAnswer {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the payload bytes of the version on the table, or of the last one that was.
        version: Hash = "versie",
        /// What it does.
        answer: ProposalReply = "antwoord",
        /// The reason, beside the log; a refusal needs one (L32).
        reason: Option<Attachment> = "reden",
    }
}
