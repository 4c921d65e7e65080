//! A gateway in this process: a real database in a temporary folder, the real router, a clock that is stepped.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};

use gateway::clock::{Clock, StepClock};
use gateway::found::{NewLedger, found_ledger_by, newest_versions};
use gateway::host::{Host, Writers};
use gateway::keys::make_log_key;
use gateway::sequencer::Pace;
use gateway::settings::Limits;
use gateway::web::{router, router_within};
use gateway::witnessing::{Cadence, Panel};
use ledger::envelope::statement::genesis::{Level, Versions};
use ledger::envelope::{SigningKey, Type, sign_compact, sign_flattened};
use ledger::log::note::VerifierKey;
use ledger::log::possession::prove;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::home::Home;

/// Origin of the ledger that every gate has.
pub const ORIGIN: &str = "test.example/gm0599";
/// Where its statements go.
pub const STATEMENTS: &str = "/v1/ledgers/gm0599/statements";

/// An institution with its own key.
#[derive(Clone)]
pub struct Signer {
    /// Its id.
    pub id: &'static str,
    /// Its key.
    pub key: Arc<SigningKey>,
}

/// A signed statement.
pub struct Signed {
    /// The flattened JWS.
    pub jws: Vec<u8>,
    /// SHA-256 of its payload.
    pub hash: Hash,
}

impl Signer {
    /// An institution whose key follows from a number.
    pub fn new(id: &'static str, seed: u8) -> Self {
        Self { id, key: Arc::new(SigningKey::from_seed(&[seed; 32])) }
    }

    /// A payload that says this.
    pub fn payload(&self, kind: Type, id: &str, body: &Value) -> Vec<u8> {
        self.payload_in(ORIGIN, kind, id, body)
    }

    /// The same in another ledger.
    pub fn payload_in(&self, origin: &str, kind: Type, id: &str, body: &Value) -> Vec<u8> {
        json!({ "type": kind.code(), "ledger": origin, "id": id, "signedAt": "2006-01-02T00:00:00Z", "by": self.id, "body": body })
            .to_string()
            .into_bytes()
    }

    /// A statement that says this.
    pub fn says(&self, kind: Type, id: &str, body: &Value) -> Signed {
        let payload = self.payload(kind, id, body);
        Signed { jws: sign_flattened(&self.key, kind.typ(), &payload), hash: Hash::of(&[&payload]) }
    }

    /// The body of its registration.
    pub fn registration(&self, kind: &str) -> Value {
        let jwk: Value = serde_json::from_str(&self.key.public().to_jwk().to_string()).expect("a JWK is JSON");
        json!({ "institution": self.id, "name": self.id, "kind": kind, "identifiers": {}, "key": jwk })
    }

    /// Its self-signed registration, compact, as `init` takes it.
    pub fn registers(&self, kind: &str) -> String {
        self.registers_in(ORIGIN, kind)
    }

    /// The same in another ledger.
    pub fn registers_in(&self, origin: &str, kind: &str) -> String {
        let payload = self.payload_in(origin, Type::Registration, "registration", &self.registration(kind));
        String::from_utf8(sign_compact(&self.key, Type::Registration.typ(), &payload)).expect("a compact JWS is ASCII")
    }
}

/// A running gateway with one ledger, whose owner is `town`.
pub struct Gate {
    home: Arc<Home>,
    /// The hands of its clock.
    pub clock: StepClock,
    /// What runs.
    pub host: Host,
    /// Its routes.
    pub router: Router,
    writers: Writers,
    /// The owner.
    pub town: Signer,
    /// The ministry.
    pub ministry: Signer,
}

impl Gate {
    /// A new ledger at an instant.
    pub async fn open(at: &str) -> Self {
        Self::open_within(at, &Limits::default()).await
    }

    /// A new ledger at an instant, by these versions of the rules.
    pub async fn open_by(versions: &Value, at: &str) -> Self {
        let versions = serde_json::from_value(versions.clone()).expect("versions");
        Self::found(Home::new(), at, &Limits::default(), &versions).await
    }

    /// A new ledger at an instant, in a gateway with these limits.
    pub async fn open_within(at: &str, limits: &Limits) -> Self {
        Self::open_in(Home::new(), at, limits).await
    }

    /// A new ledger at an instant, in a SQLite file whatever is being tested.
    pub async fn embedded(at: &str) -> Self {
        Self::open_in(Home::embedded(), at, &Limits::default()).await
    }

    /// A new ledger at an instant, in a database of its own.
    pub async fn open_in(home: Home, at: &str, limits: &Limits) -> Self {
        Self::found(home, at, limits, &newest_versions()).await
    }

