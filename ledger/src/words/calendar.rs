//! Working days and public holidays, by the Algemene termijnenwet (Atw, BWBR0002448).

use jiff::civil::{Weekday, date};
use serde::{Deserialize, Serialize};

use super::Day;

/// A table of public holidays. A day that is added, for whatever year, makes another table: one day more or less moves a
/// deadline, and with it the instant in a flag that is signed and in the log. Tables stay, so that an audit years on computes
/// the same instants (`docs/decisions/0123-rules-of-their-time.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Calendar {
    /// `atw-2026.1`: decrees from 2023 on.
    Atw2026_1,
    /// `atw-2026.2`: those of 2014 to 2022 as well, and one of 2010.
    Atw2026_2,
}

/// The version of the newest table of holidays that this program has.
pub const CALENDAR_VERSION: &str = Calendar::NEWEST.version();

/// Days set equal to a holiday by royal decree (art. 3(3) Atw), as (year, month, day, the first table that has it) in
/// order of date, each with its source. There were decrees for 2006 to 2009 and for 2011 to 2013, too; a day enters only with its source.
const DECREES: [(i16, i8, i8, Calendar); 26] = [
    // Of the decree for 2010 only this day could be substantiated: W.G.H.M. van der Putten, uitvaart.nl, question 7168
    // (29 December 2009).
    (2010, 5, 14, Calendar::Atw2026_2),
    // "Besluit van 17 juni 2013, nr. 13.001210, houdende gelijkstelling van 30 mei 2014, 2 januari, 4 en 15 mei 2015
    // en 6 mei 2016 met een algemeen erkende feestdag": its title, as uitvaart.nl, question 44571, quotes it.
    (2014, 5, 30, Calendar::Atw2026_2),
    (2015, 1, 2, Calendar::Atw2026_2),
    (2015, 5, 4, Calendar::Atw2026_2),
    (2015, 5, 15, Calendar::Atw2026_2),
    (2016, 5, 6, Calendar::Atw2026_2),
    // Besluit van 24 oktober 2016, nr. 2016001827 (Stcrt. 2016, 58653; BWBR0038666), art. 1.
    (2017, 4, 28, Calendar::Atw2026_2),
    (2017, 5, 26, Calendar::Atw2026_2),
    (2018, 5, 11, Calendar::Atw2026_2),
    (2018, 12, 24, Calendar::Atw2026_2),
    (2018, 12, 31, Calendar::Atw2026_2),
    (2019, 5, 31, Calendar::Atw2026_2),
    (2019, 12, 27, Calendar::Atw2026_2),
    // Besluit van 20 september 2019, its days as legal-support-office.nl, "Feestdagen", lists them.
    (2020, 5, 22, Calendar::Atw2026_2),
    (2021, 5, 14, Calendar::Atw2026_2),
    (2022, 5, 27, Calendar::Atw2026_2),
    // The title of the "Besluit gelijkstelling van 28 april 2023, 19 mei 2023, 10 mei 2024, 27 december 2024 en
    // 30 mei 2025 met een algemeen erkende feestdag".
    (2023, 4, 28, Calendar::Atw2026_1),
    (2023, 5, 19, Calendar::Atw2026_1),
    (2024, 5, 10, Calendar::Atw2026_1),
    (2024, 12, 27, Calendar::Atw2026_1),
    (2025, 5, 30, Calendar::Atw2026_1),
    // The title of the "Besluit gelijkstelling van 2 januari 2026, 15 mei 2026, 7 mei 2027, 28 april 2028 en 26 mei
    // 2028 met een algemeen erkende feestdag".
    (2026, 1, 2, Calendar::Atw2026_1),
    (2026, 5, 15, Calendar::Atw2026_1),
    (2027, 5, 7, Calendar::Atw2026_1),
    (2028, 4, 28, Calendar::Atw2026_1),
    (2028, 5, 26, Calendar::Atw2026_1),
];

/// What makes a day a public holiday (art. 3 Atw).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Holiday {
    /// Nieuwjaarsdag, 1 January.
    NewYear,
    /// Goede Vrijdag, two days before Easter; set equal by art. 3(2).
    GoodFriday,
    /// Tweede Paasdag, the day after Easter.
    EasterMonday,
    /// Koningsdag, or Koninginnedag up to 2013.
    KingsDay,
    /// Bevrijdingsdag, 5 May.
    LiberationDay,
    /// Hemelvaartsdag, 39 days after Easter.
    Ascension,
    /// Tweede Pinksterdag, 50 days after Easter.
    WhitMonday,
    /// Eerste Kerstdag, 25 December.
    Christmas,
    /// Tweede Kerstdag, 26 December.
    SecondChristmas,
    /// Set equal to a holiday by decree.
    Decree,
}

