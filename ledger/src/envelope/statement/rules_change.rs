//! Other versions of the rules hold from here on: the owner of the ledger takes them up.

use super::genesis::Versions;
use crate::envelope::shape::shape;

shape! {
    /// From the entry after this one on these versions hold. An instant that stands stays as it was computed.
    "Wijziging van de regels" struct RulesChange {
        /// All versions, those that stay too. None goes back.
        versions: Versions = "versies",
    }
}
