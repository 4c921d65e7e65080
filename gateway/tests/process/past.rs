//! A ledger that has a past: written by the gateway itself, in this process, on a clock that is stepped. And an operator who
//! holds its keys, and serves whatever it likes under them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gateway::clock::{Clock, StepClock};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::{Host, Writers};
use gateway::intake::{Door, Envelope, Reply};
use gateway::keys::read_keys;
use gateway::sequencer::{GatewayKeys, Pace};
use gateway::store::Store;
use ledger::envelope::statement::flag::Flag;
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{Body, GATEWAY, Parsed, SigningKey, Statement, Type, sign_compact, sign_flattened};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::VerifierKey;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::tree::Frontier;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::server::{ORIGIN, registration, seed};

const LEDGER: &str = "gm0599";

/// Who is in it, with the number that the key follows from.
const CAST: [(&str, u64, &str); 4] = [
    ("town", 1_000_000, "municipality"),
    ("ministry", 1_000_001, "ministry"),
    ("corporation", 1_000_002, "housing-corporation"),
    ("police", 1_000_003, "police"),
];

/// The key of somebody in it.
pub(crate) fn key_of(id: &str) -> SigningKey {
    let (_, number, _) = CAST.iter().find(|(name, _, _)| *name == id).unwrap();
    SigningKey::from_seed(&seed(*number))
}

/// An entry: when it was accepted, and what was signed.
pub(crate) type Said = (Instant, Vec<u8>);

/// A ledger that is being written.
pub(crate) struct Past {
    runtime: Runtime,
    folder: TempDir,
    clock: StepClock,
    host: Host,
    writers: Writers,
    said: u32,
}

impl Past {
    /// A new ledger at an instant, with all of the cast admitted.
    pub(crate) fn begin(at: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clock = StepClock::at(at.parse().unwrap());
        let (host, writers) = runtime.block_on(start(folder.path(), &clock));
        let mut past = Self { runtime, folder, clock, host, writers, said: 0 };
        for (id, number, kind) in &CAST[2..] {
            let (key, payload) = registration(id, seed(*number), kind);
            past.take(sign_flattened(&key, Type::Registration.typ(), &payload));
            past.says("town", Type::Admission, json!({ "institution": id, "key": key.public().thumbprint() }));
        }
        past
    }

    /// Some time passes.
    pub(crate) fn pass_to(&self, at: &str) {
        self.clock.set(at.parse().unwrap());
    }

    /// Somebody signs, and it is accepted; gives the hash of what was said.
    pub(crate) fn says(&mut self, by: &str, kind: Type, body: Value) -> Hash {
        let (jws, hash) = self.signs(by, kind, body);
        self.take(jws);
        hash
    }

    /// Somebody signs; gives the statement, and the hash of what it says.
    pub(crate) fn signs(&mut self, by: &str, kind: Type, body: Value) -> (Vec<u8>, Hash) {
        self.said += 1;
        let id = format!("s-{}", self.said);
        let payload =
            json!({ "type": kind.code(), "ledger": ORIGIN, "id": id, "signedAt": "2006-01-01T00:00:00Z", "by": by, "body": body });
        let payload = payload.to_string().into_bytes();
        (sign_flattened(&key_of(by), kind.typ(), &payload), Hash::of(&[&payload]))
    }

    /// An agreement between town and corporation, in force from March 2006, by which the corporation does something by a day.
    pub(crate) fn agree(&mut self, agreement: &str, due: &str, ground: Option<&str>) {
        let obligation = json!({ "id": "huismeester", "debtor": "corporation", "what": "Een huismeester is in dienst en werkt in de wijk.",
            "when": { "kind": "date", "date": due }, "strength": "effort", "goals": ["g"], "evidence": [{ "kind": "note", "title": "Verslag" }] });
        let mut text = json!({ "agreement": agreement, "title": "Wijkconvenant", "goals": [{ "id": "g", "title": "Een veilige wijk" }],
            "themes": ["housing"], "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }], "director": "town",
            "parties": [{ "institution": "town" }, { "institution": "corporation" }],
            "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" }, "obligations": [obligation], "withdrawal": {}, "ladder": {} });
        if let Some(ground) = ground {
            text["withheldGround"] = ground.into();
        }
        let to = self.says("town", Type::Proposal, text);
        for party in ["town", "corporation"] {
            self.says(party, Type::Consent, json!({ "agreement": agreement, "to": to }));
        }
    }

    /// Takes a statement, which must be accepted.
    pub(crate) fn take(&self, statement: Vec<u8>) {
        let ledger = self.host.ledger(LEDGER).unwrap();
        let envelope = Ok(Envelope { statement, attachments: Vec::new() });
        let replies = self.runtime.block_on(Door::of(self.host.clone()).take(ledger, vec![envelope], Duration::from_secs(60)));
        assert!(matches!(&replies[..], [Reply::Accepted { .. }]), "{replies:?}");
    }

    /// Everything that was said so far, flags included.
    pub(crate) fn log(&self) -> Vec<Said> {
        let ledger = self.host.ledger(LEDGER).unwrap();
        let entries: Vec<u64> = (0..ledger.size()).collect();
        let rows = self.runtime.block_on(self.host.store.entries_of(ledger.row.id, &entries)).unwrap();
        rows.into_iter().map(|row| (row.accepted_at, row.jws)).collect()
    }

    /// The key that its checkpoints are signed with.
    pub(crate) fn vkey(&self) -> VerifierKey {
        self.host.ledger(LEDGER).unwrap().row.facts.log_key.parse().unwrap()
    }

    /// Whoever runs it.
    pub(crate) fn operator(&self) -> Operator {
        Operator(read_keys(&self.folder.path().join("keys"), LEDGER).unwrap(), self.vkey())
    }

    /// Stops writing; the files can be served by the real binary.
    pub(crate) fn close(self) -> TempDir {
        let Self { runtime, folder, host, writers, .. } = self;
        runtime.block_on(async {
            writers.finish().await;
            host.store.close().await;
        });
        folder
    }
}

