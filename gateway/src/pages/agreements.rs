//! The agreements of a ledger, each with its colour.

use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{state, words::Arg};
use crate::listing::{AgreementCard, Filter, Listing, Paging};

/// The parameter that names a place in a list.
pub(super) const FROM: &str = "vanaf";
/// How many on one page.
const MOST: u32 = 24;

/// `/{ledger}/convenanten`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Agreements), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let paging = Paging::after(visit.given(FROM).map(str::to_owned), MOST);
    let found = listing.agreements(&Filter::default(), &paging).await?;
    let body = html! {
        p.lead { (words.say("agreements-lead")) }
        (cards(visit, &listing, &found.items))
        @if found.items.is_empty() { p.none { (words.say("agreements-none")) } }
        (visit.paging(FROM, found.next.as_deref()))
    };
    Ok(Content { title: words.plain("menu-agreements", &[]), kicker: None, body })
}

/// Agreements as cards.
pub(super) fn cards(visit: &Visit, listing: &Listing, agreements: &[AgreementCard]) -> Markup {
    let words = visit.words;
    let name = &listing.ledger().name;
    html! {
        ul.cards {
            @for card in agreements {
                li class={ "card " (state::edge(card.colour)) } {
                    h3 { a href=(visit.link(&format!("/{name}/convenanten/{}", card.head.id))) { (Told(card.text.title.as_str())) } }
                    p { (state::badge(words, card.colour)) " · " (words.code(card.head.state.code())) }
                    p.small {
                        (words.with("agreements-size", &[
                            ("parties", Arg::from(card.text.parties.len())), ("promises", Arg::from(card.text.obligations.len()))]))
                        " " (visit.proof(listing, card.entry))
                    }
                }
            }
        }
    }
}
