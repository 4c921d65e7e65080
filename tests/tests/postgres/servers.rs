//! The servers and databases that tests are given: each test its own, and nothing left behind.

use std::io::BufRead as _;
use std::path::Path;
use std::process::{Command, Stdio};

use harness::postgres::{Binaries, Cluster, Durability, TestDatabase, sql, until};

/// Says where its server is, and waits to be killed.
const KILLED: &str = "servers::a_process_with_a_server";

#[test]
fn each_test_has_a_database_of_its_own_which_goes_with_it() {
    let Some(first) = TestDatabase::migrated() else { return };
    let second = TestDatabase::migrated().unwrap();
    let add = "INSERT INTO log.checkpoint (ledger, size, note) VALUES (1, 1, '')";
    sql::execute(&first.gateway_url(), add).unwrap();
    sql::execute(&second.gateway_url(), add).unwrap();
    let name = sql::column(&first.owner_url(), "SELECT current_database()::text").unwrap().remove(0);
    drop(first);
    let left = sql::column(&second.owner_url(), &format!("SELECT datname::text FROM pg_database WHERE datname = '{name}'")).unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_test_can_tamper_with_the_log_and_its_guards_are_back_afterwards() {
    let Some(database) = TestDatabase::migrated() else { return };
    let triggers = "SELECT tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
    let before = sql::column(&database.owner_url(), triggers).unwrap();
    assert_eq!(before.len(), 8);
    assert!(before.iter().all(|trigger| trigger.ends_with(" A")), "{before:?}");
    sql::execute(&database.gateway_url(), "INSERT INTO log.checkpoint (ledger, size, note) VALUES (1, 1, 'true')").unwrap();
    database.tamper("UPDATE checkpoint SET note = 'false'").unwrap();
    assert_eq!(sql::column(&database.owner_url(), "SELECT note FROM log.checkpoint").unwrap(), ["false"]);
    assert_eq!(sql::column(&database.owner_url(), triggers).unwrap(), before);
    database.execute("UPDATE log.checkpoint SET note = 'true'").unwrap_err();
}

#[test]
fn a_server_that_was_killed_starts_again_with_what_it_had() {
    let Some(_) = TestDatabase::empty() else { return };
    // A server somewhere else is no server of ours to kill.
    let Ok(binaries) = Binaries::find() else { return };
    let mut cluster = Cluster::start(binaries, Durability::Synced);
    let url = cluster.url("postgres", "postgres");
    sql::execute(&url, "CREATE TABLE kept AS SELECT 1 AS n").unwrap();
    cluster.kill();
    sql::execute(&url, "SELECT 1").expect_err("it is dead");
    cluster.start_again();
    assert_eq!(sql::column(&url, "SELECT n::text FROM kept").unwrap(), ["1"]);
    cluster.stop();
    cluster.start_again();
    assert_eq!(sql::column(&url, "SELECT n::text FROM kept").unwrap(), ["1"]);
    let folder = cluster.folder().to_owned();
    drop(cluster);
    assert!(!folder.exists());
}

#[test]
#[ignore = "run by the test below, which kills it"]
fn a_process_with_a_server() {
    let cluster = Cluster::start(Binaries::find().unwrap(), Durability::Unsynced);
    println!("server {}", cluster.folder().display());
    loop {
        std::thread::park();
    }
}

#[test]
fn a_server_ends_with_its_process_even_when_that_is_killed() {
    let Some(_) = TestDatabase::empty() else { return };
    let Ok(_) = Binaries::find() else { return };
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", KILLED, "--ignored", "--nocapture"]).stdout(Stdio::piped());
    let mut process = process.spawn().unwrap();
    let mut lines = std::io::BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let folder = lines.find_map(|line| line.split_once("server /").map(|(_, rest)| format!("/{rest}"))).expect("it says where");
    let folder = Path::new(&folder);
    let pid = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let server = Path::new("/proc").join(pid.lines().next().unwrap());
    // SIGKILL: it cannot clean up after itself.
    process.kill().unwrap();
    process.wait().unwrap();
    let gone = || !folder.exists() && std::fs::read_to_string(server.join("stat")).map_or(true, |stat| stat.contains(") Z "));
    until(|| gone().then_some(())).expect("the server ends and its folder is removed");
}
