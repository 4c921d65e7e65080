//! The store alone: entries that are durable a second, in transactions of many and of one.

use std::path::Path;

use gateway::store::{Commit, Conflict, EntryChange, EntryRow, HeadRow, NewEntry, Store};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::NoteSigner;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::{Appended, Frontier};
use ledger::words::{Hash, Instant};
use tokio::time::Instant as Stopwatch;

const ORIGIN: &str = "bench.example/store";
/// As long as a report with its signature.
const JWS_BYTES: usize = 900;

/// Commits so many entries, so many in a transaction; gives entries a second.
pub(crate) async fn run(total: u64, batch: u64) -> f64 {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(Path::new(&directory.path().join("bench.sqlite")), true).await.expect("a database");
    let signer = NoteSigner::from_seed(ORIGIN, &[3; 32]).expect("a name");
    let at: Instant = "2006-03-01T00:00:00Z".parse().expect("an instant");
    let mut frontier = Frontier::empty();
    // Entries are made before the watch runs: what is measured is the store, with its read-back, re-hashing and signature.
    let mut batches = Vec::new();
    while frontier.size() < total {
        let (commit, appended) = prepared(&frontier, batch.min(total - frontier.size()), at);
        let before = std::mem::replace(&mut frontier, appended.frontier().clone());
        batches.push((commit, before));
    }
    let watch = Stopwatch::now();
    for (commit, before) in &batches {
        store.commit(1, commit, |stored: &[EntryRow]| seal(before, stored, &signer)).await.expect("a commit");
    }
    let elapsed = watch.elapsed().as_secs_f64();
    store.close().await;
    total as f64 / elapsed
}

fn seal(before: &Frontier, stored: &[EntryRow], signer: &NoteSigner) -> Result<String, Conflict> {
    let mut frontier = before.clone();
    for row in stored {
        assert!(row.is_sound(ORIGIN), "what was read back is what was written");
        frontier.append(Entry::parse(&row.leaf).expect("40 bytes").leaf_hash());
    }
    let checkpoint = Checkpoint::new(ORIGIN, frontier.size(), frontier.root()).expect("a checkpoint");
    Ok(checkpoint.sign(signer).expect("a note").to_string())
}

fn prepared(before: &Frontier, count: u64, at: Instant) -> (Commit, Appended) {
    let first = before.size();
    let entries: Vec<NewEntry> = (first..first + count).map(|entry| new_entry(entry, at)).collect();
    let leaves: Vec<Hash> = entries.iter().map(|entry| Entry::parse(&entry.row.leaf).expect("40 bytes").leaf_hash()).collect();
    let appended = Appended::new(before, &leaves);
    let head = HeadRow { size: first + count, accepted_at: at, frontier: appended.frontier().clone() };
    let changes = (first..first + count).map(|entry| EntryChange::new(entry, &[])).collect();
    (Commit { expected: first, head, entries, changes, tiles: Vec::new(), attachments: Vec::new(), erased: Vec::new() }, appended)
}

fn new_entry(entry: u64, at: Instant) -> NewEntry {
    let (salt, jws) = (Hash::of(&[b"salt", &entry.to_be_bytes()]).0, vec![b'x'; JWS_BYTES]);
    let leaf = Entry::new(at, &salt, &record_bytes(ORIGIN, entry, at, &jws)).as_bytes().to_vec();
    NewEntry {
        row: EntryRow { entry, accepted_at: at, salt, leaf, jws },
        kind: "report",
        author: "corporation".parse().expect("a slug"),
        on_behalf_of: "corporation".parse().expect("a slug"),
        statement: format!("r{entry}").parse().expect("an id"),
        payload_hash: Hash::of(&[&entry.to_be_bytes()]),
        subject: format!("agreement/agreement-{}", entry % 400),
    }
}
