//! The primary dies under load and its standby takes over: the gateways go on by themselves, and nothing that was
//! acknowledged is lost, doubled or contradicted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use gateway::clock::Stopwatch;
use gateway::settings::Limits;
use harness::Home;
use harness::gate::Gate;
use harness::postgres::{Durability, Pair};
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;

use super::{AT, is_sound, stranger};

/// Statements that are sent.
const SENT: u16 = 160;
/// So many are acknowledged before the primary dies.
const BEFORE: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_primary_dies_under_load_and_no_acknowledged_statement_is_lost() {
    let Some(pair) = tokio::task::spawn_blocking(|| Pair::start(Durability::Synced)).await.unwrap() else { return };
    let one = Gate::open_in(Home::at(&pair.gateway_url()), AT, &Limits::default()).await;
    let other = one.beside().await;
    let gates = [&one, &other];
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let is_over = AtomicBool::new(false);
    // Eight senders, each of which sends a statement until it has an answer, to one gateway and then the other.
    let senders = join_all((0..8_u16).map(|sender| {
        let acknowledged = acknowledged.clone();
        async move {
            let mut entries = Vec::new();
            for number in (sender..SENT).step_by(8) {
                let (_, statement) = stranger(number);
                let mut tries = usize::from(number);
                entries.push(loop {
                    let (status, answer) = gates[tries % 2].submit(&statement).await;
                    if status.is_success() {
                        break answer["entry"].as_u64().unwrap();
                    }
                    assert_eq!(status, 503, "{answer}");
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                });
                acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            entries
        }
    }));
    let witness = async {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        while !is_over.load(Ordering::Relaxed) {
            for gate in gates {
                let (status, _, note) = gate.fetch("/gm0599/checkpoint").await;
                seen.extend(status.is_success().then(|| String::from_utf8(note).unwrap()));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        seen
    };
    let failing = async {
        while acknowledged.load(Ordering::Relaxed) < BEFORE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let died = Stopwatch::start();
        let pair = tokio::task::spawn_blocking(move || {
            let mut pair = pair;
            pair.kill_primary();
            pair.promote();
            pair
        });
        let pair = pair.await.unwrap();
        let (promoted, until) = (died.elapsed(), acknowledged.load(Ordering::Relaxed));
        while acknowledged.load(Ordering::Relaxed) == until {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        println!("promoted after {promoted:?}; the next statement was acknowledged {:?} after the primary died", died.elapsed());
        pair
    };
    let sending = async {
        let entries = senders.await;
        is_over.store(true, Ordering::Relaxed);
        entries
    };
    let (entries, seen, _pair) = tokio::join!(sending, witness, failing);
    let entries: BTreeSet<u64> = entries.into_iter().flatten().collect();
    let last = one.home().open(false).await;
    assert_eq!(entries, (1..=u64::from(SENT)).collect(), "one entry for each statement, and each that was acknowledged");
    assert_eq!(last.size(1).await.unwrap(), u64::from(SENT) + 1);
    for note in &seen {
        let note = Note::parse(note.as_bytes()).unwrap();
        let checkpoint = Checkpoint::parse(note.text()).unwrap();
        assert_eq!(last.root(1, checkpoint.size()).await.unwrap(), checkpoint.root(), "{note}");
    }
    assert!(seen.len() > 1);
    is_sound(&one).await;
    is_sound(&other).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_follows_from_the_log_is_on_the_standby_as_far_as_a_gateway_goes_by_it() {
    let Some(pair) = tokio::task::spawn_blocking(|| Pair::start(Durability::Synced)).await.unwrap() else { return };
    let gate = Gate::open_in(Home::at(&pair.gateway_url()), AT, &Limits::default()).await;
    for number in 0..5 {
        gate.accept(&stranger(number).1).await;
    }
    gate.settled().await;
    let failing = tokio::task::spawn_blocking(move || {
        let mut pair = pair;
        pair.kill_primary();
        pair.promote();
        pair
    });
    let _pair = failing.await.unwrap();
    let held = loop {
        match gate.host.store.settled_entry(1).await {
            Ok(held) => break held,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    assert_eq!(held, 6);
    is_sound(&gate).await;
}
