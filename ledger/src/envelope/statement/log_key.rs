//! The key that signs checkpoints gets a successor: announced in the log, by the owner of the ledger.

use crate::envelope::shape::shape;
use crate::words::{Instant, Text};

shape! {
    /// From this entry on a new key signs checkpoints as well, and from an instant on that key alone.
    "Sleutel van het log vervangen" struct LogKeyRotation {
        /// The new key, as a vkey (C2SP signed-note); its name is the origin of the ledger.
        log_key: Text<10, 400> = "sleutel van het log",
        /// The signature line by the new key, as it stands in a signed note: proof of possession.
        proof: Text<70, 400> = "bewijs van bezit",
        /// The key from before signs checkpoints whose last entry was accepted before this instant: at most 366 days later.
        old_signs_until: Instant = "oude sleutel tekent tot",
    }
}
