//! A batch on its way to the disk, and those who wait for it.

use std::sync::Arc;

use ledger::lives::log_keys::LogKeys;
use ledger::log::tree::Appended;
use ledger::words::Hash;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::batch::Judged;
use super::seal::{Sealed, seal};
use super::{Answer, Granted, Job, Unavailable};
use crate::clock::Stopwatch;
use crate::log_signers::LogSigners;
use crate::metrics::{self, Flags};
use crate::store::{Commit, Consequence, EntryRow, LedgerRow, StatementRow, Store, StoreFault};

/// Those who wait, with what was judged of their statements; they are told when that is durable. Whoever is dropped
/// untold is told to try again (`Queued::answered`).
#[derive(Default)]
pub(super) struct Answers(Vec<(Waiting, Judged)>);

/// One who waits for an answer.
pub(super) type Waiting = oneshot::Sender<Result<Answer, Unavailable>>;

impl Answers {
    pub(super) fn add(&mut self, waiting: Waiting, judged: Judged) {
        self.0.push((waiting, judged));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells each what became of its statement, once what it was judged on is durable.
    pub(super) fn send(self, landed: Option<&Standing>, origin: &str) {
        for (waiting, judged) in self.0 {
            let answer = match judged {
                Judged::Repeat(entry) => Ok(Answer::Repeat(entry)),
                Judged::Refused(refusal, at) => Ok(Answer::Refused(refusal, at)),
                Judged::Taken(entry) => {
                    landed.and_then(|landed| landed.granted(entry, origin)).map(Answer::Granted).ok_or(Unavailable::Failing)
                }
            };
            _ = waiting.send(answer);
        }
    }
}

/// Tells everybody why there is no answer now.
pub(super) fn refuse_all(jobs: Vec<Job>, why: &Unavailable) {
    jobs.into_iter().for_each(|job| _ = job.answer.send(Err(why.clone())));
}

/// A batch that is durable.
pub(super) struct Standing {
    commit: Commit,
    appended: Appended,
    checkpoint: Arc<str>,
    /// The keys of the log after it.
    keys: Arc<LogKeys>,
}

impl Standing {
    fn granted(&self, entry: u64, origin: &str) -> Option<Granted> {
        let at = usize::try_from(entry.checked_sub(self.commit.expected)?).ok()?;
        let row = &self.commit.entries.get(at)?.row;
        let proof = self.appended.inclusion_proof(entry)?;
        let checkpoint = self.checkpoint.clone();
        Some(Granted { entry, accepted_at: row.accepted_at, salt: row.salt, record: row.record(origin), proof, checkpoint })
    }
}

/// A durable batch with those who wait for it.
pub(super) struct Landed {
    standing: Standing,
    answers: Answers,
}

impl Landed {
    /// Number of entries in the log after it.
    pub(super) fn size(&self) -> u64 {
        self.standing.commit.head.size
    }

    /// The keys of the log after it.
    pub(super) fn log_keys(&self) -> &Arc<LogKeys> {
        &self.standing.keys
    }

    /// What follows from its entries; the batch does not need it any more.
    pub(super) fn consequences(&mut self) -> impl ExactSizeIterator<Item = Consequence> {
        let commit = &mut self.standing.commit;
        std::mem::take(&mut commit.changes).into_iter().zip(&commit.entries).map(|(change, entry)| {
            let (author, id) = (entry.author.clone(), entry.statement.clone());
            let statement = StatementRow { author, id, entry: entry.row.entry, payload_hash: entry.payload_hash };
            Consequence { statement, leaf: entry.row.leaf.clone(), change }
        })
    }

    /// Tells everybody.
    pub(super) fn answer(self, origin: &str) {
        self.answers.send(Some(&self.standing), origin);
    }
}

/// By what a batch is signed: the keys that the log has with it, and where their secret halves are.
pub(super) struct Signing {
    pub(super) held: LogSigners,
    pub(super) keys: Arc<LogKeys>,
}

/// A commit that runs.
pub(super) struct Flight {
    task: JoinHandle<Result<Standing, StoreFault>>,
    answers: Answers,
}

impl Flight {
    pub(super) fn launch(store: Store, row: Arc<LedgerRow>, signing: Signing, sealed: Sealed, flags: Flags, answers: Answers) -> Self {
        let task = tokio::spawn(async move {
            let Sealed { commit, appended, before } = sealed;
            let origin = &row.facts.origin;
            let Signing { held, keys } = signing;
            let signers = held.signers(&keys.signing(commit.head.size, commit.head.accepted_at));
            let signers = signers.map_err(|fault| StoreFault::Keys(fault.to_string()))?;
            let sealing = |stored: &[EntryRow]| seal(origin, &before, &appended, stored, &signers);
            let watch = Stopwatch::start();
            let note = store.commit(row.id, &commit, sealing).await?;
            metrics::batch_committed(&row.name, commit.entries.len(), watch.elapsed());
            flags.logged(&row.name);
            // At once, whoever still waits for the answer; a crash before it is done is made good at the next start.
            for one in &commit.erased {
                tokio::spawn(destroy(store.clone(), row.clone(), one.hash));
            }
            Ok(Standing { commit, appended, checkpoint: Arc::from(note.as_str()), keys })
        });
        Self { task, answers }
    }

    /// Waits until the commit in flight is through, and takes it away; may be dropped and called again. `None`: there is
    /// none in flight.
    pub(super) async fn landed(flight: &mut Option<Self>) -> Option<Result<Landed, StoreFault>> {
        let result = (&mut flight.as_mut()?.task).await;
        let answers = flight.take()?.answers;
        let standing = result.unwrap_or_else(|error| Err(StoreFault::Damaged(format!("a commit panicked: {error}"))));
        Some(standing.map(|standing| Landed { standing, answers }))
    }
}

async fn destroy(store: Store, row: Arc<LedgerRow>, hash: Hash) {
    if let Err(fault) = store.wipe_attachment(row.id, hash).await {
        tracing::error!(ledger = %row.name, error = %fault, "erased content {hash} is not destroyed yet; the next sweep tries again");
    }
}
