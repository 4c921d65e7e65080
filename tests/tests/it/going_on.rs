//! A log goes on from fewer entries than it had signed for: what the rules take as that, and what they refuse.

use harness::memory::Memory;
use harness::town::{ORIGIN, log_key};
use harness::{Answer, Door, Town};
use ledger::audit::{Auditor, Finding};
use ledger::envelope::Type;
use ledger::lives::continuation::LostTree;
use ledger::log::checkpoint::Checkpoint;
use ledger::words::Hash;
use serde_json::{Value, json};

fn root(size: u64) -> Hash {
    Hash::of(&[&size.to_be_bytes()])
}

/// A checkpoint of a tree that is gone, as a statement holds it.
fn lost(origin: &str, key: &str, size: u64) -> String {
    let note = Checkpoint::new(origin, size, root(size)).unwrap().sign(&log_key(origin, key)).unwrap();
    note.to_string().trim_end_matches('\n').to_owned()
}

fn town() -> Town<Memory> {
    Town::in_memory("2006-01-02T09:00:00Z".parse().unwrap())
}

fn size(town: &Town<Memory>) -> u64 {
    town.door.entries(0).len() as u64
}

fn body(size: u64, lost: &[String]) -> Value {
    json!({ "size": size, "lost": lost, "reason": "Brand in de machinekamer." })
}

#[test]
fn only_the_owner_at_this_very_place_and_only_with_what_the_log_signed_beyond_it() {
    let left = size(&town());
    let true_one = || vec![lost(ORIGIN, "genesis", left + 4)];
    let other = lost("ledger.example.nl/other", "genesis", left + 4);
    let altered = true_one()[0].replace(&format!("\n{}\n", left + 4), &format!("\n{}\n", left + 5));
    let cases: Vec<(&str, &str, Value, &str, &str)> = vec![
        ("another than the owner", "corporation", body(left, &true_one()), "owner-only", "/by"),
        ("the ministry", "ministry", body(left, &true_one()), "owner-only", "/by"),
        ("a place before", "municipality", body(left - 1, &true_one()), "wrong-value", "/body/size"),
        ("a place after", "municipality", body(left + 1, &true_one()), "wrong-value", "/body/size"),
        ("nothing is named", "municipality", body(left, &[]), "wrong-value", "/body/lost"),
        ("no note", "municipality", body(left, &["x".repeat(120)]), "wrong-value", "/body/lost/0"),
        ("signed by a stranger", "municipality", body(left, &[lost(ORIGIN, "stranger", left + 4)]), "signature-invalid", "/body/lost/0"),
        ("of another log", "municipality", body(left, &[other]), "signature-invalid", "/body/lost/0"),
        ("altered", "municipality", body(left, &[altered]), "signature-invalid", "/body/lost/0"),
        ("of no more entries", "municipality", body(left, &[lost(ORIGIN, "genesis", left)]), "wrong-value", "/body/lost/0"),
        (
            "twice the same tree",
            "municipality",
            body(left, &[true_one(), vec![lost(ORIGIN, "genesis", left + 2)], true_one()].concat()),
            "wrong-value",
            "/body/lost/2",
        ),
        ("no reason", "municipality", json!({ "size": left, "lost": true_one() }), "missing-member", "/body/reason"),
    ];
    for (what, who, body, code, pointer) in cases {
        let mut town = town();
        match town.actor(who).say(Type::Continuation, body) {
            Answer::Refused(said) => assert_eq!((said[0].code.as_str(), said[0].pointer.as_str()), (code, pointer), "{what}: {said:?}"),
            other => panic!("{what}: {other:?}"),
        }
        assert_eq!(size(&town), left, "{what}: nothing is recorded");
    }
}

