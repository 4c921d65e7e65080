//! The database is gone for a while under load: whoever sends is told to come back, in time and in little memory, and once the
//! database is back the gateways go on by themselves, with each acknowledged statement there once and every flag raised.
//!
//! `CONVENANT_OUTAGE_SECONDS` says how long it is gone: 1 when not given, 30 in the long tier.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use gateway::clock::Stopwatch;
use gateway::settings::Limits;
use harness::Home;
use harness::gate::Gate;
use harness::postgres::{Cluster, Durability, Solo};
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, GATEWAY, Parsed};

use super::{AT, agreed, is_sound, stranger};

/// Clients, each of which sends a statement until it has an answer, to one gateway and then the other.
const SENDERS: u16 = 16;
/// So many statements are acknowledged before the database is gone, and so many more once it is back.
const ACKNOWLEDGED: usize = 64;
/// An answer takes no longer: the gateways give a request a second, the rest is for a machine that is busy.
const ANSWER: Duration = Duration::from_secs(8);
/// Whether it is ready a gateway says sooner: probes do not wait. It gives its database a second.
const READY: Duration = Duration::from_secs(4);
/// Memory grows by no more than this while the database is gone: what an allocator keeps varies.
const GROWTH_KB: u64 = 32 * 1024;
/// In it the agreement's obligation becomes due, while the database is gone.
const MEANWHILE: &str = "2006-09-01T09:00:00Z";

/// What the clients see.
#[derive(Default)]
struct Load {
    acknowledged: AtomicUsize,
    refused: AtomicUsize,
    is_over: AtomicBool,
}

