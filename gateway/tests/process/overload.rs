//! More statements than may wait, for as long as the database is locked away: the queue is bounded, whoever is too many is told
//! when to come back, memory stays where it was, and afterwards each stands once.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use super::server::{Kept, Server, agent, check, found, send, statement};

/// Statements that are sent at a time, in batches: more than the 5,000 that may wait and the two batches that the writer has in hand.
const STATEMENTS: u64 = 8_000;
const BATCH: u64 = 500;
/// So often all of them are sent while nothing can be written.
const WAVES: u32 = 3;
/// What memory may grow by from one wave to the last: what an allocator keeps varies, a leak of a wave would be more.
const GROWTH_KB: u64 = 24 * 1024;

fn batches() -> Vec<Vec<u8>> {
    let envelope = |number| json!({ "statement": serde_json::from_slice::<Value>(&statement(number)).unwrap() });
    let batch = |first| json!({ "statements": (first..first + BATCH).map(envelope).collect::<Vec<_>>() }).to_string().into_bytes();
    (0..STATEMENTS).step_by(BATCH as usize).map(batch).collect()
}

/// Sends all batches at once; gives each statement's answer, in order. A request that takes too long is answered as a whole.
fn wave(url: &str, batches: &[Vec<u8>]) -> Vec<Value> {
    let send = |batch: &Vec<u8>| {
        let request = agent().post(format!("{url}/v1/ledgers/gm0599/statements")).header("content-type", "application/json");
        let mut answer = request.send(batch).unwrap();
        let retry_after: Option<u64> = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        let mut said: Value = answer.body_mut().with_config().limit(u64::MAX).read_json().unwrap();
        match said["answers"].as_array() {
            Some(answers) => answers.clone(),
            None => {
                said["retryAfter"] = retry_after.into();
                vec![said; BATCH as usize]
            }
        }
    };
    std::thread::scope(|scope| {
        let senders: Vec<_> = batches.iter().map(|batch| scope.spawn(move || send(batch))).collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    })
}

/// How many statements wait for the writer, as the server itself says.
fn waiting(url: &str) -> u64 {
    let metrics = agent().get(format!("{url}/metrics")).call().unwrap().body_mut().read_to_string().unwrap();
    let line = metrics.lines().find(|line| line.contains("queue_length{")).unwrap_or_else(|| panic!("{metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

fn resident_kb(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Why those who got no answer got none, counted.
fn reasons(answers: &[Value]) -> BTreeMap<String, u64> {
    let mut reasons = BTreeMap::new();
    for answer in answers {
        assert_eq!((answer["status"].as_u64(), answer["retryAfter"].as_u64()), (Some(503), Some(1)), "{answer}");
        *reasons.entry(answer["detail"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    reasons
}

#[test]
fn more_than_five_thousand_wait_in_little_memory_and_the_rest_are_told_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let server = Server::told(folder.path(), &["--request-timeout-seconds", "4", "--upload-timeout-seconds", "4"]);
    let batches = batches();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lock = runtime.block_on(async {
        let url = format!("sqlite://{}", folder.path().join("kill.sqlite").display());
        let mut lock = SqliteConnection::connect(&url).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut lock).await.unwrap();
        lock
    });
    let (mut memory, mut waited) = (Vec::new(), 0);
    for round in 0..WAVES {
        let reasons = reasons(&wave(&server.url, &batches));
        let full = reasons.get("the queue is full; sending again is safe").copied().unwrap_or_default();
        waited = waited.max(waiting(&server.url));
        assert!(full > 0, "wave {round}: nobody was too many: {reasons:?}");
        memory.push(resident_kb(&server));
    }
    assert!((4_000..=5_000).contains(&waited), "{waited} waited");
    let alone = send(&agent(), &server.url, &statement(STATEMENTS)).unwrap();
    assert_eq!((alone.status, alone.retry_after), (503, Some(1)), "{}", alone.body);
    let (first, most) = (memory[0], *memory.iter().max().unwrap());
    println!("{STATEMENTS} statements a wave, {waited} waited, resident memory after each: {memory:?} kB");
    assert!(most < first + GROWTH_KB && most < 256 * 1024, "{memory:?} kB");

    runtime.block_on(lock.close()).unwrap();
    let mut kept = Kept::new();
    // Whoever was told to come back does so, until each has its receipt.
    for (first, batch) in (0..).step_by(BATCH as usize).zip(&batches) {
        let answers = (0..200).map(|_| wave(&server.url, std::slice::from_ref(batch)));
        let all = |answers: &Vec<Value>| answers.iter().all(|answer| answer["entry"].is_u64());
        let answers = answers.into_iter().find(all).expect("the gateway does not come back");
        let receipt = |answer: &Value| answer["receipt"].as_str().unwrap().to_owned();
        kept.extend((first..).zip(&answers).map(|(number, answer)| (answer["entry"].as_u64().unwrap(), (number, receipt(answer)))));
    }
    // Told to come back, it may have waited in the queue all the same.
    let (entry, receipt) = send(&agent(), &server.url, &statement(STATEMENTS)).unwrap().acknowledged().unwrap();
    kept.insert(entry, (STATEMENTS, receipt));
    assert_eq!(kept.len() as u64, STATEMENTS + 1);
    assert_eq!(check(&server.url, &vkey, &kept), STATEMENTS + 2, "the genesis, and each of them once");
}
