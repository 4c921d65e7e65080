//! The self-check beside a gateway that runs: it stops the ledger on damage, and takes nothing for damage that is none.

use std::time::Duration;

use axum::http::StatusCode;
use gateway::checking::{Cadence, Share, check, newest};
use gateway::clock::{Clock, StepClock};
use harness::gate::{Gate, Signer};
use ledger::envelope::Type;
use ledger::log::checkpoint::Checkpoint;
use sqlx::{Connection, SqliteConnection};

use super::story::{eventful, pass_by};

const CADENCE: Cadence = Cadence { interval: Duration::from_secs(3_600), share: Share::WHOLE };

async fn execute(gate: &Gate, is_derived: bool, sql: &str) {
    let file = if is_derived { gateway::store::derived_path(&gate.database()) } else { gate.database() };
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    assert_eq!(sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut other).await.unwrap().rows_affected(), 1);
}

/// Waits until a sample is this.
async fn sample(gate: &Gate, name: &str, is: impl Fn(f64) -> bool) {
    for _ in 0..20_000 {
        let text = String::from_utf8(gate.fetch("/metrics").await.2).unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.rsplit(' ').next()?.parse().ok());
        if is(value.unwrap_or(f64::NAN)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{name} never is that");
}

async fn status(gate: &Gate) -> String {
    let (_, body) = gate.send("GET", "/readyz", "application/json", Vec::new()).await;
    body["ledgers"][0]["status"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_stops_the_ledger_says_where_and_leaves_reads_alone() {
    let gate = eventful().await;
    execute(&gate, true, "UPDATE due SET due_at = due_at + 1 WHERE subject = 'agreement/wijk'").await;
    let gate = gate.checked_at(CADENCE).await;
    sample(&gate, "convenant_ledger_health{ledger=\"gm0599\",state=\"damaged\"}", |value| value == 1.0).await;
    let said = status(&gate).await;
    assert!(said.contains("due agreement/wijk") && said.contains("convenant rebuild"), "{said}");
    let late = Signer::new("late", 250);
    assert_eq!(gate.submit(&late.says(Type::Registration, "r", &late.registration("other"))).await.0, StatusCode::SERVICE_UNAVAILABLE);
    gate.get("/v1/ledgers/gm0599/agreements/wijk").await;
    assert_eq!(gate.fetch("/v1/ledgers/gm0599/receipts/3").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_end_is_looked_at_before_anybody_is_answered() {
    let gate = eventful().await;
    let row = gate.host.ledger("gm0599").unwrap().row.clone();
    assert_eq!(newest(&gate.host.store, &row).await.unwrap().damage, []);
    for (sql, place) in [
        ("UPDATE record SET salt = zeroblob(32) WHERE entry = 299", "record 299:"),
        ("DELETE FROM checkpoint WHERE size = 300", "checkpoint 300:"),
        ("UPDATE tile_root SET hash = zeroblob(32) WHERE level = 0", "head:"),
        ("UPDATE head SET size = 299", "head"),
    ] {
        let gate = eventful().await;
        execute(&gate, false, sql).await;
        let gate = gate.checked_at(CADENCE).await;
        let said = status(&gate).await;
        assert!(said.contains(place), "{sql}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_of_two_keys_is_signed_by_both_and_one_after_them_by_the_new_one() {
    let gate = eventful().await;
    let ledger = gate.host.ledger("gm0599").unwrap().clone();
    assert_eq!(check(&gate.host.store, &ledger.row, Share::WHOLE).await.unwrap().damage, []);
    let notes = gate.host.store.checkpoints(ledger.row.id, 0, gate.size()).await.unwrap();
    let notes: Vec<(u64, String)> = notes.into_iter().map(|(size, note)| (size, String::from_utf8(note).unwrap())).collect();
    let signed_by_two = |(_, note): &&(u64, String)| note.matches("\n\u{2014} ").count() == 2;
    let (first, last) = (notes.iter().find(signed_by_two).unwrap(), notes.iter().rfind(signed_by_two).unwrap());
    let after = notes.iter().find(|(size, _)| *size > last.0).unwrap();
    let without = |(size, note): &(u64, String), signature: usize| {
        let lines = note.lines().enumerate().filter(|(line, _)| *line != 4 + signature).map(|(_, line)| format!("{line}\n"));
        (*size, lines.collect::<String>())
    };
    let by_the_old_key = {
        let signer = ledger.keys.log.signer(ledger.log_keys().first()).unwrap();
        let text = format!("{}\n", after.1.split_once("\n\n").unwrap().0);
        (after.0, Checkpoint::parse(&text).unwrap().sign(&signer).unwrap().to_string())
    };
    for (size, note) in [without(first, 0), without(first, 1), without(last, 0), without(last, 1), by_the_old_key] {
        let stored = notes.iter().find(|(of, _)| *of == size).unwrap().1.clone();
        execute(&gate, false, &format!("UPDATE checkpoint SET note = '{note}' WHERE size = {size}")).await;
        let found = check(&gate.host.store, &ledger.row, Share::WHOLE).await.unwrap().damage;
        assert!(matches!(&found[..], [one] if one.to_string().contains(&format!("checkpoint {size}:"))), "{found:?}");
        execute(&gate, false, &format!("UPDATE checkpoint SET note = '{stored}' WHERE size = {size}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_while_much_is_written_finds_nothing() {
    let gate = eventful().await;
    let (store, row) = (gate.host.store.clone(), gate.host.ledger("gm0599").unwrap().row.clone());
    let (told, mut stop) = tokio::sync::oneshot::channel::<()>();
    let rounds = tokio::spawn(async move {
        let mut rounds = 0;
        while stop.try_recv().is_err() {
            assert_eq!(check(&store, &row, Share::WHOLE).await.unwrap().damage, []);
            assert_eq!(newest(&store, &row).await.unwrap().damage, []);
            rounds += 1;
        }
        rounds
    });
    // Agreements change with the clock, strangers come, derived rows follow in their own time.
    for month in 3..=12 {
        gate.clock.set(format!("2007-{month:02}-20T09:00:00Z").parse().unwrap());
        pass_by(&gate, 30).await;
    }
    told.send(()).unwrap();
    assert!(rounds.await.unwrap() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds_follow_one_another_at_the_interval() {
    let gate = eventful().await.checked_at(CADENCE).await;
    let whole = "convenant_self_check_whole_timestamp_seconds{ledger=\"gm0599\"}";
    let start = gate.host.clock.now().millis() as f64 / 1000.0;
    sample(&gate, whole, |value| value >= start).await;
    execute(&gate, false, "UPDATE record SET jws = CAST(jws || ' ' AS BLOB) WHERE entry = 7").await;
    gate.clock.set(gate.host.clock.now().plus_millis(3_600_000));
    sample(&gate, "convenant_ledger_health{ledger=\"gm0599\",state=\"damaged\"}", |value| value == 1.0).await;
    let said = status(&gate).await;
    assert!(said.contains("record 7:") && said.contains("backup"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_begin_is_named_and_served_as_far_as_it_can_be_read() {
    for (sql, is_derived, place) in [("DELETE FROM head", false, "has no genesis"), ("DELETE FROM progress", true, "record 7:")] {
        let gate = eventful().await;
        execute(&gate, is_derived, sql).await;
        // So the log cannot be judged again from its start.
        execute(&gate, false, "UPDATE record SET jws = x'00' WHERE entry = 7").await;
        let gate = gate.reopen(Clock::Step(StepClock::at("2007-02-15T09:00:00Z".parse().unwrap()))).await;
        let said = status(&gate).await;
        assert!(said.contains(place), "{sql}: {said}");
        let late = Signer::new("late", 250);
        assert_eq!(gate.submit(&late.says(Type::Registration, "r", &late.registration("other"))).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(gate.fetch("/gm0599/checkpoint").await.0, StatusCode::OK);
        let (status, _, body) = gate.fetch("/v1/ledgers/gm0599/agreements/stil").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "what is withheld stays so: {}", String::from_utf8_lossy(&body));
        let (_, _, body) = gate.fetch("/v1/ledgers/gm0599/records?from=0&limit=50").await;
        assert!(!String::from_utf8_lossy(&body).contains("agreement/stil"), "nor are its records shown");
    }
}
