//! A ledger that was put back with fewer entries than its log had signed for is closed, until its owner has recorded that.

use std::path::PathBuf;

use axum::http::StatusCode;
use gateway::checking::{Share, check};
use gateway::client::Client;
use gateway::clock::Clock;
use gateway::command::audit::audit_ledger;
use gateway::command::go_on::GoOn;
use gateway::command::held::Held;
use gateway::command::{Exit, Terminal};
use gateway::store::Database;
use harness::Screen;
use harness::gate::{Gate, ORIGIN, STATEMENTS, Signed, Signer};
use ledger::audit::Report;
use ledger::envelope::Type;
use ledger::envelope::attempt::{Attempt, Reason, Recorded};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::VerifierKey;
use ledger::words::Hash;
use serde_json::{Value, json};

use crate::door::signed_agreement;

const START: &str = "2006-02-15T09:00:00Z";
/// After the promise of the agreement has fallen due, been late, and been broken.
const LATER: &str = "2006-09-01T09:00:00Z";

fn key(gate: &Gate) -> VerifierKey {
    gate.host.ledger("gm0599").unwrap().log_keys().first().clone()
}

/// What the log signed for a tree that is gone.
fn signed(gate: &Gate, size: u64) -> String {
    let signer = gate.host.ledger("gm0599").unwrap().keys.log.signer(&key(gate)).unwrap();
    Checkpoint::new(ORIGIN, size, Hash::of(&[&size.to_be_bytes()])).unwrap().sign(&signer).unwrap().to_string()
}

/// The gateway as it is after a restore of a backup that is older than these checkpoints.
async fn put_back(gate: Gate, lost: &[String]) -> Gate {
    gate.settled().await;
    gate.host.store.abandon(1, gate.size(), lost).await.unwrap();
    let clock = gate.clock.clone();
    gate.reopen(Clock::Step(clock)).await
}

fn continuation(gate: &Gate, by: &Signer, id: &str, lost: &[String]) -> Signed {
    let lost: Vec<&str> = lost.iter().map(|note| note.trim_end_matches('\n')).collect();
    by.says(Type::Continuation, id, &json!({ "size": gate.size(), "lost": lost, "reason": "Brand in de machinekamer." }))
}

fn stranger(id: &'static str, seed: u8) -> Signed {
    let signer = Signer::new(id, seed);
    signer.says(Type::Registration, "r", &signer.registration("other"))
}

async fn audit(gate: &Gate) -> Report {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(axum::serve(listener, gate.router.clone()).into_future());
    let (key, now) = (key(gate), gate.host.clock.now());
    let asking = move || audit_ledger(&Client::new(&url).unwrap(), "gm0599", key, Some(now), |_, _| ()).unwrap();
    let report = tokio::task::spawn_blocking(asking).await.unwrap();
    server.abort();
    report
}

