//! A primary with a synchronous standby: what was acknowledged is there after the primary died.

use std::str::FromStr as _;

use gateway::store::schema::{self, SchemaFault};
use harness::postgres::pair::DATABASE;
use harness::postgres::{Durability, GATEWAY, OWNER, Pair, sql, until};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn add(url: &str, size: u32) -> Result<(), sqlx::Error> {
    sql::execute(url, &format!("INSERT INTO log.checkpoint (ledger, size, note) VALUES (1, {size}, 'kept')"))
}

fn sizes(url: &str) -> Vec<String> {
    sql::column(url, "SELECT size::text FROM log.checkpoint ORDER BY size").unwrap()
}

/// Waits until a commit on the primary waits for its standby.
fn waits_for_the_standby(pair: &Pair) {
    let waiting = "SELECT 'x' FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    let superuser = pair.primary().url("postgres", "postgres");
    until(|| (!sql::column(&superuser, waiting).unwrap().is_empty()).then_some(())).expect("the commit waits for the standby");
}

#[test]
fn what_was_acknowledged_survives_the_primary() {
    let Some(mut pair) = Pair::start(Durability::Synced) else { return };
    let (old, new) = (pair.primary().url(GATEWAY, DATABASE), pair.standby().url(GATEWAY, DATABASE));
    assert!(pair.gateway_url().contains(&format!("{},{}", pair.primary().address(), pair.standby().address())));
    add(&old, 1).unwrap();
    // A standby can be read, and takes no writes.
    let migrated = {
        let options = PgConnectOptions::from_str(&pair.standby().url(OWNER, DATABASE)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(schema::migrate(options, GATEWAY))
    };
    assert!(matches!(migrated, Err(SchemaFault::Standby)), "{migrated:?}");
    assert_eq!(sql::code(&add(&new, 9).unwrap_err()), "25006");

    pair.kill_primary();
    add(&old, 9).expect_err("the primary is dead");
    pair.promote();
    assert_eq!(sizes(&new), ["1"]);
    add(&new, 2).unwrap();

    // The dead one comes back as standby of the new one, and is the next to take over.
    pair.rejoin();
    assert_eq!(pair.primary().url(GATEWAY, DATABASE), new);
    add(&new, 3).unwrap();
    pair.kill_primary();
    pair.promote();
    assert_eq!(sizes(&old), ["1", "2", "3"]);
}

#[test]
fn a_gateway_does_not_start_where_commits_do_not_wait_for_the_standby() {
    let Some(pair) = Pair::start(Durability::Unsynced) else { return };
    let check = |role: &str| {
        let url = pair.primary().url(role, DATABASE);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { schema::check(&PgPoolOptions::new().connect(&url).await.unwrap()).await })
    };
    check(GATEWAY).unwrap();
    for setting in ["local", "remote_write"] {
        let sql = format!("ALTER DATABASE {DATABASE} SET synchronous_commit = '{setting}'");
        sql::execute(&pair.primary().url(OWNER, DATABASE), &sql).unwrap();
        assert!(matches!(check(GATEWAY), Err(SchemaFault::Careless(found)) if found == setting), "{setting}");
    }
}

#[test]
fn nothing_is_acknowledged_that_the_standby_does_not_have() {
    let Some(mut pair) = Pair::start(Durability::Unsynced) else { return };
    let url = pair.primary().url(GATEWAY, DATABASE);
    pair.kill_standby();
    let waiting = std::thread::spawn(move || add(&url, 1));
    waits_for_the_standby(&pair);
    assert!(!waiting.is_finished());
    pair.start_standby();
    waiting.join().unwrap().unwrap();
    assert_eq!(sizes(&pair.standby().url(GATEWAY, DATABASE)), ["1"]);
}
