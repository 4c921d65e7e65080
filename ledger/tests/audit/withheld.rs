//! An audit by somebody who may not read all: what it cannot read is counted and never held against the ledger, and what
//! it can read is judged as ever.

use ledger::audit::{Auditor, Finding, Report, audit_pages};
use ledger::envelope::Parsed;
use ledger::envelope::statement::flag::{Flag, Subject};

use crate::clean::{town, with_vkey};
use crate::town::{Served, Town};

fn subject_of(jws: &[u8]) -> Option<String> {
    match Parsed::parse(jws).unwrap().statement().body.subject() {
        Some(Subject::Agreement(id)) => Some(id.to_string()),
        Some(Subject::Institution(_)) | None => None,
    }
}

/// The ledger as it is served to one who may not read these agreements.
fn served(town: &Town, withheld: &[&str]) -> Served {
    let mut served = town.serve();
    for row in &mut served.rows {
        if subject_of(&row.jws).is_some_and(|id| withheld.contains(&id.as_str())) {
            (row.salt, row.jws, row.withheld) = ([0; 32], Vec::new(), true);
        }
    }
    served
}

fn audit(served: &Served, town: &Town) -> Report {
    let mut auditor: Auditor = with_vkey();
    let pages = served.rows.chunks(37).map(|page| Ok::<_, ()>(page.to_vec()));
    audit_pages(&mut auditor, pages, 2, |_| ()).unwrap();
    auditor.finish(&served.checkpoint, Some(town.now))
}

#[test]
fn what_cannot_be_read_is_counted_and_is_no_finding() {
    let town = town();
    for withheld in [&["clean"][..], &["safe"], &["clean", "safe"]] {
        let served = served(&town, withheld);
        let unread = served.rows.iter().filter(|row| row.withheld).count() as u64;
        let report = audit(&served, &town);
        assert_eq!((report.findings.clone(), report.unread), (Vec::new(), unread), "{withheld:?}");
        assert!(unread > 20 && report.is_clean());
        assert_eq!(report.to_string(), format!("{} entries, {unread} of them withheld and not read, the others clean", served.rows.len()));
    }
}

#[test]
fn entries_that_are_withheld_still_stand_in_the_tree_with_their_instant() {
    let town = town();
    let honest = served(&town, &["safe"]);
    let at = honest.rows.iter().position(|row| row.withheld).unwrap();
    let codes = |served: &Served| audit(served, &town).findings.iter().map(|finding| (finding.code(), finding.index())).collect::<Vec<_>>();
    let size = honest.rows.len() as u64;
    let mut other_hash = honest.clone();
    other_hash.rows[at].leaf.as_mut().unwrap()[20] ^= 1;
    assert_eq!(codes(&other_hash), [("other-root", size)]);
    let mut other_instant = honest.clone();
    other_instant.rows[at].accepted_at = honest.rows[at].accepted_at.plus_millis(1);
    assert!(codes(&other_instant).contains(&("leaf-mismatch", at as u64)), "{:?}", codes(&other_instant));
    let mut no_entry = honest.clone();
    no_entry.rows[at].leaf = None;
    assert!(codes(&no_entry).contains(&("leaf-mismatch", at as u64)));
    let mut dropped = honest.clone();
    dropped.rows.remove(at);
    assert!(codes(&dropped).contains(&("out-of-place", at as u64)));
    let mut no_genesis = honest.clone();
    no_genesis.rows[0].withheld = true;
    assert_eq!(audit(&no_genesis, &town).findings[0].code(), "no-genesis");
}

#[test]
fn what_can_be_read_is_judged_as_ever() {
    let town = town();
    let of_clean = |(_, flag): &&(u64, Flag)| matches!(flag.cause.subject(), Subject::Agreement(id) if id.as_str() == "clean");
    let flags: Vec<u64> = town.flags.iter().filter(of_clean).map(|(entry, _)| *entry).collect();
    assert!(flags.len() > 10);
    for (nth, entry) in flags.into_iter().enumerate().filter(|(nth, _)| nth % 5 == 0) {
        let mut rows = town.rows.clone();
        rows.remove(usize::try_from(entry).unwrap());
        let mut less = Served::rewritten(rows);
        for row in &mut less.rows {
            if subject_of(&row.jws).as_deref() == Some("safe") {
                (row.salt, row.jws, row.withheld) = ([0; 32], Vec::new(), true);
            }
        }
        let findings = audit(&less, &town).findings;
        assert!(findings.iter().any(|finding| matches!(finding, Finding::MissingFlag { .. })), "flag {nth} at {entry}: {findings:?}");
    }
}
