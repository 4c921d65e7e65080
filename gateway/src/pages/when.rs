//! When a promise is due, in words: a day, or a rhythm in its common forms; other rhythms are shown as they were signed.

use ledger::envelope::statement::agreement::When;
use ledger::envelope::statement::trigger::{Delay, Trigger};
use ledger::words::Rhythm;
use maud::{Markup, html};

use super::dates;
use super::visit::Visit;
use super::words::{Arg, Phrase, Words};

/// When a promise is due.
pub(super) fn when(visit: &Visit, when: &When) -> Markup {
    let (said, rule) = when_in(visit.words, when);
    html! { (said) @if let Some(rule) = rule { " " code { (rule) } } }
}

/// The same without a visit: in words, with the rhythm itself where there are none for it.
pub(super) fn when_in(words: Words, when: &When) -> (Phrase, Option<String>) {
    match when {
        When::Date { date } => (words.with("when-date", &[("date", dates::day(words.language, *date).into())]), None),
        When::Rhythm { rule } => rhythm(words, rule),
        When::AfterEvent { trigger, within } => (after(words, trigger, within), None),
    }
}

/// So long after something that must come first.
fn after(words: Words, trigger: &Trigger, within: &Delay) -> Phrase {
    let long = match within {
        Delay::Days { count } => words.plain("when-days", &[("count", count.0.into())]),
        Delay::Months { count } => words.plain("when-months", &[("count", count.0.into())]),
    };
    let (key, what) = match trigger {
        Trigger::Fulfilment { obligation } => ("when-after-fulfilment", obligation.as_str()),
        Trigger::Breach { obligation } => ("when-after-breach", obligation.as_str()),
        Trigger::Event { title, .. } => ("when-after-event", title.as_str()),
    };
    words.with(key, &[("long", long.into()), ("what", what.into())])
}

/// A rhythm in words; `None` where there are none for it.
pub(super) fn rhythm_in_words(words: Words, rule: &Rhythm) -> Option<String> {
    let (said, rest) = rhythm(words, rule);
    rest.is_none().then(|| said.into_bare().trim_end().to_owned())
}

fn rhythm(words: Words, rule: &Rhythm) -> (Phrase, Option<String>) {
    let text = rule.to_string();
    let part = |name: &str| text.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let known = text.split(';').all(|part| ["FREQ=", "INTERVAL=", "BYDAY="].iter().any(|name| part.starts_with(name)));
    let days: Option<Vec<String>> =
        part("BYDAY").map(|days| days.split(',').map(|day| weekday(words, day)).collect::<Option<_>>()).unwrap_or(Some(Vec::new()));
    let every = part("INTERVAL").unwrap_or("1").parse::<u64>();
    match (known, days, every, part("FREQ")) {
        (true, Some(days), Ok(every), Some(frequency)) => {
            let key = format!("when-{}", frequency.to_lowercase());
            let last = days.last().cloned().unwrap_or_default();
            let before = days.split_last().map(|(_, before)| before.join(", ")).unwrap_or_default();
            let args =
                [("every", Arg::Number(every)), ("days", Arg::Number(days.len() as u64)), ("before", before.into()), ("last", last.into())];
            (words.with(&key, &args), None)
        }
        _ => (words.say("when-rule"), Some(text)),
    }
}

/// A day of the week without a number before it.
fn weekday(words: Words, day: &str) -> Option<String> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(&day).then(|| words.plain(&format!("weekday-{}", day.to_lowercase()), &[]))
}
