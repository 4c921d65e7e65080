//! Who writes to a ledger now, where several gateways share a database: an advisory lock for each ledger.
//!
//! It keeps gateways out of each other's way, and no more than that: a batch says which size of the log it builds on, and
//! the database takes it only at that size (`commit`). So a gateway that stands still with its turn costs time, and nothing
//! else: the others take it away after a while.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener};
use sqlx::{ConnectOptions, Connection as _, PgPool};
use tokio::sync::{Mutex as AsyncMutex, watch};

use super::keep::StoreFault;

/// The channel on which gateways tell each other that they wait for a turn, or gave one away.
const CHANNEL: &str = "convenant_turn";
/// Our advisory locks are apart from those of other programs on the same database.
const CLASS: i64 = 0x436e_7674;
/// The half of the key of a lock that says which ledger.
const LOW: i64 = 0xffff_ffff;
/// How long a turn is awaited before it is taken from its holder, which stands still.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often it is tried, though nobody said that a turn is free.
const TRY: Duration = Duration::from_millis(50);
/// A turn lasts so long at least when others wait and there is work: each change of hands costs a look at what the others wrote.
const LEAST: Duration = Duration::from_millis(100);
/// Who gave a turn away waits so long before asking for it again.
const COURTESY: Duration = Duration::from_millis(2);

/// The turns of a gateway. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Turns(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    pool: PgPool,
    /// This gateway among those that it hears.
    name: u64,
    /// Holds the locks; when it breaks, they are gone.
    locks: AsyncMutex<Option<PgConnection>>,
    /// Counts the connections that held locks: a turn of an earlier one is over.
    connection: AtomicU64,
    /// Of each ledger, how often others asked for it, and how often it was given away.
    words: Mutex<HashMap<i64, Arc<Words>>>,
}

#[derive(Debug)]
struct Words {
    wanted: watch::Sender<u64>,
    freed: watch::Sender<u64>,
}

/// A turn: until it is given away, this gateway alone writes to the ledger, as long as the others are patient.
#[derive(Debug)]
pub struct Turn {
    ledger: i64,
    /// The connection that holds the lock.
    connection: u64,
    since: tokio::time::Instant,
    wanted: watch::Receiver<u64>,
}

impl Turns {
    /// Begins to listen to the other gateways, for as long as the pool is open.
    pub(super) fn begin(pool: PgPool) -> Self {
        let parts =
            Parts { pool, name: rand::random(), locks: AsyncMutex::default(), connection: AtomicU64::new(0), words: Mutex::default() };
        let turns = Self(Arc::new(parts));
        tokio::spawn(listen(turns.clone()));
        turns
    }

    /// Waits for the turn to write to a ledger. Where its holder does not give it away in time, it is taken from it.
    pub async fn take(&self, ledger: i64) -> Result<Turn, StoreFault> {
        let words = self.words(ledger);
        let (mut freed, since) = (words.freed.subscribe(), tokio::time::Instant::now());
        loop {
            // What others ask for from here on is asked of this turn.
            let wanted = words.wanted.subscribe();
            if let Some(connection) = self.lock(ledger).await? {
                return Ok(Turn { ledger, connection, since: tokio::time::Instant::now(), wanted });
            }
            if since.elapsed() >= PATIENCE {
                tracing::warn!(ledger, "another gateway stands still with its turn, which is taken from it");
                self.end_holder(ledger).await?;
            }
            self.say("want", ledger).await?;
            _ = tokio::time::timeout(TRY, freed.changed()).await;
        }
    }

    /// Whether a turn lasts.
    pub fn holds(&self, turn: &Turn) -> bool {
        turn.connection == self.0.connection.load(Ordering::Acquire)
    }

    /// Gives a turn away.
    pub async fn give(&self, turn: Turn) -> Result<(), StoreFault> {
        if self.holds(&turn) {
            let mut locks = self.0.locks.lock().await;
            if let Some(connection) = locks.as_mut() {
                let unlocked = sqlx::query("SELECT pg_advisory_unlock($1)").bind(key(turn.ledger)).execute(connection).await;
                if let Err(error) = unlocked {
                    self.lost(&mut locks);
                    return Err(error.into());
                }
            }
        }
        self.say("free", turn.ledger).await?;
        tokio::time::sleep(COURTESY).await;
        Ok(())
    }

