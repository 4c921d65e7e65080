//! The load: agreements of 25 obligations each, whose debtors report and whose creditors accept.

use std::sync::Arc;

use gateway::api::router;
use gateway::clock::{Clock, StepClock};
use gateway::found::{NewLedger, found_ledger};
use gateway::host::Host;
use gateway::sequencer::Pace;
use harness::Home;
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::{SigningKey, Type, sign_compact, sign_flattened};
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::load::{Round, send};

const ORIGIN: &str = "bench.example/gm0599";
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
    let obligations: Vec<Value> = (0..25).map(obligation).collect();
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
    let (town, corporation, ministry) = (actor("town", 1), actor("corporation", 2), actor("ministry", 3));
    let store = home.open(true).await;
    let at = |text: &str| text.parse::<Instant>().expect("an instant");
    let clock = StepClock::at(at("2006-02-01T00:00:00Z"));
    let new = NewLedger {
        origin: ORIGIN.into(),
        level: Level::Local,
        owner: town.registers("municipality"),
        ministry: Some(ministry.registers("ministry")),
    };
    let keys = home.keys();
    found_ledger(&store, &keys, &new, at("2006-02-01T00:00:00Z")).await.expect("a ledger");
    let (mut addresses, mut running) = (Vec::new(), Vec::new());
    for gateway in 0..gateways {
        let store = if gateway == 0 { store.clone() } else { home.open(false).await };
        let (host, writers) = Host::start(store, &keys, Clock::Step(clock.clone()), pace).await.expect("a gateway");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        addresses.push(listener.local_addr().expect("an address"));
        running.push((tokio::spawn(async move { axum::serve(listener, router(host)).await }), writers));
    }

    let (registration, _) = corporation.says(Type::Registration, "r", &corporation.registration("housing-corporation"));
    send(&addresses, PATH, vec![registration], 1, "201").await;
    let (admission, _) =
        town.says(Type::Admission, "a", &json!({ "institution": "corporation", "key": corporation.key.public().thumbprint() }));
    send(&addresses, PATH, vec![admission], 1, "201").await;
    let (mut proposals, mut consents) = (Vec::new(), Vec::new());
    for i in 0..agreements {
        let name = format!("agreement-{i}");
        let (proposal, hash) = town.says(Type::Proposal, &format!("p{i}"), &proposal(&name));
        proposals.push(proposal);
        consents.extend(
            [&town, &corporation].map(|party| party.says(Type::Consent, &format!("c{i}"), &json!({ "agreement": name, "to": hash })).0),
        );
    }
    send(&addresses, PATH, proposals, clients, "201").await;
    send(&addresses, PATH, consents, clients, "201").await;
    clock.set(at("2006-03-20T00:00:00Z"));

    let (mut reports, mut acceptances) = (Vec::new(), Vec::new());
    for o in 0..25 {
        for i in 0..agreements {
            let id = format!("{i}-{o}");
            let evidence = json!([{ "form": "referenced", "kind": "note", "hash": Hash::of(&[id.as_bytes()]), "uri": "https://corporation.example/note" }]);
            let body = json!({ "agreement": format!("agreement-{i}"), "obligation": format!("o{o}"), "instances": ["2006-04-01"], "evidence": evidence });
            let (report, hash) = corporation.says(Type::Report, &format!("r{id}"), &body);
            reports.push(report);
            acceptances
                .push(town.says(Type::Acceptance, &format!("a{id}"), &json!({ "agreement": format!("agreement-{i}"), "report": hash })).0);
        }
    }
    let first = send(&addresses, PATH, reports, clients, "201").await;
    let second = send(&addresses, PATH, acceptances, clients, "201").await;
    for (server, writers) in running {
        server.abort();
        drop(writers);
    }
    Round {
        per_second: 2.0 / (1.0 / first.per_second + 1.0 / second.per_second),
        p50: first.p50.max(second.p50),
        p99: first.p99.max(second.p99),
    }
}
