//! `kill -9` under load: every acknowledged statement is there exactly once, whatever moment it was.
//!
//! `CONVENANT_KILL_ROUNDS` sets the number of rounds (3 when not given; the long tier runs 20).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use ledger::envelope::{Parsed, SigningKey, Type, sign_compact, sign_flattened};
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;
use serde_json::{Value, json};

const ORIGIN: &str = "kill.example/gm0599";

fn registration(id: &str, seed: [u8; 32], kind: &str) -> (SigningKey, Vec<u8>) {
    let key = SigningKey::from_seed(&seed);
    let jwk: Value = serde_json::from_str(&key.public().to_jwk().to_string()).unwrap();
    let body = json!({ "institution": id, "name": id, "kind": kind, "identifiers": {}, "key": jwk });
    let payload =
        json!({ "type": "registration", "ledger": ORIGIN, "id": "r", "signedAt": "2020-01-01T00:00:00Z", "by": id, "body": body });
    (key, payload.to_string().into_bytes())
}

fn seed(number: u64) -> [u8; 32] {
    *ledger::words::Hash::of(&[&number.to_be_bytes()]).as_bytes()
}

/// A server process on a port of its own choosing.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_convenant"))
            .args(["serve", "--listen", "127.0.0.1:0", "--database"])
            .arg(folder.join("kill.sqlite"))
            .arg("--keys")
            .arg(folder.join("keys"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It says where it listens once it does: no waiting for seconds.
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let line: Value = serde_json::from_str(&line).ok()?;
                Some(format!("http://{}", line["fields"]["address"].as_str()?))
            })
            .expect("the server says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Sends registrations until told to stop; keeps what was acknowledged.
fn load(url: &str, next: &AtomicU64, stop: &AtomicBool, kept: &Mutex<BTreeMap<u64, (u64, String)>>) {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    while !stop.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let (key, payload) = registration(&format!("i-{number}"), seed(number), "other");
        let jws = sign_flattened(&key, Type::Registration.typ(), &payload);
        let sent = agent.post(format!("{url}/v1/ledgers/gm0599/statements")).header("content-type", "application/jose+json").send(&jws);
        // No answer, or half of one: the statement may or may not stand. Only what was acknowledged counts.
        let Ok(mut answer) = sent else { return };
        let Ok(answer) = answer.body_mut().read_json::<Value>() else { return };
        if let (Some(entry), Some(receipt)) = (answer["entry"].as_u64(), answer["receipt"].as_str()) {
            kept.lock().unwrap().insert(entry, (number, receipt.to_owned()));
        }
    }
}

/// Makes a ledger in this folder with `convenant init`; gives its vkey.
fn found(folder: &Path) -> VerifierKey {
    let compact = |id: &str, number: u64, kind: &str| {
        let (key, payload) = registration(id, seed(number), kind);
        std::fs::write(folder.join(format!("{id}.jws")), sign_compact(&key, Type::Registration.typ(), &payload)).unwrap();
    };
    compact("town", 1_000_000, "municipality");
    compact("ministry", 1_000_001, "ministry");
    let init = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .current_dir(folder)
        .args([
            "init",
            "--database",
            "kill.sqlite",
            "--keys",
            "keys",
            "--origin",
            ORIGIN,
            "--owner",
            "town.jws",
            "--ministry",
            "ministry.jws",
        ])
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    String::from_utf8(init.stdout).unwrap().lines().find_map(|line| line.strip_prefix("vkey ")).unwrap().parse().unwrap()
}

#[test]
fn kill_9_under_load_loses_and_doubles_nothing() {
    let rounds: u64 = std::env::var("CONVENANT_KILL_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let (next, kept) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(BTreeMap::new())));
    for round in 0..rounds {
        let server = Server::start(folder.path());
        let stop = Arc::new(AtomicBool::new(false));
        let loaders: Vec<_> = (0..8)
            .map(|_| {
                let (url, next, stop, kept) = (server.url.clone(), next.clone(), stop.clone(), kept.clone());
                std::thread::spawn(move || load(&url, &next, &stop, &kept))
            })
            .collect();
        // The moment is a number of acknowledgements, other in each round, and so not tied to the machine's speed.
        let goal = kept.lock().unwrap().len() as u64 + 20 + round * 37 % 101;
        while (kept.lock().unwrap().len() as u64) < goal {
            std::thread::yield_now();
        }
        server.kill();
        stop.store(true, Ordering::Relaxed);
        loaders.into_iter().for_each(|loader| loader.join().unwrap());
        check(folder.path(), &vkey, &kept.lock().unwrap());
    }
    println!("{rounds} rounds, {} acknowledged statements, each there once", kept.lock().unwrap().len());
}

/// After a restart: each acknowledged statement stands at its place, no statement stands twice, and receipts still verify.
fn check(folder: &Path, vkey: &VerifierKey, kept: &BTreeMap<u64, (u64, String)>) {
    let server = Server::start(folder);
    let agent = ureq::Agent::new_with_defaults();
    let (mut authors, mut from) = (BTreeMap::new(), 0_u64);
    loop {
        let page: Value =
            agent.get(format!("{}/v1/ledgers/gm0599/records?from={from}", server.url)).call().unwrap().body_mut().read_json().unwrap();
        for record in page["records"].as_array().unwrap() {
            let entry = record["entry"].as_u64().unwrap();
            assert_eq!(entry, from, "no gap");
            from += 1;
            let jws = base64url(record["jws"].as_str().unwrap());
            let by = Parsed::parse(&jws).unwrap().statement().by.to_string();
            assert!(authors.insert(by.clone(), entry).is_none(), "{by} stands twice");
        }
        if from >= page["size"].as_u64().unwrap() {
            break;
        }
    }
    for (entry, (number, receipt)) in kept {
        assert_eq!(authors.get(&format!("i-{number}")), Some(entry), "statement {number} was acknowledged as entry {entry}");
        Receipt::parse(receipt.as_bytes()).unwrap().verify(vkey).unwrap();
    }
    audit_is_clean(&server.url, vkey);
    server.kill();
}

fn audit_is_clean(url: &str, vkey: &VerifierKey) {
    let audit = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .args(["audit", "--url", url, "--ledger", "gm0599", "--vkey", &vkey.to_string()])
        .output()
        .unwrap();
    assert!(audit.status.success(), "{}{}", String::from_utf8_lossy(&audit.stdout), String::from_utf8_lossy(&audit.stderr));
}

fn base64url(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
