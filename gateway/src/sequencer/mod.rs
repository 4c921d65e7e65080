//! The one writer of a ledger: queue, one transaction a batch, receipts. The clock's entries use the same door.

mod batch;
mod beside;
mod closed;
mod edge;
mod seal;
mod flight;
mod state;
mod turn;
mod settling;
mod worker;
mod watch;
mod founding;
mod others;
mod reader;
mod rebuild;
mod recent;
mod used;

use std::sync::Arc;

use ledger::envelope::{PublicKey, Refusal, SigningKey, Verified};
use ledger::lives::log_keys::LogKeys;
use ledger::words::{Hash, Instant};
use tokio::sync::{mpsc, oneshot};

pub use closed::Closing;
pub(crate) use edge::Edge;
pub use founding::{Founding, found_log};
pub use rebuild::rebuild;
pub(crate) use rebuild::replay;
pub(crate) use seal::about;
pub use watch::{Health, Jump};
pub use worker::{Pace, start};

use crate::log_signers::LogSigners;
use crate::store::{Held, LedgerRow};

/// How many submissions may wait when nothing else is set.
pub const QUEUE: usize = 5_000;

/// The keys with which a gateway signs: for the log, and for its own statements. Never an institution's.
#[derive(Clone)]
pub struct GatewayKeys {
    /// Sign checkpoints, as the log says.
    pub log: LogSigners,
    /// Signs flags, refusals and the genesis.
    pub statements: Arc<SigningKey>,
}

/// Content that came with a statement. It is on disk.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// SHA-256 of salt and content.
    pub hash: Hash,
    /// Its media type; `None` where the sender leaves it to the statement.
    pub media_type: Option<String>,
    /// Bytes of the content, without the salt.
    pub size_bytes: u64,
    /// Keeps it there until there is an answer; `None` when it was erased before.
    pub held: Option<Arc<Held>>,
}

/// A statement on its way to the writer.
#[derive(Debug)]
pub struct Submission {
    /// The statement; its signature has been checked when its key was known.
    pub statement: Checked,
    /// Content that came with it.
    pub attachments: Vec<Delivered>,
}

/// Whether a signature has been checked before the queue.
#[derive(Debug)]
pub enum Checked {
    /// It holds.
    Verified(Box<Verified>),
    /// The key was not known; it may be registered earlier in the same batch.
    Pending(Box<ledger::envelope::Parsed>),
}

impl Checked {
    /// What was read, whether or not its signature was checked.
    pub fn parsed(&self) -> &ledger::envelope::Parsed {
        match self {
            Self::Verified(verified) => verified,
            Self::Pending(parsed) => parsed,
        }
    }
}

/// What a receipt is made of; it is put into words outside the writer.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Index of the entry.
    pub entry: u64,
    /// The ledger's instant of acceptance.
    pub accepted_at: Instant,
    /// The salt of the record.
    pub salt: [u8; 32],
    /// The record.
    pub record: Vec<u8>,
    /// The inclusion proof in the tree of the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: Arc<str>,
}

/// What became of a submission.
#[derive(Debug)]
pub enum Answer {
    /// It is in the log.
    Granted(Granted),
    /// It was in the log already, as this entry.
    Repeat(u64),
    /// It does not fit; nothing was recorded.
    Refused(Refusal, Instant),
}

/// Why there is no answer now. Sending again is safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Too much is waiting.
    #[error("the queue is full")]
    Full,
    /// The database failed, or the gateway stops.
    #[error("the ledger cannot write now")]
    Failing,
    /// The clock made a jump that nobody has confirmed.
    #[error("the ledger's clock is not trusted: {0}")]
    Clock(Jump),
    /// It was put back with fewer entries than its log had signed for, and its owner has not recorded that yet.
    #[error("the ledger is closed: {0}")]
    Closed(Closing),
    /// It waits for its turn longer than a request may last.
    #[error("there was no answer in time")]
    Slow,
}

