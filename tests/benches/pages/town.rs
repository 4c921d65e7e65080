//! A town with many agreements: each with eight monthly promises, of which the last is never kept.

use harness::gate::{Gate, STATEMENTS, Signer};
use ledger::envelope::Type;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

/// Statements for one agreement: a proposal, two consents, and a report with its acceptance for each promise that is kept.
const OF_ONE: usize = 3 + 2 * (PROMISES - 1) * MONTHS.len();
const PROMISES: usize = 8;
/// The due dates that are reported on, each in the week before it.
const MONTHS: [&str; 3] = ["2006-04-01", "2006-05-01", "2006-06-01"];
/// At most this many statements in one request.
const BATCH: usize = 200;

/// Fills a new ledger with about so many statements; the clock adds its own.
pub(crate) async fn fill(gate: &Gate, statements: usize) {
    let corporation = Signer::new("corporation", 2);
    gate.admit(&corporation, "housing-corporation").await;
    let agreements = statements / OF_ONE;
    let mut opening = Vec::new();
    for number in 0..agreements {
        let (id, text) = (format!("convenant-{number}"), proposal(number));
        let offer = gate.town.says(Type::Proposal, &format!("p{number}"), &text);
        opening.push(offer.jws);
        for party in [&gate.town, &corporation] {
            opening.push(party.says(Type::Consent, &format!("c{number}"), &json!({ "agreement": id, "to": offer.hash })).jws);
        }
    }
    submit(gate, opening).await;
    for due in MONTHS {
        let day: ledger::words::Day = due.parse().expect("a day");
        gate.clock.set(Instant::from_millis(day.start().millis() - 3 * 86_400_000).expect("an instant"));
        let mut kept = Vec::new();
        for number in 0..agreements {
            for promise in 0..PROMISES - 1 {
                let name = format!("{number}-{promise}-{due}");
                let evidence = json!([{ "form": "referenced", "kind": "note", "hash": Hash::of(&[name.as_bytes()]), "uri": "https://corporation.example/note" }]);
                let agreement = format!("convenant-{number}");
                let body = json!({ "agreement": agreement, "obligation": format!("o{promise}"), "instances": [due], "evidence": evidence });
                let report = corporation.says(Type::Report, &format!("r{name}"), &body);
                kept.push(report.jws);
                kept.push(
                    gate.town.says(Type::Acceptance, &format!("a{name}"), &json!({ "agreement": agreement, "report": report.hash })).jws,
                );
            }
        }
        submit(gate, kept).await;
    }
    gate.settled().await;
}

async fn submit(gate: &Gate, statements: Vec<Vec<u8>>) {
    for chunk in statements.chunks(BATCH) {
        let envelope = |jws: &Vec<u8>| json!({ "statement": serde_json::from_slice::<Value>(jws).expect("a JWS is JSON") });
        let batch = json!({ "statements": chunk.iter().map(envelope).collect::<Vec<_>>() });
        let (_, answer) = gate.send("POST", STATEMENTS, "application/json", batch.to_string().into_bytes()).await;
        let answers = answer["answers"].as_array().expect("answers");
        let refused = answers.iter().find(|answer| answer["status"] != 201);
        assert!(refused.is_none(), "{}", refused.expect("one"));
    }
}

fn proposal(number: usize) -> Value {
    let promise = |promise: usize| {
        json!({ "id": format!("o{promise}"), "debtor": "corporation", "what": "Een buurtregisseur is in dienst en werkt in de wijk.",
            "creditors": ["town"], "when": { "kind": "rhythm", "rule": "FREQ=MONTHLY" }, "strength": "effort", "goals": ["g"],
            "evidence": [{ "kind": "note", "title": "Verslag" }] })
    };
    let area = json!({ "code": format!("BU0599{:04}", number % 600), "referenceYear": 2006, "name": format!("Wijk {}", number % 600) });
    json!({ "agreement": format!("convenant-{number}"), "title": format!("Wijkconvenant {number}"), "goals": [{ "id": "g", "title": "Een veilige wijk" }],
        "themes": ["housing"], "neighbourhoods": [area], "director": "town",
        "parties": [{ "institution": "town" }, { "institution": "corporation" }],
        "period": { "startDate": "2006-03-01", "endDate": "2010-02-28" },
        "obligations": (0..PROMISES).map(promise).collect::<Vec<_>>(), "withdrawal": {}, "ladder": {} })
}
