//! Rhythms: what recurs, as a recurrence rule of RFC 5545 (3.3.10) in days.

use std::fmt;
use std::str::FromStr;

use super::Day;
use super::rule::{PARTS, Rule};
use super::series::Series;

/// A recurrence rule, kept as it was signed: upper-case ASCII of at most 400 characters, with the parts FREQ,
/// INTERVAL, COUNT, UNTIL (a date), WKST and BYDAY, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS.
///
/// What the rule does not say it takes from the start of the agreement, its DTSTART: weekly from 2006-03-01 is
/// each Wednesday; monthly from the 31st skips shorter months (`BYMONTHDAY=-1` is the last day of each).
/// The start itself is not an occurrence, so COUNT counts the occurrences after it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rhythm {
    text: Box<str>,
    rule: Rule,
}

/// Why a text is no rhythm; each says what would be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RhythmFault {
    /// Empty, or too long.
    #[error("a rhythm has 1 to 400 characters")]
    Length,
    /// Not a list of parts.
    #[error("a rhythm is parts in upper-case ASCII with `;` between them, such as FREQ=WEEKLY;BYDAY=MO,TH")]
    Shape,
    /// FREQ is missing, or shorter than a day.
    #[error("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")]
    Frequency,
    /// A part that rhythms do not have, by its name.
    #[error("`{0}` is not accepted: the parts of a rhythm are {parts}", parts = PARTS.join(", "))]
    Part(String),
    /// A part that is given more than once.
    #[error("{0} is given once at most")]
    Twice(&'static str),
    /// A value out of range, or of another form.
    #[error("{part} is {accepted}")]
    Value {
        /// The part.
        part: &'static str,
        /// What its value may be.
        accepted: &'static str,
    },
    /// Parts that RFC 5545 does not allow together, or on which readers of it disagree.
    #[error("{0}")]
    Together(&'static str),
}

impl Rhythm {
    /// No occurrence is looked for more than a hundred years after the start, so that a rule that never fires
    /// costs a millisecond or two.
    pub const HORIZON_MONTHS: u32 = 1200;

    /// Reads and checks a rule.
    pub fn parse(text: &str) -> Result<Self, RhythmFault> {
        if !(1..=400).contains(&text.len()) {
            return Err(RhythmFault::Length);
        }
        let allowed = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || b"=;,+-".contains(&c);
        if !text.bytes().all(allowed) {
            return Err(RhythmFault::Shape);
        }
        Ok(Self {
            text: text.into(),
            rule: Rule::parse(text)?,
        })
    }

    /// The rule, exactly as it was signed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The occurrences after `start` up to and including `end`, in order.
    pub fn occurrences(&self, start: Day, end: Day) -> impl Iterator<Item = Day> {
        Series::new(&self.rule, start, start, end)
    }

    /// The first occurrence after both `start` and `after`, if there is one up to and including `end`.
    pub fn next_after(&self, start: Day, end: Day, after: Day) -> Option<Day> {
        Series::new(&self.rule, start, after, end).next()
    }

    /// How many occurrences there are after `start` up to and including `end`; stops counting at `at_most`.
    pub fn count(&self, start: Day, end: Day, at_most: usize) -> usize {
        self.occurrences(start, end).take(at_most).count()
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rhythm({self})")
    }
}

impl FromStr for Rhythm {
    type Err = RhythmFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

as_string!(Rhythm);

#[cfg(test)]
mod tests {
    use super::super::day::tests::day;
    use super::*;
    use proptest::prelude::*;

    fn dates(rule: &str, start: &str, end: &str) -> Vec<String> {
        let rhythm: Rhythm = rule.parse().unwrap();
        assert_eq!(serde_json::to_string(&rhythm).unwrap(), format!("\"{rule}\""));
        rhythm
            .occurrences(day(start), day(end))
            .map(|day| day.to_string())
            .collect()
    }

    #[test]
    fn a_rule_takes_what_it_does_not_say_from_the_start() {
        for (rule, start, end, expected) in [
            ("FREQ=WEEKLY", "2006-03-01", "2006-03-22", "03-08 03-15 03-22"),
            ("FREQ=MONTHLY", "2006-01-31", "2006-07-31", "03-31 05-31 07-31"),
            (
                "FREQ=MONTHLY;BYMONTHDAY=-1",
                "2006-01-31",
                "2006-04-29",
                "02-28 03-31",
            ),
            (
                "FREQ=MONTHLY;BYDAY=-1FR",
                "2006-03-01",
                "2006-05-31",
                "03-31 04-28 05-26",
            ),
            (
                "FREQ=DAILY;INTERVAL=10",
                "2006-03-01",
                "2006-03-31",
                "03-11 03-21 03-31",
            ),
            (
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
                "2006-03-01",
                "2006-03-31",
                "03-03 03-13 03-17 03-27 03-31",
            ),
            (
                "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
                "2006-03-01",
                "2006-12-31",
                "05-15",
            ),
            (
                "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
                "2006-03-01",
                "2006-04-30",
                "03-31 04-28",
            ),
            (
                "FREQ=DAILY;UNTIL=20060303",
                "2006-03-01",
                "2006-12-31",
                "03-02 03-03",
            ),
            ("FREQ=WEEKLY;COUNT=2", "2006-03-01", "2006-12-31", "03-08 03-15"),
            (
                "FREQ=WEEKLY;COUNT=2;BYDAY=TH",
                "2006-03-01",
                "2006-12-31",
                "03-02 03-09",
            ),
            ("FREQ=DAILY;UNTIL=20060101", "2006-03-01", "2006-12-31", ""),
        ] {
            let expected: Vec<_> = expected
                .split_whitespace()
                .map(|day| format!("2006-{day}"))
                .collect();
            assert_eq!(dates(rule, start, end), expected, "{rule}");
        }
        assert_eq!(
            dates("FREQ=YEARLY", "2004-02-29", "2012-02-29"),
            ["2008-02-29", "2012-02-29"]
        );
    }

    #[test]
    fn the_next_occurrence_follows_both_the_start_and_the_day_asked() {
        let rhythm = Rhythm::parse("FREQ=WEEKLY").unwrap();
        let next = |after| rhythm.next_after(day("2006-03-01"), day("2010-03-01"), day(after));
        assert_eq!(next("1999-01-01"), Some(day("2006-03-08")));
        assert_eq!(next("2006-03-07"), Some(day("2006-03-08")));
        assert_eq!(next("2006-03-08"), Some(day("2006-03-15")));
        assert_eq!(next("2010-02-24"), None);
        assert_eq!(next("9998-12-31"), None);
        assert_eq!(rhythm.count(day("2006-03-01"), day("2010-03-01"), 1000), 208);
        assert_eq!(rhythm.count(day("2006-03-01"), day("2010-03-01"), 10), 10);
    }

    #[test]
    fn rules_that_never_fire_end() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
            "FREQ=MONTHLY;BYDAY=53MO",
        ] {
            let rhythm = Rhythm::parse(rule).unwrap();
            assert_eq!(
                rhythm.next_after(day("2006-03-01"), Day::LAST, day("2006-03-01")),
                None
            );
            assert_eq!(rhythm.next_after(Day::LAST, Day::LAST, Day::FIRST), None);
            assert_eq!(rhythm.count(Day::FIRST, Day::FIRST, 1), 0);
        }
    }

    proptest! {
        #[test]
        fn weeks_have_the_numbers_of_iso_8601(week in 1i8..=53, from in 1584i16..9000) {
            let rhythm = Rhythm::parse(&format!("FREQ=YEARLY;BYWEEKNO={week};BYDAY=MO,TU,WE,TH,FR,SA,SU")).unwrap();
            let start = Day::new(from, 6, 1).unwrap();
            let all = (1..=1000).map(|n| start.plus_days(n));
            let iso: Vec<Day> = all.filter(|day| day.date().iso_week_date().week() == week).collect();
            prop_assert_eq!(rhythm.occurrences(start, start.plus_days(1000)).collect::<Vec<_>>(), iso);
        }
    }
}
