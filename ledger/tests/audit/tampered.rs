//! Whoever serves the records changes something, and does not hold the log's key.

use ledger::audit::{Finding, Report, Row};
use ledger::log::note::NoteSigner;
use ledger::words::Hash;

use crate::clean::{audit, town};
use crate::town::{ORIGIN, Served, checkpoint, signer};

/// The codes and places of all findings.
fn found(report: &Report) -> Vec<(&'static str, u64)> {
    report.findings.iter().map(|finding| (finding.code(), finding.index())).collect()
}

fn tampered(change: impl FnOnce(&mut Vec<Row>)) -> Report {
    let mut served = town().serve();
    change(&mut served.rows);
    audit(&served)
}

/// The first entry of a kind, by a word in its payload.
fn first(rows: &[Row], kind: &str) -> usize {
    let is = |row: &Row| ledger::envelope::Parsed::parse(&row.jws).unwrap().statement().body.kind().code() == kind;
    rows.iter().position(is).unwrap()
}

#[test]
fn every_byte_of_a_record_counts() {
    let served = town().serve();
    let at = first(&served.rows, "acceptance");
    let length = served.rows[at].jws.len();
    for place in (0..length).step_by(length / 40) {
        let mut served = served.clone();
        served.rows[at].jws[place] ^= 1;
        let findings = audit(&served).findings;
        assert_eq!((findings[0].code(), findings[0].index()), ("leaf-mismatch", at as u64), "byte {place}");
        assert!(
            matches!(findings[1], Finding::Unreadable { index, .. } | Finding::BadSignature { index, .. } if index == at as u64),
            "byte {place}: {}",
            findings[1]
        );
    }
}

#[test]
fn a_record_of_which_nothing_is_published_is_found_by_its_signature_and_the_root() {
    let report = tampered(|rows| {
        rows.iter_mut().for_each(|row| row.leaf = None);
        let last = first(rows, "acceptance");
        rows[last].jws[60] ^= 1;
    });
    let at = first(&town().rows, "acceptance") as u64;
    assert!(matches!(&report.findings[0], Finding::Unreadable { index, .. } | Finding::BadSignature { index, .. } if *index == at));
    assert!(matches!(report.findings.last(), Some(Finding::OtherRoot { .. })));
}

#[test]
fn salt_and_published_entry_are_bound_to_the_record() {
    assert_eq!(found(&tampered(|rows| rows[7].salt[31] ^= 1)), [("leaf-mismatch", 7)]);
    for byte in [0, 7, 8, 39] {
        assert_eq!(found(&tampered(|rows| rows[7].leaf.as_mut().unwrap()[byte] ^= 1)), [("leaf-mismatch", 7)], "byte {byte}");
    }
    assert_eq!(found(&tampered(|rows| rows[7].leaf = Some(vec![1, 2, 3]))), [("leaf-mismatch", 7)]);
    // Two that hide each other from the root are each found at their place.
    let report = tampered(|rows| {
        rows[3].salt[0] ^= 1;
        rows[9].leaf.as_mut().unwrap()[20] ^= 1;
    });
    let size = town().rows.len() as u64;
    assert_eq!(found(&report), [("leaf-mismatch", 3), ("leaf-mismatch", 9), ("other-root", size)]);
}

#[test]
fn an_instant_that_was_moved_is_found_at_its_entry() {
    let at = first(&town().rows, "acceptance");
    for millis in [1, -1, 3_600_000, -3_600_000, 20 * 365 * 86_400_000, -200 * 365 * 86_400_000] {
        let report = tampered(|rows| rows[at].accepted_at = rows[at].accepted_at.plus_millis(millis));
        assert_eq!(found(&report), [("leaf-mismatch", at as u64)], "{millis}");
    }
}

#[test]
fn an_instant_that_goes_back_is_found_without_published_entries() {
    let at = first(&town().rows, "acceptance");
    let size = town().rows.len() as u64;
    for millis in [-40 * 86_400_000, -200 * 365 * 86_400_000] {
        let report = tampered(|rows| {
            rows.iter_mut().for_each(|row| row.leaf = None);
            rows[at].accepted_at = rows[at].accepted_at.plus_millis(millis);
        });
        let found = found(&report);
        assert_eq!((found[0], found.last()), (("clock-back", at as u64), Some(&("other-root", size))), "{millis}");
    }
}