async fn start(folder: &Path, clock: &StepClock) -> (Host, Writers) {
    let registers = |(id, number, kind): (&str, u64, &str)| {
        let (key, payload) = registration(id, seed(number), kind);
        String::from_utf8(sign_compact(&key, Type::Registration.typ(), &payload)).unwrap()
    };
    let (owner, ministry) = (registers(CAST[0]), Some(registers(CAST[1])));
    let new = NewLedger { origin: ORIGIN.into(), level: Level::Local, owner, ministry };
    let (store, keys) = (Store::open(&folder.join("kill.sqlite"), true).await.unwrap(), folder.join("keys"));
    found_ledger(&store, &keys, &new, Clock::Step(clock.clone()).now()).await.unwrap();
    let pace = Pace { clock_confirmed: true, ..Pace::default() };
    Host::start(store, &keys, Clock::Step(clock.clone()), pace).await.unwrap()
}

/// Who holds the keys of a ledger, and so can sign whatever history it likes.
pub(crate) struct Operator(GatewayKeys, VerifierKey);

impl Operator {
    /// A flag, signed as the gateway signs its own.
    pub(crate) fn flags(&self, flag: &Flag, id: &str, at: Instant) -> Vec<u8> {
        let (ledger, by) = (ORIGIN.parse().unwrap(), GATEWAY.parse().unwrap());
        let body = Body::from(flag.clone());
        let statement = Statement { ledger, id: id.parse().unwrap(), signed_at: at, by, on_behalf_of: None, body };
        sign_flattened(&self.0.statements, Type::Flag.typ(), &statement.to_payload())
    }

    /// Serves this log: every hash fits, and the checkpoint is signed with the right key.
    pub(crate) fn serves(&self, log: &[Said]) -> Lie {
        let (mut frontier, mut records) = (Frontier::empty(), Vec::new());
        for (entry, (at, jws)) in (0_u64..).zip(log) {
            let salt = Hash::of(&[&entry.to_be_bytes()]).0;
            let leaf = Entry::new(*at, &salt, &record_bytes(ORIGIN, entry, *at, jws));
            frontier.append(leaf.leaf_hash());
            let [salt, leaf, jws] = [&salt[..], leaf.as_bytes(), jws].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
            records.push(json!({ "entry": entry, "acceptedAt": at, "salt": salt, "leaf": leaf, "jws": jws }));
        }
        let checkpoint = Checkpoint::new(ORIGIN, frontier.size(), frontier.root()).unwrap();
        Lie::told(checkpoint.sign(&self.0.log.signer(&self.1).unwrap()).unwrap().to_string(), records)
    }
}

/// A gateway of an operator's own making, as much of one as a monitor asks.
pub(crate) struct Lie {
    /// Where it listens.
    pub(crate) url: String,
    _runtime: Runtime,
}

impl Lie {
    fn told(checkpoint: String, records: Vec<Value>) -> Self {
        let records = Arc::new(records);
        let page = move |Query(asked): Query<Vec<(String, u64)>>| {
            let number = |name: &str| asked.iter().find(|(key, _)| key == name).map_or(0, |(_, number)| *number as usize);
            let end = records.len().min(number("from") + number("limit"));
            let page = json!({ "records": records[number("from").min(end)..end], "size": records.len() });
            async move { ([(CONTENT_TYPE, "application/json")], page.to_string()) }
        };
        let router = Router::new()
            .route("/v1/ledgers/gm0599/checkpoint", get(move || async move { ([(CONTENT_TYPE, "text/plain; charset=utf-8")], checkpoint) }))
            .route("/v1/ledgers/gm0599/records", get(page))
            .route("/v1/ledgers/gm0599/trust", get(|| async { ([(CONTENT_TYPE, "application/json")], r#"{"logKeys":[]}"#) }));
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, _runtime: runtime }
    }
}

/// The flags of a log, with their places.
pub(crate) fn flags_of(log: &[Said]) -> Vec<(usize, Flag)> {
    let flag = |jws: &[u8]| match &Parsed::parse(jws).unwrap().statement().body {
        Body::Flag(flag) => Some(flag.clone()),
        _ => None,
    };
    log.iter().enumerate().filter_map(|(at, (_, jws))| Some((at, flag(jws)?))).collect()
}
