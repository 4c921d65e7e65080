//! The writer's loop: wait for statements or for the clock, judge what is there, commit, answer.
//!
//! While one batch commits, the next is judged on what it left, and takes in more until it can go. If the commit fails,
//! nobody of either was told anything, what was kept in memory is dropped, and the stored log is read anew.

use std::sync::Arc;

use ledger::book::{Agenda, Book, LifeKey};
use ledger::lives::log_keys::LogKeys;
use ledger::words::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::batch::{Batch, BatchRows};
use super::flight::{Answers, Flight, Landed, Signing, refuse_all};
use super::reader::Reader;
use super::settling::{self, Settled};
use super::state::{Standing, State, stand};
use super::turn::{self, TurnTaking};
use super::used::UsedIds;
use super::watch::{ClockWatch, Health, HealthCell, guarded};
use super::{GatewayKeys, Job, LedgerHandle, QUEUE, Unavailable};
use crate::clock::Clock;
use crate::metrics;
use crate::store::{LedgerRow, Store, StoreFault};

/// At most this many entries that the clock causes a batch; the rest come in the next one, before anything else.
const FLAGS: usize = 1_000;
/// How long to wait before trying again after a failure.
const RETRY: std::time::Duration = std::time::Duration::from_millis(200);
/// How long after another gateway has written it is looked what becomes due by it; a statement looks at once.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);
/// When so many lives and parts of them are at hand, the book starts anew: memory stays bounded, whatever agreements are large.
const AT_HAND: usize = 100_000;

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
    let health = Arc::new(HealthCell::new());
    let Standing { state, log_keys, size, from } = turn::alone(&store, row.id, stand(&store, &row, &health)).await?;
    if let Some(state) = &state {
        // Before anything is received: what comes next can be signed. By the clock of now, so that a key that was replaced may go.
        let next = state.last_accepted.max(clock.now());
        keys.log.signers(&log_keys.signing(size, next)).map_err(|fault| StoreFault::Keys(fault.to_string()))?;
    }
    let (log_keys, known_keys) = watch::channel(log_keys);
    let (queue, jobs) = mpsc::channel(pace.queue);
    let (size, durable) = watch::channel(size);
    let (size, turn) = (Arc::new(size), TurnTaking::of(&store, row.id));
    let (settled, follower) = settling::follow(store.clone(), row.clone(), from, durable.clone(), health.clone());
    let handle = LedgerHandle {
        row: row.clone(),
        keys: keys.clone(),
        queue,
        health: health.clone(),
        size: durable,
        learnt: Arc::downgrade(&size),
        settled: settled.clone(),
        log_keys: known_keys,
    };
    let watch = ClockWatch::new(pace.clock_confirmed);
    let worker = Worker {
        store,
        row,
        keys,
        clock,
        watch,
        pace,
        jobs,
        stop,
        health: health.clone(),
        grown: size.subscribe(),
        size,
        settled,
        log_keys,
        turn,
        state,
        open: Open::default(),
        flight: None,
    };
    Ok((handle, [guarded(tokio::spawn(worker.run()), health.clone()), guarded(follower, health)]))
}

async fn told_to(stop: &mut watch::Receiver<bool>) {
    _ = stop.wait_for(|stop| *stop).await;
}

pub(super) struct Worker {
    pub(super) store: Store,
    pub(super) row: Arc<LedgerRow>,
    pub(super) keys: GatewayKeys,
    pub(super) clock: Clock,
    pub(super) watch: ClockWatch,
    pub(super) pace: Pace,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) health: Arc<HealthCell>,
    pub(super) size: Arc<watch::Sender<u64>>,
    /// The same: another gateway may have written.
    pub(super) grown: watch::Receiver<u64>,
    pub(super) settled: Settled,
    pub(super) log_keys: watch::Sender<Arc<LogKeys>>,
    /// When this gateway writes, where several share the database.
    pub(super) turn: TurnTaking,
    pub(super) state: Option<State>,
    /// What was judged and waits for the commit in flight to land.
    pub(super) open: Open,
    pub(super) flight: Option<Flight>,
}

/// The next batch: it takes in what is judged until it can go.
#[derive(Default)]
pub(super) struct Open {
    pub(super) rows: BatchRows,
    pub(super) answers: Answers,
}

impl Open {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.taken.is_empty() && self.answers.len() == 0
    }
}