async fn types(gate: &Gate, from: u64) -> Vec<String> {
    let rows = gate.host.store.entries(1, from, 1_000).await.unwrap();
    rows.iter().map(|row| ledger::envelope::Parsed::parse(&row.jws).unwrap().statement().body.kind().code().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_nothing_and_flags_nothing_until_the_owner_has_recorded_what_is_gone() {
    let gate = Gate::open(START).await;
    signed_agreement(&gate).await;
    let left = gate.size();
    let lost = [signed(&gate, left + 4), signed(&gate, left + 2)];
    let gate = put_back(gate, &lost).await;
    gate.clock.set(LATER.parse().unwrap());

    // Closed: whoever sends is told to come back, and has that in writing. Sent again or new makes no difference.
    let (status, ready) = gate.send("GET", "/readyz", "application/json", Vec::new()).await;
    let says = ready["ledgers"][0]["status"].as_str().unwrap();
    assert!(status == StatusCode::SERVICE_UNAVAILABLE && says.starts_with("closed: it was put back with"), "{ready}");
    assert!(says.contains(&format!("had signed for {}", left + 4)), "{says}");
    let other = stranger("other", 50);
    let (status, told) = gate.submit(&other).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{told}");
    let signed_word = told["acknowledgement"].as_str().unwrap_or_else(|| panic!("{told}"));
    let statements = gate.host.ledger("gm0599").unwrap().statement_key();
    match Attempt::verify(signed_word.as_bytes(), ORIGIN, &statements).unwrap() {
        Attempt::Acknowledgement { reason, recorded, .. } => assert_eq!((reason, recorded), (Reason::Closed, Recorded::No)),
        other => panic!("{other:?}"),
    }
    // Reads go on, as of the last entry, and nothing was flagged by them.
    assert_eq!(gate.get("/v1/ledgers/gm0599/agreements/wijk").await["state"]["state"].as_str(), Some("signed"));
    assert_eq!(gate.size(), left);
    let metrics = String::from_utf8(gate.fetch("/metrics").await.2).unwrap();
    assert!(metrics.contains("convenant_ledger_health{ledger=\"gm0599\",state=\"closed\"} 1"), "{metrics}");

    // Only the owner, and only all of it.
    for (who, named, rule) in
        [(&gate.ministry, &lost[..], "owner-only"), (&gate.town, &lost[1..], "wrong-value"), (&gate.town, &lost[..1], "wrong-value")]
    {
        let (status, problem) = gate.submit(&continuation(&gate, who, "no", named)).await;
        assert_eq!(problem["rule"].as_str(), Some(rule), "{status} {problem}");
    }
    assert_eq!(gate.size(), left);

    // It opens the ledger, for what comes behind it in the same batch too; what was due stands in between.
    let envelope = |signed: &Signed| json!({ "statement": serde_json::from_slice::<Value>(&signed.jws).unwrap() });
    let opening = continuation(&gate, &gate.town, "go-on", &lost);
    let batch = json!({ "statements": [envelope(&stranger("early", 51)), envelope(&opening), envelope(&other)] });
    let (status, answer) = gate.send("POST", STATEMENTS, "application/json", batch.to_string().into_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let statuses: Vec<u64> = answer["answers"].as_array().unwrap().iter().map(|one| one["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [503, 201, 201], "{answer}");
    assert_eq!(answer["answers"][1]["entry"].as_u64(), Some(left));
    let types = types(&gate, left).await;
    assert!(types.len() > 3 && types[0] == "continuation" && types.last().unwrap() == "registration", "{types:?}");
    assert!(types[1..types.len() - 1].iter().all(|kind| kind == "flag"), "{types:?}");
    let (status, again) = gate.submit(&opening).await;
    assert_eq!((status, again["entry"].as_u64()), (StatusCode::OK, Some(left)), "{again}");
    assert_eq!(gate.send("GET", "/readyz", "application/json", Vec::new()).await.0, StatusCode::OK);

    let report = audit(&gate).await;
    assert_eq!((report.findings.as_slice(), report.entries), (&[][..], gate.size()));
    let [went_on] = &report.went_on[..] else { panic!("{:?}", report.went_on) };
    assert_eq!((went_on.since.entry, went_on.largest()), (left, left + 4));
    gate.settled().await;
    let row = gate.host.ledger("gm0599").unwrap().row.clone();
    let checked = check(&gate.host.store, &row, Share::WHOLE).await.unwrap();
    assert_eq!(checked.damage, []);
    let owner = gate.get("/v1/ledgers/gm0599/institutions/town").await;
    assert_eq!(owner["wentOn"][0]["since"]["entry"].as_u64(), Some(left), "{owner}");
    // Everybody sees it on the first page; and not on that of the days before.
    let page = |path: &'static str| {
        let gate = &gate;
        async move { String::from_utf8(gate.fetch(path).await.2).unwrap() }
    };
    let dutch = page("/gm0599").await;
    assert!(dutch.contains("verdergegaan vanaf een oudere stand") && dutch.contains("Brand in de machinekamer."), "{dutch}");
    assert!(dutch.contains(&format!("/gm0599/inschrijvingen/{left}")));
    assert!(page("/gm0599?taal=en").await.contains("went on from an older state"));
    assert!(!page("/gm0599?asOf=2006-03-01").await.contains("verdergegaan vanaf een oudere stand"));

    // Started anew it is open, and there is nothing more to go on from.
    let clock = gate.clock.clone();
    let gate = gate.reopen(Clock::Step(clock)).await;
    gate.accept(&stranger("later", 52)).await;
    let beyond = [signed(&gate, gate.size() + 9)];
    let (status, problem) = gate.submit(&continuation(&gate, &gate.town, "again", &beyond)).await;
    assert_eq!((status, problem["rule"].as_str()), (StatusCode::CONFLICT, Some("nothing-lost")), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_file_from_after_it_holds_and_has_the_entry() {
    let gate = Gate::open(START).await;
    signed_agreement(&gate).await;
    let left = gate.size();
    let lost = [signed(&gate, left + 4)];
    let gate = put_back(gate, &lost).await;
    gate.accept(&continuation(&gate, &gate.town, "go-on", &lost)).await;
    gate.settled().await;
    let (status, _, zip) = gate.fetch("/v1/ledgers/gm0599/agreements/wijk/casefile").await;
    assert_eq!(status, StatusCode::OK);
    let key = key(&gate);
    let outcome = gateway::casefile::check(&zip, |_, _| Ok(vec![key.clone()]), &[]);
    assert_eq!(outcome.faults, Vec::<String>::new());
    let named = format!("receipts/{left}.tlog-proof");
    let has = |text: &str| zip.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has(&named) && has("verdergaat vanaf een oudere stand"), "whoever relies on a case file sees it");
}

/// The tool of the operator, on a database that no gateway runs on: how it ends, and what it prints.
fn go_on(database: &Database, kept: &[PathBuf]) -> (Result<Exit, String>, String) {
    let (database, kept) = (database.clone(), kept.to_vec());
    // It has a runtime of its own.
    let run = move || {
        let mut held = Held::default();
        held.kept = kept;
        let command = GoOn { database, ledger: "gm0599".to_owned(), reason: "Brand in de kelder.".parse().unwrap(), held };
        let (lines, notes) = (Screen::default(), Screen::default());
        let outcome = command.run(&mut Terminal::to(lines.clone(), notes)).map_err(|error| format!("{error:#}"));
        (outcome, lines.text())
    };
    std::thread::spawn(run).join().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_put_back_by_other_means_is_compared_and_closed_where_it_is() {
    let gate = Gate::open(START).await;
    gate.accept(&stranger("first", 50)).await;
    gate.settled().await;
    let (left, folder) = (gate.size(), tempfile::tempdir().unwrap());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let own = file("own", &String::from_utf8(gate.fetch("/gm0599/checkpoint").await.2).unwrap());
    let other = file("other", &signed(&gate, left));
    let (more, most) = (file("more", &signed(&gate, left + 1)), file("most", &signed(&gate, left + 7)));
    let (database, clock) = (gate.home().database(), gate.clock.clone());
    let mut drafted = Value::Null;
    let gate = gate
        .reopen_after(Clock::Step(clock), || {
            for kept in [&[][..], std::slice::from_ref(&own)] {
                let (outcome, _) = go_on(&database, kept);
                assert!(outcome.unwrap_err().contains("nothing is known to be missing"));
            }
            let (outcome, said) = go_on(&database, &[more.clone(), other]);
            assert!(outcome.unwrap() == Exit::Refused && said.contains("of another history"), "{said}");
            // What turns up later is added to what is known, and what is known is not named twice.
            for (kept, named) in [(vec![own, more.clone()], 1), (vec![most, more], 2), (vec![], 2)] {
                let (outcome, said) = go_on(&database, &kept);
                assert_eq!(outcome.unwrap(), Exit::Done);
                drafted = serde_json::from_str(&said).unwrap();
                assert_eq!((drafted["size"].as_u64(), drafted["lost"].as_array().unwrap().len()), (Some(left), named), "{drafted}");
            }
        })
        .await;
    assert_eq!(gate.submit(&stranger("second", 51)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gate.accept(&gate.town.says(Type::Continuation, "go-on", &drafted)).await, left);
    gate.accept(&stranger("second", 51)).await;
    assert_eq!(audit(&gate).await.went_on[0].largest(), left + 7);
}
