//! Rhythms: what recurs, as a recurrence rule of RFC 5545 (3.3.10) in days. The days are those of the library
//! `rrule`; what is accepted, and what bounds its work, is decided here (`docs/decisions/0003-recurrence.md`).

use std::fmt;
use std::str::FromStr;

use super::Day;
use super::rule::{PARTS, Rule};

/// A recurrence rule, kept as it was signed: upper-case ASCII of at most 400 characters, with the parts FREQ,
/// INTERVAL, COUNT, UNTIL (a date), WKST and BYDAY, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS.
///
/// What the rule does not say it takes from the start of the agreement, its DTSTART: weekly from 2006-03-01 is
/// each Wednesday; monthly from the 31st skips shorter months (`BYMONTHDAY=-1` is the last day of each).
/// The start itself is not an occurrence, so COUNT counts the occurrences after it: this is kept here, as the
/// library counts the start too where it fits the rule, and not where it does not.
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
    /// What the library refuses, in its words.
    #[error("the recurrence library refuses this rule: {0}")]
    Library(String),
}

impl Rhythm {
    /// No occurrence is looked for more than a hundred years after the start: within them no rule takes the
    /// 100 000 steps without an occurrence at which the library gives up, so that never hides one.
    pub const HORIZON_MONTHS: u32 = 1200;

    /// The last day on which an occurrence is looked for, of what runs from a day without end.
    pub fn horizon(start: Day) -> Day {
        start.plus_months(Self::HORIZON_MONTHS)
    }

    /// Whether it has neither COUNT nor UNTIL: it goes on as long as what it is part of.
    pub fn is_endless(&self) -> bool {
        self.rule.count.is_none() && self.rule.until.is_none()
    }

    /// Reads and checks a rule.
    pub fn parse(text: &str) -> Result<Self, RhythmFault> {
        if !(1..=400).contains(&text.len()) {
            return Err(RhythmFault::Length);
        }
        let allowed = |c: u8| c.is_ascii_uppercase() || c.is_ascii_digit() || b"=;,+-".contains(&c);
        if !text.bytes().all(allowed) {
            return Err(RhythmFault::Shape);
        }
        Ok(Self { text: text.into(), rule: Rule::parse(text)? })
    }

    /// The rule, exactly as it was signed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The occurrences after `start` up to and including `end`, in order.
    pub fn occurrences(&self, start: Day, end: Day) -> impl Iterator<Item = Day> {
        self.walk(start, start, end)
    }

    /// The first occurrence after both `start` and `after`, if there is one up to and including `end`.
    ///
    /// Near the end of twenty years, in an optimised build: 0.02 ms for a daily or weekly rule, 0.4 ms for a
    /// monthly one. With COUNT, or with every day in a monthly rule, all is walked from the start: 3 to 4 ms for
    /// 7305 days. A rule that never fires costs up to 70 ms: the library looks on until the year 10 000.
    pub fn next_after(&self, start: Day, end: Day, after: Day) -> Option<Day> {
        self.walk(start, after.max(start), end).next()
    }

