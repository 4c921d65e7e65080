//! A ledger at a glance: how its promises stand, and the ways to what one looks for.

use axum::response::Response;
use ledger::book::Ledger;
use ledger::envelope::statement::genesis::{Level, Versions};
use ledger::lives::continuation::WentOn;
use ledger::words::Day;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{agreements, neighbourhoods, state};
use crate::listing::{Collection, Filter, Paging};

/// How many agreements stand on the overview.
const FIRST: u32 = 6;

/// `/{ledger}`.
pub(super) async fn show(visit: Visit, name: &str) -> Response {
    let content = build(&visit, name).await;
    visit.answer(Place::In(name, Room::Overview), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let facts = &listing.ledger().facts;
    let names = Names::of(visit.words, &listing, [&facts.owner, &facts.ministry]).await?;
    let counts = listing.counts(None, None, &Paging::first(FIRST * 8)).await?;
    let agreements = listing.agreements(&Filter::default(), &Paging::first(FIRST)).await?;
    let at_ministry = Filter { state: Some("level-3".to_owned()), ..Filter::default() };
    let cases = listing.list(Collection::Cases, &at_ministry, &Paging::first(20)).await?.items.len();
    let owner = listing.institution(&facts.owner).await?;
    let owner = owner.map(|owner| owner.institution);
    let versions = owner.as_ref().map_or(&facts.versions, |owner| facts.versions_at(owner, listing.as_of().size));
    let went_on = owner.as_ref().map(|owner| owner.went_on.clone()).unwrap_or_default();
    let body = html! {
        p.lead { (words.say("overview-lead")) }
        @for one in &went_on { (lost(visit, name, one)) }
        section {
            h2 { (words.say("overview-promises")) }
            (state::counts(visit, &counts))
            p { a href=(visit.link(&format!("/{name}/aandacht"))) { (words.say("overview-to-attention")) } }
        }
        section {
            h2 { (words.say("overview-search")) }
            (neighbourhoods::form(visit, name, ""))
        }
        section {
            h2 { (words.say("menu-agreements")) }
            (agreements::cards(visit, &listing, &agreements.items))
            @if agreements.items.is_empty() { p.none { (words.say("agreements-none")) } }
            p { a href=(visit.link(&format!("/{name}/convenanten"))) { (words.say("overview-to-agreements")) } }
        }
        section {
            h2 { (words.say("overview-who")) }
            (who(visit, (facts, versions), &names, cases, name))
        }
    };
    Ok(Content { title: names.get(&facts.owner).to_owned(), kicker: Some(words.plain("overview-kicker", &[])), body })
}

/// That the log went on from fewer entries than it had signed for: whoever relies on this ledger is to know.
fn lost(visit: &Visit, name: &str, went_on: &WentOn) -> Markup {
    let words = visit.words;
    let since = went_on.since;
    let day = visit.day(Day::of(since.at));
    html! {
        div.warning {
            p {
                (words.with("overview-went-on", &[("day", day.into()), ("left", since.entry.into()), ("signed", went_on.largest().into())]))
            }
            p { (words.say("overview-went-on-reason")) " " (Told(&went_on.reason)) }
            p { a href=(visit.link(&format!("/{name}/inschrijvingen/{}", since.entry))) { (words.say("overview-went-on-entry")) } }
        }
    }
}

fn who(visit: &Visit, (facts, versions): (&Ledger, &Versions), names: &Names, cases: usize, name: &str) -> Markup {
    let words = visit.words;
    html! {
        dl.facts {
            div { dt { (words.say("overview-owner")) } dd { (Told(names.get(&facts.owner))) } }
            div { dt { (words.say("overview-ministry")) } dd { (Told(names.get(&facts.ministry))) } }
            div {
                dt { (words.say("overview-at-ministry")) }
                dd { a href=(visit.link(&format!("/{name}/zaken"))) { (words.with("cases", &[("count", cases.into())])) } }
            }
            @if facts.level == Level::National {
                div { dt { (words.say("menu-agenda")) } dd { a href=(visit.link(&format!("/{name}/agenda"))) { (words.say("overview-to-agenda")) } } }
            } @else {
                div {
                    dt { (words.say("overview-obstacles")) }
                    dd { a href=(visit.link(&format!("/{name}/belemmeringen"))) { (words.say("overview-to-obstacles")) } }
                }
            }
            div {
                dt { (words.say("overview-rules")) }
                dd {
                    (words.with("overview-rules-version", &[("rules", versions.rules.0.into()), ("holidays", versions.holidays.to_string().into())]))
                }
            }
            div { dt { (words.say("overview-origin")) } dd { code { (facts.origin) } } }
        }
    }
}