impl Worker {
    /// Reads the stored log anew. The ids that were used are gone on with, where it is known up to which entry.
    pub(super) async fn load(&mut self, known: Option<(UsedIds, u64)>) -> Result<(), StoreFault> {
        let head = self.store.size(self.row.id).await?;
        self.size.send_replace(head);
        self.settle(head).await?;
        let state = State::load(&self.store, &self.row, known).await?;
        self.log_keys.send_replace(state.log_keys.clone());
        self.state = Some(state);
        self.tell_whether_closed();
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
            let room = self.pace.batch.saturating_sub(self.open.answers.len());
            let is_work = self.flight.is_some() || !self.jobs.is_empty();
            let is_behind = self.is_behind() && !self.turn.holds();
            tokio::select! {
                biased;
                Some(landed) = Flight::landed(&mut self.flight) => {
                    self.landed(landed).await;
                    continue;
                }
                () = self.turn.wanted(is_work) => {
                    if let Err(fault) = self.give_turn().await {
                        self.fail(fault).await;
                    }
                    continue;
                }
                count = self.jobs.recv_many(&mut waiting, room), if room > 0 => if count == 0 { break },
                () = self.clock.reach(due) => {}
                // What became due by it must be flagged here, if the gateway that wrote it is gone by then.
                () = tokio::time::sleep(LOOK), if is_behind => {
                    if let Err(fault) = self.refresh().await {
                        self.fail(fault).await;
                    }
                    continue;
                }
                _ = self.grown.changed(), if self.turn.is_shared() && !is_behind => continue,
                // A database that comes back, or a clock that is set right, is noticed without a statement.
                () = tokio::time::sleep(RETRY), if matches!(health, Health::Failing(_) | Health::Clock(_)) => {}
                // What waits in the queue is still answered: it gets its turn before the channel is empty.
                () = told_to(&mut self.stop), if self.jobs.is_empty() => break,
            }
            let jobs = std::mem::take(&mut waiting);
            self.turn(jobs).await;
        }
        if let Err(fault) = self.give_turn().await {
            self.fail(fault).await;
        }
    }

    /// One turn, whatever happens in it.
    async fn turn(&mut self, jobs: Vec<Job>) {
        if matches!(self.health.get(), Health::Damaged(_)) {
            return refuse_all(jobs, &Unavailable::Failing);
        }
        if let Err(fault) = self.judge(jobs).await {
            self.fail(fault).await;
        }
    }

    /// Judges what the clock has caused and then these, for the next batch; it goes at once if none is in flight.
    async fn judge(&mut self, jobs: Vec<Job>) -> Result<(), StoreFault> {
        self.take_turn().await?;
        if self.state.is_none() {
            self.load(None).await?;
        }
        let last_accepted = self.state.as_ref().expect("loaded just before").last_accepted;
        let at = match self.watch.check(self.clock.read(), last_accepted) {
            Ok(at) => at,
            Err(jump) => {
                tracing::error!(ledger = %self.row.name, clock.found = %jump.found, clock.expected = %jump.expected, "clock jumped");
                self.land().await?;
                self.health.set(Health::Clock(jump));
                refuse_all(jobs, &Unavailable::Clock(jump));
                return Ok(());
            }
        };
        let Some(jobs) = self.unless_closed(at, jobs).await? else { return Ok(()) };
        if self.state.as_ref().is_some_and(|state| state.must_announce_before(at)) {
            // What is judged from here on must not be in the checkpoint that announces a key: the key before it signs that one.
            self.land().await?;
        }
        self.catch_up(at).await?;
        self.take(at, jobs).await?;
        self.look_before_refusing().await?;
        self.depart();
        if self.flight.is_none() {
            self.health.set(Health::Ready);
        }
        Ok(())
    }

    /// Nobody was told anything. What was kept in memory is read anew, since the commit may have gone through.
    async fn fail(&mut self, fault: StoreFault) {
        tracing::error!(ledger = %self.row.name, error = %fault, "commit failed");
        let built_on = self.state.take().map(|state| state.size());
        // Whoever waits in it is told to try again.
        self.open = Open::default();
        if matches!(fault, StoreFault::Moved { .. }) {
            // Another gateway writes, so that this one has its turn no more; where that is gone with its connection, all is said.
            _ = self.turn.give().await;
        }
        // A commit in flight is on its own: whoever is in it is told what becomes of it.
        let fault = match Flight::landed(&mut self.flight).await {
            Some(Err(StoreFault::Damaged(what))) => StoreFault::Damaged(what),
            Some(Ok(landed)) => {
                self.stands(landed);
                self.unless_moved(fault, built_on).await
            }
            Some(Err(_)) | None => self.unless_moved(fault, built_on).await,
        };
        self.health.set(match fault {
            StoreFault::Damaged(what) => Health::Damaged(what),
            StoreFault::Database(_)
            | StoreFault::Migration(_)
            | StoreFault::Files(_)
            | StoreFault::Keys(_)
            | StoreFault::Newer { .. }
            | StoreFault::Server(_)
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
            self.write_out().await?;
            let Self { store, row, keys, state, settled, .. } = self;
            let state = state.as_mut().expect("loaded by the caller");
            state.next_due = store.earliest_due(row.id).await?;
            let due = store.due(row.id, at, FLAGS as u32).await?;
            if due.is_empty() {
                break;
            }
            let wanted: Vec<LifeKey> = due.iter().map(|(_, life)| life.clone()).filter(|life| !state.book.has(life)).collect();
            let reader = Reader::new(store, row.id, settled, state.foreign());
            reader.fetch(&wanted, &mut state.book).await?;
            // Lives that are due but were not read come after the last one that was.
            let until = (due.len() == FLAGS).then(|| due.last().cloned()).flatten();
            let mut agenda = Agenda::default();
            due.into_iter().for_each(|(due, life)| agenda.set(life, Some(due)));
            let mut batch = Batch::new(&mut state.book, &mut agenda, reader, keys, at, state.edge.frontier.size());
            batch.drain(until.as_ref(), FLAGS).await?;
            let rows = batch.into_rows();
            if rows.taken.is_empty() {
                return Err(StoreFault::Damaged("the index says that something is due, and nothing is".into()));
            }
            self.join(at, rows);
            self.depart();
        }
        Ok(())
    }

    /// Statements in their order, each on what the ones before it left.
    async fn take(&mut self, at: Instant, jobs: Vec<Job>) -> Result<(), StoreFault> {
        if jobs.is_empty() {
            return Ok(());
        }
        if self.state.as_ref().is_some_and(|state| state.book.extent() > AT_HAND || state.used.is_full(state.size())) {
            self.write_out().await?;
        }
        let Self { store, row, keys, state, open, settled, .. } = self;
        let state = state.as_mut().expect("loaded by the caller");
        if state.book.extent() > AT_HAND / 10 * 9 {
            // So that little is left to be waited for when the book starts anew.
            settled.ask();
        }
        let lacking = state.lacking(jobs.iter().map(|job| job.submission.statement.parsed()));
        let reader = Reader::new(store, row.id, settled, state.foreign());
        reader.fetch(&lacking, &mut state.book).await?;
        let next = state.size() + open.rows.taken.len() as u64;
        let mut agenda = Agenda::default();
        let mut batch = Batch::new(&mut state.book, &mut agenda, reader, keys, at, next);
        for Job { submission, answer } in jobs {
            open.answers.add(answer, batch.take(submission).await?);
            // What a statement made due at this very instant stands before the next one.
            batch.drain(None, usize::MAX).await?;
        }
        let rows = batch.into_rows();
        state.forget_ids_before(settled.entry());
        self.join(at, rows);
        Ok(())
    }

    /// Adds what was judged to the next batch.
    pub(super) fn join(&mut self, at: Instant, rows: BatchRows) {
        self.state.as_mut().expect("it was judged on it").judged(at, &rows);
        self.open.rows.extend(rows);
    }

    /// Hands the next batch to the database, if none is in flight: what it was judged on is durable then.
    pub(super) fn depart(&mut self) {
        if self.flight.is_some() || self.open.is_empty() {
            return;
        }
        let Open { rows, answers } = std::mem::take(&mut self.open);
        if rows.taken.is_empty() {
            return answers.send(None, &self.row.facts.origin);
        }
        let flags = metrics::Flags::among(rows.taken.iter().map(|taken| (taken.parsed.statement(), taken.moment.at)));
        let state = self.state.as_mut().expect("the batch was judged on it");
        // All that was judged goes with this batch, so that these are the keys that the log has with it.
        let signing = Signing { held: self.keys.log.clone(), keys: state.log_keys.clone() };
        let sealed = state.advance(&self.row.facts.origin, rows);
        self.flight = Some(Flight::launch(self.store.clone(), self.row.clone(), signing, sealed, flags, answers));
    }

    /// Waits until everything that was judged is durable.
    pub(super) async fn land(&mut self) -> Result<(), StoreFault> {
        while let Some(landed) = Flight::landed(&mut self.flight).await {
            self.stands(landed?);
            self.depart();
        }
        Ok(())
    }

    /// Waits until the derived rows hold everything that was judged; what the book need not hold any more leaves it.
    async fn write_out(&mut self) -> Result<(), StoreFault> {
        self.land().await?;
        let durable = *self.size.borrow();
        self.settle(durable).await?;
        let state = self.state.as_mut().expect("loaded by the caller");
        if state.book.extent() > AT_HAND {
            state.book = Book::of(self.row.facts.clone());
        } else {
            state.forget_ids_before(durable);
        }
        if state.used.is_full(durable) {
            state.used = UsedIds::of(&self.store, self.row.id, durable);
        }
        Ok(())
    }

    async fn landed(&mut self, landed: Result<Landed, StoreFault>) {
        match landed {
            Ok(landed) => {
                self.stands(landed);
                self.depart();
            }
            Err(fault) => self.fail(fault).await,
        }
    }

    /// From here on a batch stands, and everybody may see it.
    fn stands(&mut self, mut landed: Landed) {
        self.settled.recent.put(landed.consequences());
        // Before the size: whoever sees the entry that names a key knows the key.
        self.log_keys.send_if_modified(|known| {
            let is_new = *known != *landed.log_keys();
            if is_new {
                known.clone_from(landed.log_keys());
            }
            is_new
        });
        self.size.send_replace(landed.size());
        self.health.set(Health::Ready);
        landed.answer(&self.row.facts.origin);
    }
}
