//! What a running gateway has: the database, its ledgers and their writers, the clock, the keys it has seen.

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, RwLock};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use ledger::envelope::{Kid, Parsed, PublicKey};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::checking;
use crate::clock::Clock;
use crate::keys::{KeyFault, read_keys};
use crate::metrics;
use crate::sequencer::{LedgerHandle, Pace, start};
use crate::store::{CosignedCheckpoint, LedgerRow, Store, StoreFault, time_sync};
use crate::witnessing::{self, Cadence, Panel};

/// At most this many decoded keys in memory; then the cache starts anew.
const MAX_KEYS: usize = 50_000;

/// How often what waits beside the log is looked at, in milliseconds.
const SWEEP_MILLIS: i64 = 15 * 60 * 1_000;
/// How often the disk is asked how long it takes to sync, in milliseconds.
const SYNC_MILLIS: i64 = 15_000;

/// So many ledgers are begun at a time: there are no more connections to read by.
const AT_A_TIME: usize = 8;
/// How often it is looked what other gateways on the same database have written.
const LOOK: std::time::Duration = std::time::Duration::from_millis(500);

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The statement key is not that of the ledger. Which keys sign the log is asked of the log, when it is read.
    #[error("the statement key of ledger {ledger} is not the one that its genesis names; the gateway does not start with another")]
    OtherKey {
        /// The ledger.
        ledger: String,
    },
}

/// A running gateway; each request has a copy of this handle.
#[derive(Clone)]
pub struct Host(Arc<Parts>);

/// What a gateway is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    ledgers: BTreeMap<String, LedgerHandle>,
    panels: OnceLock<BTreeMap<String, Panel>>,
    keys: RwLock<HashMap<Kid, PublicKey>>,
}

impl Deref for Host {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
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

/// Asks the disk how long it takes to sync.
async fn time_syncs(database: PathBuf, clock: Clock, mut stopped: watch::Receiver<bool>) {
    loop {
        let place = database.clone();
        match tokio::task::spawn_blocking(move || time_sync(&place)).await {
            Ok(Ok(elapsed)) => metrics::synced(elapsed),
            Ok(Err(error)) => tracing::warn!(%error, "the disk did not sync a page beside the database"),
            Err(_) => return,
        }
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = clock.reach(Some(clock.now().plus_millis(SYNC_MILLIS))) => {}
        }
    }
}

/// Looks what other gateways on the same database have written: so that what is due by it is known here too.
async fn watch_others(store: Store, ledgers: Vec<LedgerHandle>, mut stopped: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(LOOK) => {}
        }
        match store.sizes().await {
            Ok(sizes) => ledgers
                .iter()
                .filter_map(|ledger| Some((ledger, sizes.get(&ledger.row.id)?)))
                .for_each(|(ledger, size)| ledger.learn(*size)),
            Err(error) => tracing::warn!(%error, "what other gateways write is not seen for a moment"),
        }
    }
}

/// Starts one ledger: its writer, what follows its log, and what sweeps beside it.
async fn begin(
    store: &Store,
    keys: &Path,
    clock: &Clock,
    pace: Pace,
    stopped: &watch::Receiver<bool>,
    row: LedgerRow,
) -> Result<(LedgerHandle, [JoinHandle<()>; 3]), StartFault> {
    let keys = read_keys(keys, &row.name)?;
    if keys.statements.public() != row.facts.statement_key {
        return Err(StartFault::OtherKey { ledger: row.name.clone() });
    }
    let (id, name) = (row.id, row.name.clone());
    // Before anything is received: what a crash left undone is done.
    store.tidy_attachments(id, clock.now()).await?;
    let (handle, [writer, follower]) = start(store.clone(), row, keys, clock.clone(), pace, stopped.clone()).await?;
    let sweeper = tokio::spawn(sweep(store.clone(), id, name, clock.clone(), stopped.clone()));
    Ok((handle, [sweeper, writer, follower]))
}

