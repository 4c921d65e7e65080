//! A ledger to read from: agreements in many neighbourhoods, reported on month after month, some of it not.

use harness::gate::{Gate, Signed, Signer};
use ledger::envelope::Type;
use ledger::words::Hash;
use serde_json::{Value, json};

/// Where it is served.
pub(crate) const LEDGER: &str = "/v1/ledgers/gm0599";
/// Statements in one request.
const BATCH: usize = 500;
/// Of so many obligations one is left alone.
const NEGLECTED: usize = 20;

/// How much there is.
pub(crate) struct Fill {
    pub(crate) agreements: usize,
    pub(crate) obligations: usize,
    pub(crate) months: usize,
}

impl Fill {
    /// A report and an acceptance for each obligation in each month: a hundred thousand.
    pub(crate) const FULL: Self = Self { agreements: 400, obligations: 25, months: 5 };
}

/// Fills a ledger by its own door.
pub(crate) async fn fill(fill: &Fill) -> Gate {
    let gate = Gate::open("2006-02-01T09:00:00Z").await;
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let (mut proposals, mut consents) = (Vec::new(), Vec::new());
    for i in 0..fill.agreements {
        let proposal = gate.town.says(Type::Proposal, &format!("p{i}"), &proposal(i, fill.obligations));
        for party in [&gate.town, &corporation] {
            consents.push(party.says(Type::Consent, &format!("c{i}"), &json!({ "agreement": name(i), "to": proposal.hash })));
        }
        proposals.push(proposal);
    }
    send(&gate, &proposals).await;
    send(&gate, &consents).await;
    for month in 0..fill.months {
        gate.clock.set(format!("2006-{:02}-20T09:00:00Z", month + 3).parse().expect("an instant"));
        let due = format!("2006-{:02}-01", month + 4);
        let (mut reports, mut acceptances) = (Vec::new(), Vec::new());
        for (i, o) in (0..fill.agreements).flat_map(|i| (0..fill.obligations).map(move |o| (i, o))) {
            if (i * fill.obligations + o) % NEGLECTED == 7 {
                continue;
            }
            let id = format!("{i}-{o}-{month}");
            let evidence = json!([{ "form": "referenced", "kind": "note", "hash": Hash::of(&[id.as_bytes()]), "uri": "https://corporation.example/note" }]);
            let body = json!({ "agreement": name(i), "obligation": format!("o{o}"), "instances": [due], "evidence": evidence });
            let report = corporation.says(Type::Report, &format!("r{id}"), &body);
            acceptances.push(gate.town.says(Type::Acceptance, &format!("a{id}"), &json!({ "agreement": name(i), "report": report.hash })));
            reports.push(report);
        }
        send(&gate, &reports).await;
        send(&gate, &acceptances).await;
    }
    gate.clock.set(format!("2006-{:02}-28T09:00:00Z", fill.months + 2).parse().expect("an instant"));
    gate.get(&format!("{LEDGER}/counts")).await;
    gate
}

fn name(i: usize) -> String {
    format!("agreement-{i:04}")
}

/// A monthly duty for each obligation, in one of many neighbourhoods.
fn proposal(i: usize, obligations: usize) -> Value {
    let obligation = |o: usize| {
        json!({ "id": format!("o{o}"), "debtor": "corporation", "what": "Een buurtregisseur is in dienst en werkt in de wijk.", "creditors": ["town"],
            "when": { "kind": "rhythm", "rule": "FREQ=MONTHLY" }, "strength": "effort", "goals": ["g"], "evidence": [{ "kind": "note", "title": "Verslag" }] })
    };
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    let code = format!("BU0599{:02}{}{}", i % 40 / 10, letter(i % 10), letter(i % 10));
    json!({ "agreement": name(i), "title": format!("Wijkconvenant {i}"), "goals": [{ "id": "g", "title": "Een veilige wijk" }], "themes": ["housing"],
        "neighbourhoods": [{ "code": code, "referenceYear": 2006, "name": format!("Buurt {}", i % 40) }], "director": "town",
        "parties": [{ "institution": "town" }, { "institution": "corporation" }],
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" }, "obligations": (0..obligations).map(obligation).collect::<Vec<_>>(),
        "withdrawal": {}, "ladder": {} })
}

async fn send(gate: &Gate, statements: &[Signed]) {
    for chunk in statements.chunks(BATCH) {
        let envelopes: Vec<String> = chunk.iter().map(|one| format!("{{\"statement\":{}}}", String::from_utf8_lossy(&one.jws))).collect();
        let body = format!("{{\"statements\":[{}]}}", envelopes.join(","));
        let (status, answer) = gate.send("POST", &format!("{LEDGER}/statements"), "application/json", body.into_bytes()).await;
        assert!(status.is_success(), "{status} {answer}");
        let answers = answer["answers"].as_array().expect("an answer for each");
        assert!(answers.iter().all(|one| one["status"] == 201), "{:#}", answers.iter().find(|one| one["status"] != 201).expect("one"));
    }
}
