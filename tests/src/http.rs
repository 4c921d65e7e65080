//! The same ledger behind HTTP: the real router, writer, store and clock, reached with the real client over a socket.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gateway::api::router;
use gateway::checking::{Share, check};
use gateway::client::{AttachmentSent, Client, Error, Message, ReaderKey};
use gateway::clock::{Clock, StepClock};
use gateway::command::audit::audit_ledger;
use gateway::found::{NewLedger, found_ledger_by};
use gateway::host::{Host, Writers};
use gateway::keys::read_keys;
use gateway::sequencer::Pace;
use ledger::audit::Report;
use ledger::envelope::SigningKey;
use ledger::envelope::statement::genesis::Level;
use ledger::log::note::{NoteSigner, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::words::Instant;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::audit::Audit;
use crate::derived::{Lives, folded};
use crate::door::{Answer, Attachment, Door, Entry, Said};
use crate::home::Home;
use crate::town::{KINDS, NATIONAL, NATIONAL_KINDS, ORIGIN, Town, first, key, newest, registers};

/// Name of a ledger in paths: the last part of its origin.
fn name_of(origin: &str) -> &str {
    origin.rsplit('/').next().unwrap_or(origin)
}

/// How often the log is looked at for what the clock has caused, a millisecond apart.
const LOOKS: u32 = 20_000;

/// A gateway on a port of its own, with one ledger.
pub struct Http {
    runtime: Arc<Runtime>,
    home: Home,
    clock: StepClock,
    origin: &'static str,
    vkey: VerifierKey,
    /// Keys of the log that stories announced.
    later: Vec<VerifierKey>,
    running: Option<Running>,
    /// Somebody who reads the log, to know what the clock will cause next.
    reader: Audit,
}

/// What stops and starts again when the gateway sleeps.
struct Running {
    host: Host,
    writers: Writers,
    server: JoinHandle<std::io::Result<()>>,
    client: Client,
    url: String,
}

impl Town<Http> {
    /// A ledger behind HTTP with a genesis and the institutions of the standard town, admitted.
    pub fn over_http(at: Instant) -> Self {
        Self::settled(Http::found(ORIGIN, at, newest()), ORIGIN, "municipality", &KINDS[2..])
    }

    /// The same by the first versions of the rules.
    pub fn by_first_rules_over_http(at: Instant) -> Self {
        Self::settled(Http::found(ORIGIN, at, first()), ORIGIN, "municipality", &KINDS[2..])
    }

    /// A local ledger behind HTTP beside that of a story.
    pub fn beside_over_http(origin: &'static str, at: Instant) -> Self {
        Self::settled(Http::found(origin, at, newest()), origin, "municipality", &KINDS[2..])
    }

    /// The national ledger behind HTTP, owned by the ministry, with the umbrella organisations.
    pub fn national_over_http(at: Instant) -> Self {
        Self::settled(Http::found(NATIONAL, at, newest()), NATIONAL, "ministry", &NATIONAL_KINDS[1..])
    }
}

impl Http {
    /// Founds a ledger as `init` does, and serves it.
    pub fn found(origin: &'static str, at: Instant, versions: serde_json::Value) -> Self {
        let versions = serde_json::from_value(versions).expect("versions");
        let runtime = Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime"));
        let home = Home::new();
        let (level, owner, ministry) = match origin {
            NATIONAL => (Level::National, NATIONAL_KINDS[0], None),
            _ => (Level::Local, KINDS[0], Some(KINDS[1])),
        };
        let (owner, ministry) = (registers(origin, owner, at), ministry.map(|ministry| registers(origin, ministry, at)));
        let new = NewLedger { origin: origin.into(), level, owner, ministry };
        let row = runtime.block_on(async {
            let store = home.open(true).await;
            let row = found_ledger_by(&versions, &store, &home.keys(), &new, at).await.expect("a ledger");
            store.close().await;
            row
        });
        // From the one who founded it, not from the gateway that is looked at.
        let vkey = row.facts.log_key.parse().expect("a vkey");
        let clock = StepClock::at(at);
        let running = runtime.block_on(serve(&home, &clock));
        let reader = owner_of(origin, &clock);
        let genesis = entries(&running.client, &reader, name_of(origin), 0).into_iter().next().expect("a genesis");
        let reader = Audit::begin(&genesis).unwrap_or_else(|corruption| panic!("the genesis: {corruption:?}"));
        Self { runtime, home, clock, origin, vkey, later: Vec::new(), running: Some(running), reader }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs")
    }

    /// Stops as SIGTERM would: what is in the queue is finished, then the database is closed.
    fn stop(&mut self) {
        let Running { host, writers, server, .. } = self.running.take().expect("it runs");
        self.runtime.block_on(async {
            server.abort();
            _ = server.await;
            writers.finish().await;
            host.store.close().await;
        });
    }

    fn start(&mut self) {
        self.running = Some(self.runtime.block_on(serve(&self.home, &self.clock)));
    }

    /// Reads what is new in the log.
    fn read(&mut self) {
        let from = usize::try_from(self.reader.next()).expect("few entries");
        for entry in self.entries(from) {
            self.reader.fold(&entry).unwrap_or_else(|corruption| panic!("the log does not follow: {corruption:?}"));
        }
    }

    /// Waits until the gateway has by itself recorded everything that the clock has caused up to now.
    fn settle(&mut self) {
        for _ in 0..LOOKS {
            self.read();
            if self.reader.due(self.now()).is_none() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        panic!("it is {}, and the gateway has not recorded {:?}", self.now(), self.reader.due(self.now()));
    }

    /// The whole-ledger check over the network, as of now, by the vkey that its founder has; by anybody.
    pub fn audit(&self) -> Report {
        self.audit_with(&self.running().client)
    }

    /// The same by the owner of the ledger, with its first key.
    pub fn audit_by_owner(&self) -> Report {
        self.audit_with(&self.running().client.clone().reading_as(Some(self.owner())))
    }

    fn audit_with(&self, client: &Client) -> Report {
        audit_ledger(client, name_of(self.origin), self.vkey.clone(), Some(self.now()), |_, _| ()).expect("the gateway answers")
    }

    /// Where the ledger is: the address of its gateway, and its name.
    pub fn address(&self) -> String {
        format!("{}/{}", self.running().url, name_of(self.origin))
    }

    /// What stands at an address of this gateway, as anybody reads it now.
    pub fn page(&self, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let router = gateway::web::router(self.host().clone());
        let bytes = self.wait(async {
            let body = router.oneshot(request).await.expect("the router answers").into_body();
            axum::body::to_bytes(body, usize::MAX).await.expect("a body")
        });
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    /// The key of the log, from the one who founded it.
    pub fn log_key(&self) -> String {
        self.vkey.to_string()
    }

    fn owner(&self) -> ReaderKey {
        owner_of(self.origin, &self.clock)
    }

    /// The running gateway's parts, to be read without HTTP.
    pub fn host(&self) -> &Host {
        &self.running().host
    }

    /// Waits for something of the gateway.
    pub fn wait<T>(&self, what: impl Future<Output = T>) -> T {
        self.runtime.block_on(what)
    }

    /// Stops the gateway, and reads the lives that it stored, beside those that follow from its log. What is stored must
    /// be whole in the eyes of the self-check.
    pub fn stored_and_folded(mut self) -> (Lives, Lives) {
        self.read();
        self.stop();
        let folded = folded(&self.reader);
        let stored = self.runtime.block_on(async {
            let store = self.home.open(false).await;
            let ledger = store.ledgers().await.expect("ledgers").remove(0);
            let checked = check(&store, &ledger, Share::WHOLE).await.expect("what is stored can be read");
            assert_eq!((checked.entries, checked.damage), (self.reader.next(), Vec::new()));
            let stored = store.all_lives(ledger.id).await.expect("lives");
            store.close().await;
            stored
        });
        (stored, folded)
    }
}

async fn serve(home: &Home, clock: &StepClock) -> Running {
    let store = home.open(false).await;
    let pace = Pace { clock_confirmed: true, ..Pace::default() };
    let (host, writers) = Host::start(store, &home.keys(), Clock::Step(clock.clone()), pace).await.expect("a gateway");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let client = Client::new(&url).expect("a client");
    let server = tokio::spawn(axum::serve(listener, router(host.clone())).into_future());
    Running { host, writers, server, client, url }
}

/// The owner of a ledger as one who reads it.
fn owner_of(origin: &str, clock: &StepClock) -> ReaderKey {
    let who = if origin == NATIONAL { NATIONAL_KINDS[0].0 } else { KINDS[0].0 };
    let institution = who.parse().expect("the id of an institution");
    ReaderKey { key: key(who), institution, origin: origin.to_owned(), clock: Clock::Step(clock.clone()) }
}

/// The log, as anybody reads it; where some of it is withheld, as the owner does.
fn entries(client: &Client, owner: &ReaderKey, name: &str, from: usize) -> Vec<Entry> {
    let (mut entries, mut next) = (Vec::new(), from as u64);
    loop {
        let mut page = client.records(name, next, 1_000).expect("records");
        if page.records.iter().any(|record| record.withheld) {
            page = client.clone().reading_as(Some(owner.clone())).records(name, next, 1_000).expect("records");
        }
        let entry = |record: &gateway::client::Record| Entry {
            at: record.accepted_at.expect("a whole record"),
            bytes: URL_SAFE_NO_PAD.decode(&record.jws).expect("base64url"),
        };
        entries.extend(page.records.iter().map(entry));
        next += page.records.len() as u64;
        if next >= page.size {
            return entries;
        }
    }
}

impl Door for Http {
    fn now(&self) -> Instant {
        Clock::Step(self.clock.clone()).now()
    }

    fn gateway_key(&self) -> SigningKey {
        let keys = read_keys(&self.home.keys(), name_of(self.origin)).expect("the gateway's keys");
        (*keys.statements).clone()
    }

    fn hold_log_key(&mut self, seed: &[u8; 32]) {
        let key = NoteSigner::from_seed(self.origin, seed).expect("an origin is a name").verifier().clone();
        let path = self.home.keys().join(format!("{}.log.{}.key", name_of(self.origin), key.id()));
        std::fs::write(path, STANDARD.encode(seed)).expect("a key file");
        self.later.push(key);
    }

    fn submit(&mut self, statement: &[u8], attachments: &[Attachment]) -> Answer {
        let along: Vec<_> = attachments.iter().map(|a| AttachmentSent::new(&a.salt, a.media_type, &a.content)).collect();
        let message = if along.is_empty() { Message::flattened(statement) } else { Message::envelope(statement, &along) };
        let answer = match self.running().client.submit(name_of(self.origin), &message) {
            Ok(mut answers) => answers.remove(0),
            // A statement that is too large, or none at all, is refused with its request.
            Err(Error::Refused(problem)) => gateway::client::Answer::Refused(problem),
            Err(error) => panic!("no answer: {error}"),
        };
        match answer {
            gateway::client::Answer::Accepted(acceptance) => {
                let receipt = Receipt::parse(acceptance.receipt.as_bytes()).expect("a receipt");
                let keys: Vec<VerifierKey> = std::iter::once(self.vkey.clone()).chain(self.later.clone()).collect();
                let verified = receipt.verify_any(&keys).expect("a receipt that verifies offline");
                assert_eq!(verified.index, acceptance.entry);
                if acceptance.repeat { Answer::Repeat(acceptance.entry) } else { Answer::Accepted(acceptance.entry) }
            }
            gateway::client::Answer::Refused(problem) => {
                assert!(!problem.refusal.is_empty(), "every refusal is signed: {problem}");
                let said = |fault: gateway::client::ProblemFault| Said {
                    code: fault.rule,
                    pointer: fault.pointer,
                    detail: format!("{} (accepted: {})", fault.detail, fault.accepted),
                    accepted: fault.accepted,
                };
                Answer::Refused(problem.faults.into_iter().map(said).collect())
            }
        }
    }

    fn advance(&mut self, to: Instant, awake: bool) {
        if !awake {
            self.stop();
            self.clock.set(to);
            self.start();
            return self.settle();
        }
        // The gateway sees each instant at which something is due; nobody tells it what.
        self.settle();
        while let Some(flag) = self.reader.due(to) {
            self.clock.set(flag.due_at);
            self.settle();
        }
        self.clock.set(to);
    }

    fn entries(&self, from: usize) -> Vec<Entry> {
        entries(&self.running().client, &self.owner(), name_of(self.origin), from)
    }
}
