//! The agreements of a ledger, each with its colour.

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::statement::withheld::WithheldGround;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::state;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::words::{Arg, Language, Words};
use crate::listing::{AgreementCard, Filter, Listing, Paging};

/// The parameter that names a place in a list.
pub(super) const FROM: &str = "vanaf";
/// How many on one page.
const MOST: u32 = 24;
/// How many of those that are withheld are told.
const MOST_WITHHELD: u32 = 100;

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
        (withheld(visit, &listing).await?)
    };
    Ok(Content { title: words.plain("menu-agreements", &[]), kicker: None, body })
}

/// That there are agreements which nobody but those concerned may read, and on which ground: who withholds answers for it.
async fn withheld(visit: &Visit, listing: &Listing) -> Result<Markup, Trouble> {
    let (words, name) = (visit.words, &listing.ledger().name);
    let mut found = visit.served.public(visit.ledger(name).await?).withheld(None, MOST_WITHHELD + 1).await?;
    found.retain(|known| known.row.withheld.since.at <= visit.as_of);
    let more = found.len() > MOST_WITHHELD as usize;
    found.truncate(MOST_WITHHELD as usize);
    let names = Names::of(visit.words, listing, found.iter().map(|known| &known.row.withheld.director)).await?;
    Ok(html! {
        @if !found.is_empty() {
            section {
                h2 { (words.say("withheld-title")) }
                p { (words.say("withheld-what")) }
                ul {
                    @for withheld in found.iter().map(|known| &known.row.withheld) {
                        li {
                            (visit.moment(withheld.since.at)) ": " (ground(words, withheld.ground)) ". "
                            (words.say("withheld-director")) " " (names.show(words, &withheld.director)) ". "
                            (visit.proof(listing, withheld.since.entry))
                        }
                    }
                }
                @if more { p { (words.say("withheld-more")) } }
            }
        }
    })
}

/// A ground as the law has it; the law is Dutch.
fn ground(words: Words, ground: WithheldGround) -> String {
    match words.language {
        Language::Dutch => ground.dutch().to_owned(),
        Language::English => words.plain("withheld-ground", &[("code", ground.code().into())]),
    }
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
