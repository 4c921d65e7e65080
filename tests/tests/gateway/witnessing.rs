//! The gateway and its witnesses: cosigned checkpoints and receipts, and what a slow, lying or absent witness does to it.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use gateway::clock::{Clock, StepClock};
use gateway::store::WitnessStore;
use gateway::witness::{Witness, router};
use gateway::witnessing::{Cadence, Panel};
use harness::gate::{Gate, Signer};
use ledger::envelope::Type;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Cosigner, Note, VerifierKey};
use ledger::log::receipt::Receipt;
use ledger::words::Instant;
use tempfile::TempDir;

const START: &str = "2006-02-15T09:00:00Z";
const CADENCE: Cadence = Cadence { interval: Duration::from_secs(10), limit: Duration::from_millis(400) };

/// Serves a router on a port of its own; gives its URL.
async fn served(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

fn cosigner(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness-{number}.example"), &[100 + number; 32]).unwrap()
}

/// A witness that is one, with a memory of its own.
async fn honest(number: u8, log: &VerifierKey, folder: &TempDir, clock: &StepClock) -> (VerifierKey, String) {
    let store = WitnessStore::open(&folder.path().join(format!("{number}.sqlite"))).await.unwrap();
    let witness = Witness::new(store, cosigner(number), vec![log.clone()], Clock::Step(clock.clone()));
    (cosigner(number).verifier().clone(), served(router(witness, "")).await)
}

/// Something that answers as it likes, and how often it was asked.
async fn dishonest(
    number: u8,
    answer: impl Fn(usize) -> Response + Clone + Send + Sync + 'static,
) -> ((VerifierKey, String), Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let routes = Router::new().route("/add-checkpoint", post(move || async move { answer(count.fetch_add(1, Ordering::SeqCst)) }));
    ((cosigner(number).verifier().clone(), served(routes).await), asked)
}

fn log_key(gate: &Gate) -> VerifierKey {
    gate.host.ledger("gm0599").unwrap().log_keys().first().clone()
}

/// The gate with these witnesses, of which so many are enough.
fn witnessed(gate: Gate, witnesses: Vec<(VerifierKey, String)>, enough: usize) -> Gate {
    let lines: String = witnesses.iter().enumerate().map(|(n, (key, url))| format!("witness w{n} {key} {url}\n")).collect();
    let names: String = (0..witnesses.len()).map(|n| format!(" w{n}")).collect();
    let panel = Panel::parse(Path::new("policy"), format!("{lines}group enough {enough}{names}\nquorum enough\n").as_bytes()).unwrap();
    gate.witnessed_by(BTreeMap::from([("gm0599".to_owned(), panel)]), CADENCE)
}

/// Waits for something, and not for a time.
async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..5_000 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("it does not come about");
}

async fn cosigned(gate: &Gate, size: u64) -> Note {
    until(async || {
        let (status, _, note) = gate.fetch("/v1/ledgers/gm0599/checkpoint?cosigned=true").await;
        let note = (status == StatusCode::OK).then(|| Note::parse(&note).unwrap())?;
        (Checkpoint::parse(note.text()).unwrap().size() == size).then_some(note)
    })
    .await
}

/// A sample of the metrics; 0 where there is none.
async fn sample(gate: &Gate, name: &str) -> f64 {
    let text = String::from_utf8(gate.fetch("/metrics").await.2).unwrap();
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok()).unwrap_or(0.0)
}

async fn say_something(gate: &Gate, number: u8) -> u64 {
    let id = ["a", "b", "c", "d", "e", "f"][usize::from(number)];
    let somebody = Signer::new(id, 40 + number);
    gate.accept(&somebody.says(Type::Registration, "r", &somebody.registration("other"))).await
}

