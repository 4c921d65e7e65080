//! The derived rows follow the log: as soon as something is durable, many entries at a time while much comes in.
//!
//! What was committed just now is handed over in memory (`recent`); the rest, as after a crash, is read from beside
//! the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::rebuild::rebuild;
use super::recent::Recent;
use super::watch::{Health, HealthCell};
use crate::store::{LedgerRow, Progress, Store, StoreFault, Unsettled};

/// A reader waits at most this long for rows that follow from what was acknowledged.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long more entries are awaited before the next transaction, unless a reader waits.
const GATHER: Duration = Duration::from_millis(500);
/// How long to wait before trying again after a failure.
const RETRY: Duration = Duration::from_millis(200);
/// At most this many entries in one transaction.
const MOST: u32 = 5_000;
/// The same of those that are read from beside the log, of which it is not known before how large they are.
const READ: u32 = 500;

#[derive(Default)]
struct Wish {
    asked: AtomicBool,
    bell: Notify,
}

/// How far the derived rows are, for those who need them.
#[derive(Clone)]
pub(super) struct Settled {
    reached: watch::Receiver<u64>,
    wish: Arc<Wish>,
    /// Where the writer puts what it has committed.
    pub(super) recent: Recent,
}

impl Settled {
    /// The derived rows hold what the entries before this one changed.
    pub(super) fn entry(&self) -> u64 {
        *self.reached.borrow()
    }

    /// The next transaction is wanted soon.
    pub(super) fn ask(&self) {
        self.wish.asked.store(true, Ordering::Release);
        self.wish.bell.notify_one();
    }

    /// Returns when the derived rows hold what the entries before this one changed; `false` if that does not happen in time.
    pub(super) async fn at(&self, entry: u64) -> bool {
        if self.entry() >= entry {
            return true;
        }
        self.ask();
        let mut reached = self.reached.clone();
        let settled = tokio::time::timeout(PATIENCE, reached.wait_for(|reached| *reached >= entry)).await;
        matches!(settled, Ok(Ok(_)))
    }
}

/// Brings the derived rows up to date, from the log itself if they are not of it.
pub(super) async fn catch_up(store: &Store, row: &LedgerRow) -> Result<u64, StoreFault> {
    let mut settled = match store.progress(row.id).await? {
        Progress::At(entry) => entry,
        Progress::Rebuild => rebuild(store, row.id).await?,
    };
    loop {
        let further = write(store, row.id, settled, store.unsettled(row.id, settled, READ).await?).await?;
        if further == settled {
            return Ok(settled);
        }
        settled = further;
    }
}

async fn write(store: &Store, ledger: i64, settled: u64, unsettled: Unsettled) -> Result<u64, StoreFault> {
    let upto = settled + unsettled.entries;
    if upto > settled { store.settle(ledger, upto, &unsettled, false).await } else { Ok(upto) }
}

/// Starts to follow a log from an entry on; `size` says how many entries are durable. It ends when `size` is closed.
pub(super) fn follow(
    store: Store,
    row: Arc<LedgerRow>,
    from: u64,
    size: watch::Receiver<u64>,
    health: Arc<HealthCell>,
) -> (Settled, JoinHandle<()>) {
    let (reached, seen) = watch::channel(from);
    let wish = Arc::new(Wish::default());
    let settled = Settled { reached: seen, wish: wish.clone(), recent: Recent::default() };
    // Damaged from the start, nothing is written any more, and rows that are not whole must not be added to.
    let is_damaged = matches!(health.get(), Health::Damaged(_));
    let follower = Follower { store, row, size, reached, wish, recent: settled.recent.clone(), health };
    (settled, if is_damaged { tokio::spawn(async {}) } else { tokio::spawn(follower.run()) })
}

struct Follower {
    store: Store,
    row: Arc<LedgerRow>,
    size: watch::Receiver<u64>,
    reached: watch::Sender<u64>,
    wish: Arc<Wish>,
    recent: Recent,
    health: Arc<HealthCell>,
}

impl Follower {
    async fn run(mut self) {
        loop {
            let settled = *self.reached.borrow();
            if self.size.wait_for(|size| *size > settled).await.is_err() {
                return;
            }
            let asked = self.wish.asked.swap(false, Ordering::AcqRel);
            match self.step(settled).await {
                Ok(upto) => {
                    self.reached.send_replace(upto);
                    if asked && upto < *self.size.borrow() {
                        // Whoever asked may still wait, for what another gateway has written meanwhile.
                        self.wish.asked.store(true, Ordering::Release);
                    }
                }
                Err(fault) => {
                    tracing::error!(ledger = %self.row.name, error = %fault, "the derived rows do not follow");
                    if let StoreFault::Damaged(what) = fault {
                        self.health.set(Health::Damaged(what));
                        return;
                    }
                    tokio::time::sleep(RETRY).await;
                }
            }
            self.gather().await;
        }
    }

    async fn step(&self, mut settled: u64) -> Result<u64, StoreFault> {
        if self.store.is_shared() {
            // Another gateway may have been first.
            settled = settled.max(self.store.settled_entry(self.row.id).await?);
            if settled >= *self.size.borrow() {
                return Ok(settled);
            }
        }
        let unsettled = match self.recent.take(settled, MOST) {
            Some(unsettled) => unsettled,
            None => self.store.unsettled(self.row.id, settled, READ).await?,
        };
        write(&self.store, self.row.id, settled, unsettled).await
    }

    /// More entries in one transaction cost less, so there is a short wait when nobody asks and the writer still runs.
    async fn gather(&self) {
        if self.wish.asked.load(Ordering::Acquire) || self.size.has_changed().is_err() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            () = self.wish.bell.notified() => {}
        }
    }
}
