//! The ledgers that are served here.

use axum::response::Response;
use ledger::envelope::statement::genesis::Level;
use maud::html;

use super::layout::{Content, Place};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;

/// `/`.
pub(super) async fn show(visit: Visit) -> Response {
    let content = build(&visit).await;
    visit.answer(Place::Outside, content)
}

async fn build(visit: &Visit) -> Result<Content, Trouble> {
    let words = visit.words;
    let mut ledgers = Vec::new();
    for ledger in visit.served.ledgers() {
        let listing = visit.listing(&ledger.row.name).await?;
        let owner = &ledger.row.facts.owner;
        ledgers.push((ledger, Names::of(visit.words, &listing, [owner]).await?.get(owner).to_owned()));
    }
    let body = html! {
        p.lead { (words.say("home-lead")) }
        ul.cards {
            @for (ledger, owner) in &ledgers {
                li.card {
                    h2 { a href=(visit.link(&format!("/{}", ledger.row.name))) { (Told(owner)) } }
                    p {
                        @match ledger.row.facts.level {
                            Level::Local => (words.say("home-local")),
                            Level::National => (words.say("home-national")),
                        }
                    }
                    p.small { code { (ledger.row.facts.origin) } " · " (words.with("entries", &[("count", ledger.size().into())])) }
                }
            }
        }
        section {
            h2 { (words.say("home-how")) }
            p { (words.say("home-how-what")) }
        }
    };
    Ok(Content { title: words.plain("home-title", &[]), kicker: None, body })
}
