//! The days on which a recurrence rule falls: RFC 5545, 3.3.10, for rules of a day or more.
//!
//! Written out, and not left to the library that the tests compare it with: that one goes on looking to the
//! year 10000 where a rule never fires, and counts from the start for every question.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::rule::{Frequency, Rule};
use super::{Day, Rhythm};

impl Rule {
    /// The rule with the parts that it takes from its start.
    fn anchored(&self, start: Date) -> Self {
        let mut rule = self.clone();
        let open = rule.days.is_empty() && rule.month_days.is_empty() && rule.year_days.is_empty();
        match rule.frequency {
            Frequency::Weekly if open => rule.days = vec![(0, start.weekday())],
            Frequency::Monthly if open => rule.month_days = vec![start.day().into()],
            Frequency::Yearly if open => {
                rule.month_days = vec![start.day().into()];
                if rule.months.is_empty() {
                    rule.months = vec![start.month().into()];
                }
            }
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {}
        }
        rule
    }

    fn takes(&self, day: Date) -> bool {
        let given = |list: &[i16], is: &dyn Fn() -> [i16; 2]| {
            list.is_empty() || is().iter().any(|n| list.contains(n))
        };
        let (number, year_day) = (i16::from(day.day()), day.day_of_year());
        let month_len = i16::from(day.days_in_month());
        given(&self.months, &|| [day.month().into(); 2])
            && given(&self.month_days, &|| [number, number - month_len - 1])
            && given(&self.year_days, &|| [year_day, year_day - day.days_in_year() - 1])
            && given(&self.weeks, &|| self.week_of(day))
            && (self.days.is_empty() || self.takes_weekday(day))
    }

    fn takes_weekday(&self, day: Date) -> bool {
        // "Within the month for MONTHLY, or YEARLY with BYMONTH; within the year for YEARLY alone."
        let in_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let (at, of) = match in_month {
            true => (i16::from(day.day()), i16::from(day.days_in_month())),
            false => (day.day_of_year(), day.days_in_year()),
        };
        let numbers = [0, (at - 1) / 7 + 1, -((of - at) / 7 + 1)];
        self.days
            .iter()
            .any(|(number, weekday)| *weekday == day.weekday() && numbers.contains(number))
    }

    /// The number of the week that holds that day, from the begin and from the end of the week's year. A week
    /// belongs to the year that has four of its days or more: that of its fourth day.
    fn week_of(&self, day: Date) -> [i16; 2] {
        let fourth = self.week_start_of(day).saturating_add(3.days());
        let (at, of) = (fourth.day_of_year(), fourth.days_in_year());
        [(at - 1) / 7 + 1, -((of - at) / 7 + 1)]
    }

    fn week_start_of(&self, day: Date) -> Date {
        let since = day.weekday().since(self.week_start);
        day.saturating_sub(i64::from(since).days())
    }

    /// The number of whole units of the frequency from the unit of `start` to the unit of `day`.
    fn units(&self, start: Date, day: Date) -> i64 {
        let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
        match self.frequency {
            Frequency::Daily => days_between(start, day),
            Frequency::Weekly => days_between(self.week_start_of(start), day).div_euclid(7),
            Frequency::Monthly => months(day) - months(start),
            Frequency::Yearly => i64::from(day.year()) - i64::from(start.year()),
        }
    }