impl Calendar {
    /// Every table, oldest first.
    pub const ALL: &'static [Self] = &[Self::Atw2026_1, Self::Atw2026_2];
    /// The one that a new ledger begins with.
    pub const NEWEST: Self = Self::Atw2026_2;

    /// The name by which a genesis and a change of the rules call it.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Atw2026_1 => "atw-2026.1",
            Self::Atw2026_2 => "atw-2026.2",
        }
    }

    /// The table with this name; `None` where this program does not have it.
    pub fn of(version: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|calendar| calendar.version() == version)
    }

    /// The holidays of that year, in order of date; Easter and Whit Sunday are Sundays, and not among them.
    /// A day can be two at once (Ascension on 5 May 2016). None outside the years that a [`Day`] can have.
    ///
    /// The rules of today hold for every year: before 1949 Queen's Day fell on another date, and the act itself
    /// dates from 1965, but no agreement has a deadline there.
    pub fn holidays(self, year: i16) -> Vec<(Day, Holiday)> {
        let Some(easter) = easter(year) else {
            return Vec::new();
        };
        let fixed = |month, day| Day::new(year, month, day).expect("a date that every year has");
        let mut days = vec![
            (fixed(1, 1), Holiday::NewYear),
            (easter.plus_days(-2), Holiday::GoodFriday),
            (easter.plus_days(1), Holiday::EasterMonday),
            (kings_day(year), Holiday::KingsDay),
            (fixed(5, 5), Holiday::LiberationDay),
            (easter.plus_days(39), Holiday::Ascension),
            (easter.plus_days(50), Holiday::WhitMonday),
            (fixed(12, 25), Holiday::Christmas),
            (fixed(12, 26), Holiday::SecondChristmas),
        ];
        let decrees = DECREES.iter().filter(|decree| decree.0 == year && decree.3 <= self);
        days.extend(decrees.map(|&(_, month, day, _)| (fixed(month, day), Holiday::Decree)));
        days.sort_unstable();
        days
    }

    /// Whether that day is neither a Saturday, nor a Sunday, nor a holiday.
    pub fn is_working_day(self, day: Day) -> bool {
        !day.is_weekend() && !self.is_holiday(day)
    }

    /// That day if it is a working day, else the first one after it.
    pub fn next_working_day_from(self, day: Day) -> Day {
        let mut day = day;
        while !self.is_working_day(day) && day < Day::LAST {
            day = day.plus_days(1);
        }
        day
    }

    /// The last of that many working days, the first of which follows the given day; the day itself for none.
    pub fn add_working_days(self, day: Day, working_days: u32) -> Day {
        let mut day = day;
        for _ in 0..working_days {
            if day == Day::LAST {
                break;
            }
            day = self.next_working_day_from(day.plus_days(1));
        }
        day
    }

    /// As [`Self::holidays`], without making the list: terms ask this for each day that they count.
    fn is_holiday(self, day: Day) -> bool {
        let (year, month, number) = (day.year(), day.date().month(), day.date().day());
        match (month, number) {
            (1, 1) | (5, 5) | (12, 25 | 26) => return true,
            _ if self.has_decree(year, month, number) => return true,
            // Good Friday falls on 20 March at the earliest, Whit Monday on 14 June at the latest.
            (3..=6, _) => {}
            _ => return false,
        }
        let movable = easter(year).is_some_and(|easter| matches!(day.days_since(easter), -2 | 1 | 39 | 50));
        movable || (matches!(month, 4 | 5) && day == kings_day(year))
    }

    /// Whether a decree that this table has names that day.
    fn has_decree(self, year: i16, month: i8, number: i8) -> bool {
        let found = DECREES.binary_search_by_key(&(year, month, number), |&(year, month, day, _)| (year, month, day));
        found.is_ok_and(|at| DECREES[at].3 <= self)
    }
}

/// 27 April since 2014, 30 April before. On a Sunday: the day before since 1980, the day after until then.
fn kings_day(year: i16) -> Day {
    let number = if year >= 2014 { 27 } else { 30 };
    let day = Day::new(year, 4, number).expect("a date that every year has");
    match day.weekday() {
        Weekday::Sunday if year >= 1980 => day.plus_days(-1),
        Weekday::Sunday => day.plus_days(1),
        _ => day,
    }
}

