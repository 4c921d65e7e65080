//! An operator who shows two histories, and one who cuts the log off and signs anew: real gateways, witnesses and monitors,
//! each a process of its own. Whoever looks finds it, with the proof on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::{Note, NoteSigner, VerifierKey};
use ledger::log::split::SplitView;
use serde_json::Value;
use tempfile::TempDir;

use super::server::{Server, agent, found, send, statement};
use super::witness::Witness;

pub(crate) fn submit(server: &Server, number: u64) -> String {
    let sent = send(&agent(), &server.url, &statement(number)).expect("an answer");
    sent.acknowledged().unwrap_or_else(|| panic!("{}", sent.body)).1
}

/// The database and the keys as they are now, in another folder.
pub(crate) fn copied(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    let copied = Command::new("cp").args(["-r", &format!("{}/.", folder.display())]).arg(copy.path()).status().unwrap();
    assert!(copied.success());
    copy
}

/// Looks once at a ledger; exit code and findings.
pub(crate) fn look(url: &str, vkey: &VerifierKey, state: &Path, more: &[&str]) -> (i32, Vec<Value>) {
    let vkey = vkey.to_string();
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .args(["monitor", "--url", url, "--ledger", "gm0599", "--vkey", &vkey, "--once", "--json", "--state"])
        .arg(state)
        .args(more)
        .output()
        .unwrap();
    let findings = String::from_utf8(stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (status.code().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&stderr))), findings)
}

pub(crate) fn of_kind<'a>(findings: &'a [Value], kind: &str) -> Vec<&'a Value> {
    findings.iter().filter(|finding| finding["kind"] == kind).collect()
}

