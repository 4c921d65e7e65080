//! Lives as they must be stored: what follows from a log that was folded from nothing.

use std::collections::BTreeMap;

use crate::audit::Audit;

/// Lives by subject, kind of part and key: whether the part is open, the entry that changed it last, its JSON.
pub type Lives = BTreeMap<(String, String, String), (bool, u64, String)>;

/// The rows that a fold over a whole log gives.
pub fn folded(audit: &Audit) -> Lives {
    let mut lives = Lives::new();
    for (entry, changes) in audit.changes().iter().enumerate() {
        for row in changes.iter().flat_map(|change| gateway::store::life_row(change, entry as u64)) {
            lives.insert((row.subject, row.part.to_owned(), row.key), (row.is_open, row.entry, row.body));
        }
    }
    lives
}
