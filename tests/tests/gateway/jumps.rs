//! The wall clock jumps under load, an hour back and a day forward: nothing is taken or flagged by a time that nobody has
//! confirmed, and what was acknowledged before and after stands.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::http::StatusCode;
use gateway::clock::{Clock, StepClock};
use harness::gate::{Gate, STATEMENTS, strangers};
use harness::whole::assert_whole;
use ledger::words::Instant;

use super::door::signed_agreement;

const HOUR: i64 = 3_600_000;
/// So many senders at a time.
const SENDERS: u64 = 8;

/// What senders were told.
#[derive(Default)]
struct Told {
    next: AtomicU64,
    stop: AtomicBool,
    /// Entry of each statement that was acknowledged, by the number of its sender.
    kept: Mutex<Vec<(u64, u64)>>,
    stopped_by_clock: AtomicU64,
}

/// Sends registrations one after another until told to stop.
async fn load(gate: &Gate, told: &Told) {
    while !told.stop.load(Ordering::Acquire) {
        let number = told.next.fetch_add(1, Ordering::Relaxed);
        let (status, answer) = gate.send("POST", STATEMENTS, "application/json", strangers(number, 1)).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let answer = &answer["answers"][0];
        match answer["status"].as_u64() {
            Some(201) => told.kept.lock().unwrap().push((number, answer["entry"].as_u64().unwrap())),
            Some(503) => {
                assert!(answer["detail"].as_str().unwrap().contains("clock is not trusted"), "{answer}");
                told.stopped_by_clock.fetch_add(1, Ordering::Release);
                tokio::task::yield_now().await;
            }
            other => panic!("{other:?}: {answer}"),
        }
    }
}

async fn reaches(what: impl Fn() -> bool) {
    while !what() {
        tokio::task::yield_now().await;
    }
}

/// While senders send, the clock jumps, and is set right again. Gives what was acknowledged.
async fn jumps(gate: &Gate, by: i64, first: u64) -> Vec<(u64, u64)> {
    let told = Told { next: AtomicU64::new(first), ..Told::default() };
    let kept = || told.kept.lock().unwrap().len() as u64;
    let stopped = || told.stopped_by_clock.load(Ordering::Acquire);
    let senders = async { tokio::join!(load(gate, &told), load(gate, &told), load(gate, &told), load(gate, &told)) };
    let more = async { tokio::join!(load(gate, &told), load(gate, &told), load(gate, &told), load(gate, &told)) };
    let jumping = async {
        reaches(|| kept() > 4 * SENDERS).await;
        gate.clock.jump(by);
        reaches(|| stopped() > SENDERS).await;
        // Whoever was in a batch from before the jump has its answer by now.
        let (size, count) = (gate.size(), stopped());
        reaches(|| stopped() > count + 4 * SENDERS).await;
        assert_eq!(gate.size(), size, "something was taken or flagged by a clock that jumped by {by} ms");
        let (status, _, ready) = gate.fetch("/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(String::from_utf8_lossy(&ready).contains("the clock is not trusted"), "{}", String::from_utf8_lossy(&ready));
        gate.clock.jump(-by);
        let before = kept();
        reaches(|| kept() > before + 4 * SENDERS).await;
        told.stop.store(true, Ordering::Release);
    };
    tokio::join!(senders, more, jumping);
    told.kept.into_inner().unwrap()
}

/// Each statement that was acknowledged is that entry.
async fn stand(gate: &Gate, kept: &[(u64, u64)]) {
    for (number, entry) in kept {
        let (_, answer) = gate.send("POST", STATEMENTS, "application/json", strangers(*number, 1)).await;
        assert_eq!(answer["answers"][0]["entry"].as_u64(), Some(*entry), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_nothing_is_taken_by_a_clock_that_jumped_and_all_goes_on_when_it_is_right() {
    // An hour and a half before the day of an obligation is over, so that a day forward is beyond it.
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    let at: Instant = "2006-06-01T20:30:00Z".parse().unwrap();
    gate.clock.set(at);
    let mut kept = jumps(&gate, -HOUR, 0).await;
    kept.extend(jumps(&gate, 24 * HOUR, 1_000_000).await);
    gate.settled().await;
    assert_whole(&gate.host.store, at).await;
    stand(&gate, &kept).await;
    let size = gate.size();

    // A day forward that an operator confirms: what became due is flagged then, and once.
    let later = at.plus_millis(24 * HOUR);
    let gate = gate.reopen(Clock::Step(StepClock::at(later))).await;
    gate.host.ledger("gm0599").unwrap().grown(size).await;
    stand(&gate, &kept).await;
    gate.settled().await;
    assert_whole(&gate.host.store, later).await;
}
