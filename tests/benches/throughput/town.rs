//! The load: agreements of 25 obligations each, whose debtors report and whose creditors accept.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use gateway::api::router;
use gateway::clock::{Clock, StepClock};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::{Host, Writers};
use gateway::sequencer::Pace;
use harness::Home;
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{SigningKey, Type, sign_compact, sign_flattened};
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::load::{Round, send, send_paced};

const ORIGIN: &str = "bench.example/gm0599";
/// Of each agreement.
pub(crate) const OBLIGATIONS: usize = 25;
const PATH: &str = "/v1/ledgers/gm0599/statements";

struct Actor {
    id: &'static str,
    key: Arc<SigningKey>,
}

fn actor(id: &'static str, seed: u8) -> Actor {
    Actor { id, key: Arc::new(SigningKey::from_seed(&[seed; 32])) }
}

impl Actor {
    fn payload(&self, kind: Type, id: &str, body: &Value) -> Vec<u8> {
        json!({ "type": kind.code(), "ledger": ORIGIN, "id": id, "signedAt": "2006-01-02T00:00:00Z", "by": self.id, "body": body })
            .to_string()
            .into_bytes()
    }

    /// The envelope of a statement, and the hash of its payload.
    fn says(&self, kind: Type, id: &str, body: &Value) -> (Vec<u8>, Hash) {
        let payload = self.payload(kind, id, body);
        let jws = sign_flattened(&self.key, kind.typ(), &payload);
        ([b"{\"statement\":".as_slice(), &jws, b"}"].concat(), Hash::of(&[&payload]))
    }

    fn registration(&self, kind: &str) -> Value {
        let jwk: Value = serde_json::from_str(&self.key.public().to_jwk().to_string()).expect("a JWK");
        json!({ "institution": self.id, "name": self.id, "kind": kind, "identifiers": {}, "key": jwk })
    }

    fn registers(&self, kind: &str) -> String {
        let payload = self.payload(Type::Registration, "registration", &self.registration(kind));
        String::from_utf8(sign_compact(&self.key, Type::Registration.typ(), &payload)).expect("ASCII")
    }
}

