//! A log in whose midst the rules change is judged by the rules of each entry's time, and by none that the program does not know.

use ledger::audit::Finding;
use ledger::envelope::Rule;
use ledger::envelope::statement::flag::Cause;

use crate::clean::{audit, audit_as_of};
use crate::town::{OWNER, Served, Town};

/// Half a year with due dates on both sides of a change.
fn changed() -> (Town, usize) {
    let mut town = Town::found_by("2010-01-04T09:00:00Z", "atw-2026.1");
    town.admit("corporation", "housing-corporation");
    // Weekly on Fridays: 14 May 2010 is a holiday in the second table only.
    town.agree("clean", "corporation", 1, "2010-02-05", "2010-07-31");
    town.pass("2010-03-20T10:00:00Z");
    let at = town.rows.len();
    town.change_rules(2, "atw-2026.2");
    town.pass("2010-08-20T09:00:00Z");
    (town, at)
}

#[test]
fn a_log_whose_rules_change_is_clean_and_says_which_held_where() {
    let (town, at) = changed();
    let report = audit_as_of(&town.serve(), Some(town.now));
    assert_eq!(report.findings, []);
    let versions: Vec<(u64, String)> = report.versions.iter().map(|(from, versions)| (*from, versions.to_string())).collect();
    let of = |rules: u32, table: &str| format!("rules {rules}, holidays of {table}, time zones of 2026a");
    assert_eq!(versions, [(0, of(1, "atw-2026.1")), (at as u64 + 1, of(2, "atw-2026.2"))]);
}

/// The flags after the change are right by the new table, and false by the old one.
#[test]
fn without_the_change_its_flags_are_not_those_that_follow() {
    let (town, at) = changed();
    let overdue = |flag: &Cause| matches!(flag, Cause::Overdue { due, .. } if due.to_string() == "2010-05-14");
    let (_, flag) = town.flags.iter().find(|(_, flag)| overdue(&flag.cause)).unwrap();
    assert_eq!(flag.due_at.to_string(), "2010-05-17T22:00:00.000Z", "the Monday after Ascension Day");
    let mut rows = town.rows.clone();
    rows.remove(at);
    let findings = audit(&Served::rewritten(rows)).findings;
    let is_it = |finding: &&Finding| matches!(finding, Finding::MissingFlag { flag, .. } if overdue(&flag.cause));
    assert_eq!(findings.iter().find(is_it).unwrap().flag().unwrap().due_at.to_string(), "2010-05-14T22:00:00.000Z");
}

#[test]
fn what_stood_before_the_change_stands_after_it() {
    let change = |town: &mut Town| town.change_rules(2, "atw-2026.2");
    let told = |changes: bool| {
        let mut town = Town::found_by("2010-01-04T09:00:00Z", "atw-2026.1");
        town.admit("corporation", "housing-corporation");
        town.agree("clean", "corporation", 1, "2010-05-07", "2010-07-31");
        // Its first due date is open: 14 May, by the first table.
        town.pass("2010-05-08T10:00:00Z");
        if changes {
            change(&mut town);
        }
        town.pass("2010-05-20T10:00:00Z");
        assert_eq!(audit_as_of(&town.serve(), Some(town.now)).findings, []);
        let first = town.flags.iter().find(|(_, flag)| matches!(flag.cause, Cause::Overdue { .. })).unwrap();
        first.1.due_at.to_string()
    };
    assert_eq!((told(false), told(true)), ("2010-05-14T22:00:00.000Z".to_owned(), "2010-05-14T22:00:00.000Z".to_owned()));
}

#[test]
fn a_log_that_needs_a_newer_program_stops_the_audit_and_calls_nothing_false() {
    for (rules, table) in [(99, "atw-2026.2"), (2, "atw-2031.1")] {
        let (mut town, _) = changed();
        let at = town.rows.len() as u64;
        town.append_change(OWNER, rules, table);
        // What follows is right by rules that nobody here knows, or wrong: it is not judged.
        let strange = town.flags[0].1.clone();
        town.append(town.sign_flag(&strange).received().raw().to_vec());
        let report = audit_as_of(&town.serve(), Some(town.now.plus_millis(400 * 86_400_000)));
        let [Finding::UnknownVersions { index, versions }] = &report.findings[..] else { panic!("{:?}", report.findings) };
        assert_eq!((*index, versions.rules.0), (at, rules));
        assert!(report.findings[0].to_string().contains("the log needs a newer program"), "{}", report.findings[0]);
        // The tree is checked to its end.
        assert_eq!(report.checkpoint.map(|checkpoint| checkpoint.root()), Some(report.root));
    }
}

#[test]
fn a_genesis_by_rules_that_are_not_known_is_one_finding() {
    let mut town = Town::found_by("2026-01-05T09:00:00Z", "atw-2031.1");
    let bytes = town.sign_flag(&changed().0.flags[0].1).received().raw().to_vec();
    town.append(bytes);
    let findings = audit(&town.serve()).findings;
    assert!(matches!(&findings[..], [Finding::UnknownVersions { index: 0, .. }]), "{findings:?}");
}

#[test]
fn a_change_by_another_than_the_owner_is_refused_and_changes_nothing() {
    let (mut town, _) = changed();
    town.append_change("corporation", 99, "atw-2026.2");
    let report = audit_as_of(&town.serve(), Some(town.now));
    let [Finding::Refused { refusal, .. }] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!(refusal.rule(), Rule::OwnerOnly);
    assert_eq!(report.versions.len(), 2);
}
