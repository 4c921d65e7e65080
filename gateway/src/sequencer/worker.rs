//! The writer's loop: wait for statements or for the clock, take what is there, commit, answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger::book::{Agenda, Book, LifeKey};
use ledger::log::tree::Appended;
use ledger::words::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::batch::{Batch, BatchRows, Judged};
use super::edge::Edge;
use super::seal::{Sealed, prepare, seal};
use super::watch::{ClockWatch, Health, HealthCell};
use super::{Answer, GatewayKeys, Granted, Job, LedgerHandle, QUEUE, Unavailable};
use crate::clock::{Clock, Stopwatch};
use crate::metrics;
use crate::store::{Commit, EntryRow, LedgerRow, Store, StoreFault};

/// At most this many entries that the clock causes a batch; the rest come in the next one, before anything else.
const FLAGS: usize = 1_000;
/// How long to wait before trying again after a failure.
const RETRY: std::time::Duration = std::time::Duration::from_millis(200);
/// When this many lives are at hand, the book starts anew: memory stays bounded.
const LIVES: usize = 20_000;

/// How a writer works.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// At most this many submissions a batch. One means a transaction for each statement.
    pub batch: usize,
    /// An operator said at the start that the clock is right.
    pub clock_confirmed: bool,
    /// So many submissions may wait; more are told to come back.
    pub queue: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { batch: 512, clock_confirmed: false, queue: QUEUE }
    }
}

/// Starts the writer of a ledger.
pub async fn start(
    store: Store,
    row: LedgerRow,
    keys: GatewayKeys,
    clock: Clock,
    pace: Pace,
    stop: watch::Receiver<bool>,
) -> Result<(LedgerHandle, JoinHandle<()>), StoreFault> {
    let (queue, jobs) = mpsc::channel(pace.queue);
    let (health, size) = (Arc::new(HealthCell::new()), Arc::new(AtomicU64::new(0)));
    let row = Arc::new(row);
    let handle = LedgerHandle { row: row.clone(), keys: keys.clone(), queue, health: health.clone(), size: size.clone() };
    let watch = ClockWatch::new(pace.clock_confirmed);
    let mut worker = Worker { store, row, keys, clock, watch, pace, jobs, stop, health, size, state: None };
    worker.load().await?;
    Ok((handle, tokio::spawn(worker.run())))
}

struct Worker {
    store: Store,
    row: Arc<LedgerRow>,
    keys: GatewayKeys,
    clock: Clock,
    watch: ClockWatch,
    pace: Pace,
    jobs: mpsc::Receiver<Job>,
    stop: watch::Receiver<bool>,
    health: Arc<HealthCell>,
    size: Arc<AtomicU64>,
    state: Option<State>,
}

/// What the writer knows of the stored log; dropped when a commit fails, so that it is read anew.
struct State {
    book: Book,
    edge: Edge,
    last_accepted: Instant,
    next_due: Option<Instant>,
}

impl Worker {
    async fn load(&mut self) -> Result<(), StoreFault> {
        let missing = || StoreFault::Damaged(format!("ledger {} has no genesis", self.row.name));
        let head = self.store.head(self.row.id).await?.ok_or_else(missing)?;
        let partial = self.store.edge(self.row.id, head.size).await?;
        let next_due = self.store.earliest_due(self.row.id).await?;
        self.size.store(head.size, Ordering::Release);
        let edge = Edge::new(head.frontier, partial);
        self.state = Some(State { book: Book::of(self.row.facts.clone()), edge, last_accepted: head.accepted_at, next_due });
        Ok(())
    }

    async fn run(mut self) {
        let mut waiting = Vec::with_capacity(self.pace.batch);
        loop {
            let health = self.health.get();
            let due = self.state.as_ref().and_then(|state| state.next_due).filter(|_| health == Health::Ready);
            tokio::select! {
                biased;
                count = self.jobs.recv_many(&mut waiting, self.pace.batch) => if count == 0 { break },
                () = self.clock.reach(due) => {}
                // A database that comes back, or a clock that is set right, is noticed without a statement.
                () = tokio::time::sleep(RETRY), if matches!(health, Health::Failing(_) | Health::Clock(_)) => {}
                // What waits in the queue is still answered: it gets its turn before the channel is empty.
                _ = self.stop.wait_for(|stop| *stop), if self.jobs.is_empty() => break,
            }
            let jobs = std::mem::take(&mut waiting);
            self.turn(jobs).await;
        }
    }

