//! The agenda of the minister, in the national ledger: what recurs and was put forward, over which breaches, and what was answered.

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::statement::genesis::Level;
use ledger::envelope::statement::institution::Identifiers;
use ledger::envelope::statement::recurrence::{AgendaDecision, Recurring};
use ledger::lives::recurrence::{Recurrence, ShownBreach};
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::words::{Arg, Phrase};
use crate::listing::Listing;

/// At most this many on the page, the latest first.
const MOST: usize = 50;

/// `/{ledger}/agenda`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Agenda), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let facts = &listing.ledger().facts;
    if facts.level != Level::National {
        return Err(Trouble::NotFound);
    }
    let ministry = listing.institution(&facts.ministry).await?;
    let all = ministry.map(|view| view.institution.recurrences).unwrap_or_default();
    let items: Vec<&Recurrence> = all.iter().rev().take(MOST).collect();
    let names = Names::of(words, &listing, items.iter().map(|item| &item.by).chain([&facts.ministry])).await?;
    let body = html! {
        p.lead { (words.with("agenda-lead", &[("ministry", names.get(&facts.ministry).into())])) }
        @if items.is_empty() { p.none { (words.say("agenda-none")) } } @else {
            ul.lines { @for item in &items { li { (line(visit, &listing, &names, item)) } } }
        }
        @if all.len() > MOST { p { (words.with("agenda-more", &[("count", (all.len() - MOST).into())])) } }
    };
    Ok(Content { title: words.plain("menu-agenda", &[]), kicker: None, body })
}

fn line(visit: &Visit, listing: &Listing, names: &Names, item: &Recurrence) -> Markup {
    let words = visit.words;
    html! {
        div.head { h2 { (what(visit, &item.recurs)) } strong { (standing(visit, item)) } }
        p { (words.with("agenda-times", &[("count", item.breaches.len().into()), ("months", u64::from(item.months).into())])) }
        @if item.late.is_some() {
            p { (words.with("agenda-late", &[("until", visit.last_day(item.answer_by).into())])) " " (visit.proof(listing, item.late.map(|late| late.entry))) }
        }
        @if let Some(given) = &item.answer {
            p {
                @match &given.agenda {
                    Some(agenda) => {
                        (words.with("agenda-meeting", &[("meeting", agenda.meeting.as_str().into()), ("day", visit.day(agenda.day).into())]))
                    }
                    None => (words.with("agenda-answered", &[("day", visit.moment(given.given.at).into())])),
                }
                " " (visit.proof(listing, given.given.entry))
            }
        }
        details {
            summary { (words.say("agenda-breaches")) }
            ul { @for breach in &item.breaches { li { (shown(visit, breach)) } } }
        }
        p.small {
            (words.with("agenda-put-forward", &[("who", names.get(&item.by).into()), ("day", visit.moment(item.put_forward.at).into())]))
            " " (visit.proof(listing, item.put_forward.entry))
        }
    }
}

/// What recurs.
fn what(visit: &Visit, recurs: &Recurring) -> Phrase {
    let words = visit.words;
    match recurs {
        Recurring::Party { identifiers } => {
            let (kind, number) = identifier(identifiers);
            words.with("agenda-party", &[("kind", kind.into()), ("number", number.into())])
        }
        Recurring::Theme { theme } => words.with("agenda-theme", &[("theme", words.code(theme.code()).into_plain().into())]),
        Recurring::Nature { nature } => words.with("agenda-nature", &[("nature", words.code(nature.code()).into_plain().into())]),
        Recurring::Instrument { instrument } => {
            words.with("agenda-instrument", &[("instrument", words.code(instrument.code()).into_plain().into())])
        }
    }
}

/// The one that is given, with what it is called everywhere.
fn identifier(given: &Identifiers) -> (&'static str, String) {
    let Identifiers { oin, rsin, kvk, brin, cbs } = given;
    let named = [
        ("OIN", oin.as_ref().map(ToString::to_string)),
        ("RSIN", rsin.as_ref().map(ToString::to_string)),
        ("KvK", kvk.as_ref().map(ToString::to_string)),
        ("BRIN", brin.as_ref().map(ToString::to_string)),
        ("CBS", cbs.as_ref().map(ToString::to_string)),
    ];
    named.into_iter().find_map(|(kind, number)| Some((kind, number?))).unwrap_or_default()
}

fn standing(visit: &Visit, item: &Recurrence) -> Phrase {
    let words = visit.words;
    match item.answer.as_ref().map(|given| given.decision) {
        None => words.with("agenda-waits", &[("until", visit.last_day(item.answer_by).into())]),
        Some(AgendaDecision::PutOnAgenda) => words.say("agenda-on"),
        Some(AgendaDecision::NotOnAgenda) => words.say("agenda-not-on"),
    }
}

/// A breach in another ledger; the ids are those of that ledger, where it is looked up.
fn shown(visit: &Visit, breach: &ShownBreach) -> Markup {
    let words = visit.words;
    let said: [(&str, Arg<'_>); 4] = [
        ("obligation", breach.obligation.as_str().into()),
        ("agreement", breach.agreement.as_str().into()),
        ("party", breach.party.as_str().into()),
        ("due", visit.day(breach.due).into()),
    ];
    html! {
        (words.with("agenda-breach", &said)) " "
        span.small { (words.with("agenda-breach-entry", &[("entry", breach.entry.into())])) " " code { (Told(&breach.origin)) } }
    }
}
