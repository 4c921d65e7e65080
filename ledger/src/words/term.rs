//! Terms of an agreement, and the instant at which one has ended.

use serde::{Deserialize, Serialize};

use super::{Calendar, Day, Instant};

/// A length of time that an agreement gives: `{"days": 14}`, `{"workingDays": 1}` or `{"months": 6}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Term {
    /// Civil days, at most 65535.
    Days(u16),
    /// Days that are neither Saturday, Sunday nor public holiday, at most 65535.
    WorkingDays(u16),
    /// Calendar months, at most 255.
    Months(u8),
}

impl Term {
    /// The last day of the term. The day from which it runs is not counted; months run to the same day
    /// number, or to the month's last day (`domain.md`, Rhythms and terms).
    pub fn ends(self, from: Day, calendar: Calendar) -> Day {
        match self {
            Self::Days(days) => from.plus_days(i64::from(days)),
            Self::WorkingDays(days) => calendar.add_working_days(from, u32::from(days)),
            Self::Months(months) => from.plus_months(u32::from(months)),
        }
    }

    /// Whether the last day moves to a working day where the agreement has that rule: only for terms of up
    /// to three months, which art. 4 Atw puts at 90 days for a term that is given in days.
    fn may_move(self) -> bool {
        match self {
            Self::Days(days) => days <= 90,
            // Such a term ends on a working day anyhow, except one of no days at all.
            Self::WorkingDays(_) => true,
            Self::Months(months) => months <= 3,
        }
    }
}

/// The instant at which a term that runs from `from` has ended: the end of its last day in Amsterdam. With
/// the working-day rule, a last day on a Saturday, Sunday or holiday moves to the next working day, for terms
/// up to three months (art. 1 and 4 Atw). Art. 2 Atw is [`with_two_working_days`].
pub fn deadline(from: Instant, term: Term, working_day_rule: bool, calendar: Calendar) -> Instant {
    due_end(term.ends(Day::of(from), calendar), working_day_rule && term.may_move(), calendar)
}

/// The end of the second working day of a term of at least three days that runs from `from`: such a term has two of them
/// (art. 2 Atw). For a shorter term, or one that is not given in days, `from` itself.
pub fn with_two_working_days(from: Instant, term: Term, calendar: Calendar) -> Instant {
    match term {
        Term::Days(3..) => calendar.add_working_days(Day::of(from), 2).end(),
        Term::Days(_) | Term::WorkingDays(_) | Term::Months(_) => from,
    }
}

/// The instant at or after which what is due on that day is late: the day's end, or with the working-day rule
/// the end of the next working day where the day is a Saturday, Sunday or holiday.
pub fn due_end(day: Day, working_day_rule: bool, calendar: Calendar) -> Instant {
    if working_day_rule { calendar.next_working_day_from(day).end() } else { day.end() }
}

#[cfg(test)]
mod tests {
    use super::super::day::tests::{any_day, day};
    use super::*;
    use proptest::prelude::*;

    /// The last day of the term, with the working-day rule.
    fn last(from: &str, term: Term) -> String {
        let from = day(from).start().plus_millis(36_000_000);
        Day::of(deadline(from, term, true, Calendar::NEWEST).plus_millis(-1)).to_string()
    }

    #[test]
    fn a_last_day_on_a_holiday_moves_to_the_next_working_day() {
        for (from, term, to) in [
            ("2006-03-31", Term::Days(14), "2006-04-18"),  // Good Friday, over Easter
            ("2006-04-03", Term::Days(14), "2006-04-18"),  // Easter Monday
            ("2006-04-15", Term::Days(14), "2006-05-01"),  // Queen's Day, on Saturday 29 April
            ("2006-04-16", Term::Days(14), "2006-05-01"),  // Sunday 30 April, no holiday that year
            ("2006-11-25", Term::Months(1), "2006-12-27"), // both Christmas Days
            ("2014-04-12", Term::Days(14), "2014-04-28"),  // King's Day, on Saturday 26 April
            ("2014-04-13", Term::Days(14), "2014-04-28"),  // Sunday 27 April
            ("2015-04-13", Term::Days(14), "2015-04-28"),  // King's Day, on a Monday
            ("2015-04-20", Term::Days(14), "2015-05-06"),  // set equal, and the next day is Liberation Day
            ("2018-12-17", Term::Days(7), "2018-12-27"),   // set equal, then both Christmas Days
            ("2020-05-08", Term::Days(14), "2020-05-25"),  // the Friday after Ascension Day, set equal
            ("2024-04-26", Term::Days(14), "2024-05-13"),  // the Friday that a decree sets equal
            ("2006-03-01", Term::Days(14), "2006-03-15"),
            ("2006-04-13", Term::WorkingDays(1), "2006-04-18"),
            ("2006-04-15", Term::WorkingDays(0), "2006-04-18"),
        ] {
            assert_eq!(last(from, term), to, "{from} {term:?}");
        }
    }

