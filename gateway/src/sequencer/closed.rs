//! A ledger that was put back with fewer entries than its log had signed for: closed until its owner has recorded that (decision 114).

use std::fmt;

use ledger::book::Agenda;
use ledger::envelope::statement::continuation::Continuation;
use ledger::envelope::{Body, Refusal, Rule, Verified};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;
use ledger::words::Instant;

use super::batch::Batch;
use super::flight::refuse_all;
use super::reader::Reader;
use super::watch::Health;
use super::worker::Worker;
use super::{Job, Unavailable};
use crate::store::{LedgerRow, Store, StoreFault};

/// What a ledger is closed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// So many entries are left.
    pub left: u64,
    /// So many had the largest tree that its log is known to have signed.
    pub signed: u64,
}

impl fmt::Display for Closing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { left, signed } = self;
        write!(f, "it was put back with {left} entries, and its log had signed for {signed}; until its owner has recorded that ")?;
        f.write_str("(convenant go-on), it takes nothing else")
    }
}

/// What is known of the trees that are gone.
#[derive(Debug)]
pub(super) struct Closed {
    left: u64,
    lost: Vec<Checkpoint>,
}

impl Closed {
    /// Whether a log of so many entries had signed for more.
    pub(super) async fn of(store: &Store, row: &LedgerRow, left: u64) -> Result<Option<Self>, StoreFault> {
        let read = |text: &String| {
            let damaged = |what: String| StoreFault::Damaged(format!("abandoned {left}: {what}"));
            let note = Note::parse(text.as_bytes()).map_err(|fault| damaged(fault.to_string()))?;
            Checkpoint::parse(note.text()).map_err(|fault| damaged(fault.to_string()))
        };
        let lost = store.abandoned(row.id, left).await?.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok((!lost.is_empty()).then_some(Self { left, lost }))
    }

    /// In short.
    pub(super) fn closing(&self) -> Closing {
        Closing { left: self.left, signed: self.lost.iter().map(Checkpoint::size).max().unwrap_or(self.left) }
    }
}

/// A statement that the log goes on from fewer entries is for a ledger that is closed, and leaves out nothing that is known to be lost.
pub(super) fn names_what_is_lost(statement: &Verified, closed: Option<&Closed>) -> Result<(), Refusal> {
    let Body::Continuation(Continuation { lost, .. }) = &statement.statement().body else { return Ok(()) };
    let Some(closed) = closed else {
        let detail = "nothing is known to be missing here";
        return Err(Refusal::at("/type", Rule::NothingLost, detail, "after `convenant restore --go-on-from-older`"));
    };
    let named = |tree: &&Checkpoint| lost.iter().any(|note| note.as_str().starts_with(&tree.to_string()));
    match closed.lost.iter().find(|tree| !named(tree)) {
        Some(left_out) => {
            let detail = format!("the tree of {} entries is not named, which the log is known to have signed", left_out.size());
            Err(Refusal::at("/body/lost", Rule::WrongValue, detail, "what `convenant go-on` prints"))
        }
        None => Ok(()),
    }
}

impl Worker {
    /// Gives back the statements that are to be judged as ever: all of them, or where the ledger is closed those after the one that
    /// opens it. `None`: it is closed still.
    pub(super) async fn unless_closed(&mut self, at: Instant, jobs: Vec<Job>) -> Result<Option<Vec<Job>>, StoreFault> {
        let mut jobs = jobs.into_iter();
        while let Some(closing) = self.closing() {
            let Some(job) = jobs.next() else {
                self.look_before_refusing().await?;
                self.depart();
                self.health.set(Health::Closed(closing));
                return Ok(None);
            };
            match job.submission.statement.parsed().statement().body {
                Body::Continuation(_) => self.try_to_open(at, job).await?,
                _ => refuse_all(vec![job], &Unavailable::Closed(closing)),
            }
        }
        Ok(Some(jobs.collect()))
    }

    /// What the ledger is closed for, as far as it was read.
    fn closing(&self) -> Option<Closing> {
        self.state.as_ref().and_then(|state| state.closed.as_ref()).map(Closed::closing)
    }

    /// Says what was read: whether the ledger is closed, and that it is so no more where another gateway opened it.
    pub(super) fn tell_whether_closed(&self) {
        match (self.closing(), self.health.get()) {
            (Some(closing), _) => self.health.set(Health::Closed(closing)),
            (None, Health::Closed(_)) => self.health.set(Health::Ready),
            (None, Health::Ready | Health::Clock(_) | Health::Failing(_) | Health::Damaged(_)) => {}
        }
    }

    /// Judges the one statement that opens the ledger. It goes by itself, and what is due comes right after it.
    async fn try_to_open(&mut self, at: Instant, job: Job) -> Result<(), StoreFault> {
        let Job { submission, answer } = job;
        let Self { store, row, keys, state, open, settled, .. } = self;
        let state = state.as_mut().expect("it is known to be closed");
        let reader = Reader::new(store, row.id, settled, state.foreign());
        let lacking = state.lacking(std::iter::once(submission.statement.parsed()));
        reader.fetch(&lacking, &mut state.book).await?;
        let (mut agenda, next) = (Agenda::default(), state.size());
        let mut batch = Batch::new(&mut state.book, &mut agenda, reader, keys, at, next).of_closed(state.closed.as_ref());
        open.answers.add(answer, batch.take(submission).await?);
        let rows = batch.into_rows();
        let is_open = !rows.taken.is_empty();
        self.join(at, rows);
        if is_open {
            tracing::warn!(ledger = %self.row.name, "the ledger goes on from an older state, as its owner has recorded");
            self.state.as_mut().expect("it was judged on it").reopen(at);
            self.depart();
        }
        Ok(())
    }
}
