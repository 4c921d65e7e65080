//! A real gateway on a real database, that can be stopped, crashed in the middle of its work, and given a clock that jumps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway::checking::{Share, check};
use gateway::clock::{Clock, StepClock};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::{Host, Writers};
use gateway::intake::{Beside, Door as Intake, Envelope, Reply};
use gateway::sequencer::{Pace, Unavailable};
use gateway::store::{EntryRow, LifeRow, Store, StoreFault};
use harness::derived::Lives;
use harness::town::{KINDS, ORIGIN, registers};
use harness::{Answer, Attachment, Home};
use ledger::envelope::statement::genesis::Level;
use ledger::log::note::{NoteSigner, VerifierKey};
use ledger::words::Instant;
use tokio::runtime::Runtime;

/// Name of the ledger in paths.
const NAME: &str = "town";
/// How long an answer may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// How often a sender that is told to come back does so.
const TRIES: u32 = 100;

/// A statement on its way, with what travels with it.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) statement: Vec<u8>,
    pub(crate) attachments: Vec<Attachment>,
}

/// What a sender was told: the answer, and with it the receipt if there is one; or why there is none now.
pub(crate) type Told = Result<(Answer, Option<String>), Unavailable>;

struct Running {
    runtime: Runtime,
    host: Host,
    writers: Writers,
}

/// The gateway and where it keeps its ledger: a file, or a database of a server (`CONVENANT_TEST_STORE`).
pub(crate) struct Site {
    pub(crate) home: Home,
    pub(crate) clock: StepClock,
    /// The log's key, from the one who founded it.
    pub(crate) vkey: VerifierKey,
    /// Those that came after it.
    later: Vec<VerifierKey>,
    running: Option<Running>,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

impl Site {
    /// Founds a ledger at an instant, and serves it.
    pub(crate) fn found(home: Home, at: Instant) -> Self {
        let (owner, ministry) = (registers(ORIGIN, KINDS[0], at), Some(registers(ORIGIN, KINDS[1], at)));
        let new = NewLedger { origin: ORIGIN.into(), level: Level::Local, owner, ministry };
        let row = runtime().block_on(async {
            let store = home.open(true).await;
            let row = found_ledger(&store, &home.keys(), &new, at).await.unwrap();
            store.close().await;
            row
        });
        let vkey = row.facts.log_key.parse().unwrap();
        let mut site = Self { home, clock: StepClock::at(at), vkey, later: Vec::new(), running: None };
        site.start(true).unwrap();
        site
    }

    /// Starts on what is there. `confirmed`: an operator says that the clock is right.
    pub(crate) fn start(&mut self, confirmed: bool) -> Result<(), String> {
        let runtime = runtime();
        let (home, clock) = (&self.home, Clock::Step(self.clock.clone()));
        let started = runtime.block_on(async {
            let store = Store::of(&home.database(), Some(&home.attachments()), false).await.map_err(|fault| fault.to_string())?;
            let pace = Pace { clock_confirmed: confirmed, ..Pace::default() };
            Host::start(store, &home.keys(), clock, pace).await.map_err(|fault| fault.to_string())
        });
        let (host, writers) = started?;
        self.running = Some(Running { runtime, host, writers });
        Ok(())
    }

