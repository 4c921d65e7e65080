//! Whether a stored ledger is whole: in the eyes of the self-check, and of the audit that anybody can make.

use gateway::checking::{Share, check};
use gateway::store::Store;
use ledger::audit::Auditor;
use ledger::words::Instant;

/// Asserts that the first ledger of a database is whole, with everything that was due by this instant. The derived rows must
/// have been waited for.
pub async fn assert_whole(store: &Store, by: Instant) {
    let row = store.ledgers().await.expect("ledgers").remove(0);
    let checked = check(store, &row, Share::WHOLE).await.expect("what is stored can be read");
    assert_eq!(checked.damage, Vec::new());
    let mut auditor = Auditor::new(row.facts.log_key.parse().expect("a vkey")).expect("the key of a log");
    let (size, checkpoint) = store.checkpoint(row.id).await.expect("a checkpoint").expect("a checkpoint");
    while auditor.entries() < size {
        for entry in store.entries(row.id, auditor.entries(), 1_000).await.expect("entries") {
            auditor.feed(entry.entry, entry.accepted_at, &entry.salt, &entry.jws, Some(&entry.leaf));
        }
    }
    let report = auditor.finish(checkpoint.as_bytes(), Some(by));
    assert!(report.is_clean(), "{report}: {:?}", report.findings);
}
