//! The parts of a recurrence rule: what a rhythm accepts of them, before the recurrence library reads them.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rrule::{RRuleError, RRuleSet};

use super::{Day, RhythmFault};

/// The parts that a rule may have.
pub(super) const PARTS: [&str; 11] =
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"];

/// A rule that is accepted, in the form in which the library is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    /// The rule without COUNT and UNTIL. The library would count the start when it fits the rule, and would
    /// read an UNTIL without a time in the time zone of the machine.
    recurs: Box<str>,
    pub(super) count: Option<u16>,
    pub(super) until: Option<Day>,
    /// The days after which a daily or weekly rule begins anew, whatever its BY parts are: what they take
    /// depends on the day itself and on the phase of the interval, and both are kept.
    step: Option<i64>,
}

type Parts<'a> = BTreeMap<&'static str, &'a str>;

impl Rule {
    /// Reads `NAME=VALUE` parts with `;` between them.
    pub(super) fn parse(text: &str) -> Result<Self, RhythmFault> {
        let mut parts = BTreeMap::new();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or(RhythmFault::Shape)?;
            let known = PARTS.iter().find(|known| **known == name);
            let name = *known.ok_or_else(|| RhythmFault::Part(name.to_owned()))?;
            if parts.insert(name, value).is_some() {
                return Err(RhythmFault::Twice(name));
            }
        }
        let rule = rule(&parts)?;
        // What the library still refuses it refuses whatever the days are.
        rule.set(Day::FIRST, Day::LAST).map_err(|error| RhythmFault::Library(error.to_string()))?;
        Ok(rule)
    }

    /// A later start, not after `after`, from which the same days follow; `start` itself where none is known.
    pub(super) fn start_near(&self, start: Day, after: Day) -> Day {
        match self.step {
            Some(step) if self.count.is_none() => start.plus_days(after.days_since(start) / step * step),
            _ => start,
        }
    }

    /// The days of the rule from `start` to `last`, as the library has them: at midnight in UTC.
    pub(super) fn set(&self, start: Day, last: Day) -> Result<RRuleSet, RRuleError> {
        let at = |day: Day| day.date().strftime("%Y%m%dT000000Z");
        let text = format!("DTSTART:{}\nRRULE:{};UNTIL={}", at(start), self.recurs, at(last));
        Ok(text.parse::<RRuleSet>()?.limit())
    }
}

