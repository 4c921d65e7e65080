//! A suspension moves due dates and loses none, whatever the rhythm and whenever it comes (domain: no silent way out).

use harness::story::tell;
use harness::{Door, Town};
use ledger::envelope::statement::flag::Cause;
use ledger::words::{Day, Rhythm, Slug};
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Each occurrence of a rhythm within the period.
fn occurrences(rhythm: &str, (start, end): (Day, Day)) -> Vec<Day> {
    let rhythm = Rhythm::parse(rhythm).unwrap();
    std::iter::successors(rhythm.next_after(start, end, start), |last| rhythm.next_after(start, end, *last)).collect()
}

/// The story: nothing is ever reported; the police suspends once or twice by the power that it has, and may end it early.
fn story(rhythm: &str, first: Day, days: i64, again: i64, early: Option<i64>) -> String {
    let until = first.plus_days(days - 1);
    let resumes =
        early.filter(|early| *early < days).map_or(String::new(), |early| format!("day {}\npolice resumes\n", first.plus_days(early)));
    let second = until.plus_days(again);
    format!(
        "text homes\n  parties municipality corporation police\n  period 2006-03-01 2007-02-28\n  obligation upkeep by corporation effort every {rhythm}\n  \
         set /suspension {{\"holder\":\"police\",\"maxDays\":366}}\nin force: homes\n\
         day {first}\npolice suspends by power until {until}\n{resumes}\
         day {second}\npolice suspends by power until {}\nday 2009-01-05\n",
        second.plus_days(9)
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_due_date_comes_once_and_none_passes_while_suspended(
        rhythm in prop::sample::select(vec!["FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=-1"]),
        start in 0i64..120,
        days in 1i64..90,
        again in 1i64..30,
        early in prop::option::of(0i64..90),
    ) {
        let first = day("2006-03-02").plus_days(start);
        let text = story(rhythm, first, days, again, early);
        let told = tell(Town::in_memory("2006-01-02T09:00:00Z".parse().unwrap()), &text);
        let told = told.map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
        let agreement = told.audit.book().agreement(&"homes".parse::<Slug>().unwrap()).unwrap();
        let entries = told.town.door.entries(0);
        let mut flagged = Vec::new();
        for (entry, flag) in told.audit.flags() {
            let Cause::Overdue { obligation, due, .. } = &flag.cause else { continue };
            let instance = &agreement.instances[&(obligation.clone(), *due)];
            prop_assert_eq!(flag.due_at, instance.late_from, "{} is late when its last day has passed\n{}", due, text);
            prop_assert_eq!(entries[usize::try_from(*entry).unwrap()].at, flag.due_at, "{} was not open in time\n{}", due, text);
            prop_assert!(instance.last_day() >= *due);
            flagged.push(*due);
        }
        flagged.sort_unstable();
        prop_assert_eq!(flagged, occurrences(rhythm, (day("2006-03-01"), day("2007-02-28"))), "{}", text);
        let (from, to) = (first.start().plus_millis(12 * 3_600_000), first.plus_days(early.filter(|early| *early < days).unwrap_or(days)).start());
        let passed = told.audit.flags().iter().find(|(_, flag)| matches!(flag.cause, Cause::Overdue { .. }) && flag.due_at > from && flag.due_at <= to);
        prop_assert!(passed.is_none(), "{:?}\n{}", passed, text);
    }
}
