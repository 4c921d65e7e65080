//! A batch on its way to the disk, and those who wait for it.

use std::sync::Arc;

use ledger::log::note::NoteSigner;
use ledger::log::tree::Appended;
use ledger::words::{Hash, Instant};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::batch::Judged;
use super::seal::{Sealed, seal};
use super::{Answer, Granted, Job, Unavailable};
use crate::clock::Stopwatch;
use crate::metrics::{self, Flags};
use crate::store::{Commit, EntryRow, LedgerRow, Store, StoreFault};

/// One who waits for an answer.
pub(super) struct Waiting(pub(super) oneshot::Sender<Result<Answer, Unavailable>>);

/// Those who wait, with what was judged of their statements; they are told when that is durable.
#[derive(Default)]
pub(super) struct Answers(Vec<(Waiting, Option<Judged>)>);

impl Answers {
    pub(super) fn expect(&mut self, waiting: Vec<Waiting>) {
        self.0.extend(waiting.into_iter().map(|waiting| (waiting, None)));
    }

    pub(super) fn set(&mut self, at: usize, judged: Judged) {
        self.0[at].1 = Some(judged);
    }

    /// Nothing is certain: everybody tries again.
    pub(super) fn fail(self) {
        for (waiting, _) in self.0 {
            _ = waiting.0.send(Err(Unavailable::Failing));
        }
    }

    /// Tells each what became of its statement.
    pub(super) fn send(self, landed: Option<&Standing>, at: Instant, origin: &str) {
        for (waiting, judged) in self.0 {
            let answer = match judged {
                None => Err(Unavailable::Failing),
                Some(Judged::Repeat(entry)) => Ok(Answer::Repeat(entry)),
                Some(Judged::Refused(refusal)) => Ok(Answer::Refused(refusal, at)),
                Some(Judged::Taken(entry)) => {
                    landed.and_then(|landed| landed.granted(entry, origin)).map(Answer::Granted).ok_or(Unavailable::Failing)
                }
            };
            _ = waiting.0.send(answer);
        }
    }
}

/// Tells everybody why there is no answer now.
pub(super) fn refuse_all(jobs: Vec<Job>, why: &Unavailable) {
    jobs.into_iter().for_each(|job| _ = job.answer.send(Err(why.clone())));
}

/// A batch that is durable.
pub(super) struct Standing {
    pub(super) commit: Commit,
    appended: Appended,
    checkpoint: Arc<str>,
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
    pub(super) standing: Standing,
    answers: Answers,
}

impl Landed {
    pub(super) fn answer(self, origin: &str) {
        let at = self.standing.commit.head.accepted_at;
        self.answers.send(Some(&self.standing), at, origin);
    }
}

/// A commit that runs.
pub(super) struct Flight {
    task: JoinHandle<Result<Standing, StoreFault>>,
    answers: Answers,
}

impl Flight {
    pub(super) fn launch(
        store: Store,
        row: Arc<LedgerRow>,
        signer: Arc<NoteSigner>,
        sealed: Sealed,
        flags: Flags,
        answers: Answers,
    ) -> Self {
        let task = tokio::spawn(async move {
            let Sealed { commit, appended, before } = sealed;
            let origin = &row.facts.origin;
            let sealing = |stored: &[EntryRow]| seal(origin, &before, &appended, stored, &signer);
            let watch = Stopwatch::start();
            let note = store.commit(row.id, &commit, sealing).await?;
            metrics::batch_committed(&row.name, commit.entries.len(), watch.elapsed());
            flags.logged(&row.name);
            // At once, whoever still waits for the answer; a crash before it is done is made good at the next start.
            for one in &commit.erased {
                tokio::spawn(destroy(store.clone(), row.clone(), one.hash));
            }
            Ok(Standing { commit, appended, checkpoint: Arc::from(note.as_str()) })
        });
        Self { task, answers }
    }

    /// Waits until the commit is through; may be dropped and called again.
    pub(super) async fn landing(flight: &mut Option<Self>) -> Result<Landed, (Answers, StoreFault)> {
        let Some(flight) = flight else { return std::future::pending().await };
        let result = (&mut flight.task).await;
        let answers = std::mem::take(&mut flight.answers);
        let result = result.unwrap_or_else(|error| Err(StoreFault::Damaged(format!("a commit panicked: {error}"))));
        match result {
            Ok(standing) => Ok(Landed { standing, answers }),
            Err(fault) => Err((answers, fault)),
        }
    }

    pub(super) async fn wait(self) -> Result<Landed, (Answers, StoreFault)> {
        Self::landing(&mut Some(self)).await
    }
}

async fn destroy(store: Store, row: Arc<LedgerRow>, hash: Hash) {
    if let Err(fault) = store.wipe_attachment(row.id, hash).await {
        tracing::error!(ledger = %row.name, error = %fault, "erased content {hash} is not destroyed yet; the next sweep tries again");
    }
}