    async fn lock(&self, ledger: i64) -> Result<Option<u64>, StoreFault> {
        let mut locks = self.0.locks.lock().await;
        if locks.is_none() {
            *locks = Some(self.0.pool.connect_options().connect().await?);
            self.0.connection.fetch_add(1, Ordering::AcqRel);
        }
        let connection = locks.as_mut().expect("made just before");
        let sql = "SELECT pg_is_in_recovery(), pg_try_advisory_lock($1)";
        let asked: Result<(bool, bool), _> = sqlx::query_as(sql).bind(key(ledger)).fetch_one(connection).await;
        match asked {
            // A host that takes no writes any more hands out locks all the same.
            Ok((true, _)) => {
                self.lost(&mut locks);
                Ok(None)
            }
            Ok((false, true)) => Ok(Some(self.0.connection.load(Ordering::Acquire))),
            Ok((false, false)) => Ok(None),
            Err(error) => {
                self.lost(&mut locks);
                Err(error.into())
            }
        }
    }

    /// Every turn that the connection held is over.
    fn lost(&self, locks: &mut Option<PgConnection>) {
        *locks = None;
        self.0.connection.fetch_add(1, Ordering::AcqRel);
    }

    async fn say(&self, what: &str, ledger: i64) -> Result<(), StoreFault> {
        let word = format!("{what} {ledger} {}", self.0.name);
        sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(word).execute(&self.0.pool).await?;
        Ok(())
    }

    /// Ends the connection that holds the lock of a ledger: its gateway notices when it goes on.
    async fn end_holder(&self, ledger: i64) -> Result<(), StoreFault> {
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                   AND CAST(classid AS BIGINT) = $1 AND CAST(objid AS BIGINT) = $2";
        sqlx::query(sql).bind(CLASS).bind(ledger & LOW).execute(&self.0.pool).await?;
        Ok(())
    }

    /// Lets go of everything, and ends.
    pub(super) async fn close(&self) {
        if let Some(connection) = self.0.locks.lock().await.take() {
            _ = connection.close().await;
        }
    }

    fn heard(&self, word: &str) {
        let mut parts = word.split(' ');
        let (Some(what), Some(Ok(ledger)), Some(name)) = (parts.next(), parts.next().map(str::parse), parts.next()) else { return };
        if name == self.0.name.to_string() {
            return;
        }
        let words = self.words(ledger);
        match what {
            "want" => words.wanted.send_modify(|count| *count += 1),
            "free" => words.freed.send_modify(|count| *count += 1),
            _ => {}
        }
    }

    fn words(&self, ledger: i64) -> Arc<Words> {
        let mut words = self.0.words.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(Words { wanted: watch::Sender::new(0), freed: watch::Sender::new(0) });
        words.entry(ledger).or_insert_with(made).clone()
    }
}

impl Turn {
    /// Returns when another gateway waits for the turn, and it has lasted long enough where there `is_work`.
    pub async fn wanted(&mut self, is_work: bool) {
        if self.wanted.changed().await.is_err() {
            return std::future::pending().await;
        }
        self.wanted.mark_changed();
        if is_work {
            tokio::time::sleep_until(self.since + LEAST).await;
        }
    }

    /// Whether another gateway waits for the turn, and it has lasted long enough.
    pub fn is_over(&self) -> bool {
        self.wanted.has_changed().unwrap_or(false) && self.since.elapsed() >= LEAST
    }
}

fn key(ledger: i64) -> i64 {
    CLASS << 32 | (ledger & LOW)
}

async fn listen(turns: Turns) {
    while !turns.0.pool.is_closed() {
        let listening = async {
            let mut listener = PgListener::connect_with(&turns.0.pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                let said = listener.recv().await?;
                turns.heard(said.payload());
            }
        };
        let ended: Result<std::convert::Infallible, sqlx::Error> = tokio::select! {
            ended = listening => ended,
            () = turns.0.pool.close_event() => return,
        };
        let Err(error) = ended;
        tracing::warn!(%error, "other gateways are not heard for a moment");
        tokio::time::sleep(TRY).await;
    }
}
