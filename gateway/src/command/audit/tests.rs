//! The subcommand against a scripted gateway. What a real ledger gives is tested across the crates.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::log::note::NoteSigner;
use ledger::log::record::{Entry, record_bytes};
use ledger::log::{checkpoint::Checkpoint, tree::leaf_hash};

use super::*;
use crate::client::stub::{Scripted, Stub, json as answer, problem};
use crate::command::exit::conclude;
use crate::command::tests::{Captured, arguments};

const ORIGIN: &str = "example.nl/l";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// A ledger of one record that is no genesis, with its checkpoint.
fn served(jws: &[u8]) -> Vec<Scripted> {
    let (at, salt) = ("2026-01-05T09:00:00.000Z", [9; 32]);
    let entry = Entry::new(at.parse().unwrap(), &salt, &record_bytes(ORIGIN, 0, at.parse().unwrap(), jws));
    let note = Checkpoint::new(ORIGIN, 1, leaf_hash(entry.as_bytes())).unwrap().sign(&signer()).unwrap();
    let [salt, leaf, jws] = [salt.as_slice(), entry.as_bytes(), jws].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let record = json!({ "entry": 0, "acceptedAt": at, "salt": salt, "leaf": leaf, "jws": jws });
    let records = json!({ "records": [record], "size": 1 });
    let text = Scripted::Answer("200 OK", "content-type: text/plain; charset=utf-8\r\n".into(), note.to_string());
    vec![text, answer("200 OK", &records.to_string())]
}

fn audit(script: Vec<Scripted>, words: &[&str]) -> (Exit, Captured, Vec<String>) {
    let stub = Stub::start(script);
    let (url, vkey) = (stub.url(), signer().verifier().to_string());
    let words: Vec<_> = ["--url", &url, "--ledger", "l", "--vkey", &vkey].into_iter().chain(words.iter().copied()).collect();
    let mut captured = Captured::new();
    let outcome = arguments::<Audit>(&words).unwrap().run(&mut captured.terminal);
    let asked = stub.finish().into_iter().map(|asked| asked.line).collect();
    (conclude(outcome, &mut captured.terminal), captured, asked)
}

#[test]
fn findings_are_printed_with_their_entry_and_end_with_one() {
    let (exit, captured, asked) = audit(served(b"nonsense \x1b[2J"), &[]);
    assert_eq!(exit.code(), 1);
    let out = captured.out();
    assert!(out.starts_with("entry 0: this is no valid genesis") && !out.contains('\u{1b}'), "{out}");
    assert!(out.ends_with("\naudit of l: 1 entry, 1 finding\n"), "{out}");
    assert_eq!(asked, ["GET /v1/ledgers/l/checkpoint", "GET /v1/ledgers/l/records?from=0&limit=1"]);
}

#[test]
fn the_report_is_json_when_asked_for() {
    let (exit, captured, _) = audit(served(b"nonsense"), &["--json", "--as-of", "2026-01-06T00:00:00Z"]);
    assert_eq!(exit.code(), 1);
    let report: Value = serde_json::from_str(&captured.out()).unwrap();
    assert_eq!((&report["entries"], &report["clean"], &report["checkpoint"]["size"]), (&json!(1), &json!(false), &json!(1)));
    assert_eq!((&report["findings"][0]["code"], &report["findings"][0]["index"]), (&json!("no-genesis"), &json!(0)));
    assert!(report["findings"][0]["rule"].is_string());
    assert_eq!(captured.notes(), "audit of l: 1 entry, 1 finding\n");
}

#[test]
fn what_cannot_be_decoded_is_a_finding_at_its_entry() {
    let mut script = served(b"nonsense");
    let record = json!({ "entry": 0, "acceptedAt": "2026-01-05T09:00:00.000Z", "salt": "short", "leaf": "?", "jws": "?" });
    script[1] = answer("200 OK", &json!({ "records": [record], "size": 1 }).to_string());
    let (exit, captured, _) = audit(script, &[]);
    assert_eq!(exit.code(), 1);
    assert!(captured.out().starts_with("entry 0: the published entry does not commit to this record"), "{}", captured.out());
}

#[test]
fn a_gateway_that_gives_fewer_records_than_it_signed_is_found_out() {
    let mut script = served(b"nonsense");
    script[1] = answer("200 OK", r#"{"records":[],"size":0}"#);
    let (exit, captured, _) = audit(script, &[]);
    assert_eq!(exit.code(), 1);
    assert!(captured.out().contains("the log of 0 entries: the checkpoint is of 1 entries\n"), "{}", captured.out());
}

#[test]
fn a_checkpoint_that_cannot_be_read_does_not_hide_the_records() {
    let mut script = served(b"nonsense");
    let records = answer("200 OK", r#"{"records":[],"size":1}"#);
    script[0] = Scripted::Answer("200 OK", "content-type: text/plain\r\n".into(), "<html>".into());
    script.insert(1, records);
    // Under a checkpoint that the given key has not signed, it asks by what other key that could be: here there is none.
    script.insert(1, problem("404 Not Found", r#"{"status":404,"title":"Not here.","titleNl":"Niet hier."}"#));
    let (exit, captured, asked) = audit(script, &[]);
    assert_eq!((exit.code(), asked.len()), (1, 4), "{asked:?}");
    assert!(captured.out().contains("the checkpoint does not stand"), "{}", captured.out());
}

#[test]
fn wrong_questions_end_with_two_and_silence_with_three() {
    let none = problem("404 Not Found", r#"{"title":"Not here.","titleNl":"Niet hier."}"#);
    let (exit, captured, _) = audit(vec![none], &[]);
    assert_eq!(exit.code(), 2);
    assert!(captured.notes().contains("Niet hier."), "{}", captured.notes());
    let (exit, ..) = audit(vec![Scripted::Answer("502 Bad Gateway", String::new(), String::new())], &[]);
    assert_eq!(exit.code(), 3);
    let mut script = served(b"nonsense");
    script[1] = Scripted::Answer("502 Bad Gateway", String::new(), String::new());
    assert_eq!(audit(script, &[]).0.code(), 3);
}

#[test]
fn one_key_is_asked_for_and_may_come_from_a_file() {
    let vkey = signer().verifier().to_string();
    let base = ["--url", "http://127.0.0.1:9", "--ledger", "l"];
    let with = |words: &[&str]| arguments::<Audit>(&[&base[..], words].concat());
    assert!(with(&[]).is_err());
    assert!(with(&["--vkey", "nonsense"]).is_err());
    assert!(with(&["--vkey", &vkey, "--vkey-file", "f"]).is_err());
    assert!(with(&["--vkey", &vkey, "--as-of", "tomorrow"]).is_err());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vkey");
    std::fs::write(&file, format!("{vkey}\n")).unwrap();
    assert_eq!(with(&["--vkey-file", file.to_str().unwrap()]).unwrap().key().unwrap(), *signer().verifier());
    std::fs::write(&file, "nothing").unwrap();
    assert!(with(&["--vkey-file", file.to_str().unwrap()]).unwrap().key().is_err());
}