    /// The first day, and the number of days, of the unit that is so many units after that of `start`.
    fn unit(&self, start: Date, units: i64) -> (Date, i64) {
        match self.frequency {
            Frequency::Daily => (start.saturating_add(units.days()), 1),
            Frequency::Weekly => (self.week_start_of(start).saturating_add((units * 7).days()), 7),
            Frequency::Monthly => {
                let first = start.first_of_month().saturating_add(units.months());
                (first, first.days_in_month().into())
            }
            Frequency::Yearly => {
                let first = date(start.year(), 1, 1).saturating_add(units.years());
                (first, first.days_in_year().into())
            }
        }
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The occurrences of a rule after a day, in order.
pub(super) struct Series {
    rule: Rule,
    start: Date,
    /// Occurrences up to this day are passed over; COUNT counts them if they follow the start.
    after: Date,
    end: Date,
    /// How many may still come, those that are passed over included.
    left: Option<u16>,
    /// The next unit to look in, counted from that of the start.
    units: i64,
    /// The occurrences found in the unit before, the latest first.
    found: Vec<Date>,
}

impl Series {
    pub(super) fn new(rule: &Rule, start: Day, after: Day, end: Day) -> Self {
        let horizon = start.plus_months(Rhythm::HORIZON_MONTHS);
        let (start, after) = (start.date(), after.max(start).date());
        let rule = rule.anchored(start);
        let interval = i64::from(rule.interval);
        // What recurs without a count is the same wherever one begins: begin where the answer can be.
        let units = if rule.count.is_some() {
            0
        } else {
            rule.units(start, after) / interval * interval
        };
        let end = rule.until.unwrap_or(end).min(end).min(horizon).date();
        Self {
            left: rule.count,
            rule,
            start,
            after,
            end,
            units,
            found: Vec::new(),
        }
    }

    /// Looks in the next unit; `false` when it begins after the end.
    fn look(&mut self) -> bool {
        let (first, days) = self.rule.unit(self.start, self.units);
        if first > self.end {
            return false;
        }
        self.units += i64::from(self.rule.interval);
        let all = (0..days).map(|n| first.saturating_add(n.days()));
        self.found.extend(all.filter(|day| self.rule.takes(*day)));
        if !self.rule.positions.is_empty() {
            let len = self.found.len();
            let mut at = 0;
            self.found.retain(|_| {
                at += 1;
                let position = |n: usize| i16::try_from(n).expect("a year has 366 days");
                let (begin, end) = (position(at), -position(len + 1 - at));
                self.rule.positions.contains(&begin) || self.rule.positions.contains(&end)
            });
        }
        self.found.reverse();
        true
    }
}

impl Iterator for Series {
    type Item = Day;

    fn next(&mut self) -> Option<Day> {
        loop {
            while let Some(day) = self.found.pop() {
                if day > self.end || self.left == Some(0) {
                    return None;
                }
                if day > self.start {
                    self.left = self.left.map(|left| left - 1);
                }
                if day > self.after {
                    return Day::from_date(day);
                }
            }
            if !self.look() {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::day::tests::day;
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    /// Rules on whose reading RFC 5545 leaves no choice, without end or count, and without the weeks at the
    /// turn of the year: there the library misses some where the week does not begin on Monday.
    fn any_rule() -> impl Strategy<Value = String> {
        let week = vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let list = |numbers: Vec<i16>| {
            subsequence(numbers, 1..4)
                .prop_map(|numbers| numbers.iter().map(i16::to_string).collect::<Vec<_>>().join(","))
        };
        let frequency = select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
        let days = subsequence(week.clone(), 1..4);
        let lists = (
            list((1..=12).collect()),
            list(vec![-31, -2, -1, 1, 13, 28, 29, 30, 31]),
            list(vec![-366, -60, 1, 60, 366]),
            list(vec![-51, -20, 2, 9, 30, 51]),
            list(vec![-2, -1, 1, 3]),
        );
        let parts = (
            days,
            select(week),
            select(vec!["", "", "1", "-1", "3"]),
            lists,
            0u8..64,
        );
        (frequency, 1u8..=5, parts).prop_map(
            |(frequency, interval, (days, week_start, number, lists, given))| {
                let (months, month_days, year_days, weeks, positions) = lists;
                let (long, yearly) = (matches!(frequency, "MONTHLY" | "YEARLY"), frequency == "YEARLY");
                let mut rule = format!("FREQ={frequency};INTERVAL={interval};WKST={week_start}");
                let mut add = |when: bool, part: &str, value: &str| {
                    if when {
                        rule.push_str(&format!(";{part}={value}"));
                    }
                };
                let (by_week, by_day) = (yearly && given & 1 != 0, given & 3 != 0);
                let number = if long && !by_week { number } else { "" };
                let days: Vec<_> = days.iter().map(|day| format!("{number}{day}")).collect();
                add(by_day, "BYDAY", &days.join(","));
                add(by_week, "BYWEEKNO", &weeks);
                add(given & 4 != 0, "BYMONTH", &months);
                add(given & 8 != 0 && frequency != "WEEKLY", "BYMONTHDAY", &month_days);
                add(given & 16 != 0 && yearly, "BYYEARDAY", &year_days);
                // In a week the library counts positions from the start, and not from the week's first day.
                add(given & 32 != 0 && long && given & 7 != 0, "BYSETPOS", &positions);
                rule
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn an_independent_reader_finds_the_same_days(rule in any_rule(), year in 1995i16..2030, ahead in 0i64..400) {
            let start = Day::new(year, 1, 1).unwrap().plus_days(ahead);
            let end = start.plus_months(12 * 12);
            let text = format!("DTSTART:{}T000000Z\nRRULE:{rule}", start.to_string().replace('-', ""));
            let theirs: Vec<String> = (&text.parse::<rrule::RRuleSet>().unwrap().limit())
                .into_iter()
                .map(|at| at.format("%Y-%m-%d").to_string())
                .skip_while(|day| *day <= start.to_string())
                .take_while(|day| *day <= end.to_string())
                .collect();
            let ours: Vec<String> = Rhythm::parse(&rule).unwrap().occurrences(start, end).map(|day| day.to_string()).collect();
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn the_next_one_is_the_first_of_the_list_that_follows(rule in any_rule(), days in 0i64..5000, asked in -50i64..4000, count in 0u16..9) {
            let rule = if count == 0 { rule } else { format!("{rule};COUNT={count}") };
            let rhythm = Rhythm::parse(&rule).unwrap();
            let start = day("1999-12-28").plus_days(days);
            let (end, after) = (start.plus_months(120), start.plus_days(asked));
            let first = rhythm.occurrences(start, end).find(|day| *day > after);
            prop_assert_eq!(rhythm.next_after(start, end, after), first);
        }
    }
}
