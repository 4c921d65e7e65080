//! On which days a place had an agreement in force, and on which it had none (L13): the metric against the yo-yo of social policy.

use super::agreement::{Head, State};
use crate::words::{Day, Instant};

/// Consecutive days, both ends counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Days {
    /// The first one.
    pub first: Day,
    /// The last one, not before the first.
    pub last: Day,
}

impl Days {
    /// How many there are.
    pub fn count(self) -> u64 {
        self.last.days_since(self.first).unsigned_abs() + 1
    }
}

impl Head {
    /// The days on which it was in force, up to an instant: an agreement that stands still binds, and so counts. A day counts when it
    /// was in force on a part of it.
    pub fn days_in_force(&self, until: Instant) -> Option<Days> {
        let today = Day::of(until);
        let (from, last) = match &self.state {
            State::InForce { from, .. } | State::Suspended { from, .. } => (*from, today),
            State::Ended { from, last, .. } => (*from, today.min(*last)),
            State::Proposed | State::Signed { .. } | State::Lapsed { .. } | State::Declined(_) | State::Retracted(_) => return None,
        };
        (from <= last).then_some(Days { first: from, last })
    }
}

/// The days of a place, from the first on which an agreement was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The days with at least one agreement in force, in order, with a gap before each but the first.
    pub covered: Vec<Days>,
    /// The days between those and after them with none, in order.
    pub gaps: Vec<Days>,
}

impl Coverage {
    /// Of the days on which each agreement was in force, up to and including today.
    pub fn of(mut in_force: Vec<Days>, today: Day) -> Self {
        in_force.sort_unstable();
        let mut covered: Vec<Days> = Vec::new();
        for days in in_force {
            match covered.last_mut().filter(|before| days.first <= before.last.plus_days(1)) {
                Some(before) => before.last = before.last.max(days.last),
                None => covered.push(days),
            }
        }
        let ends = covered.iter().skip(1).map(|next| next.first.plus_days(-1)).chain([today]);
        let gap = |(days, last): (&Days, Day)| Some(Days { first: days.last.plus_days(1), last }).filter(|gap| gap.first <= gap.last);
        let gaps = covered.iter().zip(ends).filter_map(gap).collect();
        Self { covered, gaps }
    }

    /// How many days had none.
    pub fn gap_days(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(n: i64) -> Day {
        "2006-03-01".parse::<Day>().unwrap().plus_days(n)
    }

    fn days(first: i64, last: i64) -> Days {
        Days { first: day(first), last: day(last) }
    }

    #[test]
    fn agreements_that_follow_on_each_other_leave_no_gap() {
        let coverage = Coverage::of(vec![days(10, 19), days(0, 9), days(15, 16)], day(19));
        assert_eq!(coverage, Coverage { covered: vec![days(0, 19)], gaps: vec![] });
        assert_eq!(coverage.gap_days(), 0);
    }

    #[test]
    fn a_day_between_two_and_the_days_since_the_last_are_gaps() {
        let coverage = Coverage::of(vec![days(0, 9), days(11, 19)], day(22));
        assert_eq!(coverage, Coverage { covered: vec![days(0, 9), days(11, 19)], gaps: vec![days(10, 10), days(20, 22)] });
        assert_eq!(coverage.gap_days(), 4);
    }

    #[test]
    fn a_place_that_never_had_one_has_no_gap() {
        assert_eq!(Coverage::of(vec![], day(3)), Coverage { covered: vec![], gaps: vec![] });
    }

    proptest! {
        #[test]
        fn each_day_since_the_first_is_in_one_of_both(all in prop::collection::vec((0i64..60, 0i64..12), 0..12), further in 0i64..20) {
            let all: Vec<Days> = all.into_iter().map(|(first, length)| days(first, first + length)).collect();
            let last = all.iter().map(|days| days.last).max().unwrap_or(day(0));
            let today = last.plus_days(further);
            let coverage = Coverage::of(all.clone(), today);
            let holds = |days: &[Days], day: Day| days.iter().filter(|days| days.first <= day && day <= days.last).count();
            let first = all.iter().map(|days| days.first).min();
            let mut gap_days = 0;
            for day in (-2..100).map(day).filter(|day| *day <= today) {
                let is_covered = holds(&all, day) > 0;
                let is_gap = first.is_some_and(|first| day >= first) && !is_covered;
                gap_days += u64::from(is_gap);
                prop_assert_eq!(holds(&coverage.covered, day), usize::from(is_covered));
                prop_assert_eq!(holds(&coverage.gaps, day), usize::from(is_gap));
            }
            prop_assert_eq!(coverage.gap_days(), gap_days);
        }
    }
}