    #[test]
    fn terms_of_more_than_three_months_do_not_move() {
        assert_eq!(last("2006-01-17", Term::Months(3)), "2006-04-18");
        assert_eq!(last("2005-12-17", Term::Months(4)), "2006-04-17");
        assert_eq!(last("2006-01-17", Term::Days(90)), "2006-04-18");
        assert_eq!(last("2006-01-16", Term::Days(91)), "2006-04-17");
    }

    #[test]
    fn a_term_of_three_days_has_two_working_days() {
        let last = |from: &str, term| {
            let from = day(from).start().plus_millis(36_000_000);
            let end = deadline(from, term, true, Calendar::NEWEST).max(with_two_working_days(from, term, Calendar::NEWEST));
            Day::of(end.plus_millis(-1)).to_string()
        };
        for (from, term, to) in [
            ("2006-04-13", Term::Days(4), "2006-04-19"), // over Easter: Good Friday to Easter Monday, then Tuesday and Wednesday
            ("2006-04-13", Term::Days(7), "2006-04-20"),
            ("2006-04-13", Term::Days(2), "2006-04-18"), // too short for the rule
            ("2006-04-13", Term::WorkingDays(1), "2006-04-18"),
            ("2006-12-22", Term::Days(5), "2006-12-28"), // both Christmas Days after a weekend
            ("2006-03-01", Term::Days(3), "2006-03-06"), // ends on a Saturday
        ] {
            assert_eq!(last(from, term), to, "{from} {term:?}");
        }
    }

    #[test]
    fn without_the_rule_nothing_moves() {
        let from = day("2006-04-03").start();
        assert_eq!(deadline(from, Term::Days(14), false, Calendar::NEWEST), day("2006-04-17").end());
        assert_eq!(due_end(day("2006-04-17"), false, Calendar::NEWEST), day("2006-04-17").end());
        assert_eq!(due_end(day("2006-04-17"), true, Calendar::NEWEST), day("2006-04-18").end());
    }

    #[test]
    fn the_day_in_amsterdam_counts_and_not_the_day_in_utc() {
        let late: Instant = "2006-02-28T23:30:00Z".parse().unwrap();
        assert_eq!(deadline(late, Term::Days(1), false, Calendar::NEWEST), day("2006-03-02").end());
    }

    #[test]
    fn a_term_is_written_with_its_unit() {
        for (term, text) in
            [(Term::Days(14), r#"{"days":14}"#), (Term::WorkingDays(1), r#"{"workingDays":1}"#), (Term::Months(6), r#"{"months":6}"#)]
        {
            assert_eq!(serde_json::to_string(&term).unwrap(), text);
            assert_eq!(serde_json::from_str::<Term>(text).unwrap(), term);
        }
        for text in [r#"{"days":-1}"#, r#"{"weeks":2}"#, r#"{"days":1,"months":1}"#, "14"] {
            assert!(serde_json::from_str::<Term>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_rule_never_shortens_and_moves_ten_days_at_most(from in any_day(), days in 0u16..=200) {
            let (plain, moved) =
                (deadline(from.start(), Term::Days(days), false, Calendar::NEWEST), deadline(from.start(), Term::Days(days), true, Calendar::NEWEST));
            prop_assert!(plain <= moved);
            prop_assert!(Day::of(moved).days_since(Day::of(plain)) <= 10);
        }
    }
}
