//! The log of a running gateway gets another key, with the tools of operator and owner; whoever has the first key follows.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use gateway::clock::SystemClock;
use ledger::envelope::{SigningKey, Type, sign_flattened};
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;
use serde_json::{Value, json};

use super::histories::look;
use super::server::{ORIGIN, Server, agent, audit_is_clean, found, seed, send, statement};

/// Long enough for what is looked at meanwhile, and waited for once.
const OVERLAP_MILLIS: i64 = 5_000;

fn make(keys: &Path, vkey: &VerifierKey, until: &str) -> Output {
    let command = ["log-key", "--vkey", &vkey.to_string(), "--old-signs-until", until, "--keys"].map(str::to_owned);
    Command::new(env!("CARGO_BIN_EXE_convenant")).args(command).arg(keys).output().unwrap()
}

fn submit(server: &Server, jws: &[u8]) -> Receipt {
    let sent = send(&agent(), &server.url, jws).expect("an answer");
    let (_, receipt) = sent.acknowledged().unwrap_or_else(|| panic!("{}", sent.body));
    Receipt::parse(receipt.as_bytes()).unwrap()
}

#[test]
fn monitor_and_audit_follow_the_log_from_key_to_key() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (keys, old) = (folder.path().join("keys"), found(folder.path()));
    let server = Server::start(folder.path());
    let kept = state.path().join("kept.tlog-proof");
    fs::write(&kept, submit(&server, &statement(0)).encode()).unwrap();
    let followed = state.path().join("followed");
    let ours = ["--receipt", kept.to_str().unwrap()];
    assert_eq!(look(&server.url, &old, &followed, &ours), (0, vec![]));

    let until = SystemClock::default().now().plus_millis(OVERLAP_MILLIS).to_string();
    let nowhere = make(state.path(), &old, &until);
    assert!(!nowhere.status.success() && String::from_utf8_lossy(&nowhere.stderr).contains("has no key of gm0599"));
    let made = make(&keys, &old, &until);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let body: Value = serde_json::from_slice(&made.stdout).unwrap();
    let new: VerifierKey = body["logKey"].as_str().unwrap().parse().unwrap();
    let file = keys.join(format!("gm0599.log.{}.key", new.id()));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let payload =
        json!({ "type": "log-key-rotation", "ledger": ORIGIN, "id": "k", "signedAt": "2020-01-01T00:00:00Z", "by": "town", "body": body });
    let town = SigningKey::from_seed(&seed(1_000_000));
    let announced = submit(&server, &sign_flattened(&town, Type::LogKeyRotation.typ(), payload.to_string().as_bytes()));
    assert!(announced.verify(&old).is_ok() && announced.verify(&new).is_ok());
    assert_eq!(look(&server.url, &old, &followed, &ours), (0, vec![]));

    let after = (1..10_000).find(|number| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        submit(&server, &statement(*number)).verify(&old).is_err()
    });
    let after = after.expect("the old key signs no more");
    // One that followed, one that begins today with the first key, one with the new key; each with a receipt from before.
    assert_eq!(look(&server.url, &old, &followed, &ours), (0, vec![]));
    assert_eq!(look(&server.url, &old, &state.path().join("today"), &ours), (0, vec![]));
    let (exit, findings) = look(&server.url, &new, &state.path().join("new"), &[]);
    assert_eq!((exit, findings.len()), (0, 0), "{findings:?}");
    for key in [&old, &new] {
        audit_is_clean(&server.url, key);
    }
    server.kill();
    // The old key is not needed any more.
    fs::remove_file(keys.join("gm0599.log.key")).unwrap();
    let server = Server::start(folder.path());
    assert!(submit(&server, &statement(after + 1)).verify(&new).is_ok());
    assert_eq!(look(&server.url, &old, &followed, &ours), (0, vec![]));
    // A state that does not lead to the key of its own checkpoint accuses nobody.
    let announcements = fs::read_dir(&followed).unwrap().map(|entry| entry.unwrap().path().join("announcements.json"));
    let announcements = announcements.into_iter().find(|path| path.exists()).unwrap();
    fs::write(announcements, "[]").unwrap();
    assert_eq!(look(&server.url, &old, &followed, &ours).0, 2);
}