/// Easter Sunday in the Gregorian calendar, by the anonymous computus (Meeus, Astronomical Algorithms, ch. 8).
fn easter(year: i16) -> Option<Day> {
    let year32 = i32::from(Day::from_date(date(year, 1, 1))?.year());
    let (golden, century, rest) = (year32 % 19, year32 / 100, year32 % 100);
    let correction = century - century / 4 - (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let shift = epact + weekday - 7 * ((golden + 11 * epact + 22 * weekday) / 451);
    // Full moon falls on 21 March at the earliest, so that Easter is 22 March plus the shift.
    Day::new(year, 3, 22).map(|day| day.plus_days(i64::from(shift)))
}

#[cfg(test)]
mod tests {
    use super::super::day::tests::{any_day, day};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn easter_falls_where_almanacs_have_it() {
        for text in [
            "1583-04-10",
            "1818-03-22",
            "1943-04-25",
            "1954-04-18",
            "1981-04-19",
            "2000-04-23",
            "2006-04-16",
            "2008-03-23",
            "2014-04-20",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2038-04-25",
            "2285-03-22",
        ] {
            assert_eq!(easter(day(text).year()), Some(day(text)), "{text}");
        }
    }

    #[test]
    fn the_holidays_of_2006_with_queens_day_moved_from_a_sunday() {
        let days: Vec<_> = Calendar::NEWEST.holidays(2006).iter().map(|(day, _)| day.to_string()).collect();
        let expected = ["01-01", "04-14", "04-17", "04-29", "05-05", "05-25", "06-05", "12-25", "12-26"];
        assert_eq!(days, expected.map(|day| format!("2006-{day}")));
        assert!(Calendar::NEWEST.holidays(1500).is_empty() && Calendar::NEWEST.holidays(9999).is_empty());
    }

    #[test]
    fn kings_day_follows_the_rule_of_its_time() {
        for text in ["1978-05-01", "1979-04-30", "1989-04-29", "2006-04-29", "2013-04-30", "2014-04-26", "2015-04-27", "2025-04-26"] {
            assert_eq!(kings_day(day(text).year()), day(text));
        }
    }

    #[test]
    fn decrees_name_working_days_next_to_a_holiday() {
        assert!(DECREES.is_sorted(), "they are looked up by halves");
        for (year, month, number, _) in DECREES {
            let day = Day::new(year, month, number).unwrap();
            assert!(!Calendar::NEWEST.is_working_day(day));
            assert!(!matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
            assert!(!Calendar::NEWEST.is_working_day(day.plus_days(-1)) || !Calendar::NEWEST.is_working_day(day.plus_days(1)), "{day}");
        }
    }

    #[test]
    fn an_older_table_stays_as_it_was() {
        let (old, new) = (Calendar::Atw2026_1, Calendar::Atw2026_2);
        for (text, before, since) in
            [("2014-05-30", true, false), ("2022-05-27", true, false), ("2023-04-28", false, false), ("2006-04-14", false, false)]
        {
            assert_eq!((old.is_working_day(day(text)), new.is_working_day(day(text))), (before, since), "{text}");
        }
        assert_eq!(old.add_working_days(day("2014-05-28"), 1), day("2014-05-30"));
        assert_eq!(new.add_working_days(day("2014-05-28"), 1), day("2014-06-02"));
        assert!(Calendar::ALL.is_sorted() && Calendar::ALL.last() == Some(&Calendar::NEWEST));
        assert!(Calendar::ALL.iter().all(|calendar| Calendar::of(calendar.version()) == Some(*calendar)));
        assert_eq!(Calendar::of("atw-2031.1"), None);
    }

    #[test]
    fn working_days_skip_weekends_and_holidays() {
        assert_eq!(Calendar::NEWEST.next_working_day_from(day("2006-04-14")), day("2006-04-18"));
        assert_eq!(Calendar::NEWEST.next_working_day_from(day("2006-04-18")), day("2006-04-18"));
        assert_eq!(Calendar::NEWEST.add_working_days(day("2006-04-13"), 1), day("2006-04-18"));
        assert_eq!(Calendar::NEWEST.add_working_days(day("2006-12-22"), 2), day("2006-12-28"));
        assert_eq!(Calendar::NEWEST.add_working_days(day("2006-12-23"), 0), day("2006-12-23"));
        assert_eq!(Calendar::NEWEST.add_working_days(Day::LAST, u32::MAX), Day::LAST);
    }

    proptest! {
        #[test]
        fn the_short_test_agrees_with_the_list(day in any_day(), table in 0..Calendar::ALL.len()) {
            let calendar = Calendar::ALL[table];
            for offset in 0..366 {
                let day = day.plus_days(offset);
                let listed = calendar.holidays(day.year()).iter().any(|(holiday, _)| *holiday == day);
                prop_assert_eq!(calendar.is_holiday(day), listed, "{}", day);
            }
        }

        #[test]
        fn adding_working_days_passes_exactly_that_many(day in any_day(), count in 1u32..60) {
            let to = Calendar::NEWEST.add_working_days(day, count);
            prop_assume!(to < Day::LAST);
            let passed = (1..=to.days_since(day)).filter(|&n| Calendar::NEWEST.is_working_day(day.plus_days(n))).count();
            prop_assert!(Calendar::NEWEST.is_working_day(to));
            prop_assert_eq!(passed, count as usize);
        }
    }
}