    /// One batch, whatever happens in it.
    async fn turn(&mut self, jobs: Vec<Job>) {
        if matches!(self.health.get(), Health::Damaged(_)) {
            return jobs.into_iter().for_each(|job| _ = job.answer.send(Err(Unavailable::Failing)));
        }
        if self.state.is_none()
            && let Err(fault) = self.load().await
        {
            return self.fail(jobs.into_iter().map(|job| Waiting(job.answer)).collect(), &fault).await;
        }
        let state = self.state.as_ref().expect("loaded just before");
        let at = match self.watch.check(self.clock.read(), state.last_accepted) {
            Ok(at) => at,
            Err(jump) => {
                tracing::error!(ledger = %self.row.name, clock.found = %jump.found, clock.expected = %jump.expected, "clock jumped");
                self.health.set(Health::Clock(jump));
                return jobs.into_iter().for_each(|job| _ = job.answer.send(Err(Unavailable::Clock(jump))));
            }
        };
        let mut answers = Vec::with_capacity(jobs.len());
        let result = match self.catch_up(at).await {
            Ok(()) => self.take(at, jobs, &mut answers).await,
            Err(fault) => {
                answers.extend(jobs.into_iter().map(|job| (Waiting(job.answer), None)));
                Err(fault)
            }
        };
        match result {
            Ok(()) => self.health.set(Health::Ready),
            // Nobody was told anything. What was kept in memory is read anew, since the commit may have gone through.
            Err(fault) => {
                self.state = None;
                self.fail(answers.into_iter().map(|(waiting, _)| waiting).collect(), &fault).await;
            }
        }
    }

    async fn fail(&mut self, waiting: Vec<Waiting>, fault: &StoreFault) {
        tracing::error!(ledger = %self.row.name, error = %fault, "commit failed");
        self.health.set(match fault {
            StoreFault::Damaged(what) => Health::Damaged(what.clone()),
            StoreFault::Database(_) | StoreFault::Migration(_) | StoreFault::Moved { .. } => Health::Failing(fault.to_string()),
        });
        for waiting in waiting {
            _ = waiting.0.send(Err(Unavailable::Failing));
        }
        // The clock's own entries must not spin while the database is away.
        tokio::time::sleep(RETRY).await;
    }

    /// First everything that the clock has caused, in as many batches as it takes: statements wait for that.
    async fn catch_up(&mut self, at: Instant) -> Result<(), StoreFault> {
        while self.state.as_ref().and_then(|state| state.next_due).is_some_and(|due| due <= at) {
            let Self { store, row, keys, state, .. } = self;
            let state = state.as_mut().expect("loaded by the caller");
            let due = store.due(row.id, at, FLAGS as u32).await?;
            let wanted: Vec<LifeKey> = due.iter().map(|(_, life)| life.clone()).filter(|life| !state.book.has(life)).collect();
            store.fetch(row.id, &wanted, &mut state.book).await?;
            // Lives that are due but were not read come after the last one that was.
            let until = (due.len() == FLAGS).then(|| due.last().cloned()).flatten();
            let mut agenda = Agenda::default();
            due.into_iter().for_each(|(due, life)| agenda.set(life, Some(due)));
            let mut batch = Batch::new(&mut state.book, &mut agenda, store, row.id, &keys.statements, at, state.edge.frontier.size());
            batch.drain(until.as_ref(), FLAGS).await?;
            let rows = batch.into_rows();
            if rows.taken.is_empty() {
                return Err(StoreFault::Damaged("the index says that something is due, and nothing is".into()));
            }
            self.commit(at, rows).await?;
        }
        Ok(())
    }

