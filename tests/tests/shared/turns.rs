//! Who writes when.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use gateway::clock::StepClock;
use gateway::settings::Limits;
use harness::Home;
use harness::gate::{Gate, Signer};
use harness::postgres::{TestDatabase, sql};
use ledger::envelope::Type;
use serde_json::json;

use super::{AT, agreed, is_sound, stranger, two};

#[tokio::test(flavor = "multi_thread")]
async fn either_takes_statements_and_shows_at_once_what_the_other_acknowledged() {
    let Some([one, other]) = two().await else { return };
    for number in 0..8_u16 {
        let (writes, reads) = if number % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let (name, statement) = stranger(number);
        assert_eq!(writes.accept(&statement).await, u64::from(number) + 1);
        let read = reads.get(&format!("/v1/ledgers/gm0599/institutions/{name}")).await;
        assert_eq!(read["id"], name.as_str(), "{read}");
        let (status, _, checkpoint) = reads.fetch("/gm0599/checkpoint").await;
        assert_eq!(status, StatusCode::OK);
        assert!(String::from_utf8(checkpoint).unwrap().contains(&format!("\n{}\n", number + 2)));
        // Sent again through the other gateway it is the same entry.
        assert_eq!(reads.accept(&statement).await, u64::from(number) + 1);
    }
    is_sound(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_at_once_give_each_statement_one_entry_and_the_log_one_history() {
    const EACH: u16 = 60;
    let Some(gates) = two().await else { return };
    let sent = (0..2 * EACH).map(|number| {
        let gate = &gates[usize::from(number % 2)];
        async move { gate.accept(&stranger(number).1).await }
    });
    let entries: BTreeSet<u64> = join_all(sent).await.into_iter().collect();
    assert_eq!(entries, (1..=u64::from(2 * EACH)).collect());
    assert_eq!(gates[0].host.store.size(1).await.unwrap(), u64::from(2 * EACH) + 1);
    for gate in &gates {
        is_sound(gate).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_judged_by_rows_that_lack_what_the_other_gateway_wrote() {
    let Some([one, other]) = two().await else { return };
    let routes = |id: &str, ministry: &str| {
        let body = json!({ "routes": [{ "theme": "education", "ministry": ministry }] });
        one.ministry.says(Type::MinistryRouting, id, &body)
    };
    // It has the ministry at hand; of the one that is named next, the other alone knows.
    one.accept(&routes("first", "ministry")).await;
    for gate in [&one, &other] {
        gate.settled().await;
    }
    let held = one.home().hold_derived().await;
    other.admit(&Signer::new("education", 7), "ministry").await;
    let statement = routes("second", "education");
    let mut answer = std::pin::pin!(one.submit(&statement));
    if let Ok(answer) = tokio::time::timeout(Duration::from_millis(300), &mut answer).await {
        panic!("it was judged by what there was before: {answer:?}");
    }
    held.release().await;
    let (status, said) = answer.await;
    assert_eq!(status, StatusCode::CREATED, "{said}");
    is_sound(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_clock_causes_is_logged_once_whoever_sees_it_first() {
    let Some([one, other]) = two().await else { return };
    agreed(&one).await;
    let before = one.host.store.size(1).await.unwrap();
    one.clock.set("2006-09-01T09:00:00Z".parse().unwrap());
    // Both wake at the same instant; each shows a log to which the same flags were added once.
    let flags = async {
        loop {
            let size = other.host.store.size(1).await.unwrap();
            if size > before {
                return size;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    flags.await;
    // A statement comes after everything that the clock has caused.
    let last = other.accept(&stranger(1).1).await;
    let facts = one.host.store.facts_from(1, before, 1_000).await.unwrap();
    let kinds: Vec<(String, String)> = facts.iter().map(|fact| (fact.kind.clone(), fact.subject.clone())).collect();
    assert_eq!(facts.last().unwrap().entry, last);
    assert!(facts.len() > 1, "{kinds:?}");
    is_sound(&one).await;
    is_sound(&other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_stands_still_with_its_turn_holds_nobody_up_for_long() {
    let Some([one, other]) = two().await else { return };
    // Nobody gives this one away.
    let turns = one.host.store.turns().unwrap().clone();
    let turn = turns.take(1).await.unwrap();
    let (_, statement) = stranger(1);
    let mut tries = 0;
    let mut status = other.submit(&statement).await.0;
    while status == StatusCode::SERVICE_UNAVAILABLE {
        tries += 1;
        assert!(tries < 100, "the turn stays where it is");
        status = other.submit(&statement).await.0;
    }
    assert!(status.is_success(), "{status}");
    // Its holder notices, and takes turns again.
    while turns.holds(&turn) {
        _ = one.submit(&stranger(2).1).await;
    }
    assert_eq!(one.accept(&stranger(2).1).await, 2);
    is_sound(&one).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_gateway_flagged_is_no_damage_to_one_that_lost_its_turn_unnoticed() {
    let Some(database) = TestDatabase::migrated() else { return };
    let url = database.gateway_url();
    let late = Gate::open_in(Home::on(database), AT, &Limits::default()).await;
    agreed(&late).await;
    let other = late.beside_by(StepClock::at(AT.parse().unwrap()), &Limits::default()).await;
    // It has its turn, and the agreement at hand.
    let before = late.accept(&stranger(1).1).await + 1;
    let holders = "FROM pg_locks WHERE locktype = 'advisory' AND granted \
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    sql::execute(&url, &format!("SELECT pg_terminate_backend(pid) {holders}")).unwrap();
    while !sql::column(&url, &format!("SELECT pid::text {holders}")).unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Overdue, and not yet breached.
    other.clock.set("2006-04-03T09:00:00Z".parse().unwrap());
    other.host.ledger("gm0599").unwrap().grown(before).await;
    other.settled().await;
    late.clock.set("2006-09-01T09:00:00Z".parse().unwrap());
    let (_, statement) = stranger(2);
    let mut answer = late.submit(&statement).await;
    for _ in 0..100 {
        if answer.0.is_success() {
            break;
        }
        assert_eq!(answer.0, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.1);
        tokio::time::sleep(Duration::from_millis(50)).await;
        answer = late.submit(&statement).await;
    }
    assert!(answer.0.is_success(), "{:?}", late.host.ledger("gm0599").unwrap().health());
    is_sound(&late).await;
    is_sound(&other).await;
}
