//! What a running gateway has: the database, its ledgers and their writers, the clock, the keys it has seen.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, RwLock};

use ledger::envelope::{Kid, Parsed, PublicKey};
use ledger::lives::Institution;
use ledger::words::CALENDAR_VERSION;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::keys::{KeyFault, read_keys};
use crate::sequencer::{LedgerHandle, Pace, start};
use crate::store::{PartQuery, Store, StoreFault};

/// At most this many decoded keys in memory; then the cache starts anew.
const MAX_KEYS: usize = 50_000;

/// How often what waits beside the log is looked at, in milliseconds.
const SWEEP_MILLIS: i64 = 15 * 60 * 1_000;

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The keys are not those of the ledger.
    #[error("the {what} key of ledger {ledger} is not the one that its genesis names; the gateway does not start with another")]
    OtherKey {
        /// The ledger.
        ledger: String,
        /// Which key.
        what: &'static str,
    },
    /// The ledger counts working days by another table of holidays than this program has.
    #[error(
        "ledger {ledger} was founded by the holidays of {named}, this program has those of {CALENDAR_VERSION}: its flags would be false"
    )]
    OtherCalendar {
        /// The ledger.
        ledger: String,
        /// The version that its genesis names.
        named: String,
    },
}

/// A running gateway.
#[derive(Clone)]
pub struct Host {
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    ledgers: Arc<BTreeMap<String, LedgerHandle>>,
    keys: Arc<RwLock<HashMap<Kid, PublicKey>>>,
}

/// The writers of a gateway, to be waited for when it stops.
pub struct Writers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Writers {
    /// Lets every writer finish what is in its queue, and waits for that.
    pub async fn finish(self) {
        _ = self.stop.send(true);
        for task in self.tasks {
            _ = task.await;
        }
    }
}

/// Now and then, what waits for its statement in vain is removed, and what could not be destroyed is tried again.
async fn sweep(store: Store, ledger: i64, name: String, clock: Clock, mut stopped: watch::Receiver<bool>) {
    loop {
        let next = clock.now().plus_millis(SWEEP_MILLIS);
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = clock.reach(Some(next)) => {}
        }
        if let Err(fault) = store.sweep_attachments(ledger, clock.now()).await {
            tracing::error!(ledger = %name, error = %fault, "attachments are not in order yet; the next sweep tries again");
        }
    }
}

impl Host {
    /// Starts the writer of each ledger in the database, with the keys in a directory.
    pub async fn start(store: Store, keys: &Path, clock: Clock, pace: Pace) -> Result<(Self, Writers), StartFault> {
        let (stop, stopped) = watch::channel(false);
        let (mut ledgers, mut tasks) = (BTreeMap::new(), Vec::new());
        for row in store.ledgers().await? {
            let keys = read_keys(keys, &row.name, &row.facts.origin)?;
            let other = |what| StartFault::OtherKey { ledger: row.name.clone(), what };
            if keys.log.verifier().to_string() != row.facts.log_key {
                return Err(other("log"));
            }
            if keys.statements.public() != row.facts.statement_key {
                return Err(other("statement"));
            }
            let named = row.facts.versions.holidays.to_string();
            if named != CALENDAR_VERSION {
                return Err(StartFault::OtherCalendar { ledger: row.name.clone(), named });
            }
            let (id, name) = (row.id, row.name.clone());
            // Before anything is received: what a crash left undone is done.
            store.tidy_attachments(id, clock.now()).await?;
            tasks.push(tokio::spawn(sweep(store.clone(), id, name.clone(), clock.clone(), stopped.clone())));
            let (handle, pair) = start(store.clone(), row, keys, clock.clone(), pace, stopped.clone()).await?;
            ledgers.insert(name, handle);
            tasks.extend(pair);
        }
        let host = Self { store, clock, ledgers: Arc::new(ledgers), keys: Arc::default() };
        Ok((host, Writers { stop, tasks }))
    }

    /// A ledger by its name.
    pub fn ledger(&self, name: &str) -> Option<&LedgerHandle> {
        self.ledgers.get(name)
    }

    /// Every ledger.
    pub fn ledgers(&self) -> impl Iterator<Item = &LedgerHandle> {
        self.ledgers.values()
    }

    /// The key of a statement, if it is known before the queue. A thumbprint names one key for ever, so
    /// what was once seen stays right; whether it is valid, and whose it is, is judged later.
    pub async fn key_of(&self, ledger: &LedgerHandle, statement: &Parsed) -> Result<Option<PublicKey>, StoreFault> {
        if let Some(key) = statement.own_key() {
            return Ok(Some(key.clone()));
        }
        let kid = statement.received().header().kid;
        if let Some(key) = self.keys.read().ok().and_then(|keys| keys.get(&kid).cloned()) {
            return Ok(Some(key));
        }
        let by = &statement.statement().by;
        let query = PartQuery { part: "institution", subject: Some(format!("institution/{by}")), limit: 1, ..PartQuery::default() };
        let rows = self.store.parts(ledger.row.id, &query).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {}: {error}", row.subject));
        let institution: Institution = serde_json::from_str(&row.body).map_err(damaged)?;
        let registered = institution.admitted.iter().flat_map(|admitted| &admitted.keys).map(|key| (key.kid, &key.key));
        let waiting = institution.candidates.iter().map(|c| (c.registration.key.thumbprint(), &c.registration.key));
        let found = registered.chain(waiting).find(|(candidate, _)| *candidate == kid).map(|(_, key)| key.clone());
        if let (Some(key), Ok(mut keys)) = (&found, self.keys.write()) {
            if keys.len() >= MAX_KEYS {
                keys.clear();
            }
            keys.insert(kid, key.clone());
        }
        Ok(found)
    }
}