/// The rule that the parts make, with what a rhythm does not accept refused.
fn rule(parts: &Parts<'_>) -> Result<Rule, RhythmFault> {
    let frequency = parts.get("FREQ").copied().unwrap_or_default();
    if !["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].contains(&frequency) {
        return Err(RhythmFault::Frequency);
    }
    let interval = one(parts, "INTERVAL", 1..=100, "a number from 1 to 100")?.unwrap_or(1);
    let count = one(parts, "COUNT", 1..=9999, "a number from 1 to 9999")?;
    let until = parts.get("UNTIL").map(|value| until(value)).transpose()?;
    if parts.get("WKST").is_some_and(|name| !WEEKDAYS.contains(name)) {
        return Err(RhythmFault::Value { part: "WKST", accepted: "MO, TU, WE, TH, FR, SA or SU" });
    }
    let days = days(parts.get("BYDAY").copied())?;
    let month_days = numbers(parts, "BYMONTHDAY", 31, "days of the month from 1 to 31, or from -1 to -31")?;
    numbers(parts, "BYYEARDAY", 366, "days of the year from 1 to 366, or from -1 to -366")?;
    // Weeks 52 and 53 reach into the next year, where rrule 0.14 misses some of their days.
    numbers(parts, "BYWEEKNO", 51, "weeks from 1 to 51, or from -1 to -51")?;
    let months = numbers(parts, "BYMONTH", 12, "months from 1 to 12")?;
    numbers(parts, "BYSETPOS", 366, "positions from 1 to 366, or from -1 to -366")?;

    let has = |part| parts.contains_key(part);
    let (yearly, monthly) = (frequency == "YEARLY", frequency == "MONTHLY");
    let numbered = days.iter().any(|number| *number != 0);
    let other = ["BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"];
    let longest = months.iter().copied().map(month_len).max().unwrap_or(31);
    let refused = [
        (has("COUNT") && has("UNTIL"), "either COUNT or UNTIL, not both"),
        (has("BYMONTHDAY") && frequency == "WEEKLY", "BYMONTHDAY goes with DAILY, MONTHLY or YEARLY"),
        (has("BYYEARDAY") && !yearly, "BYYEARDAY goes with FREQ=YEARLY"),
        // Without BYDAY, some readers take one day of that week and others all seven.
        (has("BYWEEKNO") && !(yearly && has("BYDAY")), "BYWEEKNO goes with FREQ=YEARLY and BYDAY"),
        (numbered && !yearly && !monthly, "a number in BYDAY goes with MONTHLY or YEARLY"),
        (numbered && has("BYWEEKNO"), "a number in BYDAY does not go with BYWEEKNO"),
        // rrule 0.14 takes the days that are both, of which there are none or too few.
        (numbered && days.contains(&0), "in BYDAY all days have a number or none has"),
        (has("BYSETPOS") && !other.into_iter().any(has), "BYSETPOS goes with another BY part"),
        // In the first week rrule 0.14 counts positions from the start; of one day there is one position.
        (has("BYSETPOS") && !yearly && !monthly, "BYSETPOS goes with MONTHLY or YEARLY"),
        (months.iter().any(|month| *month < 0), "BYMONTH is months from 1 to 12"),
        (
            has("BYMONTHDAY") && month_days.iter().all(|day| day.abs() > longest),
            "BYMONTHDAY is at least one day that a month of BYMONTH has",
        ),
    ];
    match refused.into_iter().find(|(refused, _)| *refused) {
        Some((_, accepted)) => Err(RhythmFault::Together(accepted)),
        None => {
            let days = match frequency {
                "DAILY" => Some(1),
                "WEEKLY" => Some(7),
                _ => None,
            };
            Ok(Rule { recurs: without_an_end(parts), count, until, step: days.map(|days| days * i64::from(interval)) })
        }
    }
}

fn without_an_end(parts: &Parts<'_>) -> Box<str> {
    let kept = parts.iter().filter(|(name, _)| !["COUNT", "UNTIL"].contains(name));
    kept.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";").into()
}

/// The most days that month has in any year.
fn month_len(month: i16) -> i16 {
    match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// One to four digits.
fn digits(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn one(parts: &Parts<'_>, part: &'static str, range: RangeInclusive<u16>, accepted: &'static str) -> Result<Option<u16>, RhythmFault> {
    let Some(value) = parts.get(part) else { return Ok(None) };
    let number = digits(value).filter(|number| range.contains(number));
    number.map(Some).ok_or(RhythmFault::Value { part, accepted })
}

/// A number that may have a sign, and is not zero nor further from it than `most`.
fn signed(text: &str, most: u16) -> Option<i16> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let number = digits(text).filter(|number| (1..=most).contains(number))?;
    i16::try_from(number).ok().map(|number| sign * number)
}

fn numbers(parts: &Parts<'_>, part: &'static str, most: u16, accepted: &'static str) -> Result<Vec<i16>, RhythmFault> {
    let Some(value) = parts.get(part) else { return Ok(Vec::new()) };
    let numbers: Option<_> = value.split(',').map(|number| signed(number, most)).collect();
    numbers.ok_or(RhythmFault::Value { part, accepted })
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Days of the week: for each its number in the month or the year, or 0 for each such day.
fn days(value: Option<&str>) -> Result<Vec<i16>, RhythmFault> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let day = |text: &str| {
        let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let number = if number.is_empty() { 0 } else { signed(number, 53)? };
        WEEKDAYS.contains(&name).then_some(number)
    };
    let days: Option<_> = value.split(',').map(day).collect();
    days.ok_or(RhythmFault::Value { part: "BYDAY", accepted: "days such as MO,TH, or numbered such as 1MO or -1FR" })
}

fn until(value: &str) -> Result<Day, RhythmFault> {
    const WRONG: RhythmFault = RhythmFault::Value { part: "UNTIL", accepted: "a date without a time, such as 20091231" };
    if value.len() != 8 {
        return Err(WRONG);
    }
    format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..]).parse().map_err(|_| WRONG)
}