impl Host {
    /// Starts the writer of each ledger in the database, with the keys in a directory.
    pub async fn start(store: Store, keys: &Path, clock: Clock, pace: Pace) -> Result<(Self, Writers), StartFault> {
        let (stop, stopped) = watch::channel(false);
        let rows = store.ledgers().await?.into_iter();
        let begun = stream::iter(rows.map(|row| begin(&store, keys, &clock, pace, &stopped, row)));
        let begun: Vec<(LedgerHandle, [JoinHandle<()>; 3])> = begun.buffered(AT_A_TIME).try_collect().await?;
        let (mut ledgers, mut tasks) = (BTreeMap::new(), Vec::new());
        for (handle, its) in begun {
            ledgers.insert(handle.row.name.clone(), handle);
            tasks.extend(its);
        }
        if store.is_shared() {
            tasks.push(tokio::spawn(watch_others(store.clone(), ledgers.values().cloned().collect(), stopped.clone())));
        }
        let host = Self(Arc::new(Parts { store, clock, ledgers, panels: OnceLock::new(), keys: RwLock::default() }));
        Ok((host, Writers { stop, tasks }))
    }

    /// Gives the ledgers witnesses, by the name of the ledger: each is asked from now on. Once, at the start.
    pub fn witnessed_by(&self, panels: BTreeMap<String, Panel>, cadence: Cadence, writers: &mut Writers) {
        let panels = self.panels.get_or_init(|| panels);
        for ledger in self.ledgers() {
            let Some(panel) = panels.get(&ledger.row.name) else { continue };
            let (store, clock, stopped) = (self.store.clone(), self.clock.clone(), writers.stop.subscribe());
            writers.tasks.push(witnessing::start(store, ledger.row.clone(), panel, cadence, clock, stopped));
        }
    }

    /// Checks what is stored of each ledger: its newest end before this returns, all of it from now on beside the writer.
    pub async fn checked_at(&self, cadence: checking::Cadence, writers: &mut Writers) {
        stream::iter(self.ledgers()).for_each_concurrent(AT_A_TIME, |ledger| checking::look(&self.store, ledger)).await;
        let turns = Arc::default();
        for ledger in self.ledgers() {
            let (store, clock, stopped) = (self.store.clone(), self.clock.clone(), writers.stop.subscribe());
            writers.tasks.push(checking::start(store, ledger.clone(), cadence, clock, Arc::clone(&turns), stopped));
        }
    }

    /// Asks the disk that the database is on how long it takes to sync: at once, and then now and then.
    pub fn disk_timed(&self, database: PathBuf, writers: &mut Writers) {
        writers.tasks.push(tokio::spawn(time_syncs(database, self.clock.clone(), writers.stop.subscribe())));
    }

    /// Takes note of what other gateways on the same database have acknowledged of a ledger, so that a read shows it.
    pub async fn refreshed(&self, ledger: &LedgerHandle) -> Result<(), StoreFault> {
        if self.store.is_shared() {
            ledger.learn(self.store.size(ledger.row.id).await?);
        }
        Ok(())
    }

    /// The same of every ledger.
    pub async fn all_refreshed(&self) -> Result<(), StoreFault> {
        if self.store.is_shared() {
            let sizes = self.store.sizes().await?;
            self.ledgers().filter_map(|ledger| Some((ledger, sizes.get(&ledger.row.id)?))).for_each(|(ledger, size)| ledger.learn(*size));
        }
        Ok(())
    }

    /// The witnesses of a ledger; `None` when it has none.
    pub fn panel(&self, ledger: &str) -> Option<&Panel> {
        self.panels.get()?.get(ledger)
    }

    /// The newest checkpoint of more entries than this that the log and enough witnesses signed.
    pub async fn cosigned(&self, ledger: &LedgerHandle, beyond: u64) -> Result<Option<CosignedCheckpoint>, StoreFault> {
        let Some(panel) = self.panel(&ledger.row.name) else { return Ok(None) };
        let found = self.store.cosigned(ledger.row.id).await?;
        let log = ledger.log_keys().all();
        Ok(found.into_iter().take_while(|cosigned| cosigned.size > beyond).find(|cosigned| panel.is_enough(&cosigned.note, &log)))
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
        let Some(institution) = self.store.institution(ledger.row.id, &statement.statement().by).await? else { return Ok(None) };
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
