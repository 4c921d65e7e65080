//! What becomes of a text that waits for signatures: another text in its place, or taken back.

use super::agreement::{Attachment, Proposal};
use crate::envelope::shape::shape;
use crate::words::{Hash, Slug};

shape! {
    /// An invited party puts another text in the place of the one on the table; every earlier consent is void.
    "Tegenvoorstel" struct CounterProposal {
        /// SHA-256 of the payload bytes of the version on the table.
        replaces: Hash = "in plaats van",
        /// The whole new text, of the same agreement.
        text: Proposal = "tekst",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}

shape! {
    /// Who put the version on the table takes it back, while not all have signed.
    "Voorstel ingetrokken" struct Retraction {
        /// The agreement.
        agreement: Slug = "overeenkomst",
        /// SHA-256 of the payload bytes of the version on the table.
        version: Hash = "versie",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
