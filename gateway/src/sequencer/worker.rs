//! The writer's loop: wait for statements or for the clock, judge what is there, commit, answer.
//!
//! While one batch commits, the next is judged on what it left. If the commit fails, nobody of either was told
//! anything, what was kept in memory is dropped, and the stored log is read anew.

use std::sync::Arc;

use ledger::book::{Agenda, Book, LifeKey};
use ledger::words::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::batch::{Batch, BatchRows};
use super::flight::{Answers, Flight, Landed, Waiting, refuse_all};
use super::settling::{self, Settled};
use super::state::State;
use super::watch::{ClockWatch, Health, HealthCell};
use super::{GatewayKeys, Job, LedgerHandle, QUEUE, Unavailable};
use crate::clock::Clock;
use crate::metrics;
use crate::store::{LedgerRow, Store, StoreFault};

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

/// Starts the writer of a ledger, and what follows its log. The second task ends after the first.
pub async fn start(
    store: Store,
    row: LedgerRow,
    keys: GatewayKeys,
    clock: Clock,
    pace: Pace,
    stop: watch::Receiver<bool>,
) -> Result<(LedgerHandle, [JoinHandle<()>; 2]), StoreFault> {
    let row = Arc::new(row);
    let from = settling::catch_up(&store, &row).await?;
    let state = State::load(&store, &row).await?;
    let (queue, jobs) = mpsc::channel(pace.queue);
    let (size, durable) = watch::channel(state.size());
    let health = Arc::new(HealthCell::new());
    let (settled, follower) = settling::follow(store.clone(), row.clone(), from, durable.clone(), health.clone());
    let handle =
        LedgerHandle { row: row.clone(), keys: keys.clone(), queue, health: health.clone(), size: durable, settled: settled.clone() };
    let watch = ClockWatch::new(pace.clock_confirmed);
    let worker = Worker { store, row, keys, clock, watch, pace, jobs, stop, health, size, settled, state: Some(state), flight: None };
    Ok((handle, [tokio::spawn(worker.run()), follower]))
}

async fn told_to(stop: &mut watch::Receiver<bool>) {
    _ = stop.wait_for(|stop| *stop).await;
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
    size: watch::Sender<u64>,
    settled: Settled,
    state: Option<State>,
    flight: Option<Flight>,
}

impl Worker {
    /// Reads the stored log anew.
    async fn load(&mut self) -> Result<(), StoreFault> {
        let head = self.store.head(self.row.id).await?.map_or(0, |head| head.size);
        self.size.send_replace(head);
        self.settle(head).await?;
        self.state = Some(State::load(&self.store, &self.row).await?);
        Ok(())
    }

    /// Waits for the derived rows: they are read only where they hold everything that the writer does not.
    async fn settle(&self, entry: u64) -> Result<(), StoreFault> {
        if self.settled.at(entry).await { Ok(()) } else { Err(StoreFault::Behind(entry)) }
    }

    async fn run(mut self) {
        let mut waiting = Vec::with_capacity(self.pace.batch);
        loop {
            let health = self.health.get();
            let due = self.state.as_ref().and_then(|state| state.next_due).filter(|_| health == Health::Ready);
            tokio::select! {
                biased;
                count = self.jobs.recv_many(&mut waiting, self.pace.batch) => if count == 0 { break },
                landed = Flight::landing(&mut self.flight), if self.flight.is_some() => {
                    self.flight = None;
                    self.landed(landed).await;
                    continue;
                }
                () = self.clock.reach(due) => {}
                // A database that comes back, or a clock that is set right, is noticed without a statement.
                () = tokio::time::sleep(RETRY), if matches!(health, Health::Failing(_) | Health::Clock(_)) => {}
                // What waits in the queue is still answered: it gets its turn before the channel is empty.
                () = told_to(&mut self.stop), if self.jobs.is_empty() => break,
            }
            let jobs = std::mem::take(&mut waiting);
            self.turn(jobs).await;
        }
        self.land().await;
    }

    /// One batch, whatever happens in it.
    async fn turn(&mut self, jobs: Vec<Job>) {
        if matches!(self.health.get(), Health::Damaged(_)) {
            return refuse_all(jobs, &Unavailable::Failing);
        }
        if self.state.is_none()
            && let Err(fault) = self.load().await
        {
            refuse_all(jobs, &Unavailable::Failing);
            return self.fail(&fault).await;
        }
        let state = self.state.as_ref().expect("loaded just before");
        let at = match self.watch.check(self.clock.read(), state.last_accepted) {
            Ok(at) => at,
            Err(jump) => {
                tracing::error!(ledger = %self.row.name, clock.found = %jump.found, clock.expected = %jump.expected, "clock jumped");
                self.land().await;
                self.health.set(Health::Clock(jump));
                return refuse_all(jobs, &Unavailable::Clock(jump));
            }
        };
        let mut answers = Answers::default();
        let result = match self.catch_up(at).await {
            Ok(()) => self.take(at, jobs, &mut answers).await,
            Err(fault) => {
                refuse_all(jobs, &Unavailable::Failing);
                Err(fault)
            }
        };
        match result {
            Ok(()) if self.flight.is_none() => self.health.set(Health::Ready),
            Ok(()) => {}
            Err(fault) => {
                answers.fail();
                self.fail(&fault).await;
            }
        }
    }

