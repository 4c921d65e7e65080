//! Lives as they must be stored: what follows from a log that was folded from nothing.

use std::collections::BTreeMap;

use gateway::store::LifeRow;

use crate::audit::Audit;

/// Rows by subject, kind of part and key.
pub type Lives = BTreeMap<(String, String, String), LifeRow>;

/// The rows that a fold over a whole log gives.
pub fn folded(audit: &Audit) -> Lives {
    let mut lives = Lives::new();
    for (entry, changes) in audit.changes().iter().enumerate() {
        for row in changes.iter().flat_map(|change| gateway::store::life_row(change, entry as u64)) {
            // Whether it moved is about the change, not about the row.
            lives.insert(row.place(), LifeRow { moved: false, ..row });
        }
    }
    lives
}
