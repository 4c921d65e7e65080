//! The first entry of a ledger: who runs it, who owns it, by which rules.

use std::fmt;

use super::institution::Kind;
use crate::envelope::key::PublicKey;
use crate::envelope::shape::{Count, List, shape};
use crate::words::{Slug, Text};

/// A registration as the institution signed it: a compact JWS, byte for byte.
pub type SignedRegistration = Text<40, 16_000>;

shape! {
    /// What the rules were when the ledger began; a change is a statement.
    "Versies" struct Versions {
        /// Version of the rules.
        rules: Count<1, 1000> = "regels",
        /// Version of the time-zone data.
        time_zone_data: Text<1, 40> = "tijdzones",
        /// Version of the table of holidays.
        holidays: Text<1, 40> = "feestdagen",
    }
}

shape! {
    /// Whether the ledger is a municipality's or the national one.
    "Soort grootboek" enum Level {
        Local = "local" ~ "gemeentelijk",
        National = "national" ~ "landelijk",
    }
}

shape! {
    /// The first entry, signed by the gateway's statement key.
    "Begin" struct Genesis {
        /// Municipal or national.
        level: Level = "soort",
        /// The key that signs checkpoints, as a vkey (C2SP signed-note).
        log_key: Text<10, 400> = "sleutel van het log",
        /// The key that signs the gateway's own statements.
        statement_key: PublicKey = "sleutel van de poort",
        /// The institution that owns the ledger.
        owner: Slug = "eigenaar",
        /// The ministry that cases reach.
        ministry: Slug = "ministerie",
        /// The self-signed registrations of owner and ministry; one when they are the same.
        registrations: List<SignedRegistration, 1, 2> = "aanmeldingen",
        /// By which rules.
        versions: Versions = "versies",
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules {}, holidays of {}, time zones of {}", self.rules.0, self.holidays, self.time_zone_data)
    }
}

impl Level {
    /// The kind of institution that owns such a ledger.
    pub fn owner_kind(self) -> Kind {
        match self {
            Self::Local => Kind::Municipality,
            Self::National => Kind::Ministry,
        }
    }
}