impl Load {
    /// Sends one statement after the other; gives the number and the entry of each. All of them are acknowledged in the end.
    async fn send(&self, gates: [&Gate; 2], sender: u16) -> Vec<(u16, u64)> {
        let mut entries = Vec::new();
        for number in (sender..).step_by(usize::from(SENDERS)) {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            entries.push((number, self.insist(gates, number, usize::from(sender)).await));
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        entries
    }

    /// Sends one statement until it is acknowledged, to one gateway and then to the other; gives its entry.
    async fn insist(&self, gates: [&Gate; 2], number: u16, first: usize) -> u64 {
        let (_, statement) = stranger(number);
        let mut tries = first;
        loop {
            let answer = tokio::time::timeout(ANSWER, gates[tries % 2].offer(&statement)).await;
            let (status, headers, answer) = answer.expect("an answer in time");
            if status.is_success() {
                return answer["entry"].as_u64().unwrap();
            }
            assert_eq!((status, answer["title"].as_str()), (StatusCode::SERVICE_UNAVAILABLE, Some("Unavailable")), "{answer}");
            assert!(headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
            self.refused.fetch_add(1, Ordering::Relaxed);
            tries += 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until so many more were counted.
    async fn more(counter: &AtomicUsize, count: usize) {
        let goal = counter.load(Ordering::Relaxed) + count;
        let reached = async {
            while counter.load(Ordering::Relaxed) < goal {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), reached).await.expect("it goes on");
    }
}

/// How long the database is gone.
fn outage() -> Duration {
    Duration::from_secs(std::env::var("CONVENANT_OUTAGE_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(1))
}

fn resident_kb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Whether a gateway says that it is ready, which it says in time.
async fn is_ready(gate: &Gate) -> bool {
    let asked = tokio::time::timeout(READY, gate.fetch("/readyz")).await;
    asked.expect("an answer in time").0 == StatusCode::OK
}

/// What can be seen of the gateways while their database is gone.
async fn look_on(gates: [&Gate; 2], load: &Load) {
    let away = Stopwatch::start();
    Load::more(&load.refused, 2 * usize::from(SENDERS)).await;
    let (before, mut most, mut slowest) = (resident_kb(), 0, Duration::ZERO);
    while away.elapsed() < outage() {
        for gate in gates {
            let asked = Stopwatch::start();
            assert!(!is_ready(gate).await, "ready without a database");
            slowest = slowest.max(asked.elapsed());
            assert_eq!(gate.fetch("/healthz").await.0, StatusCode::OK);
        }
        most = most.max(resident_kb());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("gone for {:?}: /readyz took {slowest:?} at most; resident memory {before} kB, {most} kB at most", away.elapsed());
    assert!(most < before + GROWTH_KB, "{before} kB grew to {most} kB");
}

/// Two gateways under load lose their database, and get it back.
async fn comes_and_goes(leave: fn(&mut Cluster), come_back: fn(&mut Cluster)) {
    let Some(solo) = tokio::task::spawn_blocking(|| Solo::start(Durability::Synced)).await.unwrap() else { return };
    let limits = Limits { request_timeout_seconds: 1, ..Limits::default() };
    let one = Gate::open_in(Home::at(&solo.gateway_url()), AT, &limits).await;
    let other = one.beside_within(&limits).await;
    let (gates, load) = ([&one, &other], Load::default());
    agreed(&one).await;
    let before = one.host.store.size(1).await.unwrap();

    let acting = async {
        Load::more(&load.acknowledged, ACKNOWLEDGED).await;
        let on = async |act: fn(&mut Cluster), mut solo: Solo| {
            let acted = tokio::task::spawn_blocking(move || {
                act(&mut solo.cluster);
                solo
            });
            acted.await.unwrap()
        };
        let solo = on(leave, solo).await;
        one.clock.set(MEANWHILE.parse().unwrap());
        look_on(gates, &load).await;
        let solo = on(come_back, solo).await;
        let back = Stopwatch::start();
        Load::more(&load.acknowledged, 1).await;
        println!("the next statement was acknowledged {:?} after the database was back", back.elapsed());
        Load::more(&load.acknowledged, ACKNOWLEDGED).await;
        load.is_over.store(true, Ordering::Relaxed);
        solo
    };
    let (sent, _solo) = tokio::join!(join_all((0..SENDERS).map(|sender| load.send(gates, sender))), acting);
    let kept: BTreeMap<u64, u16> = sent.into_iter().flatten().map(|(number, entry)| (entry, number)).collect();
    println!("{} acknowledged, {} told to come back", kept.len(), load.refused.load(Ordering::Relaxed));

    // Sent again through the other gateway, each is the entry that it was; all at once can take longer than a request may.
    let again = join_all(kept.iter().map(async |(entry, number)| (load.insist([&other; 2], *number, 0).await, *entry))).await;
    assert!(again.iter().all(|(again, entry)| again == entry));
    assert_eq!(kept.len(), load.acknowledged.load(Ordering::Relaxed), "no two have one entry");
    let facts = one.host.store.facts_from(1, before, u32::MAX).await.unwrap();
    let due = MEANWHILE.parse().unwrap();
    let (flags, sent): (Vec<_>, Vec<_>) = facts.iter().partition(|fact| fact.author.as_str() == GATEWAY);
    let strangers: BTreeMap<u64, u16> =
        sent.iter().map(|fact| (fact.entry, fact.author.as_str().strip_prefix("stranger-").unwrap().parse().unwrap())).collect();
    assert_eq!(strangers, kept, "what is there is what was acknowledged");
    let flagged: Vec<u64> = flags.iter().map(|flag| flag.entry).collect();
    let causes = one.host.store.statements(1, &flagged).await.unwrap().into_iter().map(|(_, jws)| match Parsed::parse(&jws) {
        Ok(parsed) => parsed.statement().body.clone(),
        Err(refusal) => panic!("{refusal}"),
    });
    let is_breach = |body: &Body| matches!(body, Body::Flag(flag) if matches!(flag.cause, Cause::Breached { .. }));
    assert_eq!(causes.filter(is_breach).count(), 1, "the breach is flagged once: {flags:?}");
    let first_late = sent.iter().find(|fact| fact.accepted_at >= due).expect("it goes on after that").entry;
    assert!(flags.iter().all(|flag| flag.entry < first_late), "flags stand before what was accepted after they were due: {flags:?}");
    for gate in gates {
        let ready = async {
            while !is_ready(gate).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let health = || gate.host.ledger("gm0599").unwrap().health();
        tokio::time::timeout(Duration::from_secs(60), ready).await.unwrap_or_else(|_| panic!("{:?}", health()));
        is_sound(gate).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_is_stopped_under_load_is_taken_up_again_when_it_is_back() {
    comes_and_goes(Cluster::stop_at_once, Cluster::start_again).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_database_that_stands_still_holds_nobody_up_for_ever() {
    comes_and_goes(|server| server.freeze(), |server| server.thaw()).await;
}
