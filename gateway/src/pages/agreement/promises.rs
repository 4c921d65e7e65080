//! What was promised, with its colour and reasons; and month by month, what became of what fell due.

use std::collections::BTreeMap;

use ledger::lives::colour::Light;
use ledger::lives::obligation::{Clause, Course, Standing};
use ledger::words::Day;
use maud::{Markup, html};

use super::super::chart::{Bar, Fill, bars};
use super::super::names::{Names, Titles};
use super::super::numbers::decimal;
use super::super::told::Told;
use super::super::visit::Visit;
use super::super::{say, state, when};
use super::succession::link;
use crate::listing::{AgreementView, Dated, Listing};

/// The parameter that says from which promise on.
const FROM: &str = "afspraken";
/// How many promises on one page; how many months in the chart.
const MOST: usize = 20;
const MOST_MONTHS: usize = 12;
/// At most this many reasons of one promise.
const MOST_REASONS: usize = 3;

pub(super) fn list(visit: &Visit, listing: &Listing, names: &Names, titles: &Titles, view: &AgreementView) -> Markup {
    let words = visit.words;
    let from: usize = visit.given(FROM).and_then(|from| from.parse().ok()).unwrap_or(0);
    let shown = view.clauses.values().skip(from).take(MOST);
    let next = (from + MOST < view.clauses.len()).then(|| (from + MOST).to_string());
    html! {
        section {
            h2 { (words.with("promises", &[("count", view.clauses.len().into())])) }
            ul.lines {
                @for clause in shown {
                    @let light = view.light(&clause.value.text.id).unwrap_or(Light { colour: ledger::lives::colour::Colour::Green, signs: Vec::new() });
                    li class=(state::edge(light.colour)) { (line(visit, listing, names, titles, view, clause, &light)) }
                }
            }
            (visit.paging(FROM, next.as_deref()))
        }
    }
}

fn line(
    visit: &Visit,
    listing: &Listing,
    names: &Names,
    titles: &Titles,
    view: &AgreementView,
    clause: &Dated<Clause>,
    light: &Light,
) -> Markup {
    let words = visit.words;
    let text = &clause.value.text;
    let today = Day::of(view.as_of.at);
    let mut open = view.life.instances.values().filter(|instance| instance.obligation == text.id);
    let first = open.clone().next();
    let open = open.find(|instance| instance.due >= today).or(first);
    // Released, taken over or lapsed, and nothing of it left: that is no longer kept or not kept.
    let is_over = open.is_none() && !matches!(clause.value.course, Course::Waiting | Course::Conditional { .. } | Course::Running { .. });
    html! {
        div.head { h3 { (Told(names.get(&clause.value.debtor))) } @if is_over { strong.grey { (words.code(clause.value.course.code())) } } @else { (state::badge(words, light.colour)) } }
        p { (Told(text.what.as_str())) }
        p.small {
            (when::when(visit, &text.when)) " · " (words.code(text.strength.code()))
            @if let Some(aspect) = text.aspect { " · " (words.code(aspect.code())) }
            @if let Some(target) = &text.target { " · " (words.with("promise-target", &[
                ("indicator", target.indicator.as_str().into()), ("value", decimal(words.language, target.value).into()), ("unit", target.unit.as_str().into())])) }
            @if let Some(staff) = &text.capacity { " · " (words.with("promise-staff", &[
                ("function", staff.function.as_str().into()), ("fte", decimal(words.language, staff.fte).into())])) }
            @if !is_over && !matches!(clause.value.course, Course::Running { .. }) { " · " (words.code(clause.value.course.code())) }
            @if let Course::HandedOver { to, agreement: Some(agreement), .. } = &clause.value.course {
                " · " (words.with("promise-continues", &[("to", to.as_str().into())])) " " (link(visit, listing, titles, agreement))
            }
            @if let Some(open) = open { " · " (words.with("neighbourhood-next", &[("date", visit.day(open.due).into())])) }
            " · " code { (text.id) } " " (visit.proof(listing, if clause.entry == 0 { super::tabled(&view.head.value) } else { Some(clause.entry) }))
        }
        @for sign in light.signs.iter().take(MOST_REASONS) {
            (say::why(visit, names, sign))
            p.small { (visit.proof(listing, say::shown_by(sign))) }
        }
        @if light.signs.len() > MOST_REASONS { p.small { (words.with("promise-more-reasons", &[("count", (light.signs.len() - MOST_REASONS).into())])) } }
    }
}

/// What fell due in each of the last months, and what became of it: a chart, and the same numbers in a table.
pub(super) fn by_month(visit: &Visit, view: &AgreementView) -> Markup {
    let words = visit.words;
    let mut months: BTreeMap<(i16, i8), [u64; 4]> = BTreeMap::new();
    let today = Day::of(view.as_of.at);
    for instance in view.instances.values().map(|instance| &instance.value).filter(|instance| instance.due <= today) {
        let date = instance.due.date();
        months.entry((date.year(), date.month())).or_default()[part(&instance.standing, !instance.breaches.is_empty())] += 1;
    }
    let last: Vec<_> = months.into_iter().rev().take(MOST_MONTHS).collect();
    let rows: Vec<Bar> =
        last.iter().rev().map(|((year, month), values)| Bar { name: name(visit, *year, *month), values: values.to_vec() }).collect();
    let parts = [("due-kept", Fill::Green), ("due-late", Fill::Orange), ("due-breached", Fill::Red), ("due-other", Fill::Grey)];
    let parts = parts.map(|(key, fill)| (words.plain(key, &[]), fill));
    html! {
        @if !rows.is_empty() {
            section {
                h2 { (words.say("due-by-month")) }
                (bars(words, &words.plain("due-by-month-chart", &[]), &rows, &parts))
                div.scroll role="region" tabindex="0" aria-label=(words.plain("due-by-month", &[])) {
                    table {
                        caption { (words.say("due-by-month-caption")) }
                        thead { tr { th scope="col" { (words.say("column-month")) } @for (part, _) in &parts { th.num scope="col" { (part) } } } }
                        tbody { @for row in &rows { tr { th scope="row" { (row.name) } @for value in &row.values { td.num { (value) } } } } }
                    }
                }
            }
        }
    }
}

fn name(visit: &Visit, year: i16, month: i8) -> String {
    let first = Day::new(year, month, 1).map(|day| visit.day(day)).unwrap_or_default();
    first.trim_start_matches("1 ").to_owned()
}

/// Kept in time, late or cured, breached, or anything else (open, released, handed over).
fn part(standing: &Standing, was_breached: bool) -> usize {
    match standing {
        Standing::Fulfilled { late: false, .. } if !was_breached => 0,
        Standing::Fulfilled { .. } | Standing::Cured { .. } | Standing::Overdue { .. } => 1,
        Standing::Breached { .. } => 2,
        Standing::Open | Standing::Released { .. } | Standing::HandedOver { .. } => 3,
    }
}