    /// The occurrences after `after`, which is not before `start`.
    fn walk(&self, start: Day, after: Day, end: Day) -> impl Iterator<Item = Day> {
        let last = end.min(Self::horizon(start));
        let last = self.rule.until.map_or(last, |until| until.min(last));
        let days = (last > after).then(|| {
            let set = self.rule.set(self.rule.start_near(start, after), last);
            let set = set.expect("the library took the rule when it was read");
            (&set).into_iter().map(|at| Day::EPOCH.plus_days(at.timestamp().div_euclid(86_400)))
        });
        let most = self.rule.count.map_or(usize::MAX, usize::from);
        days.into_iter().flatten().filter(move |day| *day > start).take(most).filter(move |day| *day > after)
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
    use proptest::sample::{select, subsequence};

    fn dates(rule: &str, start: &str, end: &str) -> Vec<String> {
        let rhythm: Rhythm = rule.parse().unwrap();
        assert_eq!(serde_json::to_string(&rhythm).unwrap(), format!("\"{rule}\""));
        rhythm.occurrences(day(start), day(end)).map(|day| day.to_string()).collect()
    }

    #[test]
    fn a_rule_takes_what_it_does_not_say_from_the_start() {
        for (rule, start, end, expected) in [
            ("FREQ=WEEKLY", "2006-03-01", "2006-03-22", "03-08 03-15 03-22"),
            ("FREQ=MONTHLY", "2006-01-31", "2006-07-31", "03-31 05-31 07-31"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "2006-01-31", "2006-04-29", "02-28 03-31"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "2006-03-01", "2006-05-31", "03-31 04-28 05-26"),
            ("FREQ=DAILY;INTERVAL=10", "2006-03-01", "2006-03-31", "03-11 03-21 03-31"),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "2006-03-01", "2006-03-31", "03-03 03-13 03-17 03-27 03-31"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "2006-03-01", "2006-12-31", "05-15"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2006-03-01", "2006-04-30", "03-31 04-28"),
            ("FREQ=DAILY;UNTIL=20060303", "2006-03-01", "2006-12-31", "03-02 03-03"),
            ("FREQ=WEEKLY;COUNT=2", "2006-03-01", "2006-12-31", "03-08 03-15"),
            ("FREQ=WEEKLY;COUNT=2;BYDAY=TH", "2006-03-01", "2006-12-31", "03-02 03-09"),
            ("FREQ=DAILY;UNTIL=20060101", "2006-03-01", "2006-12-31", ""),
        ] {
            let expected: Vec<_> = expected.split_whitespace().map(|day| format!("2006-{day}")).collect();
            assert_eq!(dates(rule, start, end), expected, "{rule}");
        }
        assert_eq!(dates("FREQ=YEARLY", "2004-02-29", "2012-02-29"), ["2008-02-29", "2012-02-29"]);
    }

    /// The examples of RFC 5545, 3.8.5.3, with their time left out; the start is not listed.
    #[test]
    fn the_examples_of_rfc_5545_have_their_days() {
        for (rule, start, end, expected) in [
            (
                "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971007;WKST=SU;BYDAY=MO,WE,FR",
                "1997-09-01",
                "1998-01-01",
                "97-09-03 97-09-05 97-09-15 97-09-17 97-09-19 97-09-29 97-10-01 97-10-03",
            ),
            ("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", "1998-12-31", "97-10-03 97-11-07 97-12-05"),
            ("FREQ=MONTHLY;COUNT=5;BYDAY=-2MO", "1997-09-22", "1998-12-31", "97-10-20 97-11-17 97-12-22 98-01-19 98-02-16"),
            ("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", "1998-02-28", "97-10-29 97-11-28 97-12-29 98-01-29 98-02-26"),
            ("FREQ=MONTHLY;BYMONTHDAY=15,30", "2007-01-15", "2007-03-30", "07-01-30 07-02-15 07-03-15 07-03-30"),
            ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1997-09-02", "1999-08-13", "98-02-13 98-03-13 98-11-13 99-08-13"),
            ("FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "1997-11-30", "97-10-07 97-11-06"),
            ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1999-12-31", "98-05-18 99-05-17"),
            ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "1999-12-31", "98-05-11 99-05-17"),
            (
                "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
                "1997-01-01",
                "2003-01-01",
                "97-04-10 97-07-19 00-01-01 00-04-09 00-07-18 03-01-01",
            ),
            ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", "2004-12-31", "00-11-07 04-11-02"),
            ("FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1998-01-01", "97-08-10 97-08-19 97-08-24"),
            ("FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1998-01-01", "97-08-17 97-08-19 97-08-31"),
        ] {
            let days: Vec<String> = dates(rule, start, end).iter().map(|day| day[2..].to_owned()).collect();
            assert_eq!(days.join(" "), expected, "{rule}");
        }
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
            "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
            "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
            "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2",
            "FREQ=YEARLY;BYDAY=MO;BYSETPOS=300",
        ] {
            let rhythm = Rhythm::parse(rule).unwrap();
            assert_eq!(rhythm.next_after(day("2006-03-01"), Day::LAST, day("2006-03-01")), None);
            assert_eq!(rhythm.next_after(Day::LAST, Day::LAST, Day::FIRST), None);
            assert_eq!(rhythm.count(Day::FIRST, Day::FIRST, 1), 0);
        }
    }

    fn any_rule() -> impl Strategy<Value = String> {
        let frequency = select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
        let by = vec![
            "BYDAY=MO,SU",
            "BYDAY=1TU,-1FR",
            "BYMONTH=2,12",
            "BYMONTHDAY=-31,-1,29",
            "BYYEARDAY=1,366,-366",
            "BYWEEKNO=1,51,-51,-1",
            "BYSETPOS=-2,1",
            "WKST=TH",
        ];
        (frequency, 1u8..=100, subsequence(by, 0..5)).prop_map(|(frequency, interval, by)| {
            let by: String = by.iter().map(|part| format!(";{part}")).collect();
            format!("FREQ={frequency};INTERVAL={interval}{by}")
        })
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_can_be_followed(rule in any_rule(), count in 0u16..9, start in 0i64..3_073_000, days in 0i64..40_000, asked in -50i64..9000) {
            let rule = if count == 0 { rule } else { format!("{rule};COUNT={count}") };
            let Ok(rhythm) = Rhythm::parse(&rule) else { return Ok(()) };
            let start = Day::FIRST.plus_days(start);
            let (end, after) = (start.plus_days(days), start.plus_days(asked));
            let all: Vec<Day> = rhythm.occurrences(start, end).collect();
            prop_assert!(all.is_sorted_by(|a, b| a < b));
            prop_assert!(all.iter().all(|day| start < *day && *day <= end));
            prop_assert!(count == 0 || all.len() <= count.into());
            prop_assert_eq!(rhythm.next_after(start, end, after), all.into_iter().find(|day| *day > after));
        }
    }

    proptest! {
        #[test]
        fn weeks_have_the_numbers_of_iso_8601(week in 1i8..=51, from in 1584i16..9000) {
            let rhythm = Rhythm::parse(&format!("FREQ=YEARLY;BYWEEKNO={week};BYDAY=MO,TU,WE,TH,FR,SA,SU")).unwrap();
            let start = Day::new(from, 6, 1).unwrap();
            let all = (1..=1000).map(|n| start.plus_days(n));
            let iso: Vec<Day> = all.filter(|day| day.date().iso_week_date().week() == week).collect();
            prop_assert_eq!(rhythm.occurrences(start, start.plus_days(1000)).collect::<Vec<_>>(), iso);
        }
    }
}