    /// Ends as SIGTERM would end it.
    pub(crate) fn stop(&mut self) {
        let Running { runtime, host, writers } = self.running.take().unwrap();
        runtime.block_on(async {
            writers.finish().await;
            host.store.close().await;
        });
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// The gateway.
    pub(crate) fn host(&self) -> &Host {
        &self.running().host
    }

    /// Number of durable entries.
    pub(crate) fn size(&self) -> u64 {
        self.running().host.ledger(NAME).unwrap().size()
    }

    /// Waits until so many entries are durable; nobody asks the gateway for anything.
    pub(crate) fn wait_for(&self, size: u64) {
        let ledger = self.running().host.ledger(NAME).unwrap().clone();
        let grown = async { tokio::time::timeout(PATIENCE, ledger.grown(size.saturating_sub(1))).await };
        let health = || self.running().host.ledger(NAME).unwrap().health();
        self.running().runtime.block_on(grown).unwrap_or_else(|_| panic!("{} of {size} entries; {:?}", self.size(), health()));
    }

    /// Brings statements in, all at once and in this order; whatever the answers are.
    pub(crate) fn bring(&self, sent: &[Sent]) -> Vec<Told> {
        let Running { runtime, host, .. } = self.running();
        runtime.block_on(take(host.clone(), sent.to_vec()))
    }

    /// The same by senders that send again what got no answer.
    pub(crate) fn submit(&self, sent: &[Sent]) -> Vec<(Answer, Option<String>)> {
        for _ in 0..TRIES {
            let told = self.bring(sent);
            if told.iter().all(Result::is_ok) {
                return told.into_iter().flatten().collect();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("the gateway does not come back: {:?}", self.running().host.ledger(NAME).unwrap().health());
    }

    /// Brings statements in, and drops every task of the gateway where it stands after a moment. What was answered until
    /// then is given; nothing of the gateway's memory is left.
    pub(crate) fn crash_while(&mut self, sent: &[Sent], moment: u64) -> Option<Vec<Told>> {
        self.crash_when(sent, || (0..moment).for_each(|_| std::thread::yield_now()))
    }

    /// The same, when this returns.
    pub(crate) fn crash_when(&mut self, sent: &[Sent], comes: impl FnOnce()) -> Option<Vec<Told>> {
        let Running { runtime, host, writers } = self.running.take().unwrap();
        let task = runtime.spawn(take(host.clone(), sent.to_vec()));
        comes();
        let told = task.is_finished().then(|| runtime.block_on(task).unwrap());
        // Not `finish`, not `close`: connections end in the middle of what they do.
        let guard = runtime.enter();
        drop((host, writers));
        drop(guard);
        runtime.shutdown_timeout(PATIENCE);
        told
    }

    /// Every entry from one on, as it is stored.
    pub(crate) fn rows(&self, from: u64) -> Vec<EntryRow> {
        let Running { runtime, host, .. } = self.running();
        runtime.block_on(async {
            let (mut rows, mut next) = (Vec::new(), from);
            loop {
                let page = host.store.entries(1, next, 1_000).await.unwrap();
                if page.is_empty() {
                    return rows;
                }
                next += page.len() as u64;
                rows.extend(page);
            }
        })
    }

    /// The last checkpoint, as text.
    pub(crate) fn checkpoint(&self) -> String {
        let Running { runtime, host, .. } = self.running();
        runtime.block_on(host.store.checkpoint(1)).unwrap().unwrap().1
    }

    /// What the self-check finds wrong with what is stored.
    pub(crate) fn damage(&self) -> Vec<String> {
        let Running { runtime, host, .. } = self.running();
        runtime.block_on(async {
            let ledger = host.ledger(NAME).unwrap();
            ledger.settled().await.unwrap();
            let checked = check(&host.store, &ledger.row, Share::WHOLE).await.unwrap();
            checked.damage.iter().map(|damage| format!("{damage:?}")).collect()
        })
    }

    /// The lives as they are stored.
    pub(crate) fn lives(&self) -> Lives {
        let Running { runtime, host, .. } = self.running();
        let lives: Result<Lives, StoreFault> = runtime.block_on(async {
            host.ledger(NAME).unwrap().settled().await.unwrap();
            host.store.all_lives(1).await
        });
        lives.unwrap().into_iter().map(|(place, row)| (place, LifeRow { moved: false, ..row })).collect()
    }

    /// A key of the log is put where the gateway looks for it.
    pub(crate) fn hold_log_key(&mut self, seed: &[u8; 32]) {
        let key = NoteSigner::from_seed(ORIGIN, seed).unwrap().verifier().clone();
        let path = self.home.keys().join(format!("{NAME}.log.{}.key", key.id()));
        std::fs::write(path, STANDARD.encode(seed)).unwrap();
        self.later.push(key);
    }

    /// Every key of the log, the first one first.
    pub(crate) fn log_keys(&self) -> Vec<VerifierKey> {
        std::iter::once(self.vkey.clone()).chain(self.later.clone()).collect()
    }

    /// Waits for something beside the gateway, on its runtime.
    pub(crate) fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.running().runtime.block_on(what)
    }
}

async fn take(host: Host, sent: Vec<Sent>) -> Vec<Told> {
    let beside = |Attachment { salt, media_type, content }| Beside::Inline { salt, media_type: media_type.to_owned(), content };
    let envelope = |Sent { statement, attachments }| Ok(Envelope { statement, attachments: attachments.into_iter().map(beside).collect() });
    let ledger = host.ledger(NAME).unwrap().clone();
    let replies = Intake::of(host).take(&ledger, sent.into_iter().map(envelope).collect(), PATIENCE).await;
    replies.into_iter().map(told).collect()
}

fn told(reply: Reply) -> Told {
    match reply {
        Reply::Accepted { entry, receipt, repeat, .. } => {
            Ok((if repeat { Answer::Repeat(entry) } else { Answer::Accepted(entry) }, Some(receipt)))
        }
        Reply::Refused { refusal, .. } => Ok((Answer::refused(&refusal), None)),
        Reply::Unavailable { why, .. } => Err(why),
    }
}
