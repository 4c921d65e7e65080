//! The parts of a recurrence rule: read from text, with what RFC 5545 forbids refused.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Weekday;

use super::{Day, RhythmFault};

/// The parts that a rule may have.
pub(super) const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// The parts of a rule. An empty list is a part that is not given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    /// In units of the frequency, 1 or more.
    pub(super) interval: u16,
    pub(super) count: Option<u16>,
    pub(super) until: Option<Day>,
    pub(super) week_start: Weekday,
    /// Numbered from the begin (positive) or the end (negative) of the month or year; 0 is each such day.
    pub(super) days: Vec<(i16, Weekday)>,
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    pub(super) months: Vec<i16>,
    pub(super) positions: Vec<i16>,
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
        rule(&parts)
    }
}

/// The rule that the parts make, with what RFC 5545 forbids refused.
fn rule(parts: &Parts<'_>) -> Result<Rule, RhythmFault> {
    let frequency = match parts.get("FREQ").copied() {
        Some("DAILY") => Frequency::Daily,
        Some("WEEKLY") => Frequency::Weekly,
        Some("MONTHLY") => Frequency::Monthly,
        Some("YEARLY") => Frequency::Yearly,
        _ => return Err(RhythmFault::Frequency),
    };
    let has = |part| parts.contains_key(part);
    let each = |part, range, accepted| numbers(parts, part, range, accepted);
    let one = |part, range: RangeInclusive<u16>, accepted| match parts.get(part) {
        None => Ok(None),
        Some(value) => digits(value)
            .filter(|value| range.contains(value))
            .map(Some)
            .ok_or(RhythmFault::Value { part, accepted }),
    };
    let rule = Rule {
        frequency,
        interval: one("INTERVAL", 1..=100, "a number from 1 to 100")?.unwrap_or(1),
        count: one("COUNT", 1..=9999, "a number from 1 to 9999")?,
        until: parts.get("UNTIL").map(|value| until(value)).transpose()?,
        week_start: match parts.get("WKST") {
            None => Weekday::Monday,
            Some(value) => weekday(value).ok_or(RhythmFault::Value {
                part: "WKST",
                accepted: "MO, TU, WE, TH, FR, SA or SU",
            })?,
        },
        days: days(parts.get("BYDAY").copied())?,
        month_days: each(
            "BYMONTHDAY",
            31,
            "days of the month from 1 to 31, or from -1 to -31",
        )?,
        year_days: each(
            "BYYEARDAY",
            366,
            "days of the year from 1 to 366, or from -1 to -366",
        )?,
        weeks: each("BYWEEKNO", 53, "weeks from 1 to 53, or from -1 to -53")?,
        months: each("BYMONTH", 12, "months from 1 to 12")?,
        positions: each("BYSETPOS", 366, "positions from 1 to 366, or from -1 to -366")?,
    };
    let yearly = frequency == Frequency::Yearly;
    let numbered = rule.days.iter().any(|(number, _)| *number != 0);
    let other = ["BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"];
    let refused = [
        (has("COUNT") && has("UNTIL"), "either COUNT or UNTIL, not both"),
        (
            has("BYMONTHDAY") && frequency == Frequency::Weekly,
            "BYMONTHDAY goes with DAILY, MONTHLY or YEARLY",
        ),
        (has("BYYEARDAY") && !yearly, "BYYEARDAY goes with FREQ=YEARLY"),
        // Without BYDAY, some readers take one day of that week and others all seven.
        (
            has("BYWEEKNO") && !(yearly && has("BYDAY")),
            "BYWEEKNO goes with FREQ=YEARLY and BYDAY",
        ),
        (
            numbered && !yearly && frequency != Frequency::Monthly,
            "a number in BYDAY goes with MONTHLY or YEARLY",
        ),
        (
            numbered && has("BYWEEKNO"),
            "a number in BYDAY does not go with BYWEEKNO",
        ),
        (
            has("BYSETPOS") && !other.into_iter().any(has),
            "BYSETPOS goes with another BY part",
        ),
        (
            rule.months.first().is_some_and(|month| *month < 0),
            "BYMONTH is months from 1 to 12",
        ),
    ];
    match refused.into_iter().find(|(refused, _)| *refused) {
        Some((_, accepted)) => Err(RhythmFault::Together(accepted)),
        None => Ok(rule),
    }
}

/// One to four digits.
fn digits(text: &str) -> Option<u16> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
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

fn numbers(
    parts: &Parts<'_>,
    part: &'static str,
    most: u16,
    accepted: &'static str,
) -> Result<Vec<i16>, RhythmFault> {
    let Some(value) = parts.get(part) else {
        return Ok(Vec::new());
    };
    let numbers: Option<Vec<i16>> = value.split(',').map(|number| signed(number, most)).collect();
    let mut numbers = numbers.ok_or(RhythmFault::Value { part, accepted })?;
    numbers.sort_unstable();
    Ok(numbers)
}

/// Days of the week, each with its number in the month or the year, or 0 for each such day.
fn days(value: Option<&str>) -> Result<Vec<(i16, Weekday)>, RhythmFault> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let day = |text: &str| {
        let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let number = if number.is_empty() { 0 } else { signed(number, 53)? };
        Some((number, weekday(name)?))
    };
    let days: Option<Vec<_>> = value.split(',').map(day).collect();
    days.ok_or(RhythmFault::Value {
        part: "BYDAY",
        accepted: "days such as MO,TH, or numbered such as 1MO or -1FR",
    })
}

fn weekday(name: &str) -> Option<Weekday> {
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let offset = names.iter().position(|known| *known == name)?;
    i8::try_from(offset)
        .ok()
        .and_then(|offset| Weekday::from_monday_zero_offset(offset).ok())
}

fn until(value: &str) -> Result<Day, RhythmFault> {
    const WRONG: RhythmFault = RhythmFault::Value {
        part: "UNTIL",
        accepted: "a date without a time, such as 20091231",
    };
    if value.len() != 8 {
        return Err(WRONG);
    }
    format!("{}-{}-{}", &value[..4], &value[4..6], &value[6..])
        .parse()
        .map_err(|_| WRONG)
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
        ] {
            let fault = Rhythm::parse(text).unwrap_err().to_string();
            assert!(fault.contains(says), "{text}: {fault}");
        }
        let long = format!("FREQ=MONTHLY;BYMONTHDAY={}1", "1,".repeat(200));
        assert_eq!(Rhythm::parse(&long), Err(RhythmFault::Length));
        assert_eq!(Rhythm::parse("FREQ=DAILÉ"), Err(RhythmFault::Shape));
    }
}