#[test]
fn an_entry_that_is_dropped_is_named() {
    let at = first(&town().rows, "acceptance");
    let report = tampered(|rows| _ = rows.remove(at));
    assert_eq!(report.findings[0], Finding::OutOfPlace { index: at as u64, found: at as u64 + 1 });
    let size = town().rows.len() as u64;
    assert_eq!(found(&tampered(|rows| _ = rows.pop())), [("other-size", size - 1)]);
}

#[test]
fn entries_that_are_swapped_or_repeated_are_named() {
    let report = tampered(|rows| rows.swap(5, 6));
    assert_eq!(report.findings[0], Finding::OutOfPlace { index: 5, found: 6 });
    assert!(report.findings.contains(&Finding::OutOfPlace { index: 7, found: 5 }));
    let report = tampered(|rows| rows.insert(6, rows[5].clone()));
    assert_eq!(report.findings, [Finding::OutOfPlace { index: 6, found: 5 }]);
    // Swapped under each other's numbers: the published entries tell.
    let report = tampered(|rows| {
        let jws = rows[5].jws.clone();
        rows[5].jws = std::mem::replace(&mut rows[6].jws, jws);
    });
    assert!(found(&report).starts_with(&[("leaf-mismatch", 5)]), "{report}");
    assert!(found(&report).contains(&("leaf-mismatch", 6)));
    let report = tampered(|rows| rows[8].entry = u64::MAX);
    assert_eq!(report.findings[0], Finding::OutOfPlace { index: 8, found: u64::MAX });
}

#[test]
fn a_checkpoint_must_be_the_logs_own_and_of_these_entries() {
    let served = town().serve();
    let (size, root) = (served.rows.len() as u64, audit(&served).root);
    let with = |checkpoint: Vec<u8>| audit(&Served { checkpoint, ..served.clone() });
    assert_eq!(found(&with(checkpoint(&signer(2), size, root))), [("checkpoint-refused", size)]);
    assert_eq!(found(&with(checkpoint(&signer(1), size + 1, root))), [("other-size", size)]);
    assert_eq!(found(&with(checkpoint(&signer(1), size - 1, root))), [("other-size", size)]);
    let report = with(checkpoint(&signer(1), size, Hash::of(&[b"another"])));
    assert_eq!(report.findings, [Finding::OtherRoot { index: size, signed: Hash::of(&[b"another"]), computed: root }]);
    assert_eq!(found(&with(b"nothing".to_vec())), [("checkpoint-refused", size)]);
    let mut bent = served.checkpoint.clone();
    bent[ORIGIN.len() + 1] ^= 1;
    assert_eq!(found(&with(bent)), [("checkpoint-refused", size)]);
}

#[test]
fn the_genesis_must_name_the_key_that_came_from_elsewhere() {
    let served = town().serve();
    let (size, root) = (served.rows.len() as u64, audit(&served).root);
    let mut auditor = ledger::audit::Auditor::new(signer(2).verifier().clone()).unwrap();
    served.rows.iter().for_each(|row| _ = auditor.feed(row.entry, row.accepted_at, &row.salt, &row.jws, row.leaf.as_deref()));
    assert_eq!(found(&auditor.finish(&checkpoint(&signer(2), size, root), None)), [("other-ledger", 0)]);
    // Another log: no record commits to its name.
    let other = NoteSigner::from_seed("convenant.example.nl/gm0796", &[1; 32]).unwrap();
    let mut auditor = ledger::audit::Auditor::new(other.verifier().clone()).unwrap();
    let row = &served.rows[0];
    let findings = auditor.feed(0, row.accepted_at, &row.salt, &row.jws, row.leaf.as_deref());
    assert_eq!(findings.iter().map(Finding::code).collect::<Vec<_>>(), ["leaf-mismatch", "other-ledger"]);
}

#[test]
fn an_empty_ledger_and_a_ledger_without_genesis_are_not_clean() {
    let root = ledger::log::tree::empty_root();
    let report = audit(&Served { rows: Vec::new(), checkpoint: checkpoint(&signer(1), 0, root) });
    assert_eq!(found(&report), [("no-genesis", 0)]);
    let report = tampered(|rows| rows[0].jws = rows[1].jws.clone());
    assert_eq!(found(&report), [("leaf-mismatch", 0), ("no-genesis", 0)]);
    assert_eq!(found(&audit(&Served::rewritten(town().rows.split_off(1)))), [("no-genesis", 0)]);
}
