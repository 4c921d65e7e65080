//! A database that was put back with fewer entries than its log had signed for is closed to every gateway, and open to every one again.

use axum::http::StatusCode;
use gateway::clock::Clock;
use harness::gate::{Gate, ORIGIN};
use ledger::envelope::Type;
use ledger::log::checkpoint::Checkpoint;
use ledger::words::Hash;
use serde_json::json;

use super::{agreed, is_sound, stranger, two};

/// The kinds of the entries from an index on.
async fn kinds(gate: &Gate, from: u64) -> Vec<String> {
    let rows = gate.host.store.entries(1, from, 1_000).await.unwrap();
    rows.iter().map(|row| ledger::envelope::Parsed::parse(&row.jws).unwrap().statement().body.kind().code().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_gateway_opens_is_open_at_the_other_and_what_was_due_is_flagged_once() {
    let Some([one, other]) = two().await else { return };
    agreed(&one).await;
    one.settled().await;
    let left = one.size();
    let signer = {
        let ledger = one.host.ledger("gm0599").unwrap();
        ledger.keys.log.signer(ledger.log_keys().first()).unwrap()
    };
    let lost = Checkpoint::new(ORIGIN, left + 3, Hash::of(&[b"gone"])).unwrap().sign(&signer).unwrap().to_string();
    drop(other.close().await);
    one.host.store.abandon(1, left, std::slice::from_ref(&lost)).await.unwrap();
    let clock = one.clock.clone();
    let one = one.reopen(Clock::Step(clock)).await;
    let other = one.beside().await;
    one.clock.set("2006-09-01T09:00:00Z".parse().unwrap());
    for gate in [&one, &other] {
        assert_eq!(gate.submit(&stranger(1).1).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(gate.fetch("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(one.host.store.size(1).await.unwrap(), left, "neither has flagged anything");
    let body = json!({ "size": left, "lost": [lost.trim_end_matches('\n')], "reason": "Brand in de machinekamer." });
    assert_eq!(one.accept(&one.town.says(Type::Continuation, "go-on", &body)).await, left);
    // The other finds out by itself.
    while other.fetch("/readyz").await.0 != StatusCode::OK {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let last = other.accept(&stranger(1).1).await;
    let kinds = kinds(&other, left).await;
    assert_eq!(kinds.len() as u64, last - left + 1);
    assert!(kinds[0] == "continuation" && kinds[kinds.len() - 1] == "registration", "{kinds:?}");
    assert!(kinds.len() > 4 && kinds[1..kinds.len() - 1].iter().all(|kind| kind == "flag"), "{kinds:?}");
    for gate in [&one, &other] {
        gate.settled().await;
        is_sound(gate).await;
    }
}
