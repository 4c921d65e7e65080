//! Keys on disk: their mode, that they are never overwritten, and what they prove.

use super::*;
use crate::command::tests::{Captured, arguments};
use ledger::envelope::Received;

fn run(words: &[&str]) -> (anyhow::Result<Exit>, Captured) {
    let mut captured = Captured::new();
    let outcome = arguments::<Key>(words).unwrap().run(&mut captured.terminal);
    (outcome, captured)
}

#[test]
fn a_new_key_is_its_owners_alone_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("keys");
    let words = ["new", "--out", out.to_str().unwrap(), "--name", "waterland"];
    let (outcome, captured) = run(&words);
    assert_eq!(outcome.unwrap(), Exit::Done);
    let private = out.join("waterland.private.jwk");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&private).unwrap().permissions()) & 0o777, 0o600);
    let before = fs::read(&private).unwrap();

    let (outcome, again) = run(&words);
    assert!(outcome.unwrap_err().to_string().contains("never overwritten"));
    fs::remove_file(out.join("waterland.public.jwk")).unwrap();
    let (outcome, _) = run(&words);
    assert!(outcome.unwrap_err().to_string().contains("never overwritten"));
    assert_eq!((fs::read(&private).unwrap(), again.out().as_str()), (before, ""));

    let (outcome, shown) = run(&["show", private.to_str().unwrap()]);
    outcome.unwrap();
    assert!(shown.out().starts_with(&captured.out()) && !shown.out().contains("\"d\""), "{}", shown.out());
}

#[test]
fn two_keys_differ() {
    assert_ne!(random::<32>().unwrap(), random::<32>().unwrap());
}

#[test]
fn a_proof_of_possession_is_what_the_ledger_asks_for() {
    let directory = tempfile::tempdir().unwrap();
    let key = make(directory.path(), &"new".parse().unwrap()).unwrap();
    let file = directory.path().join("new.private.jwk");
    let words = ["proof", "--ledger", "example.nl/l", "--institution", "waterland", "--key", file.to_str().unwrap()];
    let (outcome, captured) = run(&words);
    outcome.unwrap();
    let received = Received::parse(captured.out().trim_end().as_bytes()).unwrap();
    received.verify(&key.public()).unwrap();
    assert_eq!(received.header().typ, PROOF_TYP);
    assert_eq!(received.payload(), proof_payload("example.nl/l", &"waterland".parse().unwrap(), &key.public().thumbprint()));
}

#[test]
fn a_file_that_is_no_key_is_not_repeated_in_the_message() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x");
    for text in ["BwcHBwcH", r#"{"kty":"OKP","crv":"Ed25519","x":"BwcHBwcH","d":"BwcHBwcH"}"#] {
        fs::write(&file, text).unwrap();
        let error = format!("{:#}", read_private(&file, &mut Captured::new().terminal).unwrap_err());
        assert!(!error.contains("BwcHBwcH"), "{error}");
    }
    assert!(read_public(&directory.path().join("none")).is_err());
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_warned_about() {
    let directory = tempfile::tempdir().unwrap();
    make(directory.path(), &"k".parse().unwrap()).unwrap();
    let file = directory.path().join("k.private.jwk");
    for (mode, warned) in [(0o600, false), (0o644, true)] {
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        let mut captured = Captured::new();
        read_private(&file, &mut captured.terminal).unwrap();
        assert_eq!(captured.notes().contains("warning"), warned, "{mode:o}");
    }
}