/// The evidence on disk convicts the log, by this program and by the two checkpoints themselves.
pub(crate) fn convicts(finding: &Value, vkey: &VerifierKey) -> (u64, u64) {
    let files: Vec<PathBuf> = finding["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap().into()).collect();
    let [smaller, larger, split] = files.as_slice() else { panic!("{finding}") };
    let checked = Command::new(env!("CARGO_BIN_EXE_convenant"))
        .args(["monitor", "--vkey", &vkey.to_string(), "--check"])
        .arg(split)
        .output()
        .unwrap();
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
    let evidence: SplitView = serde_json::from_slice(&fs::read(split).unwrap()).unwrap();
    evidence.verify(vkey).unwrap();
    let [smaller, larger] = [smaller, larger].map(|file| {
        let note = Note::parse(&fs::read(file).unwrap()).unwrap();
        Checkpoint::open(&note, vkey, &[]).unwrap().0.size()
    });
    (smaller, larger)
}

/// Waits until a witness has cosigned so many entries of a ledger.
pub(crate) fn cosigned(server: &Server, size: u64) {
    for _ in 0..3_000 {
        let mut answer = agent().get(format!("{}/v1/ledgers/gm0599/checkpoint?cosigned=true", server.url)).call().unwrap();
        let note = answer.body_mut().read_to_string().unwrap();
        let found = Note::parse(note.as_bytes()).ok().and_then(|note| Checkpoint::parse(note.text()).ok());
        if found.is_some_and(|checkpoint| checkpoint.size() == size) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("nobody cosigned {size} entries");
}

/// How often a witness was heard to say this, by the gateway's metrics.
fn heard(server: &Server, answer: &str) -> f64 {
    let text = agent().get(format!("{}/metrics", server.url)).call().unwrap().body_mut().read_to_string().unwrap();
    let of_answer = |line: &&str| line.starts_with("convenant_witness_answers_total") && line.contains(&format!("answer=\"{answer}\""));
    text.lines().find(of_answer).and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}

#[test]
fn two_histories_are_caught_through_the_witness_with_the_proof_on_disk() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let witness = Witness::of(&vkey, memory.path(), "witness.corporation.example");
    let policy = folder.path().join("policy");
    fs::write(&policy, format!("log {vkey}\nwitness corporation {} {}\nquorum corporation\n", witness.vkey, witness.url)).unwrap();
    let settings = ["--witness-policies", policy.to_str().unwrap(), "--witness-interval-millis", "50"];
    let one = Server::told(folder.path(), &settings);
    (0..2).for_each(|number| _ = submit(&one, number));
    cosigned(&one, 3);
    drop(one);
    // From here on, some are shown this and others that, both signed with the key of the log.
    let fork = copied(folder.path());
    let (one, other) = (Server::told(folder.path(), &settings), Server::told(fork.path(), &[]));
    (10..14).for_each(|number| _ = submit(&one, number));
    cosigned(&one, 7);
    (20..26).for_each(|number| _ = submit(&other, number));

    let state = tempfile::tempdir().unwrap();
    let asked = format!("{}={}", witness.vkey, witness.url);
    let (exit, findings) = look(&one.url, &vkey, &state.path().join("one"), &["--witness", &asked]);
    assert_eq!((exit, findings.len()), (0, 0), "{findings:?}");
    // Whoever is shown the other history asks the witness, and has both.
    let (exit, findings) = look(&other.url, &vkey, &state.path().join("other"), &["--witness", &asked]);
    assert_eq!(exit, 1);
    let [split] = of_kind(&findings, "split-view")[..] else { panic!("{findings:?}") };
    assert_eq!(convicts(split, &vkey), (7, 9));
    assert_eq!(split["by"], "witness witness.corporation.example");
    // Once told, the command that was given is not run again; looking once still says what is wrong.
    let told = state.path().join("told");
    let command = format!("cat >> {}", told.display());
    let (exit, _) = look(&other.url, &vkey, &state.path().join("other"), &["--witness", &asked, "--on-finding", &command]);
    assert!(exit == 1 && !told.exists());

    // An operator who shows the other history to the witness too is found out by its answer, and by what it keeps.
    drop(other);
    let other = Server::told(fork.path(), &settings);
    for _ in 0..3_000 {
        if heard(&other, "other-history") > 0.0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(heard(&other, "other-history") > 0.0 && heard(&other, "cosigned") == 0.0);
    let (exit, findings) = look(&one.url, &vkey, &state.path().join("one"), &["--witness", &asked, "--on-finding", &command]);
    assert_eq!(exit, 1);
    let splits = of_kind(&findings, "split-view");
    assert_eq!(splits.iter().map(|split| convicts(split, &vkey)).collect::<Vec<_>>(), [(7, 9)]);
    let told: Value = serde_json::from_str(fs::read_to_string(told).unwrap().lines().next().unwrap()).unwrap();
    assert_eq!((&told["kind"], &told["isWrong"]), (&"split-view".into(), &true.into()));
}

#[test]
fn a_log_that_is_cut_off_and_signed_anew_is_caught_by_monitor_witness_and_receipt() {
    let (folder, memory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let witness = Witness::of(&vkey, memory.path(), "witness.school.example");
    let policy = folder.path().join("policy");
    fs::write(&policy, format!("witness school {} {}\nquorum school\n", witness.vkey, witness.url)).unwrap();
    let settings = ["--witness-policies", policy.to_str().unwrap(), "--witness-interval-millis", "50"];
    let server = Server::told(folder.path(), &[]);
    (0..2).for_each(|number| _ = submit(&server, number));
    drop(server);
    let old = copied(folder.path());
    let server = Server::told(folder.path(), &settings);
    let receipts: Vec<String> = (2..6).map(|number| submit(&server, number)).collect();
    cosigned(&server, 7);
    let (state, asked) = (tempfile::tempdir().unwrap(), format!("{}={}", witness.vkey, witness.url));
    assert_eq!(look(&server.url, &vkey, state.path(), &[]).0, 0);
    drop(server);
    let receipt = state.path().join("mine.tlog-proof");
    fs::write(&receipt, &receipts[3]).unwrap();
    let receipt = receipt.to_str().unwrap();

    // The old database: four entries are gone, acknowledged as they were.
    let server = Server::told(old.path(), &settings);
    let shorter = |findings: &[Value]| {
        let fewer = of_kind(findings, "fewer-entries");
        assert_eq!(fewer.len(), 1, "{findings:?}");
        let files = fewer[0]["files"].as_array().unwrap();
        let size = |file: &Value| {
            let note = Note::parse(&fs::read(file.as_str().unwrap()).unwrap()).unwrap();
            Checkpoint::open(&note, &vkey, &[]).unwrap().0.size()
        };
        assert_eq!(files.iter().map(size).collect::<Vec<_>>(), [3, 7]);
    };
    // The monitor that saw more; one that begins today with a witness; one that begins today with a receipt.
    let (exit, findings) = look(&server.url, &vkey, state.path(), &[]);
    assert_eq!(exit, 1);
    shorter(&findings);
    for (name, more) in [("by-witness", ["--witness", asked.as_str()]), ("by-receipt", ["--receipt", receipt])] {
        let (exit, findings) = look(&server.url, &vkey, &state.path().join(name), &more);
        assert_eq!(exit, 1, "{name}");
        shorter(&findings);
    }
    for _ in 0..3_000 {
        if heard(&server, "ahead") > 0.0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(heard(&server, "ahead") > 0.0, "the witness has seen more than the gateway has");

    // Grown again over what was cut off, it fits no memory of what was there.
    (100..106).for_each(|number| _ = submit(&server, number));
    let (exit, findings) = look(&server.url, &vkey, state.path(), &[]);
    assert_eq!(exit, 1);
    assert_eq!(of_kind(&findings, "split-view").iter().map(|split| convicts(split, &vkey)).collect::<Vec<_>>(), [(7, 9)]);
    // The witness may have been shown it while it grew, and keeps that too.
    for (name, more) in [("by-witness-2", ["--witness", asked.as_str()]), ("by-receipt-2", ["--receipt", receipt])] {
        let (exit, findings) = look(&server.url, &vkey, &state.path().join(name), &more);
        assert_eq!(exit, 1, "{name}");
        let sizes: Vec<_> = of_kind(&findings, "split-view").iter().map(|split| convicts(split, &vkey)).collect();
        assert!(sizes.iter().any(|(_, larger)| *larger == 9), "{name}: {findings:?}");
    }
}

#[test]
fn a_monitor_goes_on_from_what_it_keeps_tells_what_concerns_an_institution_and_trusts_no_altered_state() {
    let folder = tempfile::tempdir().unwrap();
    let vkey = found(folder.path());
    let server = Server::start(folder.path());
    let state = tempfile::tempdir().unwrap();
    submit(&server, 0);
    let (exit, findings) = look(&server.url, &vkey, state.path(), &["--institution", "i-0"]);
    let news = of_kind(&findings, "statement");
    assert_eq!((exit, news.len(), &news[0]["entry"], &news[0]["type"]), (0, 1, &1.into(), &"registration".into()));
    submit(&server, 1);
    submit(&server, 2);
    let (exit, findings) = look(&server.url, &vkey, state.path(), &["--institution", "i-2"]);
    assert_eq!((exit, of_kind(&findings, "statement").len()), (0, 1));
    // What it was told once is not told again.
    assert_eq!(look(&server.url, &vkey, state.path(), &["--institution", "i-2"]), (0, vec![]));
    let another = NoteSigner::from_seed("kill.example/gm0599", &[9; 32]).unwrap();
    let (exit, findings) = look(&server.url, another.verifier(), &state.path().join("another"), &[]);
    assert_eq!((exit, findings[0]["kind"].as_str()), (1, Some("unsound")), "not signed with the key that was given");
    let kept = fs::read_dir(state.path()).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.join("leaves").exists()).unwrap();
    let mut leaves = fs::read(kept.join("leaves")).unwrap();
    leaves[40] ^= 1;
    fs::write(kept.join("leaves"), leaves).unwrap();
    assert_eq!(look(&server.url, &vkey, state.path(), &[]).0, 2, "a damaged state accuses nobody");
    drop(server);
    assert_eq!(look("http://127.0.0.1:9", &vkey, &state.path().join("new"), &[]).0, 3);
}