#[cfg(test)]
mod tests {
    use super::super::Rhythm;
    use super::*;

    #[test]
    fn what_is_refused_is_told_what_would_be_accepted() {
        for (text, says) in [
            ("", "1 to 400 characters"),
            ("FREQ=DAILY\nDTSTART=20060301", "upper-case ASCII"),
            ("RRULE:FREQ=DAILY", "upper-case ASCII"),
            ("freq=daily", "upper-case ASCII"),
            ("FREQ=DAILY;", "upper-case ASCII"),
            ("INTERVAL=2", "FREQ is DAILY"),
            ("FREQ=SECONDLY", "FREQ is DAILY"),
            ("FREQ=HOURLY;COUNT=3", "FREQ is DAILY"),
            ("FREQ=DAILY;BYHOUR=9", "the parts of a rhythm are FREQ, INTERVAL"),
            ("FREQ=YEARLY;BYEASTER=1", "`BYEASTER` is not accepted"),
            ("FREQ=DAILY;DTSTART=20060301", "`DTSTART` is not accepted"),
            ("FREQ=DAILY;FREQ=DAILY", "FREQ is given once"),
            ("FREQ=DAILY;INTERVAL=0", "from 1 to 100"),
            ("FREQ=DAILY;INTERVAL=101", "from 1 to 100"),
            ("FREQ=DAILY;INTERVAL=+1", "from 1 to 100"),
            ("FREQ=DAILY;COUNT=99999", "from 1 to 9999"),
            ("FREQ=DAILY;UNTIL=20091231T000000Z", "without a time"),
            ("FREQ=DAILY;UNTIL=20090231", "without a time"),
            ("FREQ=DAILY;UNTIL=2009-1-1", "without a time"),
            ("FREQ=DAILY;UNTIL=20091231;COUNT=2", "not both"),
            ("FREQ=WEEKLY;BYDAY=", "days such as MO"),
            ("FREQ=WEEKLY;BYDAY=XX", "days such as MO"),
            ("FREQ=WEEKLY;BYDAY=1MO", "goes with MONTHLY"),
            ("FREQ=WEEKLY;BYMONTHDAY=1", "goes with DAILY"),
            ("FREQ=WEEKLY;WKST=2", "MO, TU"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "from 1 to 31"),
            ("FREQ=MONTHLY;BYMONTHDAY=1,,2", "from 1 to 31"),
            ("FREQ=MONTHLY;BYYEARDAY=1", "FREQ=YEARLY"),
            ("FREQ=YEARLY;BYWEEKNO=10", "and BYDAY"),
            ("FREQ=YEARLY;BYWEEKNO=10;BYDAY=1MO", "not go with BYWEEKNO"),
            ("FREQ=YEARLY;BYMONTH=-1", "from 1 to 12"),
            ("FREQ=MONTHLY;BYSETPOS=1", "another BY part"),
            ("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=1", "MONTHLY or YEARLY"),
            ("FREQ=DAILY;BYDAY=MO;BYSETPOS=1", "MONTHLY or YEARLY"),
            ("FREQ=YEARLY;BYWEEKNO=52;BYDAY=MO", "from 1 to 51"),
            ("FREQ=YEARLY;BYWEEKNO=10;BYDAY=MO;BYWEEKNO=11", "given once"),
            ("FREQ=MONTHLY;BYDAY=MO,1TU", "all days have a number"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30,31", "that a month of BYMONTH has"),
            ("FREQ=DAILY;BYMONTH=4,6;BYMONTHDAY=-31", "that a month of BYMONTH has"),
            ("FREQ=MONTHLY;BYDAY=-5MO", "recurrence library"),
            ("FREQ=MONTHLY;BYDAY=53MO", "recurrence library"),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=32", "recurrence library"),
        ] {
            let fault = Rhythm::parse(text).unwrap_err().to_string();
            assert!(fault.contains(says), "{text}: {fault}");
        }
        let long = format!("FREQ=MONTHLY;BYMONTHDAY={}1", "1,".repeat(200));
        assert_eq!(Rhythm::parse(&long), Err(RhythmFault::Length));
        assert_eq!(Rhythm::parse("FREQ=DAILÉ"), Err(RhythmFault::Shape));
    }
}