    /// Nobody was told anything. What was kept in memory is read anew, since the commit may have gone through.
    async fn fail(&mut self, fault: &StoreFault) {
        tracing::error!(ledger = %self.row.name, error = %fault, "commit failed");
        self.state = None;
        if let Some(flight) = self.flight.take() {
            // It is on its own: whoever is in it is told what becomes of it.
            match flight.wait().await {
                Ok(landed) => self.stands(landed),
                Err((answers, _)) => answers.fail(),
            }
        }
        self.health.set(match fault {
            StoreFault::Damaged(what) => Health::Damaged(what.clone()),
            StoreFault::Database(_)
            | StoreFault::Migration(_)
            | StoreFault::Files(_)
            | StoreFault::Moved { .. }
            | StoreFault::Behind(_) => Health::Failing(fault.to_string()),
        });
        // The clock's own entries must not spin while the database is away.
        tokio::time::sleep(RETRY).await;
    }

    /// First everything that the clock has caused, in as many batches as it takes: statements wait for that.
    async fn catch_up(&mut self, at: Instant) -> Result<(), StoreFault> {
        while self.state.as_ref().and_then(|state| state.next_due).is_some_and(|due| due <= at) {
            // The index of what is due is a derived row as well.
            self.land_or_err().await?;
            let durable = *self.size.borrow();
            self.settle(durable).await?;
            let Self { store, row, keys, state, .. } = self;
            let state = state.as_mut().expect("loaded by the caller");
            // The rows hold everything now, so what the book holds can go when it is much.
            if state.book.len() > LIVES {
                state.book = Book::of(row.facts.clone());
            } else {
                state.book.forget_ids_before(durable);
            }
            state.next_due = store.earliest_due(row.id).await?;
            let due = store.due(row.id, at, FLAGS as u32).await?;
            if due.is_empty() {
                break;
            }
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
            self.launch(at, rows, Answers::default()).await?;
        }
        Ok(())
    }

    /// Statements in their order, each on what the ones before it left.
    async fn take(&mut self, at: Instant, jobs: Vec<Job>, answers: &mut Answers) -> Result<(), StoreFault> {
        if jobs.is_empty() {
            return Ok(());
        }
        let (submissions, waiting): (Vec<_>, Vec<_>) = jobs.into_iter().map(|job| (job.submission, Waiting(job.answer))).unzip();
        answers.expect(waiting);
        if self.state.as_ref().is_some_and(|state| state.book.len() > LIVES) {
            // A life that is not written yet must not be read: everything is written before the book starts anew.
            self.land_or_err().await?;
            let durable = *self.size.borrow();
            self.settle(durable).await?;
            self.state.as_mut().expect("loaded by the caller").book = Book::of(self.row.facts.clone());
        }
        let Self { store, row, keys, state, settled, .. } = self;
        let state = state.as_mut().expect("loaded by the caller");
        let mut wanted: Vec<LifeKey> = submissions.iter().flat_map(|submission| Book::touches(submission.statement.parsed())).collect();
        wanted.retain(|key| !state.book.has(key));
        wanted.sort();
        wanted.dedup();
        store.fetch(row.id, &wanted, &mut state.book).await?;
        let mut agenda = Agenda::default();
        let mut batch = Batch::new(&mut state.book, &mut agenda, store, row.id, &keys.statements, at, state.edge.frontier.size());
        for (at_answer, submission) in submissions.into_iter().enumerate() {
            answers.set(at_answer, batch.take(submission).await?);
            // What a statement made due at this very instant stands before the next one.
            batch.drain(None, usize::MAX).await?;
        }
        let rows = batch.into_rows();
        state.book.forget_ids_before(settled.entry());
        if rows.taken.is_empty() {
            // What it was judged on is not certain before the commit in flight has landed.
            let answers = std::mem::take(answers);
            match self.land_or_err().await {
                Ok(()) => answers.send(None, at, &self.row.facts.origin),
                Err(fault) => {
                    answers.fail();
                    return Err(fault);
                }
            }
            return Ok(());
        }
        self.launch(at, rows, std::mem::take(answers)).await
    }

    /// Hands a judged batch to the database, as soon as the one before it is durable.
    async fn launch(&mut self, at: Instant, rows: BatchRows, answers: Answers) -> Result<(), StoreFault> {
        if let Err(fault) = self.land_or_err().await {
            answers.fail();
            return Err(fault);
        }
        let state = self.state.as_mut().expect("the batch was judged on it");
        let flags = metrics::Flags::among(rows.taken.iter().map(|taken| taken.parsed.statement()), at);
        let sealed = state.advance(&self.row.facts.origin, at, rows);
        self.flight = Some(Flight::launch(self.store.clone(), self.row.clone(), self.keys.log.clone(), sealed, flags, answers));
        Ok(())
    }

    /// Waits for the commit in flight, if there is one.
    async fn land_or_err(&mut self) -> Result<(), StoreFault> {
        let Some(flight) = self.flight.take() else { return Ok(()) };
        match flight.wait().await {
            Ok(landed) => {
                self.stands(landed);
                Ok(())
            }
            Err((answers, fault)) => {
                answers.fail();
                Err(fault)
            }
        }
    }

    async fn land(&mut self) {
        if let Err(fault) = self.land_or_err().await {
            self.fail(&fault).await;
        }
    }

    async fn landed(&mut self, landed: Result<Landed, (Answers, StoreFault)>) {
        match landed {
            Ok(landed) => self.stands(landed),
            Err((answers, fault)) => {
                answers.fail();
                self.fail(&fault).await;
            }
        }
    }

    /// From here on a batch stands, and everybody may see it.
    fn stands(&mut self, landed: Landed) {
        self.size.send_replace(landed.standing.commit.head.size);
        self.health.set(Health::Ready);
        landed.answer(&self.row.facts.origin);
    }
}
