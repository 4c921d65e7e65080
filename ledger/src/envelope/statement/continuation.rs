//! A log that lost its end goes on: what is gone is named in the log itself, by the owner of the ledger.

use crate::envelope::shape::{Count, List, shape};
use crate::words::Text;

/// A signed checkpoint as it was shown, all of its lines, without the last line feed.
pub type LostCheckpoint = Text<100, 8_000>;

shape! {
    /// The first entry after those that are left: the log signed for more, which is gone, and goes on from here.
    "Voortzetting na verlies" struct Continuation {
        /// How many entries are left: the index of this very entry.
        size: Count<1, 4_294_967_295> = "overgebleven inschrijvingen",
        /// The signed checkpoints (C2SP tlog-checkpoint) of more entries that are known, each as it was signed, without its last line feed.
        lost: List<LostCheckpoint, 1, 16> = "verloren standen",
        /// How it came to this, in words. They stay: no names of persons.
        reason: Text<1, 2_000> = "toelichting",
    }
}
