//! Content beside the log that is erased: which, on what ground, and what shows that its signer may.

use crate::envelope::shape::{Count, shape};
use crate::words::{Hash, Slug, Text};

shape! {
    /// The ground on which content may be erased: article 17 of the GDPR, or the end of its retention (Archiefwet).
    "Wettelijke grond" enum ErasureGround {
        /// GDPR 17(1)(a): no longer needed for what it was collected for.
        NoLongerNeeded = "no-longer-needed" ~ "niet langer nodig (AVG 17.1.a)",
        /// GDPR 17(1)(b).
        ConsentWithdrawn = "consent-withdrawn" ~ "toestemming ingetrokken (AVG 17.1.b)",
        /// GDPR 17(1)(c).
        Objection = "objection" ~ "bezwaar van de betrokkene (AVG 17.1.c)",
        /// GDPR 17(1)(d): it should never have been there.
        Unlawful = "unlawful" ~ "onrechtmatig verwerkt (AVG 17.1.d)",
        /// GDPR 17(1)(e), an order of a court or of the supervisor among them.
        LegalObligation = "legal-obligation" ~ "wettelijke plicht om te wissen (AVG 17.1.e)",
        /// Its retention, as the selection list sets it, is over.
        RetentionEnded = "retention-ended" ~ "bewaartermijn voorbij (Archiefwet)",
    }
}

shape! {
    /// Erases one attachment: content and salt are destroyed, the statement that names their hash stays. By the institution
    /// that filed it, or by the owner of the ledger.
    "Bijlage gewist" struct AttachmentErasure {
        /// The agreement that the attachment was filed in.
        agreement: Slug = "overeenkomst",
        /// Index of the entry that it was first filed with.
        entry: Count<1, 4_000_000_000> = "regel in het grootboek",
        /// Its hash, as that entry names it.
        attachment: Hash = "bijlage",
        /// On what ground.
        ground: ErasureGround = "wettelijke grond",
        /// Where that ground is found: a category of the selection list, the number of a decision. No personal data.
        basis: Text<3, 300> = "vindplaats",
        /// The receipt of that entry (a C2SP tlog-proof that carries salt and record, without its last line feed): it shows
        /// who filed it. The owner of the ledger needs none.
        receipt: Option<Text<200, 180_000>> = "ontvangstbewijs",
    }
}
