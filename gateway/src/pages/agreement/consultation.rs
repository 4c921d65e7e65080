//! What the text came from, and whether the municipality answered whoever proposed it.

use ledger::envelope::statement::consultation::Consultation;
use ledger::lives::owed::OwedAnswer;
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Names;
use super::super::told::Told;
use super::super::visit::Visit;
use super::tabled;
use crate::listing::{AgreementView, Listing};

/// The consultation of the text as it was signed, and of each amendment, with the entry that names it; newest last.
fn held(view: &AgreementView) -> impl Iterator<Item = (Option<u64>, &Consultation)> {
    let head = &view.head.value;
    let first = view.text.value.consultation.iter().map(|held| (tabled(head), held));
    first.chain(head.amended.iter().filter_map(|amended| Some((Some(amended.at.entry), amended.consultation.as_ref()?))))
}

/// The institutions that took part.
pub(super) fn named(view: &AgreementView) -> impl Iterator<Item = &Slug> {
    held(view).flat_map(|(_, held)| held.institutions.iter().flat_map(|list| list.iter()))
}

pub(super) fn list(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let words = visit.words;
    let all: Vec<_> = held(view).collect();
    html! {
        @if !all.is_empty() {
            section {
                h2 { (words.say("agreement-consultation")) }
                ul.lines { @for (entry, held) in all { li {
                    p { strong { (words.with("agreement-consultation-held", &[("body", held.body.as_str().into()), ("day", visit.day(held.held_on).into())])) }
                        @if let Some(entry) = entry { " " (visit.proof(listing, entry)) } }
                    @if let Some(who) = present(names, held) { p { (words.with("agreement-consultation-with", &[("who", who.into())])) } }
                    @if let Some(input) = &held.residents_input { p { (words.say("agreement-consultation-residents")) " " (Told(input.as_str())) } }
                    @if held.minutes.is_some() { p { (words.say("agreement-consultation-minutes")) } }
                } } }
            }
        }
    }
}

fn present(names: &Names, held: &Consultation) -> Option<String> {
    let institutions = held.institutions.iter().flat_map(|list| list.iter()).map(|id| names.get(id).to_owned());
    let residents = held.residents_organisations.iter().flat_map(|list| list.iter()).map(ToString::to_string);
    let all: Vec<String> = institutions.chain(residents).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What the municipality did with a proposal by another, or until when it has time.
pub(super) fn answer(visit: &Visit, listing: &Listing, owed: &OwedAnswer) -> Markup {
    let words = visit.words;
    html! {
        @match (&owed.given, owed.silent) {
            (Some(given), _) => {
                (words.code(given.how.code())) " " (visit.moment(given.at.at)) " " (visit.proof(listing, given.at.entry))
                @if given.late { " · " (words.say("agreement-answer-late")) }
            }
            (None, Some(silent)) => { (words.say("agreement-answer-none")) " " (visit.proof(listing, silent.entry)) }
            (None, None) => (words.with("agreement-answer-until", &[("until", visit.last_day(owed.until).into())])),
        }
    }
}
