//! Where agreements hold: a search by name or CBS code, for residents.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;

/// The parameter that is searched for.
const SEARCH: &str = "zoek";
/// How many are found at most.
const MOST: usize = 60;

/// `/{ledger}/buurten`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Neighbourhoods), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let wanted = visit.given(SEARCH).unwrap_or_default();
    let found = listing.neighbourhoods(wanted, MOST + 1).await?;
    let body = html! {
        p.lead { (words.say("neighbourhoods-lead")) }
        (form(visit, name, wanted))
        @if wanted.is_empty() { h2 { (words.say("neighbourhoods-all")) } } @else {
            h2 { (words.with("neighbourhoods-found", &[("count", found.len().min(MOST).into()), ("search", wanted.into())])) }
        }
        @if found.is_empty() { p.none { (words.say("neighbourhoods-none")) } }
        ul.cards {
            @for place in found.iter().take(MOST) {
                li.card {
                    h3 {
                        a href=(visit.link(&format!("/{name}/buurten/{}", place.code))) {
                            @for (at, own) in place.names.iter().take(3).enumerate() { @if at > 0 { " / " } (Told(own)) }
                        }
                    }
                    p.small { code { (place.code) } " · " (words.with("agreements-count", &[("count", place.agreements.into())])) }
                }
            }
        }
        @if found.len() > MOST { p { (words.with("neighbourhoods-more", &[("count", MOST.into())])) } }
    };
    Ok(Content { title: words.plain("neighbourhoods-title", &[]), kicker: None, body })
}

/// The form that searches.
pub(super) fn form(visit: &Visit, name: &str, wanted: &str) -> Markup {
    let words = visit.words;
    html! {
        search {
            form.search method="get" action=(format!("/{name}/buurten")) {
                @for (name, value) in visit.kept(SEARCH) { input type="hidden" name=(name) value=(value); }
                label for="zoek" { (words.say("neighbourhoods-search")) }
                input id="zoek" type="search" name=(SEARCH) value=(wanted) autocomplete="off";
                button { (words.say("neighbourhoods-go")) }
            }
        }
    }
}
