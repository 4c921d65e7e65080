//! Backups of a gateway that writes on, put back; and those that are not put back, since they are damaged or too old.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use gateway::client::{Client, Gone};

use super::attachments::{LEDGER, Town, holds};
use super::histories::{copied, cosigned, submit};
use super::server::{Server, agent, audit_is_clean, found, send, statement};
use super::witness::Witness;

/// Exit code, and what was printed.
fn convenant(args: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_convenant")).args(args).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap(), said)
}

pub(crate) fn backed_up(folder: &Path, name: &str) -> PathBuf {
    let (database, backup) = (folder.join("kill.sqlite"), folder.join(name));
    let (exit, said) = convenant(&["backup", "--database", database.to_str().unwrap(), backup.to_str().unwrap()]);
    assert_eq!(exit, 0, "{said}");
    backup
}

/// Puts a backup back into a folder with the keys of the gateway.
pub(crate) fn restored(backup: &Path, into: &Path, more: &[&str]) -> (i32, String) {
    let database = into.join("kill.sqlite");
    convenant(&[&["restore", "--database", database.to_str().unwrap(), backup.to_str().unwrap()], more].concat())
}

pub(crate) fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

pub(crate) fn kept(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_backup_taken_under_load_is_put_back_with_all_that_was_acknowledged_before_it() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let server = Server::start(folder.path());
    let town = Town::with_a_party(folder.path(), &server.url);
    let (stays, goes) =
        (town.file("stays", &b"What stays is in it. ".repeat(9_000)), town.file("goes", &b"What goes is not. ".repeat(9_000)));
    assert_eq!(send(&agent(), &server.url, &town.erasure(&goes)).unwrap().status, 201);
    let before = submit(&server, 0);
    let is_over = AtomicBool::new(false);
    let (backup, after) = std::thread::scope(|scope| {
        let (is_over, url) = (&is_over, server.url.as_str());
        let senders = [1_000, 2_000].map(|first| {
            scope.spawn(move || {
                let agent = agent();
                let mut sent = (first..).map(|number| send(&agent, url, &statement(number)).unwrap());
                let one = sent.find(|_| is_over.load(Ordering::Relaxed)).unwrap();
                one.acknowledged().unwrap()
            })
        });
        let backup = backed_up(folder.path(), "backup");
        is_over.store(true, Ordering::Relaxed);
        (backup, senders.map(|sender| sender.join().unwrap()))
    });
    server.kill();
    assert!(!holds(&backup, &goes.words) && holds(&backup, &stays.words));
    assert!(!fs::read_dir(&backup).unwrap().any(|file| file.unwrap().file_name().to_str().unwrap().contains("key")), "no key is in it");

    // Whoever holds a receipt of what came after it shows that it is too old.
    let [(first, receipt), _] = after;
    let (exit, said) = restored(&backup, place.path(), &["--kept", &kept(folder.path(), "after", &receipt)]);
    assert!(exit == 1 && said.contains("are missing: the log signed a tree of") && said.contains("refused: ledger gm0599"), "{said}");
    assert!(is_empty(place.path()), "nothing is left of it");
    let (exit, said) = restored(&backup, place.path(), &["--kept", &kept(folder.path(), "before", &before)]);
    assert_eq!(exit, 0, "{said}");

    fs::create_dir(place.path().join("keys")).unwrap();
    for key in fs::read_dir(folder.path().join("keys")).unwrap().map(|key| key.unwrap()) {
        fs::copy(key.path(), place.path().join("keys").join(key.file_name())).unwrap();
    }
    let server = Server::start(place.path());
    audit_is_clean(&server.url, &vkey);
    let client = Client::new(&server.url).unwrap();
    assert_eq!(client.attachment_hash(LEDGER, &stays.hash).unwrap(), Gone::Not(stays.hash));
    assert!(matches!(client.attachment_hash(LEDGER, &goes.hash).unwrap(), Gone::Erased(_)));
    // It goes on: what was not in it any more gets a place after what was.
    let again = send(&agent(), &server.url, &statement(0)).unwrap();
    assert_eq!((again.status, again.body["repeat"].as_bool()), (200, Some(true)));
    assert!(
        send(&agent(), &server.url, &statement(9_999)).unwrap().acknowledged().unwrap().0 <= first,
        "the backup was of the time before that"
    );
}

