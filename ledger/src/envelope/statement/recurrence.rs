//! What recurs, put forward for the minister's agenda over receipts of other ledgers (L37).

use super::agreement::{Attachment, Instrument, Nature, Theme};
use super::institution::Identifiers;
use super::ministry::Agenda;
use crate::envelope::shape::{Count, List, shape};
use crate::words::{Hash, Text};

/// Breaches that show that something recurs; their number is the `n` of "n times in m months".
pub type Breaches = List<OtherEntry, 3, 40>;
/// Entries in which one reads who was to do what in the breaches, and who that is.
pub type Sources = List<OtherEntry, 1, 160>;

shape! {
    /// What recurs.
    "Wat terugkeert" union Recurring by "kind" {
        /// One institution, whatever its id is in each ledger, fails its promises: the debtor, or to whom the breach is attributed.
        Party { /// One public identifier, with which it registered.
            identifiers: Identifiers = "kenmerk", } = "party" ~ "dezelfde partij",
        /// Promises in agreements about one theme.
        Theme { /// The theme.
            theme: Theme = "thema", } = "theme" ~ "hetzelfde thema",
        /// Promises of one nature.
        Nature { /// The nature.
            nature: Nature = "aard", } = "nature" ~ "dezelfde aard van afspraak",
        /// Promises by one kind of instrument.
        Instrument { /// The instrument.
            instrument: Instrument = "instrument", } = "instrument" ~ "hetzelfde instrument",
    }
}

shape! {
    /// An entry of another ledger, with the receipt that shows that it was accepted there.
    "Inschrijving in een ander grootboek" struct OtherEntry {
        /// Origin of that ledger; the owner of this one accepts its receipts.
        origin: Text<3, 255> = "grootboek",
        /// Index of the entry there.
        entry: Count<0, 4_294_967_295> = "nummer",
        /// The receipt: a C2SP tlog-proof that carries salt and record, without its last line feed.
        receipt: Text<200, 180_000> = "ontvangstbewijs",
    }
}

shape! {
    /// What is breached again and again is put forward for the agenda of the minister (L37), in the national ledger.
    "Voordracht voor de agenda" struct AgendaProposal {
        /// What recurs.
        recurs: Recurring = "wat terugkeert",
        /// Within how many months the breaches lie.
        months: Count<1, 60> = "binnen zoveel maanden",
        /// The flags of the breaches: each of another due date, none that was put forward for the same before.
        breaches: Breaches = "schendingen",
        /// Of each breach the proposal or counter-proposal of its agreement, where its obligation stands elsewhere that text as well
        /// (amendment, accession, handover), and the consent of the debtor to it; for a party also the registration and the admission, or
        /// the genesis, that show its identifier.
        sources: Sources = "bronnen",
    }
}

shape! {
    /// What the ministry does with it.
    "Besluit over de agenda" enum AgendaDecision {
        PutOnAgenda = "put-on-agenda" ~ "op de agenda",
        NotOnAgenda = "not-on-agenda" ~ "niet op de agenda",
    }
}

shape! {
    /// The ministry's reasoned answer; late is possible, and stays visible.
    "Antwoord op een voordracht" struct AgendaAnswer {
        /// SHA-256 of the exact payload bytes of the agenda-proposal.
        to: Hash = "voordracht",
        /// What it does with it.
        decision: AgendaDecision = "besluit",
        /// Where and when it is discussed, when it is put on the agenda.
        agenda: Option<Agenda> = "agendering",
        /// The reason, beside the log.
        reason: Attachment = "reden",
    }
}
