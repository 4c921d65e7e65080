//! One round: every witness of a ledger is shown the same checkpoint at once; each answer counts as soon as it is there.

use std::sync::Arc;
use std::time::Duration;

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, VerifierKey};
use ledger::log::witness::AddCheckpoint;

use super::ask::{Asker, Reply};
use crate::clock::Stopwatch;
use crate::metrics::{self, Heard};
use crate::store::{LedgerRow, Store, StoreFault};

/// How often one witness is asked in a round at most: to learn its size, to prove from there, and once for a neighbour
/// that asked in between.
const TRIES: u32 = 3;

/// A witness of a ledger.
#[derive(Debug, Clone)]
pub(super) struct Watcher {
    pub(super) key: VerifierKey,
    pub(super) asker: Asker,
}

/// What one witness is asked about.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) store: Store,
    pub(super) row: Arc<LedgerRow>,
    pub(super) note: Note,
    pub(super) size: u64,
}

impl Question {
    /// The checkpoint that is signed now; `None` when there is none.
    pub(super) async fn now(store: &Store, row: &Arc<LedgerRow>) -> Result<Option<Self>, StoreFault> {
        let Some((size, text)) = store.checkpoint(row.id).await? else { return Ok(None) };
        let damaged = |fault: &dyn std::fmt::Display| StoreFault::Damaged(format!("checkpoint {size}: {fault}"));
        let note = Note::parse(text.as_bytes()).map_err(|fault| damaged(&fault))?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|fault| damaged(&fault))?;
        Ok(Some(Self { store: store.clone(), row: row.clone(), note, size: checkpoint.size() }))
    }

    /// Asks one witness, keeps its cosignature, and counts what came of it. Gives that, with what there is to say of it.
    pub(super) async fn put_to(self, watcher: &Watcher, limit: Duration) -> (Heard, String) {
        let watch = Stopwatch::start();
        // Each try has this limit; so have all of them together.
        let (heard, detail) = match tokio::time::timeout(limit, self.ask(watcher)).await {
            Ok(Ok(heard)) => heard,
            Ok(Err(fault)) => (Heard::NotAsked, fault.to_string()),
            Err(_) => late(limit),
        };
        metrics::witness_heard(&self.row.name, watcher.key.name(), heard, watch.elapsed());
        if heard == Heard::Cosigned {
            metrics::witness_cosigned(&self.row.name, watcher.key.name(), self.size);
        }
        (heard, detail)
    }

    async fn ask(&self, watcher: &Watcher) -> Result<(Heard, String), StoreFault> {
        let vkey = watcher.key.to_string();
        let mut old = self.store.last_cosigned(self.row.id, &vkey).await?;
        for _ in 0..TRIES {
            if old > self.size {
                // The one thing that an honest log never sees: somebody has more of it than it has itself.
                let detail = format!("it has cosigned {old} entries and this ledger has {}: were entries lost?", self.size);
                return Ok((Heard::Ahead, detail));
            }
            let proof = self.store.consistency_proof(self.row.id, old, self.size).await?;
            let request = AddCheckpoint { old, proof, checkpoint: self.note.clone() };
            let (asker, key) = (watcher.asker.clone(), watcher.key.clone());
            let reply = tokio::task::spawn_blocking(move || asker.ask(&request, &key)).await;
            let heard = match reply.unwrap_or_else(|error| Reply::Unreachable(error.to_string())) {
                Reply::Cosigned(signature) => {
                    self.store.keep_cosignature(self.row.id, self.size, &self.note.to_string(), &vkey, &signature).await?;
                    (Heard::Cosigned, format!("{} entries", self.size))
                }
                Reply::Knows(size) if size == old => (Heard::Nonsense, format!("it was asked from {old} and says that it knows {size}")),
                Reply::Knows(size) => {
                    old = size;
                    continue;
                }
                Reply::Denied(422) => (Heard::OtherHistory, format!("it cosigned {old} entries, and says that this is another history")),
                Reply::Denied(status) => (Heard::Denied, format!("status {status}")),
                Reply::Nonsense(what) => (Heard::Nonsense, what),
                Reply::Late => late(watcher.asker.limit()),
                Reply::Unreachable(error) => (Heard::Unreachable, error),
            };
            return Ok(heard);
        }
        Ok((Heard::Denied, format!("its size changed {TRIES} times while it was asked")))
    }
}

fn late(limit: Duration) -> (Heard, String) {
    (Heard::Late, format!("no answer within {} ms", limit.as_millis()))
}