#[test]
fn it_is_recorded_with_the_owner_and_again_only_where_more_is_gone() {
    let mut town = town();
    let left = size(&town);
    let named = [lost(ORIGIN, "genesis", left + 4), lost(ORIGIN, "genesis", left + 2)];
    assert_eq!(town.owner().say(Type::Continuation, body(left, &named)), Answer::Accepted(left));
    assert!(matches!(town.send_again(), Answer::Repeat(entry) if entry == left));
    // What is named is of more entries than there are, and the place has to be named anew.
    assert!(matches!(town.owner().say(Type::Continuation, body(left, &named)), Answer::Refused(_)));
    assert_eq!(town.owner().say(Type::Continuation, body(left + 1, &named[..1])), Answer::Accepted(left + 1));
    let owner = town.door.audit().institutions().find(|institution| institution.id.as_str() == "municipality").unwrap();
    let [first, second] = &owner.went_on[..] else { panic!("{:?}", owner.went_on) };
    let tree = |size| LostTree { size, root: root(size) };
    assert_eq!((first.since.entry, &first.lost), (left, &vec![tree(left + 4), tree(left + 2)]));
    assert_eq!((second.since.entry, &second.lost, second.reason.as_str()), (left + 1, &vec![tree(left + 4)], "Brand in de machinekamer."));
}

#[test]
fn an_audit_expects_what_fell_due_while_it_was_closed_right_after_it_and_nowhere_else() {
    let mut town = town();
    town.corporation().say(Type::KeyAddition, json!({ "key": harness::town::jwk("c2"), "proof": harness::town::proof("c2", "corporation"), "validUntil": "2006-02-01T00:00:00Z" }));
    let kid = harness::town::kid("corporation");
    assert!(matches!(town.corporation().say(Type::KeyRevocation, json!({ "key": kid, "reason": "lost" })), Answer::Accepted(_)));
    let before = town.clone();
    let left = size(&town);
    // In memory flags come at their time, so that the entry is made where nothing is due yet, and then moved.
    let named = [lost(ORIGIN, "genesis", left + 4)];
    assert_eq!(town.owner().say(Type::Continuation, body(left, &named)), Answer::Accepted(left));
    let goes_on = town.door.entries(left as usize).remove(0);
    let mut later = before;
    later.door.advance("2006-02-02T00:00:00Z".parse().unwrap(), false);
    let flag = later.door.entries(left as usize).remove(0);

    let closed_until = "2006-02-02T00:00:00Z".parse().unwrap();
    let judge = |rest: &[&[u8]]| {
        let key = log_key(ORIGIN, "genesis");
        let mut auditor = Auditor::new(key.verifier().clone()).unwrap();
        let first = town.door.entries(0).into_iter().take(left as usize).map(|entry| (entry.at, entry.bytes));
        let rest = rest.iter().map(|bytes| (closed_until, bytes.to_vec()));
        let mut found = Vec::new();
        for (index, (at, bytes)) in first.chain(rest).enumerate() {
            found.extend(auditor.feed(index as u64, at, &[0; 32], &bytes, None));
        }
        (found, auditor.went_on().len(), auditor.stands(b"", Some("2006-03-01T00:00:00Z".parse().unwrap())))
    };
    let missing = |findings: &[Finding], at: u64| matches!(findings, [Finding::MissingFlag { index, .. }, ..] if *index == at);
    let (found, went_on, _) = judge(&[&goes_on.bytes, &flag.bytes]);
    assert_eq!((found.as_slice(), went_on), (&[][..], 1));
    // Before any other statement: one that stands in between shows that the flag is missing.
    let mut stranger = town.clone();
    stranger.actor("stranger").register("other");
    let other = stranger.door.entries(left as usize + 1).remove(0);
    let (found, ..) = judge(&[&goes_on.bytes, &other.bytes]);
    assert!(missing(&found, left + 1), "{found:?}");
    // At the end of the log as well.
    let (found, _, stands) = judge(&[&goes_on.bytes]);
    assert!(found.is_empty() && missing(&stands, left + 1), "{stands:?}");
    // Where the ledger was not closed, nothing comes before what is due.
    let (found, ..) = judge(&[&other.bytes]);
    assert!(missing(&found, left), "{found:?}");
}
