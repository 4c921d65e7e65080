//! In words: a log went on from fewer entries than it had signed for.

use ledger::lives::continuation::WentOn;

/// One sentence that begins with the place.
pub(super) fn sentence(went_on: &WentOn) -> String {
    let (left, largest) = (went_on.since.entry, went_on.largest());
    format!(
        "entry {left}: the ledger goes on here from an older log, of {left} entries; it had signed for {largest}, and what stood from {left} on \
         is gone. Receipts of that prove what was acknowledged; send those statements again. The owner says: {}",
        went_on.reason
    )
}
