//! Umbrella agreements: they live in a national ledger, and a local statement refers to one by its receipt (L44).

use crate::envelope::shape::{Count, shape};
use crate::words::{Slug, Text};

shape! {
    /// A text of the national ledger, with the receipt that shows that it was accepted there.
    "Koepelafspraak" struct Umbrella {
        /// Origin of the national ledger.
        origin: Text<3, 255> = "grootboek",
        /// Index of the entry there.
        entry: Count<0, 4_294_967_295> = "nummer",
        /// The agreement there.
        agreement: Slug = "koepelovereenkomst",
        /// The receipt: a C2SP tlog-proof that carries salt and record, without its last line feed.
        receipt: Text<200, 180_000> = "ontvangstbewijs",
    }
}

shape! {
    /// The umbrella clause that a local promise carries out.
    "Koepelbepaling" struct UmbrellaClause {
        /// The umbrella agreement, one of those that the text brings along.
        agreement: Slug = "koepelovereenkomst",
        /// The obligation in it.
        clause: Slug = "bepaling",
    }
}

shape! {
    /// The owner accepts receipts of another ledger from here on.
    "Erkend grootboek" struct LedgerAcceptance {
        /// The key that signs the checkpoints of that ledger, as a vkey (C2SP signed-note); its name is the origin.
        log_key: Text<10, 400> = "sleutel van het log",
    }
}
