//! The holder of the log's key writes the log anew, so that every hash fits: only the rules tell.

use ledger::audit::{Finding, Report, Row};
use ledger::envelope::statement::flag::{Cause, Flag};
use ledger::envelope::{Body, Parsed};

use crate::clean::{audit, audit_as_of, town};
use crate::town::{Served, Town};

fn rewritten(change: impl FnOnce(&mut Vec<Row>)) -> Report {
    let mut rows = town().rows;
    change(&mut rows);
    audit(&Served::rewritten(rows))
}

fn the_flag(town: &Town, wanted: fn(&Cause) -> bool) -> (usize, Flag) {
    let (at, flag) = town.flags.iter().find(|(_, flag)| wanted(&flag.cause)).unwrap();
    (usize::try_from(*at).unwrap(), flag.clone())
}

#[test]
fn a_flag_that_is_left_out_is_one_finding_whatever_its_cause() {
    let town = town();
    let mut causes = std::collections::BTreeSet::new();
    for (at, flag) in town.flags.iter().filter(|(_, flag)| causes.insert(flag.cause.code())) {
        let report = rewritten(|rows| _ = rows.remove(usize::try_from(*at).unwrap()));
        let last = *at as usize + 1 == town.rows.len();
        let expected = Finding::MissingFlag { index: *at, flag: Box::new(flag.clone()) };
        assert_eq!(report.findings, if last { vec![] } else { vec![expected.clone()] }, "entry {at}");
    }
}

#[test]
fn flags_that_are_left_out_at_the_end_are_missed_as_of_an_instant() {
    let mut town = town();
    let (at, flag) = town.flags.last().cloned().unwrap();
    town.rows.truncate(usize::try_from(at).unwrap());
    let served = town.serve();
    assert_eq!(audit(&served).findings, []);
    let missing = Finding::MissingFlag { index: at, flag: Box::new(flag.clone()) };
    assert_eq!(audit_as_of(&served, Some(flag.due_at.plus_millis(2_000))).findings, [missing]);
    assert_eq!(audit_as_of(&served, Some(flag.due_at.plus_millis(1_999))).findings, [], "the clock has two seconds");
}

#[test]
fn a_flag_that_is_moved_is_missing_at_its_place_and_named_at_the_other() {
    let town = town();
    let (at, flag) = the_flag(&town, |cause| matches!(cause, Cause::GoneQuiet { .. }));
    let report = rewritten(|rows| {
        let instant = rows[at + 2].accepted_at;
        let mut moved = rows.remove(at);
        moved.accepted_at = instant;
        rows.insert(at + 2, moved);
    });
    let flag = Box::new(flag);
    let (index, before) = (at as u64 + 2, at as u64);
    assert_eq!(report.findings, [Finding::MissingFlag { index: before, flag: flag.clone() }, Finding::MovedFlag { index, flag, before }]);
}

#[test]
fn a_flag_that_comes_too_early_is_false() {
    let town = town();
    let (at, flag) = the_flag(&town, |cause| matches!(cause, Cause::Breached { .. }));
    let report = rewritten(|rows| {
        let mut early = rows.remove(at);
        early.accepted_at = rows[at - 1].accepted_at;
        rows.insert(at - 1, early);
    });
    assert!(matches!(&report.findings[0], Finding::FalseFlag { index, flag: found, .. } if *index == at as u64 - 1 && **found == flag));
    assert!(report.findings[0].refusal().is_some());
}

#[test]
fn a_flag_that_is_added_is_false_and_changes_nothing_else() {
    let mut town = town();
    let (at, mut flag) = the_flag(&town, |cause| matches!(cause, Cause::Breached { .. }));
    if let Cause::Breached { due, .. } = &mut flag.cause {
        *due = due.plus_days(1);
    }
    let jws = town.sign_flag(&flag).received().raw().to_vec();
    for at in [at, at + 1, 20, town.rows.len()] {
        let mut rows = town.rows.clone();
        // At the instant of the entry after it, at which flags may be due that still come.
        let accepted_at = rows.get(at).map_or(town.now, |row| row.accepted_at);
        rows.insert(at, Row { accepted_at, jws: jws.clone(), ..rows[0].clone() });
        let findings = audit(&Served::rewritten(rows)).findings;
        assert!(matches!(&findings[..], [Finding::FalseFlag { index, .. }] if *index == at as u64), "entry {at}: {findings:?}");
    }
    // What was due when a false flag stood at the end is still missing.
    let (last, missing) = town.flags.last().cloned().unwrap();
    town.rows.truncate(usize::try_from(last).unwrap());
    town.append(jws);
    let codes: Vec<_> = audit(&town.serve()).findings.iter().map(|finding| (finding.code(), finding.index())).collect();
    assert_eq!(codes, [("false-flag", last), ("missing-flag", last + 1)]);
    assert!(missing.due_at <= town.now);
}

#[test]
fn flags_in_another_order_are_named() {
    let town = town();
    // Two flags of one instant that follow each other.
    let at = town.flags.windows(2).find(|pair| pair[1].0 == pair[0].0 + 1 && pair[0].1.due_at == pair[1].1.due_at).unwrap()[0].0;
    let report = rewritten(|rows| rows.swap(at as usize, at as usize + 1));
    let codes: Vec<_> = report.findings.iter().map(|finding| (finding.code(), finding.index())).collect();
    assert_eq!(codes, [("missing-flag", at), ("moved-flag", at + 1)]);
}

#[test]
fn a_statement_that_the_rules_refuse_is_found() {
    let town = town();
    let is = |row: &Row, kind: &str| Parsed::parse(&row.jws).unwrap().statement().body.kind().code() == kind;
    let acceptance = town.rows.iter().position(|row| is(row, "acceptance")).unwrap();
    // The acceptance before the report that it accepts.
    let report = rewritten(|rows| rows.swap(acceptance - 1, acceptance));
    assert!(matches!(&report.findings[0], Finding::Refused { index, .. } if *index == acceptance as u64 - 1), "{report}");
    // Said twice.
    let report = rewritten(|rows| rows.insert(acceptance + 1, rows[acceptance].clone()));
    assert!(matches!(&report.findings[..], [Finding::UsedId { index, .. }] if *index == acceptance as u64 + 1), "{report}");
    // A registration that is left out: nobody knows the key.
    let registration = town.rows.iter().position(|row| is(row, "registration")).unwrap();
    let report = rewritten(|rows| _ = rows.remove(registration));
    assert!(matches!(&report.findings[0], Finding::Refused { index, .. } if *index == registration as u64), "{report}");
}

#[test]
fn a_key_that_was_replaced_signs_nothing_any_more() {
    let mut town = Town::found("2026-01-05T09:00:00Z");
    town.admit("police", "police");
    let mut later = Town::found("2026-01-05T09:00:00Z");
    later.admit("police", "police");
    later.agree("safe", "police", 1, "2026-02-01", "2026-07-31");
    let consent = later.rows.last().unwrap().jws.clone();
    assert!(matches!(Parsed::parse(&consent).unwrap().statement().body, Body::Consent(_)));
    // The same words, after the key that signed them was replaced.
    town.rotate("police");
    later.rows[3..].iter().take(2).for_each(|row| town.append(row.jws.clone()));
    town.append(consent);
    let findings = audit(&town.serve()).findings;
    let index = town.rows.len() as u64 - 1;
    assert!(findings.iter().any(|finding| matches!(finding, Finding::Refused { index: found, .. } if *found == index)), "{findings:?}");
}