#[test]
fn what_a_witness_cosigned_is_not_given_up() {
    let (folder, memory, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vkey = found(folder.path());
    let witness = Witness::of(&vkey, memory.path(), "witness.corporation.example");
    let policy = folder.path().join("policy");
    fs::write(&policy, format!("log {vkey}\nwitness corporation {} {}\nquorum corporation\n", witness.vkey, witness.url)).unwrap();
    let server = Server::told(folder.path(), &["--witness-policies", policy.to_str().unwrap(), "--witness-interval-millis", "50"]);
    (0..3).for_each(|number| _ = submit(&server, number));
    cosigned(&server, 4);
    let old = backed_up(folder.path(), "old");
    (10..12).for_each(|number| _ = submit(&server, number));
    cosigned(&server, 6);
    let new = backed_up(folder.path(), "new");
    let asked = format!("{}={}", witness.vkey, witness.url);
    let (exit, said) = restored(&old, place.path(), &["--witness", &asked]);
    assert!(exit == 1 && said.contains("entries 4 to 5 are missing: the log signed a tree of 6"), "{said}");
    assert!(is_empty(place.path()));
    // Of another history, it is no newer for having as many entries.
    let fork = copied(folder.path());
    let other = Server::start(fork.path());
    (20..24).for_each(|number| _ = submit(&other, number));
    let from_there = submit(&other, 30);
    let receipt = kept(folder.path(), "fork", &from_there);
    let (exit, said) = restored(&new, place.path(), &["--witness", &asked, "--kept", &receipt]);
    assert!(exit == 1 && said.contains("are missing"), "{said}");
    // A witness that has seen nothing of this ledger says nothing of it.
    let stranger = tempfile::tempdir().unwrap();
    let stranger = Witness::of(&vkey, stranger.path(), "witness.stranger.example");
    let (exit, said) = restored(&new, place.path(), &["--witness", &format!("{}={}", stranger.vkey, stranger.url)]);
    assert!(exit == 1 && said.contains("ledger gm0599: nothing was shown of it") && is_empty(place.path()), "{said}");
    drop(witness);
    let (exit, said) = restored(&new, place.path(), &["--witness", &asked]);
    assert!(exit == 1 && is_empty(place.path()), "a witness that cannot be asked is no consent: {said}");
    let (exit, said) = restored(&new, place.path(), &[]);
    assert!(exit == 2 && said.contains("--kept"), "{said}");
    let (exit, said) = restored(&new, place.path(), &["--nothing-was-signed-since"]);
    assert!(exit == 0 && said.contains("ledger gm0599: 6 entries, judged anew"), "{said}");
    // A database that nobody has open, and never served, is copied as well.
    let (again, elsewhere) = (backed_up(place.path(), "again"), tempfile::tempdir().unwrap());
    let (exit, said) = restored(&again, elsewhere.path(), &["--nothing-was-signed-since"]);
    assert!(exit == 0 && said.contains("ledger gm0599: 6 entries, judged anew"), "{said}");
    let (exit, said) = restored(&new, place.path(), &["--nothing-was-signed-since"]);
    assert!(exit == 2 && said.contains("takes the place of nothing"), "{said}");
}

#[test]
fn a_backup_that_is_not_whole_is_not_put_back_and_leaves_nothing() {
    let (folder, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    found(folder.path());
    let server = Server::start(folder.path());
    let town = Town::with_a_party(folder.path(), &server.url);
    let filed = town.file("stays", &b"What stays is in it. ".repeat(9_000));
    submit(&server, 0);
    let backup = backed_up(folder.path(), "backup");
    let (database, attachment) = (folder.path().join("kill.sqlite"), filed.hash.to_string());
    let (exit, said) = convenant(&["backup", "--database", database.to_str().unwrap(), backup.to_str().unwrap()]);
    assert!(exit == 2 && said.contains("takes the place of nothing"), "an older one is not written over: {said}");
    server.kill();
    let attachment = backup.join("log.attachments/1").join(&attachment[..2]).join(attachment);
    for (file, says) in
        [(backup.join("log.sqlite"), "log.sqlite"), (attachment.clone(), "attachment"), (backup.join("backup.json"), "refused: ")]
    {
        let whole = fs::read(&file).unwrap();
        let mut other = whole.clone();
        let at = other.len() / 2;
        other[at] ^= 1;
        fs::write(&file, other).unwrap();
        let (exit, said) = restored(&backup, place.path(), &["--nothing-was-signed-since"]);
        assert!(exit == 1 && said.contains(says), "{exit} {}: {said}", file.display());
        assert!(is_empty(place.path()), "nothing is left");
        fs::write(&file, whole).unwrap();
    }
    fs::remove_file(attachment).unwrap();
    let (exit, said) = restored(&backup, place.path(), &["--nothing-was-signed-since"]);
    assert!(exit == 1 && said.contains("attachment") && is_empty(place.path()), "{said}");
}
