//! The accessibility statement that Dutch law asks of a public body (Besluit digitale toegankelijkheid overheid).

use axum::response::Response;
use maud::html;

use super::layout::{Content, Place};
use super::visit::Visit;

/// `/toegankelijkheid`.
pub(super) async fn show(visit: Visit) -> Response {
    let words = visit.words;
    let body = html! {
        p.lead { (words.say("accessibility-lead")) }
        section { h2 { (words.say("accessibility-done")) } ul { @for at in 1..=6 { li { (words.say(&format!("accessibility-done-{at}"))) } } } }
        section { h2 { (words.say("accessibility-known")) } ul { @for at in 1..=2 { li { (words.say(&format!("accessibility-known-{at}"))) } } } }
        section { h2 { (words.say("accessibility-tested")) } p { (words.say("accessibility-tested-what")) } }
        section { h2 { (words.say("accessibility-contact")) } p { (words.say("accessibility-contact-what")) } }
    };
    visit.answer(Place::Outside, Ok(Content { title: words.plain("accessibility-title", &[]), kicker: None, body }))
}

/// Any address at which there is nothing.
pub(super) async fn nothing(visit: Visit) -> Response {
    visit.answer(Place::Outside, Err(super::trouble::Trouble::NoPage))
}
