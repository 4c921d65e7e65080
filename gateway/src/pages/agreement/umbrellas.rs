//! Umbrella agreements that changed: which obligations here refer to what is other than it was, and what comes of it (L44).

use ledger::lives::umbrella::{Manner, UmbrellaChanged};
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Names;
use super::super::told::Told;
use super::super::visit::Visit;
use super::MOST;
use crate::listing::{AgreementView, Listing};

/// The institutions that are named in it. Those of the national ledger may not be known here.
pub(super) fn named(view: &AgreementView) -> impl Iterator<Item = &Slug> {
    let changes = view.head.value.umbrella_changes.iter();
    changes.flat_map(|change| std::iter::once(&change.by).chain(change.answer.iter().map(|answer| &answer.by)))
}

/// The changes that were shown here, newest first; nothing where there are none.
pub(super) fn list(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let (words, changes) = (visit.words, &view.head.value.umbrella_changes);
    html! {
        @if !changes.is_empty() {
            section {
                h2 { (words.say("agreement-umbrellas")) }
                p { (words.say("umbrellas-what")) }
                ul.lines { @for change in changes.iter().rev().take(MOST) { li { (one(visit, listing, names, view, change)) } } }
                @if changes.len() > MOST { p { (words.with("umbrellas-more", &[("count", (changes.len() - MOST).into())])) } }
            }
        }
    }
}

fn one(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView, change: &UmbrellaChanged) -> Markup {
    let words = visit.words;
    let affected = change.obligations.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    html! {
        p {
            strong { (words.with("umbrella-changed", &[("umbrella", change.umbrella.as_str().into()), ("manner", words.plain(&format!("umbrella-manner-{}", change.manner.code()), &[]).into())])) }
            " " (visit.proof(listing, change.at.entry))
        }
        p { (words.with("umbrella-affects", &[("obligations", affected.into())])) }
        p {
            @match (&change.consent, change.manner) {
                (Some(consent), _) => {
                    (words.with("umbrella-consented", &[("who", consent.of.as_str().into())])) " " (visit.proof(listing, consent.shown.entry))
                }
                (None, Manner::Ended) => (words.say("umbrella-has-ended")),
                (None, Manner::Amendment | Manner::CounterProposal | Manner::Dissolution) => (words.say("umbrella-proposed")),
            }
        }
        @match (&change.answer, change.until) {
            (Some(answer), _) => p {
                (words.with("umbrella-answered", &[("who", names.get(&answer.by).into()), ("answer", words.code(answer.answer.code()).into_plain().into())]))
                " " (visit.proof(listing, answer.at.entry))
            },
            (None, _) if change.moot.is_some() => p { (words.say("umbrella-moot")) },
            (None, Some(until)) if change.silent.is_none() && view.head.value.state.is_running() => p { (words.with("umbrella-awaited", &[("until", visit.last_day(until).into())])) },
            (None, _) => {},
        }
        @if let Some(silent) = &change.silent { p { (words.say("umbrella-silent")) " " (visit.proof(listing, silent.entry)) } }
        p.small {
            (words.with("umbrella-shown", &[("who", names.get(&change.by).into())])) " "
            (words.say("umbrella-where")) " " code { (Told(&format!("{} {}", change.origin, change.entry))) }
        }
    }
}
