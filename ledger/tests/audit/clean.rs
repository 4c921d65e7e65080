//! An honest ledger has no findings, however it is read.

use ledger::audit::{Auditor, Report, Row, audit_pages};
use ledger::envelope::statement::flag::Cause;
use ledger::log::note::Cosigner;
use ledger::words::Instant;

use crate::town::{Served, Town, instant, vkey};

/// Half a year of a town: kept, late, breached, silent, up the ladder.
pub(crate) fn town() -> Town {
    let mut town = Town::found("2026-01-05T09:00:00Z");
    town.admit("corporation", "housing-corporation");
    town.admit("police", "police");
    town.pass("2026-01-06T09:00:00Z");
    town.agree("clean", "corporation", 1, "2026-02-01", "2026-07-31");
    town.agree("safe", "police", 2, "2026-02-01", "2026-07-31");
    town.pass("2026-02-05T09:00:00Z");
    town.report("clean", "corporation", 1, "2026-02-08", true);
    town.rotate("police");
    town.report("safe", "police", 1, "2026-02-08", true);
    town.pass("2026-02-12T10:00:00Z");
    // Duty 2 of the police is missed from the start; these are left without an answer.
    town.report("clean", "corporation", 1, "2026-02-15", false);
    town.report("safe", "police", 1, "2026-02-15", false);
    town.pass("2026-08-20T09:00:00Z");
    town
}

pub(crate) fn audit(served: &Served) -> Report {
    audit_as_of(served, None)
}

pub(crate) fn with_vkey() -> Auditor {
    Auditor::new(vkey()).unwrap()
}

pub(crate) fn audit_as_of(served: &Served, as_of: Option<Instant>) -> Report {
    let mut auditor = with_vkey();
    for Row { entry, accepted_at, salt, jws, leaf, .. } in &served.rows {
        auditor.feed(*entry, *accepted_at, salt, jws, leaf.as_deref());
    }
    auditor.finish(&served.checkpoint, as_of)
}

#[test]
fn the_town_is_a_fit_subject() {
    let town = town();
    let has = |wanted: fn(&Cause) -> bool| town.flags.iter().filter(|(_, flag)| wanted(&flag.cause)).count();
    assert_eq!(has(|cause| matches!(cause, Cause::InForce { .. })), 2);
    assert!(has(|cause| matches!(cause, Cause::Overdue { .. })) > 20);
    assert!(has(|cause| matches!(cause, Cause::Breached { .. })) > 20);
    assert!(has(|cause| matches!(cause, Cause::ReportUnanswered { .. })) == 2);
    assert!(has(|cause| matches!(cause, Cause::RulingMissing { .. })) == 2);
    assert!(has(|cause| matches!(cause, Cause::GoneQuiet { .. })) >= 1);
    assert!(has(|cause| matches!(cause, Cause::CaseRaised { .. })) >= 2);
    assert!(has(|cause| matches!(cause, Cause::Ended { .. })) == 2);
}

#[test]
fn an_honest_ledger_is_clean() {
    let town = town();
    let report = audit_as_of(&town.serve(), Some(town.now));
    assert_eq!(report.findings, []);
    assert!(report.is_clean());
    assert_eq!(report.to_string(), format!("{} entries, clean", town.rows.len()));
    assert_eq!(report.checkpoint.map(|checkpoint| checkpoint.root()), Some(report.root));
}

#[test]
fn a_ledger_without_published_entries_is_clean_by_its_root_alone() {
    let mut served = town().serve();
    served.rows.iter_mut().for_each(|row| row.leaf = None);
    assert_eq!(audit(&served).findings, []);
}

#[test]
fn pages_and_threads_make_no_difference() {
    let served = town().serve();
    for (page, threads) in [(1, 1), (7, 2), (64, 3), (10_000, 4), (5, 64)] {
        let mut auditor = Auditor::new(vkey()).unwrap();
        let mut seen = Vec::new();
        let pages = served.rows.chunks(page).map(|rows| Ok::<_, ()>(rows.to_vec()));
        audit_pages(&mut auditor, pages, threads, |entries| seen.push(entries)).unwrap();
        assert_eq!(seen.last(), Some(&(served.rows.len() as u64)));
        assert_eq!(auditor.finish(&served.checkpoint, None).findings, [], "pages of {page}, {threads} threads");
    }
}

#[test]
fn a_page_that_cannot_be_had_stops_the_audit() {
    let served = town().serve();
    let mut auditor = Auditor::new(vkey()).unwrap();
    let pages = [Ok(served.rows[..5].to_vec()), Err("gone")];
    assert_eq!(audit_pages(&mut auditor, pages, 2, |_| ()), Err("gone"));
    assert_eq!(auditor.entries(), 5);
}

#[test]
fn what_was_written_after_a_pause_is_clean() {
    let mut town = Town::found("2026-01-05T09:00:00Z");
    town.admit("corporation", "housing-corporation");
    town.agree("clean", "corporation", 2, "2026-02-01", "2026-12-31");
    // The server slept; then everything that had become due is written at one instant.
    town.now = instant("2026-04-01T09:00:00Z");
    town.tick();
    town.pass("2026-05-01T09:00:00Z");
    assert_eq!(audit_as_of(&town.serve(), Some(town.now)).findings, []);
}

#[test]
fn the_key_of_a_witness_is_not_taken_for_that_of_a_log() {
    let witness = Cosigner::from_seed(crate::town::ORIGIN, &[1; 32]).unwrap();
    assert!(Auditor::new(witness.verifier().clone()).is_err());
}

#[test]
fn a_ledger_by_an_older_table_of_holidays_is_judged_by_that_table() {
    let mut town = Town::found_by("2026-01-05T09:00:00Z", "atw-2026.1");
    town.admit("corporation", "housing-corporation");
    town.agree("clean", "corporation", 2, "2026-02-01", "2026-12-31");
    town.pass("2026-05-01T09:00:00Z");
    assert_eq!(audit_as_of(&town.serve(), Some(town.now)).findings, []);
}