    async fn found(home: Home, at: &str, limits: &Limits, versions: &Versions) -> Self {
        let at: Instant = at.parse().expect("an instant");
        let (town, ministry) = (Signer::new("town", 1), Signer::new("ministry", 3));
        let new = NewLedger {
            origin: ORIGIN.into(),
            level: Level::Local,
            owner: town.registers("municipality"),
            ministry: Some(ministry.registers("ministry")),
        };
        let store = home.open(true).await;
        found_ledger_by(versions, &store, &home.keys(), &new, at).await.expect("a ledger");
        let clock = StepClock::at(at);
        let (host, writers) = Host::start(store, &home.keys(), Clock::Step(clock.clone()), pace(limits)).await.expect("a gateway");
        Self { home: Arc::new(home), clock, router: router_within(host.clone(), limits), host, writers, town, ministry }
    }

    /// Another gateway on the same database, with the same clock.
    pub async fn beside(&self) -> Self {
        self.beside_within(&Limits::default()).await
    }

    /// The same, with these limits.
    pub async fn beside_within(&self, limits: &Limits) -> Self {
        self.beside_by(self.clock.clone(), limits).await
    }

    /// The same, by a clock of its own.
    pub async fn beside_by(&self, clock: StepClock, limits: &Limits) -> Self {
        let store = self.home.open(false).await;
        let (host, writers) = Host::start(store, &self.home.keys(), Clock::Step(clock.clone()), pace(limits)).await.expect("a gateway");
        let (home, router) = (self.home.clone(), router_within(host.clone(), limits));
        Self { home, clock, router, host, writers, town: Signer::new("town", 1), ministry: Signer::new("ministry", 3) }
    }

    /// Stops the writers and starts anew on the same database, under another clock.
    pub async fn reopen(self, clock: Clock) -> Self {
        self.reopen_after(clock, || ()).await
    }

    /// The same, and in between something happens to its files.
    pub async fn reopen_after(self, clock: Clock, meanwhile: impl FnOnce()) -> Self {
        self.reopen_at(clock, meanwhile, pace(&Limits::default())).await
    }

    /// The same, and no operator says that the clock is right.
    pub async fn reopen_unconfirmed(self, clock: Clock) -> Self {
        self.reopen_at(clock, || (), Pace { clock_confirmed: false, ..pace(&Limits::default()) }).await
    }

    async fn reopen_at(self, clock: Clock, meanwhile: impl FnOnce(), pace: Pace) -> Self {
        let Self { home, clock: hands, host, writers, town, ministry, .. } = self;
        writers.finish().await;
        host.store.close().await;
        meanwhile();
        let store = home.open(false).await;
        let (host, writers) = Host::start(store, &home.keys(), clock, pace).await.expect("a gateway");
        Self { home, clock: hands, router: router(host.clone()), host, writers, town, ministry }
    }

    /// The same gate, whose ledger is shown to these witnesses.
    pub fn witnessed_by(mut self, panels: BTreeMap<String, Panel>, cadence: Cadence) -> Self {
        self.host.witnessed_by(panels, cadence, &mut self.writers);
        self
    }

    /// The same gate, which checks what it stored.
    pub async fn checked_at(mut self, cadence: gateway::checking::Cadence) -> Self {
        self.host.checked_at(cadence, &mut self.writers).await;
        self
    }

    /// Stops the writers and closes the database, which stays as long as what this gives.
    pub async fn close(self) -> Arc<Home> {
        let Self { home, host, writers, .. } = self;
        writers.finish().await;
        host.store.close().await;
        home
    }

    /// The database file, of one that is embedded.
    pub fn database(&self) -> PathBuf {
        self.home.file()
    }

    /// Where its keys, its database and its content are.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Sends a request to the real router.
    pub async fn send(&self, method: &str, path: &str, content_type: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header("content-type", content_type);
        self.answer(request.body(Body::from(body)).expect("a request")).await
    }

    /// Posts something, and takes only an answer in this form.
    pub async fn send_accepting(&self, path: &str, content_type: &str, body: Vec<u8>, accept: &str) -> (StatusCode, Value) {
        let request = Request::post(path).header("content-type", content_type).header("accept", accept);
        self.answer(request.body(Body::from(body)).expect("a request")).await
    }

    async fn answer(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.router.clone().oneshot(request).await.expect("the router answers");
        let status = response.status();
        assert!(response.headers().contains_key("api-version"), "every answer has the API's version");
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let value = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        (status, value)
    }

    /// Asks for something and gives the answer as it came: status, headers, bytes.
    pub async fn fetch(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.ask("GET", path, &[]).await
    }

