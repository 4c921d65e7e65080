//! What is signed is what was checked and shown; what does not fit is shown with all its faults and not signed.

use super::*;
use crate::command::exit::conclude;
use crate::command::key::make;
use crate::command::tests::{Captured, arguments};
use tempfile::TempDir;

struct Desk {
    directory: TempDir,
    key: SigningKey,
}

impl Desk {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let key = make(directory.path(), &"k".parse().unwrap()).unwrap();
        Self { directory, key }
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().into()
    }

    fn sign(&self, kind: &str, body: &str, more: &[&str]) -> (Exit, Captured) {
        let (key, body) = (self.directory.path().join("k.private.jwk"), self.file("body.json", body));
        let mut words = vec!["--key", key.to_str().unwrap(), "--ledger", "example.nl/l", "--by", "waterland", "--type", kind];
        words.extend(more);
        words.push(&body);
        let mut captured = Captured::new();
        let outcome = arguments::<Sign>(&words).unwrap().run(&mut captured.terminal);
        (conclude(outcome, &mut captured.terminal), captured)
    }
}

fn admission(desk: &Desk) -> String {
    format!(r#"{{"institution":"school","key":"{}"}}"#, desk.key.public().thumbprint())
}

#[test]
fn a_statement_is_shown_signed_and_readable_for_the_ledger() {
    let desk = Desk::new();
    let (exit, captured) = desk.sign("admission", &admission(&desk), &["--id", "a-1", "--signed-at", "2006-03-01T09:00:00Z"]);
    assert_eq!(exit, Exit::Done, "{}", captured.notes());
    let parsed = Parsed::parse(Message::detect(captured.out().as_bytes()).unwrap().bytes()).unwrap();
    assert_eq!(parsed.statement().id.as_str(), "a-1");
    parsed.verify(&desk.key.public()).unwrap();
    for said in ["Toelating (admission)", "for ledger  example.nl/l", "institution: school"] {
        assert!(captured.notes().contains(said), "{}", captured.notes());
    }
}

#[test]
fn ids_are_random_uuids_and_the_time_is_now() {
    let desk = Desk::new();
    let ids = [(); 2].map(|()| {
        let (_, captured) = desk.sign("admission", &admission(&desk), &[]);
        let parsed = Parsed::parse(captured.out().as_bytes()).unwrap();
        assert!(parsed.statement().signed_at > "2025-01-01T00:00:00Z".parse().unwrap());
        parsed.statement().id.to_string()
    });
    assert_ne!(ids[0], ids[1]);
    assert_eq!(random_id([255; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

#[test]
fn all_faults_are_shown_and_nothing_is_signed() {
    let desk = Desk::new();
    let (exit, captured) = desk.sign("admission", r#"{"institution":"A B"}"#, &["--id", "a b", "--signed-at", "today"]);
    assert_eq!((exit, captured.out().as_str()), (Exit::Refused, ""));
    for pointer in ["/id:", "/signedAt:", "/body/institution:", "/body/key:", "accepted:"] {
        assert!(captured.notes().contains(pointer), "{pointer} in {}", captured.notes());
    }
    for (body, rule) in [(r#"{"a":1,"a":2}"#, "duplicate-member"), ("{", "malformed-json")] {
        let (exit, captured) = desk.sign("admission", body, &[]);
        assert_eq!(exit, Exit::Refused);
        assert!(captured.notes().contains(rule) && captured.notes().contains("/body"), "{}", captured.notes());
    }
}

#[test]
fn an_attachment_makes_an_envelope() {
    let desk = Desk::new();
    let reason = format!("/body/reason={}", desk.file("reason.txt", "because"));
    let (exit, captured) = desk.sign("decline", r#"{"agreement":"x","text":"REPLACED"}"#, &["--attach", &reason]);
    assert_eq!(exit, Exit::Refused, "the body does not fit, whatever is attached: {}", captured.notes());
    assert!(!captured.notes().contains("/body/reason"), "{}", captured.notes());

    let text = ledger::words::Hash::of(&[]);
    let body = format!(r#"{{"agreement":"x","to":"{text}"}}"#);
    let (exit, captured) = desk.sign("decline", &body, &["--attach", &reason]);
    assert_eq!(exit, Exit::Done, "{}", captured.notes());
    let envelope: Value = serde_json::from_str(&captured.out()).unwrap();
    let parsed = Parsed::parse(envelope["statement"].to_string().as_bytes()).unwrap();
    assert_eq!(parsed.statement().body.to_json()["reason"]["mediaType"], "text/plain");
    assert_eq!(envelope["attachments"][0]["content"], "YmVjYXVzZQ");
    assert!(captured.notes().contains("attached    /body/reason <- "), "{}", captured.notes());
}

#[test]
fn types_that_do_not_exist_are_a_matter_of_usage() {
    assert!(arguments::<Sign>(&["--key", "k", "--ledger", "l", "--by", "b", "--type", "nonsense", "-"]).is_err());
}

#[test]
fn what_is_too_large_is_not_read_to_its_end() {
    let desk = Desk::new();
    let file = desk.file("large", &"x".repeat(11));
    assert_eq!(read_bounded(Path::new(&file), 11).unwrap().len(), 11);
    assert!(read_bounded(Path::new(&file), 10).unwrap_err().to_string().contains("larger"));
}

#[test]
fn a_mandate_and_an_act_in_anothers_name_are_signed() {
    let desk = Desk::new();
    let mandate = r#"{"principal":"waterland","holder":"school","function":"Wijkregisseur","acts":["consent"]}"#;
    let (exit, captured) = desk.sign("mandate", mandate, &[]);
    assert_eq!(exit, Exit::Done, "{}", captured.notes());
    assert!(captured.notes().contains("holder: school") && !captured.notes().contains("in name of"), "{}", captured.notes());
    let consent = format!(r#"{{"agreement":"wijk","to":"{}"}}"#, "ab".repeat(32));
    let (exit, captured) = desk.sign("consent", &consent, &["--on-behalf-of", "police"]);
    assert_eq!(exit, Exit::Done, "{}", captured.notes());
    let parsed = Parsed::parse(Message::detect(captured.out().as_bytes()).unwrap().bytes()).unwrap();
    assert_eq!(parsed.statement().on_behalf_of.as_ref().map(|party| party.as_str()), Some("police"));
    assert!(captured.notes().contains("in name of  police"), "{}", captured.notes());
}
