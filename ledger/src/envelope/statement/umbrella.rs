//! Umbrella agreements: they live in a national ledger, and a local statement refers to one by its receipt (L44).

use super::agreement::Attachment;
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

impl Umbrella {
    /// The agreement by a name that is one everywhere: the origin of its ledger, a slash, and its id there.
    pub fn name(&self) -> String {
        format!("{}/{}", self.origin, self.agreement)
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

shape! {
    /// Somebody shows that an umbrella agreement, to which obligations here refer, changes or ends (L44). It changes nothing here.
    /// What is only proposed there is told; once a consent to it is shown as well, or that the agreement has ended, the one that
    /// directs owes an answer.
    "Koepelafspraak gewijzigd" struct UmbrellaChange {
        /// The agreement here.
        agreement: Slug = "overeenkomst",
        /// What changes the umbrella agreement, with its receipt: an amendment, a counter-proposal, a dissolution, or the flag that it
        /// has ended. It comes after every text of it that the agreement here refers to.
        umbrella: Umbrella = "wijziging",
        /// A consent to it in that ledger, with its receipt: best the last one, by which it binds there.
        consent: Option<Umbrella> = "instemming",
    }
}

shape! {
    /// What comes of a changed umbrella agreement here.
    "Antwoord op een gewijzigde koepelafspraak" enum UmbrellaReply {
        Adapt = "adapt" ~ "wordt aangepast",
        Keep = "keep" ~ "blijft zoals het is",
    }
}

shape! {
    /// The one that directs says what comes of a changed umbrella agreement here. What is adapted is offered by an amendment, with the
    /// consent that any takes.
    "Antwoord op een gewijzigde koepelafspraak" struct UmbrellaAnswer {
        /// The agreement here.
        agreement: Slug = "overeenkomst",
        /// Origin of the national ledger.
        origin: Text<3, 255> = "grootboek",
        /// Index there of what changed it.
        entry: Count<0, 4_294_967_295> = "nummer",
        /// What comes of it.
        answer: UmbrellaReply = "antwoord",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