    /// Asks for something without a body, with these headers; gives the answer as it came.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request =
            headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).expect("a request");
        let (head, body) = self.router.clone().oneshot(request).await.expect("the router answers").into_parts();
        (head.status, head.headers, axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec())
    }

    /// Submits one statement.
    pub async fn submit(&self, statement: &Signed) -> (StatusCode, Value) {
        self.send("POST", STATEMENTS, "application/jose+json", statement.jws.clone()).await
    }

    /// Submits one statement; the answer comes with its headers.
    pub async fn offer(&self, statement: &Signed) -> (StatusCode, HeaderMap, Value) {
        let request = Request::post(STATEMENTS).header("content-type", "application/jose+json");
        let request = request.body(Body::from(statement.jws.clone())).expect("a request");
        let (head, body) = self.router.clone().oneshot(request).await.expect("the router answers").into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        (head.status, head.headers, serde_json::from_slice(&bytes).expect("JSON"))
    }

    /// Submits one statement that must be accepted.
    pub async fn accept(&self, statement: &Signed) -> u64 {
        let (status, answer) = self.submit(statement).await;
        assert!(status.is_success(), "{status} {answer}");
        answer["entry"].as_u64().expect("an entry")
    }

    /// A page of this ledger, as text.
    pub async fn page(&self, path: &str) -> String {
        String::from_utf8(self.fetch(&format!("/gm0599/{path}")).await.2).expect("UTF-8")
    }

    /// Reads something.
    pub async fn get(&self, path: &str) -> Value {
        let (status, value) = self.send("GET", path, "application/json", Vec::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {value}");
        value
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.host.ledger("gm0599").expect("the ledger").size()
    }

    /// Waits until everything that was acknowledged can be read.
    pub async fn settled(&self) {
        self.host.ledger("gm0599").expect("the ledger").settled().await.expect("derived rows in time");
    }

    /// The operator makes a key for the log, and the owner announces it: until an instant both keys sign. Gives the key, its
    /// file, and the entry that names it.
    pub async fn rotate_log_key(&self, id: &str, until: &str) -> (VerifierKey, PathBuf, u64) {
        let (signer, file) = make_log_key(&self.home.keys(), "gm0599", ORIGIN).expect("a key");
        let body = json!({ "logKey": signer.verifier().to_string(), "proof": prove(&signer), "oldSignsUntil": until });
        let entry = self.accept(&self.town.says(Type::LogKeyRotation, id, &body)).await;
        (signer.verifier().clone(), file, entry)
    }

    /// Registers and admits an institution.
    pub async fn admit(&self, signer: &Signer, kind: &str) {
        self.accept(&signer.says(Type::Registration, "registration", &signer.registration(kind))).await;
        let body = json!({ "institution": signer.id, "key": signer.key.public().thumbprint() });
        self.accept(&self.town.says(Type::Admission, &format!("admit-{}", signer.id), &body)).await;
    }
}

fn pace(limits: &Limits) -> Pace {
    Pace { clock_confirmed: true, queue: limits.queue as usize, ..Pace::default() }
}

/// A proposal of an agreement between `town` and `corporation`, with these obligations.
pub fn proposal(agreement: &str, obligations: &[Value]) -> Value {
    json!({ "agreement": agreement, "title": "Wijkconvenant", "goals": [{ "id": "g", "title": "Een veilige wijk" }], "themes": ["housing"],
        "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }], "director": "town",
        "parties": [{ "institution": "town" }, { "institution": "corporation" }],
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" }, "obligations": obligations, "withdrawal": {}, "ladder": {} })
}

/// An obligation of the corporation, due once.
pub fn obligation(id: &str, date: &str) -> Value {
    json!({ "id": id, "debtor": "corporation", "what": "Een buurtregisseur is in dienst en werkt in de wijk.",
        "when": { "kind": "date", "date": date }, "strength": "effort", "goals": ["g"], "evidence": [{ "kind": "note", "title": "Verslag" }] })
}

/// A batch of registrations by strangers, numbered from here on.
pub fn strangers(from: u64, count: u64) -> Vec<u8> {
    let registration = |number: u64| {
        let id: &'static str = Box::leak(format!("stranger-{number}").into_boxed_str());
        let key = SigningKey::from_seed(Hash::of(&[&number.to_be_bytes()]).as_bytes());
        let stranger = Signer { id, key: Arc::new(key) };
        let jws = stranger.says(Type::Registration, "r", &stranger.registration("other")).jws;
        json!({ "statement": serde_json::from_slice::<Value>(&jws).expect("JSON") })
    };
    json!({ "statements": (from..from + count).map(registration).collect::<Vec<_>>() }).to_string().into_bytes()
}