    /// Statements in their order, each on what the ones before it left.
    async fn take(&mut self, at: Instant, jobs: Vec<Job>, answers: &mut Vec<(Waiting, Option<Judged>)>) -> Result<(), StoreFault> {
        if jobs.is_empty() {
            return Ok(());
        }
        let (submissions, waiting): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.submission, (Waiting(job.answer), None))).unzip();
        answers.extend(waiting);
        let Self { store, row, keys, state, .. } = self;
        let state = state.as_mut().expect("loaded by the caller");
        if state.book.len() > LIVES {
            state.book = Book::of(row.facts.clone());
        }
        let mut wanted: Vec<LifeKey> = submissions.iter().flat_map(|submission| Book::touches(submission.statement.parsed())).collect();
        wanted.retain(|key| !state.book.has(key));
        wanted.sort();
        wanted.dedup();
        store.fetch(row.id, &wanted, &mut state.book).await?;
        let mut agenda = Agenda::default();
        let mut batch = Batch::new(&mut state.book, &mut agenda, store, row.id, &keys.statements, at, state.edge.frontier.size());
        for (answer, submission) in answers.iter_mut().zip(submissions) {
            answer.1 = Some(batch.take(submission).await?);
            // What a statement made due at this very instant stands before the next one.
            batch.drain(None, usize::MAX).await?;
        }
        let rows = batch.into_rows();
        state.book.forget_ids();
        let committed = if rows.taken.is_empty() { None } else { Some(self.commit(at, rows).await?) };
        respond(answers, committed.as_ref(), at, &self.row.facts.origin);
        Ok(())
    }

    async fn commit(&mut self, at: Instant, rows: BatchRows) -> Result<Committed, StoreFault> {
        let Self { store, row, keys, state, size, .. } = self;
        let state = state.as_mut().expect("loaded by the caller");
        let (origin, signer) = (&row.facts.origin, &keys.log);
        let flags = metrics::Flags::among(rows.taken.iter().map(|taken| taken.parsed.statement()), at);
        let Sealed { commit, appended, edge } = prepare(origin, &state.edge, rows);
        let watch = Stopwatch::start();
        let note = store.commit(row.id, &commit, |stored: &[EntryRow]| seal(origin, &state.edge, &appended, stored, signer)).await?;
        // From here on the batch stands, and everybody may see it.
        metrics::batch_committed(&row.name, commit.entries.len(), watch.elapsed());
        flags.logged(&row.name);
        size.store(commit.head.size, Ordering::Release);
        (state.edge, state.last_accepted) = (edge, at);
        state.next_due = store.earliest_due(row.id).await?;
        Ok(Committed { commit, appended, checkpoint: Arc::from(note.as_str()) })
    }
}

/// A batch that is durable.
struct Committed {
    commit: Commit,
    appended: Appended,
    checkpoint: Arc<str>,
}

/// One who waits for an answer.
struct Waiting(tokio::sync::oneshot::Sender<Result<Answer, Unavailable>>);

fn respond(answers: &mut Vec<(Waiting, Option<Judged>)>, committed: Option<&Committed>, at: Instant, origin: &str) {
    for (waiting, judged) in answers.drain(..) {
        let answer = match judged {
            None => Err(Unavailable::Failing),
            Some(Judged::Repeat(entry)) => Ok(Answer::Repeat(entry)),
            Some(Judged::Refused(refusal)) => Ok(Answer::Refused(refusal, at)),
            Some(Judged::Taken(entry)) => {
                committed.and_then(|committed| granted(committed, entry, origin)).map(Answer::Granted).ok_or(Unavailable::Failing)
            }
        };
        _ = waiting.0.send(answer);
    }
}

fn granted(committed: &Committed, entry: u64, origin: &str) -> Option<Granted> {
    let at = usize::try_from(entry - committed.commit.expected).ok()?;
    let row = &committed.commit.entries.get(at)?.row;
    let proof = committed.appended.inclusion_proof(entry)?;
    let checkpoint = committed.checkpoint.clone();
    Some(Granted { entry, accepted_at: row.accepted_at, salt: row.salt, record: row.record(origin), proof, checkpoint })
}
