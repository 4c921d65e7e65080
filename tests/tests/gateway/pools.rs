//! All connections for reading are taken: whoever needs one is told to come back, nothing is lost, and it goes on by itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use axum::http::StatusCode;
use gateway::clock::Clock;
use gateway::store::Store;
use harness::gate::{Gate, STATEMENTS, Signer};
use harness::whole::assert_whole;
use ledger::envelope::Type;
use serde_json::json;

use super::door::signed_agreement;

/// Connections for reading a file (`gateway/src/store/keep.rs`).
const CONNECTIONS: u64 = 8;

/// Somebody who reads very slowly: holds a connection until let go.
fn hold(store: Store, holding: Arc<AtomicU64>, gate: Arc<(Mutex<bool>, Condvar)>) -> std::thread::JoinHandle<()> {
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let mut first = true;
        let read = store.each_id(1, |_, _| {
            if std::mem::take(&mut first) {
                holding.fetch_add(1, Ordering::Release);
                let (open, bell) = &*gate;
                drop(bell.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
            }
        });
        runtime.block_on(read).unwrap();
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_all_connections_are_taken_statements_are_told_to_come_back_and_then_stand_once() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    signed_agreement(&gate).await;
    let school = Signer::new("school", 7);
    gate.accept(&school.says(Type::Registration, "r", &school.registration("school"))).await;
    gate.settled().await;
    // A book that holds no life: each statement needs to read those that it is about.
    let at = Clock::Step(gate.clock.clone());
    let gate = gate.reopen(at.clone()).await;
    let size = gate.size();
    let (holding, open) = (Arc::new(AtomicU64::new(0)), Arc::new((Mutex::new(false), Condvar::new())));
    let holders: Vec<_> = (0..CONNECTIONS).map(|_| hold(gate.host.store.clone(), holding.clone(), open.clone())).collect();
    while holding.load(Ordering::Acquire) < CONNECTIONS {
        tokio::task::yield_now().await;
    }
    let body = json!({ "institution": "school", "key": school.key.public().thumbprint() });
    let statement = gate.town.says(Type::Admission, "admit-school", &body);
    let answer = axum::http::Request::post(STATEMENTS).header("content-type", "application/jose+json");
    let answer = answer.body(axum::body::Body::from(statement.jws.clone())).unwrap();
    let answer = tower::ServiceExt::oneshot(gate.router.clone(), answer).await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "1");
    assert_eq!(gate.size(), size);
    let (is_open, bell) = &*open;
    *is_open.lock().unwrap() = true;
    bell.notify_all();
    for holder in holders {
        tokio::task::spawn_blocking(|| holder.join().unwrap()).await.unwrap();
    }
    let mut answer = gate.submit(&statement).await;
    while answer.0 == StatusCode::SERVICE_UNAVAILABLE {
        answer = gate.submit(&statement).await;
    }
    assert_eq!(answer.1["entry"].as_u64(), Some(size), "{answer:?}");
    assert_eq!(gate.size(), size + 1);
    gate.settled().await;
    assert_whole(&gate.host.store, at.now()).await;
}