/// A way to reach the writer of one ledger.
#[derive(Clone)]
pub struct LedgerHandle {
    /// Its row in the database.
    pub row: Arc<LedgerRow>,
    /// The keys that the gateway signs with here.
    pub keys: GatewayKeys,
    queue: mpsc::Sender<Job>,
    health: Arc<watch::HealthCell>,
    size: tokio::sync::watch::Receiver<u64>,
    /// Where it is told how many entries another gateway has made durable.
    learnt: std::sync::Weak<tokio::sync::watch::Sender<u64>>,
    settled: settling::Settled,
    log_keys: tokio::sync::watch::Receiver<Arc<LogKeys>>,
}

/// A statement in the queue.
#[derive(Debug)]
pub struct Queued(oneshot::Receiver<Result<Answer, Unavailable>>);

impl Queued {
    /// Waits until the statement is durable or refused.
    pub async fn answered(self) -> Result<Answer, Unavailable> {
        self.0.await.unwrap_or(Err(Unavailable::Failing))
    }
}

struct Job {
    submission: Submission,
    answer: oneshot::Sender<Result<Answer, Unavailable>>,
}

impl LedgerHandle {
    /// Puts a statement in the writer's queue; statements are judged in the order in which they were put there.
    pub fn enqueue(&self, submission: Submission) -> Result<Queued, Unavailable> {
        let (answer, result) = oneshot::channel();
        self.queue.try_send(Job { submission, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unavailable::Full,
            mpsc::error::TrySendError::Closed(_) => Unavailable::Failing,
        })?;
        Ok(Queued(result))
    }

    /// Whether the ledger takes statements.
    pub fn health(&self) -> Health {
        self.health.get()
    }

    /// What is stored was found damaged: from here on the ledger takes no statement, until the process ends.
    pub fn stop_as_damaged(&self, what: String) {
        self.health.set(Health::Damaged(what));
    }

    /// Number of entries that are durable.
    pub fn size(&self) -> u64 {
        *self.size.borrow()
    }

    /// Takes note that so many entries are durable, by another gateway's doing.
    pub(crate) fn learn(&self, size: u64) {
        // A writer that has stopped takes note of nothing any more.
        let Some(learnt) = self.learnt.upgrade() else { return };
        learnt.send_if_modified(|known| {
            let is_new = *known < size;
            *known = size.max(*known);
            is_new
        });
    }

    /// Returns when more entries than this are durable, or when the writer has stopped.
    pub async fn grown(&self, than: u64) {
        _ = self.size.clone().wait_for(|size| *size > than).await;
    }

    /// Returns when whatever was acknowledged until now can be read. Where that does not happen in time because the
    /// ledger fails, and at once where it is damaged, what can be read is what was there before.
    pub async fn settled(&self) -> Result<(), Unavailable> {
        self.settled_to(self.size()).await
    }

    /// The same for what the entries before this one changed, which are durable.
    pub async fn settled_to(&self, entry: u64) -> Result<(), Unavailable> {
        let damaged = |health: &Health| matches!(health, Health::Damaged(_));
        if damaged(&self.health()) || self.settled.at(entry).await {
            return Ok(());
        }
        let failing = matches!(self.health(), Health::Failing(_)) || damaged(&self.health());
        if failing { Ok(()) } else { Err(Unavailable::Failing) }
    }

    /// The derived rows hold what the entries before this one changed: of those it is known who may read them.
    pub fn derived_up_to(&self) -> u64 {
        self.settled.entry()
    }

    /// How many submissions wait in the queue, and how many may.
    pub fn queue(&self) -> (usize, usize) {
        (self.queue.max_capacity() - self.queue.capacity(), self.queue.max_capacity())
    }

    /// The keys of the log, as far as it is durable.
    pub fn log_keys(&self) -> Arc<LogKeys> {
        self.log_keys.borrow().clone()
    }

    /// The gateway's statement key.
    pub fn statement_key(&self) -> PublicKey {
        self.row.facts.statement_key.clone()
    }
}
