//! When a promise is due, in words: a day, or a rhythm in its common forms; other rhythms are shown as they were signed.

use ledger::envelope::statement::agreement::When;
use ledger::envelope::statement::trigger::{Delay, Trigger};
use ledger::words::Rhythm;
use maud::{Markup, html};

use super::visit::Visit;
use super::words::Arg;

/// When a promise is due.
pub(super) fn when(visit: &Visit, when: &When) -> Markup {
    html! {
        @match when {
            When::Date { date } => (visit.words.with("when-date", &[("date", visit.day(*date).into())])),
            When::Rhythm { rule } => (rhythm(visit, rule)),
            When::AfterEvent { trigger, within } => (after(visit, trigger, within)),
        }
    }
}

/// So long after something that must come first.
fn after(visit: &Visit, trigger: &Trigger, within: &Delay) -> Markup {
    let words = visit.words;
    let long = match within {
        Delay::Days { count } => words.plain("when-days", &[("count", count.0.into())]),
        Delay::Months { count } => words.plain("when-months", &[("count", count.0.into())]),
    };
    let (key, what) = match trigger {
        Trigger::Fulfilment { obligation } => ("when-after-fulfilment", obligation.as_str()),
        Trigger::Breach { obligation } => ("when-after-breach", obligation.as_str()),
        Trigger::Event { title, .. } => ("when-after-event", title.as_str()),
    };
    html! { (words.with(key, &[("long", long.into()), ("what", what.into())])) }
}

fn rhythm(visit: &Visit, rule: &Rhythm) -> Markup {
    let text = rule.to_string();
    let part = |name: &str| text.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let known = text.split(';').all(|part| ["FREQ=", "INTERVAL=", "BYDAY="].iter().any(|name| part.starts_with(name)));
    let days: Option<Vec<String>> =
        part("BYDAY").map(|days| days.split(',').map(|day| weekday(visit, day)).collect::<Option<_>>()).unwrap_or(Some(Vec::new()));
    let every = part("INTERVAL").unwrap_or("1").parse::<u64>();
    match (known, days, every, part("FREQ")) {
        (true, Some(days), Ok(every), Some(frequency)) => {
            let key = format!("when-{}", frequency.to_lowercase());
            let last = days.last().cloned().unwrap_or_default();
            let before = days.split_last().map(|(_, before)| before.join(", ")).unwrap_or_default();
            let args =
                [("every", Arg::Number(every)), ("days", Arg::Number(days.len() as u64)), ("before", before.into()), ("last", last.into())];
            html! { (visit.words.with(&key, &args)) }
        }
        _ => html! { (visit.words.say("when-rule")) " " code { (text) } },
    }
}

/// A day of the week without a number before it.
fn weekday(visit: &Visit, day: &str) -> Option<String> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(&day).then(|| visit.words.plain(&format!("weekday-{}", day.to_lowercase()), &[]))
}
