//! Where a rule that is in the way can be read.

use ledger::words::Bwb;

/// The regulation in the State's own collection, as it is now. Articles have no address that can be made from how they are cited.
pub fn law_page(bwb: &Bwb) -> String {
    format!("https://wetten.overheid.nl/{bwb}")
}