#[tokio::test]
async fn receipts_are_upgraded_to_what_enough_witnesses_cosigned() {
    let gate = Gate::open(START).await;
    let folder = tempfile::tempdir().unwrap();
    let log = log_key(&gate);
    let mut witnesses = Vec::new();
    for number in 0..3 {
        witnesses.push(honest(number, &log, &folder, &gate.clock).await);
    }
    let keys: Vec<VerifierKey> = witnesses.iter().map(|(key, _)| key.clone()).collect();
    let (status, _, why) = gate.fetch("/v1/ledgers/gm0599/receipts/0?cosigned=true").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(String::from_utf8(why).unwrap().contains("since it has no witnesses"));
    let gate = witnessed(gate, witnesses, 3);
    let first = gate.size();
    cosigned(&gate, first).await;

    let entry = say_something(&gate, 0).await;
    // Until the next round there is a receipt, and none that claims more than it can.
    let (status, _, why) = gate.fetch(&format!("/v1/ledgers/gm0599/receipts/{entry}?cosigned=true")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(String::from_utf8(why).unwrap().contains("asked again and again"));
    gate.clock.set("2006-02-15T09:00:10Z".parse().unwrap());
    let note = cosigned(&gate, entry + 1).await;
    assert_eq!(note.signatures().len(), 4, "the log and three witnesses");
    for index in 0..=entry {
        let (status, _, text) = gate.fetch(&format!("/v1/ledgers/gm0599/receipts/{index}?cosigned=true")).await;
        assert_eq!(status, StatusCode::OK);
        let receipt = Receipt::parse(&text).unwrap().verify_witnessed(&log, &keys).unwrap();
        assert_eq!((receipt.index, receipt.witnesses.len(), receipt.checkpoint.size()), (index, 3, entry + 1));
        let now: Instant = "2006-02-15T09:00:10Z".parse().unwrap();
        assert!(receipt.witnesses.iter().all(|by| by.time == Some(now.millis() as u64 / 1000)), "{:?}", receipt.witnesses);
    }
    // The newest checkpoint stays what it was: of the log alone, at once.
    let later = say_something(&gate, 1).await;
    let (_, _, newest) = gate.fetch("/v1/ledgers/gm0599/checkpoint?cosigned=false").await;
    assert_eq!(Checkpoint::parse(Note::parse(&newest).unwrap().text()).unwrap().size(), later + 1);
    assert_eq!(gate.fetch("/gm0599/checkpoint").await.2, newest);
    let listed = gate.get("/v1/ledgers/gm0599").await["witnesses"].as_array().unwrap().len();
    assert_eq!((listed, sample(&gate, "convenant_cosigned_entries{ledger=\"gm0599\"}").await), (3, (entry + 1) as f64));
    for wrong in ["cosigned=yes", "cosigned=", "signed=true", "cosigned=true&cosigned=true"] {
        assert_eq!(gate.fetch(&format!("/v1/ledgers/gm0599/checkpoint?{wrong}")).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_slow_a_lying_and_an_absent_witness_hold_up_nobody() {
    let gate = Gate::open(START).await;
    let folder = tempfile::tempdir().unwrap();
    let log = log_key(&gate);
    let good = honest(0, &log, &folder, &gate.clock).await;
    // Takes a connection and says nothing; the limit ends that.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = (cosigner(1).verifier().clone(), format!("http://{}", silent.local_addr().unwrap()));
    let absent = (cosigner(2).verifier().clone(), "http://127.0.0.1:9".to_owned());
    let size = |text: &str| (StatusCode::CONFLICT, [(header::CONTENT_TYPE, "text/x.tlog.size")], text.to_owned()).into_response();
    let (ahead, _) = dishonest(3, move |_| size("99999\n")).await;
    // A cosignature by itself, of something else.
    let (forger, _) = dishonest(4, |_| format!("{}\n", cosigner(4).cosign("test.example/gm0599\n1\nx\n", 5)).into_response()).await;
    let (fickle, fickle_asked) = dishonest(5, move |asked| size(if asked % 2 == 0 { "1\n" } else { "2\n" })).await;
    let (vague, _) = dishonest(6, |_| (StatusCode::CONFLICT, "").into_response()).await;
    let (other, _) = dishonest(7, |_| StatusCode::UNPROCESSABLE_ENTITY.into_response()).await;
    let (chatty, _) = dishonest(8, |_| "x".repeat(1_000_000).into_response()).await;
    let gate = witnessed(gate, vec![good.clone(), slow, absent, ahead, forger, fickle, vague, other, chatty], 1);
    cosigned(&gate, gate.size()).await;

    let entry = say_something(&gate, 0).await;
    gate.clock.set("2006-02-15T09:00:10Z".parse().unwrap());
    let note = cosigned(&gate, entry + 1).await;
    let (_, signed) = Checkpoint::open(&note, &log, std::slice::from_ref(&good.0)).unwrap();
    assert_eq!((note.signatures().len(), signed.len()), (2, 1), "only what verifies is kept");
    for (witness, answer) in [
        ("witness-0.example", "cosigned"),
        ("witness-1.example", "late"),
        ("witness-2.example", "unreachable"),
        ("witness-3.example", "ahead"),
        ("witness-4.example", "nonsense"),
        ("witness-6.example", "denied"),
        ("witness-7.example", "other-history"),
        ("witness-8.example", "nonsense"),
    ] {
        let name = format!("convenant_witness_answers_total{{ledger=\"gm0599\",witness=\"{witness}\",answer=\"{answer}\"}}");
        until(async || (sample(&gate, &name).await > 0.0).then_some(())).await;
    }
    // One that changes its mind is asked three times in a round, not for ever.
    until(async || (fickle_asked.load(Ordering::SeqCst) >= 3).then_some(())).await;
    // While all of them are being asked, statements are taken as ever.
    for number in 1..5 {
        gate.clock.set(format!("2006-02-15T09:00:{}0Z", number + 1).parse().unwrap());
        say_something(&gate, number).await;
    }
    // Whoever was being asked at a round is asked at the next.
    let (size, mut now) = (gate.size(), "2006-02-15T09:01:00Z".parse::<Instant>().unwrap());
    until(async || {
        now = now.plus_millis(10_000);
        gate.clock.set(now);
        gate.host.cosigned(gate.host.ledger("gm0599").unwrap(), size - 1).await.unwrap()
    })
    .await;
    assert!(sample(&gate, "convenant_witness_duration_seconds_count{ledger=\"gm0599\",witness=\"witness-1.example\"}").await >= 1.0);
}

#[tokio::test]
async fn a_witness_is_asked_from_where_it_is_after_a_restart_and_for_a_newer_time() {
    let gate = Gate::open(START).await;
    let folder = tempfile::tempdir().unwrap();
    let log = log_key(&gate);
    let witness = honest(0, &log, &folder, &gate.clock).await;
    let gate = witnessed(gate, vec![witness.clone()], 1);
    cosigned(&gate, gate.size()).await;
    let clock = gate.clock.clone();
    let gate = gate.reopen(Clock::Step(clock.clone())).await;
    assert_eq!(gate.fetch("/v1/ledgers/gm0599/checkpoint?cosigned=true").await.0, StatusCode::NOT_FOUND, "no witnesses are set");
    let entry = say_something(&gate, 0).await;
    let gate = witnessed(gate, vec![witness.clone()], 1);
    cosigned(&gate, entry + 1).await;
    // An hour later the same checkpoint is cosigned anew: it was still the newest then.
    clock.set("2006-02-15T10:00:10Z".parse().unwrap());
    let at = |note: &Note| Checkpoint::open(note, &log, std::slice::from_ref(&witness.0)).unwrap().1[0].time.unwrap();
    let hour = "2006-02-15T10:00:10Z".parse::<Instant>().unwrap().millis() as u64 / 1000;
    until(async || (at(&cosigned(&gate, entry + 1).await) == hour).then_some(())).await;
}