fn proposal(agreement: &str) -> Value {
    let obligation = |i: usize| {
        json!({ "id": format!("o{i}"), "debtor": "corporation", "what": "Een buurtregisseur is in dienst en werkt in de wijk.", "creditors": ["town"],
            "when": { "kind": "rhythm", "rule": "FREQ=MONTHLY" }, "strength": "effort", "goals": ["g"], "evidence": [{ "kind": "note", "title": "Verslag" }] })
    };
    let obligations: Vec<Value> = (0..OBLIGATIONS).map(obligation).collect();
    json!({ "agreement": agreement, "title": "Wijkconvenant", "goals": [{ "id": "g", "title": "Een veilige wijk" }], "themes": ["housing"],
        "neighbourhoods": [{ "code": "BU05991080", "referenceYear": 2006, "name": "De wijk" }], "director": "town",
        "parties": [{ "institution": "town" }, { "institution": "corporation" }],
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" }, "obligations": obligations, "withdrawal": {}, "ladder": {} })
}

/// Sets up so many agreements, then measures reports and acceptances together.
pub(crate) async fn run(agreements: usize, clients: usize, pace: Pace) -> Round {
    run_at(&Home::embedded(), 1, agreements, clients, pace).await
}

/// The same at so many gateways on one database.
pub(crate) async fn run_at(home: &Home, gateways: usize, agreements: usize, clients: usize, pace: Pace) -> Round {
    let town = Town::open(home, gateways, pace).await;
    town.sign(0..agreements, clients).await;
    town.clock.set(at("2006-03-20T00:00:00Z"));
    let round = town.report(0..agreements, "2006-04-01", clients).await;
    if clients == 64 && pace.batch > 1 {
        // The next due date is open from here on.
        town.clock.set(at("2006-04-10T00:00:00Z"));
        let half = town.report_paced(0..agreements, "2006-05-01", clients, round.per_second / 2.0).await;
        println!("  at half that load: {:.0}/s, p50 {:.1} ms, p99 {:.1} ms", half.per_second, half.p50, half.p99);
    }
    town.finish().await;
    round
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// A municipality with its corporation, at so many gateways.
pub(crate) struct Town {
    pub(crate) clock: StepClock,
    actors: [Actor; 2],
    addresses: Vec<SocketAddr>,
    running: Vec<(JoinHandle<std::io::Result<()>>, Writers)>,
}

impl Town {
    /// A new ledger, on which both institutions are admitted.
    pub(crate) async fn open(home: &Home, gateways: usize, pace: Pace) -> Self {
        let (town, ministry) = (actor("town", 1), actor("ministry", 3));
        let new = NewLedger {
            origin: ORIGIN.into(),
            level: Level::Local,
            owner: town.registers("municipality"),
            ministry: Some(ministry.registers("ministry")),
        };
        found_ledger(&home.open(true).await, &home.keys(), &new, at("2006-02-01T00:00:00Z")).await.expect("a ledger");
        let opened = Self::reopen(home, gateways, pace, at("2006-02-01T00:00:00Z")).await;
        let [town, corporation] = &opened.actors;
        let (registration, _) = corporation.says(Type::Registration, "r", &corporation.registration("housing-corporation"));
        let key = corporation.key.public().thumbprint();
        let (admission, _) = town.says(Type::Admission, "a", &json!({ "institution": "corporation", "key": key }));
        for statement in [registration, admission] {
            opened.send(vec![statement], 1).await;
        }
        opened
    }

    /// The same ledger, served anew from an instant on.
    pub(crate) async fn reopen(home: &Home, gateways: usize, pace: Pace, now: Instant) -> Self {
        let clock = StepClock::at(now);
        let (mut addresses, mut running) = (Vec::new(), Vec::new());
        for _ in 0..gateways {
            let store = home.open(false).await;
            let (host, writers) = Host::start(store, &home.keys(), Clock::Step(clock.clone()), pace).await.expect("a gateway");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            addresses.push(listener.local_addr().expect("an address"));
            running.push((tokio::spawn(async move { axum::serve(listener, router(host)).await }), writers));
        }
        Self { clock, actors: [actor("town", 1), actor("corporation", 2)], addresses, running }
    }

    /// Everything that was judged is durable, and written out, when this returns.
    pub(crate) async fn finish(self) {
        for (server, writers) in self.running {
            server.abort();
            writers.finish().await;
        }
    }

    async fn send(&self, statements: Vec<Vec<u8>>, clients: usize) -> Round {
        send(&self.addresses, PATH, statements, clients, "201").await
    }

    /// As many a second as this.
    async fn send_paced(&self, statements: Vec<Vec<u8>>, clients: usize, per_second: f64) -> Round {
        send_paced(&self.addresses, PATH, statements, clients, "201", per_second).await
    }

    /// These agreements are proposed and signed by both.
    pub(crate) async fn sign(&self, agreements: Range<usize>, clients: usize) {
        let [town, corporation] = &self.actors;
        let (mut proposals, mut consents) = (Vec::new(), Vec::new());
        for i in agreements {
            let name = format!("agreement-{i}");
            let (proposal, hash) = town.says(Type::Proposal, &format!("p{i}"), &proposal(&name));
            proposals.push(proposal);
            consents.extend(
                [town, corporation].map(|party| party.says(Type::Consent, &format!("c{i}"), &json!({ "agreement": name, "to": hash })).0),
            );
        }
        self.send(proposals, clients).await;
        self.send(consents, clients).await;
    }

    /// What was due on a day is reported and accepted, for each obligation of these agreements.
    pub(crate) async fn report(&self, agreements: Range<usize>, due: &str, clients: usize) -> Round {
        let (reports, acceptances) = self.reports(agreements, due);
        let first = self.send(reports, clients).await;
        let second = self.send(acceptances, clients).await;
        both(&first, &second)
    }

    /// The same, so many statements a second.
    pub(crate) async fn report_paced(&self, agreements: Range<usize>, due: &str, clients: usize, per_second: f64) -> Round {
        let (reports, acceptances) = self.reports(agreements, due);
        let first = self.send_paced(reports, clients, per_second).await;
        let second = self.send_paced(acceptances, clients, per_second).await;
        both(&first, &second)
    }

    fn reports(&self, agreements: Range<usize>, due: &str) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let [town, corporation] = &self.actors;
        let (mut reports, mut acceptances) = (Vec::new(), Vec::new());
        for o in 0..OBLIGATIONS {
            for i in agreements.clone() {
                let (agreement, id) = (format!("agreement-{i}"), format!("{i}-{o}-{due}"));
                let evidence = json!([{ "form": "referenced", "kind": "note", "hash": Hash::of(&[id.as_bytes()]), "uri": "https://corporation.example/note" }]);
                let body = json!({ "agreement": agreement, "obligation": format!("o{o}"), "instances": [due], "evidence": evidence });
                let (report, hash) = corporation.says(Type::Report, &format!("r{id}"), &body);
                reports.push(report);
                acceptances.push(town.says(Type::Acceptance, &format!("a{id}"), &json!({ "agreement": agreement, "report": hash })).0);
            }
        }
        (reports, acceptances)
    }
}

fn both(first: &Round, second: &Round) -> Round {
    Round {
        per_second: 2.0 / (1.0 / first.per_second + 1.0 / second.per_second),
        p50: first.p50.max(second.p50),
        p99: first.p99.max(second.p99),
    }
}
