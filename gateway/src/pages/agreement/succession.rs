//! What the agreement comes after, and what comes after it (L13).

use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Titles;
use super::super::told::Told;
use super::super::visit::Visit;
use crate::listing::{AgreementView, Listing};

fn predecessors(view: &AgreementView) -> impl Iterator<Item = &Slug> {
    view.text.value.predecessors.iter().flat_map(|list| list.iter())
}

/// The agreements before and after it.
pub(super) fn named(view: &AgreementView) -> impl Iterator<Item = &Slug> {
    predecessors(view).chain(view.head.value.succession.successors.keys())
}

/// An agreement before or after it, by its title.
pub(super) fn link(visit: &Visit, listing: &Listing, titles: &Titles, id: &Slug) -> Markup {
    let title = titles.get(id).map_or(id.as_str(), String::as_str);
    html! { a href=(visit.link(&format!("/{}/convenanten/{id}", listing.ledger().name))) { (Told(title)) } }
}

pub(super) fn show(visit: &Visit, listing: &Listing, titles: &Titles, view: &AgreementView) -> Markup {
    let (words, succession) = (visit.words, &view.head.value.succession);
    let link = |id| link(visit, listing, titles, id);
    html! {
        @if predecessors(view).next().is_some() || !succession.successors.is_empty() || succession.lacking.is_some() {
            section {
                h2 { (words.say("agreement-succession")) }
                ul.lines {
                    @for id in predecessors(view) { li { p { (words.say("succession-after")) " " (link(id)) } } }
                    @for (id, successor) in &succession.successors {
                        li {
                            p { (words.say("succession-before")) " " (link(id)) }
                            p { (words.with("succession-signed", &[("day", visit.moment(successor.signed.at).into()), ("from", visit.moment(successor.in_force_from).into())]))
                                " " (visit.proof(listing, successor.signed.entry)) }
                        }
                    }
                    @if let Some(since) = succession.lacking {
                        li { p { (words.say(if succession.successors.is_empty() { "succession-lacking" } else { "succession-lacked" })) " "
                            (visit.proof(listing, since.entry)) } }
                    }
                }
            }
        }
    }
}
