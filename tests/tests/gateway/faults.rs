//! Faults: what was acknowledged stays, what failed leaves nothing, and the gateway goes on by itself.

use axum::http::StatusCode;
use harness::gate::{Gate, Signer};
use ledger::envelope::Type;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_locked_away_gives_503_and_comes_back_by_itself() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let other = gate.home().hold().await;
    let school = Signer::new("school", 7);
    let statement = school.says(Type::Registration, "r", &school.registration("school"));
    let (status, _) = gate.submit(&statement).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(gate.size(), 1);
    other.release().await;
    // By itself, and within a few tries: a sender that got 503 sends again.
    let mut tries = 0;
    while gate.submit(&statement).await.0 == StatusCode::SERVICE_UNAVAILABLE {
        tries += 1;
        assert!(tries < 50, "the gateway does not come back");
    }
    assert_eq!(gate.accept(&statement).await, 1);
    assert_eq!(gate.size(), 2);
}

#[tokio::test]
async fn a_record_that_was_changed_behind_the_gateways_back_no_longer_fits() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    gate.home().tamper("UPDATE record SET accepted_at = accepted_at + 1").await;
    let entries = gate.host.store.entries(1, 0, 1).await.unwrap();
    assert!(!entries[0].is_sound(harness::gate::ORIGIN));
}

#[tokio::test]
async fn a_ledger_by_a_table_of_holidays_that_is_not_known_is_not_served() {
    let gate = Gate::open("2006-02-15T09:00:00Z").await;
    let version = ledger::words::CALENDAR_VERSION;
    let sql = format!("UPDATE ledger SET facts = replace(facts, '{version}', 'atw-2099.1')");
    gate.home().tamper(&sql).await;
    let store = gate.home().open(false).await;
    let clock = gateway::clock::Clock::Step(gate.clock.clone());
    let keys = gate.home().keys();
    let fault = gateway::host::Host::start(store, &keys, clock, Default::default()).await.err().unwrap();
    assert!(fault.to_string().contains("it takes a newer program"), "{fault}");
}
