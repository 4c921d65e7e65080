//! A town whose newest copy is an old backup: refused, put back closed, opened by the owner's word, and seen by everybody for ever.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ledger::envelope::SigningKey;
use ledger::log::receipt::Receipt;
use serde_json::Value;

use super::backup::{backed_up, is_empty, kept, restored};
use super::histories::{convicts, copied, cosigned, look, of_kind, submit};
use super::server::{ORIGIN, Server, agent, audit_is_clean, found, seed, send, statement};
use super::witness::Witness;

fn convenant(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_convenant")).args(words).output().unwrap()
}

/// What it printed; it must end with this code.
fn says(words: &[&str], code: i32) -> String {
    let output = convenant(words);
    let all = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{words:?}: {all}");
    all
}

fn get(server: &Server, path: &str) -> (u16, String) {
    let mut answer = agent().get(format!("{}{path}", server.url)).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn with_keys_of(folder: &Path, place: &Path) {
    fs::create_dir(place.join("keys")).unwrap();
    for key in fs::read_dir(folder.join("keys")).unwrap().map(|key| key.unwrap()) {
        fs::copy(key.path(), place.join("keys").join(key.file_name())).unwrap();
    }
}

/// Operator and owner, with the tools: the draft, the signature, the answer of the gateway.
fn go_on(place: &Path, server: &Server) {
    let (database, file) = (place.join("kill.sqlite"), |name: &str| place.join(name).to_str().unwrap().to_owned());
    let draft = |ledger: &str| {
        convenant(&["go-on", "--database", database.to_str().unwrap(), "--ledger", ledger, "--reason", "Brand in de kelder."])
    };
    assert!(!draft("gm0000").status.success());
    let drafted = draft("gm0599");
    assert!(drafted.status.success(), "{}", String::from_utf8_lossy(&drafted.stderr));
    fs::write(file("body.json"), drafted.stdout).unwrap();
    fs::write(file("town.private.jwk"), SigningKey::from_seed(&seed(1_000_000)).to_jwk()).unwrap();
    let signed = convenant(&[
        "sign",
        "--key",
        &file("town.private.jwk"),
        "--ledger",
        ORIGIN,
        "--by",
        "town",
        "--type",
        "continuation",
        &file("body.json"),
    ]);
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    fs::write(file("continuation.jws"), signed.stdout).unwrap();
    says(&["submit", "--url", &server.url, "--ledger", "gm0599", "--receipts", &file("receipts"), &file("continuation.jws")], 0);
    assert!(!draft("gm0599").status.success(), "there is nothing more to go on from");
}

fn kinds(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

#[test]
fn who_has_nothing_newer_goes_on_and_everybody_can_see_what_is_gone() {
    let [folder, place, states, elsewhere] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    let (vkey, state) = (found(folder.path()), |name: &str| -> PathBuf { states.path().join(name) });
    let fork = copied(folder.path());
    let server = Server::start(folder.path());
    (0..3).for_each(|number| _ = submit(&server, number));
    let old = backed_up(folder.path(), "old");
    // Of these nothing is left but what their holders have.
    let lost: Vec<String> = (10..13).map(|number| kept(states.path(), &format!("lost-{number}"), &submit(&server, number))).collect();
    assert_eq!(look(&server.url, &vkey, &state("held"), &[]), (0, vec![]));
    let newest = kept(states.path(), "newest", &get(&server, "/gm0599/checkpoint").1);
    server.kill();

    let (exit, said) = restored(&old, place.path(), &["--kept", &newest]);
    assert!(exit == 1 && said.contains("entries 4 to 6 are missing") && is_empty(place.path()), "{said}");
    // Older is one thing, another history is another.
    let other = Server::start(fork.path());
    (20..22).for_each(|number| _ = submit(&other, number));
    let forked = kept(states.path(), "forked", &submit(&other, 22));
    let (exit, said) = restored(&old, place.path(), &["--kept", &newest, "--kept", &forked, "--go-on-from-older"]);
    assert!(exit == 1 && said.contains("of another history than the tree of 4") && is_empty(place.path()), "{said}");
    let (exit, said) = restored(&old, place.path(), &["--kept", &newest, "--kept", &lost[0], "--go-on-from-older"]);
    assert!(exit == 0 && said.contains("entries 4 to 6 are missing") && said.contains("ledger gm0599 is closed"), "{said}");

    with_keys_of(folder.path(), place.path());
    let server = Server::start(place.path());
    let refused = send(&agent(), &server.url, &statement(10)).unwrap();
    assert!(refused.status == 503 && refused.retry_after == Some(60) && refused.body["acknowledgement"].is_string(), "{}", refused.body);
    let (status, ready) = get(&server, "/readyz");
    assert!(status == 503 && ready.contains("put back with 4 entries, and its log had signed for 7"), "{ready}");
    let (exit, findings) = look(&server.url, &vkey, &state("held"), &[]);
    assert_eq!((exit, kinds(&findings)), (1, vec!["fewer-entries"]), "nothing is recorded yet");

    go_on(place.path(), &server);
    let audited = says(&["audit", "--url", &server.url, "--ledger", "gm0599", "--vkey", &vkey.to_string()], 0);
    assert!(audited.contains("entry 4: the ledger goes on here from an older log") && audited.contains("had signed for 7"), "{audited}");
    assert!(audited.contains("Brand in de kelder.") && audited.contains("clean"), "{audited}");
    // Who held what is gone: as wrong as it is, with the proof, and by its name.
    let (exit, findings) = look(&server.url, &vkey, &state("held"), &[]);
    assert_eq!((exit, kinds(&findings)), (1, vec!["went-on", "recorded-loss"]), "{findings:?}");
    assert_eq!((convicts(&findings[1], &vkey), findings[1]["entry"].as_u64()), ((5, 7), Some(4)));
    let (exit, findings) = look(&server.url, &vkey, &state("held"), &[]);
    assert_eq!((exit, kinds(&findings)), (1, vec!["recorded-loss"]), "it does not become right by being looked at");
    // Who begins today; and what was kept of the tree that is named, and of one that is larger than the log and not named.
    let (exit, findings) = look(&server.url, &vkey, &state("new"), &[]);
    assert_eq!((exit, kinds(&findings)), (0, vec!["went-on"]));
    for (file, kind) in [(&lost[0], "recorded-loss"), (&lost[1], "fewer-entries"), (&lost[2], "recorded-loss")] {
        let (exit, findings) = look(&server.url, &vkey, &state("new"), &["--receipt", file]);
        assert_eq!((exit, kinds(&findings)), (1, vec![kind]), "{file}");
    }

    // What was acknowledged stays proven, and its holders bring it in again.
    for (file, number) in lost.iter().zip(10..) {
        assert!(says(&["verify", file, "--vkey", &vkey.to_string()], 0).contains("holds"));
        let again = send(&agent(), &server.url, &statement(number)).unwrap();
        assert_eq!((again.status, again.body["entry"].as_u64()), (201, Some(number - 5)), "{}", again.body);
        let before = Receipt::parse(fs::read_to_string(file).unwrap().as_bytes()).unwrap();
        let after = Receipt::parse(again.body["receipt"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(before.jws(), after.jws(), "byte for byte");
    }
    audit_is_clean(&server.url, &vkey);
    let (exit, findings) = look(&server.url, &vkey, &state("new"), &["--receipt", &lost[1]]);
    assert_eq!((exit, kinds(&findings)), (1, vec!["recorded-loss"]), "the log is larger now, and not of that tree");
    let (_, findings) = look(&server.url, &vkey, &state("held"), &[]);
    assert_eq!(kinds(&findings), ["recorded-loss"]);
    assert_eq!(convicts(&findings[0], &vkey), (7, 8));

    // What is recorded is no reason to refuse a later backup.
    let (new, now) = (backed_up(place.path(), "new"), kept(states.path(), "now", &get(&server, "/gm0599/checkpoint").1));
    let (exit, said) = restored(&new, elsewhere.path(), &["--kept", &newest, "--kept", &lost[1], "--kept", &now]);
    assert!(exit == 0 && said.contains("7 entries of gm0599, which entry 4 records as lost"), "{said}");
    with_keys_of(folder.path(), elsewhere.path());
    let server = Server::start(elsewhere.path());
    assert_eq!(get(&server, "/readyz").0, 200);
}

#[test]
fn a_witness_of_what_is_gone_keeps_its_word_and_another_begins_anew() {
    let [folder, memory, place, states] = [(); 4].map(|()| tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let witness = Witness::of(&vkey, memory.path(), "witness.corporation.example");
    let policy = |folder: &Path, witness: &Witness| {
        let file = folder.join("policy");
        fs::write(&file, format!("log {vkey}\nwitness corporation {} {}\nquorum corporation\n", witness.vkey, witness.url)).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let told = |file: &str| ["--witness-policies", file, "--witness-interval-millis", "50"].map(str::to_owned);
    let start = |folder: &Path, witness: &Witness| {
        let settings = told(&policy(folder, witness));
        Server::told(folder, &settings.each_ref().map(String::as_str))
    };
    let server = start(folder.path(), &witness);
    (0..2).for_each(|number| _ = submit(&server, number));
    cosigned(&server, 3);
    let old = backed_up(folder.path(), "old");
    (10..12).for_each(|number| _ = submit(&server, number));
    cosigned(&server, 5);
    server.kill();
    let asked = format!("{}={}", witness.vkey, witness.url);
    let (exit, said) = restored(&old, place.path(), &["--witness", &asked]);
    assert!(exit == 1 && said.contains("entries 3 to 4 are missing"), "{said}");
    let (exit, said) = restored(&old, place.path(), &["--witness", &asked, "--go-on-from-older"]);
    assert!(exit == 0 && said.contains("ledger gm0599 is closed"), "{said}");
    with_keys_of(folder.path(), place.path());
    // The old one is shown the log that went on, and refuses.
    let server = start(place.path(), &witness);
    go_on(place.path(), &server);
    (10..13).for_each(|number| _ = submit(&server, number));
    let refusals = || {
        let hash = ledger::words::Hash::of(&[ORIGIN.as_bytes()]);
        let hex: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let text = agent().get(format!("{}/{hex}/refused", witness.url)).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["refused"].as_array().map_or(0, Vec::len)
    };
    assert!((0..3_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        refusals() > 0
    }));
    let (exit, findings) = look(&server.url, &vkey, &states.path().join("new"), &["--witness", &asked]);
    let recorded = of_kind(&findings, "recorded-loss");
    assert!(exit == 1 && !recorded.is_empty() && of_kind(&findings, "split-view").is_empty(), "{findings:?}");
    // A later backup is not refused for it.
    let (new, elsewhere) = (backed_up(place.path(), "new"), tempfile::tempdir().unwrap());
    let (exit, said) = restored(&new, elsewhere.path(), &["--witness", &asked]);
    assert!(exit == 0 && said.contains("which entry 3 records as lost"), "{said}");
    server.kill();
    let fresh = tempfile::tempdir().unwrap();
    let fresh = Witness::of(&vkey, fresh.path(), "witness-2.corporation.example");
    let server = start(place.path(), &fresh);
    cosigned(&server, 7);
    let (exit, findings) = look(&server.url, &vkey, &states.path().join("new"), &["--witness", &format!("{}={}", fresh.vkey, fresh.url)]);
    assert_eq!((exit, findings.len()), (0, 0), "{findings:?}");
}
