//! The reviews that the text sets (L47): by when, where each stands, and what followed from it.

use ledger::envelope::statement::agreement::When;
use ledger::envelope::statement::review::{ReviewOutcome, ScheduledReview};
use ledger::lives::amendment::Amended;
use ledger::lives::review::{HeldReview, ReviewStanding, Turn, Turns};
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Names;
use super::super::visit::Visit;
use super::super::when::when;
use crate::listing::{AgreementView, Listing};

/// Who recorded them.
pub(super) fn named(view: &AgreementView) -> impl Iterator<Item = &Slug> {
    view.head.value.reviews.values().filter_map(|review| review.held.as_ref()).map(|held| &held.by)
}

pub(super) fn list(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let scheduled: Vec<&ScheduledReview> = view.text.value.reviews.iter().flat_map(|list| list.iter()).collect();
    html! {
        @if !scheduled.is_empty() {
            section {
                h2 { (visit.words.say("agreement-reviews")) }
                ul.lines { @for review in scheduled { li { (one(visit, listing, names, view, review)) } } }
            }
        }
    }
}

fn one(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView, review: &ScheduledReview) -> Markup {
    let (words, head) = (visit.words, &view.head.value);
    let (standing, recorded) = (head.review_standing(review), head.reviews.get(&review.id));
    let late = recorded.and_then(|recorded| recorded.overdue);
    let held = recorded.and_then(|recorded| recorded.held.as_ref());
    html! {
        p { strong { (planned(visit, review)) } }
        @if let Some(turns) = recorded.and_then(|recorded| recorded.turns.as_ref()) {
            (of_turns(visit, turns, standing))
        }
        @if let Some(since) = late {
            p { (words.say("review-late")) " " (visit.proof(listing, since.entry)) }
        }
        @if let Some(held) = held { (came_to(visit, listing, names, view, &review.id, held)) }
        @match standing {
            ReviewStanding::ToCome | ReviewStanding::FellAway if held.is_none() => p { (words.code(standing.code())) },
            ReviewStanding::ToCome | ReviewStanding::FellAway | ReviewStanding::Overdue | ReviewStanding::Held => {},
        }
    }
}

/// What a review is, and by when it is held, or how often.
fn planned(visit: &Visit, review: &ScheduledReview) -> Markup {
    let words = visit.words;
    let kind = ("kind", words.code(review.kind.code()).into_plain().into());
    let id = ("review", review.id.as_str().into());
    match (review.date, &review.rule) {
        (Some(day), _) => html! { (words.with("review-planned", &[kind, id, ("day", visit.day(day).into())])) },
        (None, Some(rule)) => html! {
            (words.with("review-recurs", &[kind, id])) " " (when(visit, &When::Rhythm { rule: rule.clone() }))
        },
        (None, None) => html! {},
    }
}

/// Of one that recurs: the turn that is overdue, the next one, and how many were never held.
fn of_turns(visit: &Visit, turns: &Turns, standing: ReviewStanding) -> Markup {
    let words = visit.words;
    let due = |turn: &Turn| [("day", visit.day(turn.due).into())];
    html! {
        @if standing != ReviewStanding::FellAway {
            @if let Some(turn) = &turns.overdue { p { (words.with("review-turn-overdue", &due(turn))) } }
            @if let Some(turn) = &turns.coming { p { (words.with("review-turn-coming", &due(turn))) } }
        }
        @if turns.missed > 0 { p { (words.with("review-turns-missed", &[("count", turns.missed.into())])) } }
    }
}

/// What a review came to, and the changes in force that name it.
fn came_to(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView, id: &Slug, held: &HeldReview) -> Markup {
    let words = visit.words;
    let outcome = words.code(held.outcome.code()).into_plain();
    let told = [("day", visit.day(held.held_on).into()), ("who", names.get(&held.by).into()), ("outcome", outcome.into())];
    let none = if view.head.value.state.is_running() { "review-no-change" } else { "review-never-changed" };
    // Of one that recurs: what followed since it was held last.
    let follows = |amended: &&Amended| amended.review.as_ref() == Some(id) && (held.due.is_none() || amended.at.entry > held.at.entry);
    let changes: Vec<_> = view.head.value.amended.iter().filter(follows).collect();
    html! {
        p { (words.with("review-held", &told)) " " (visit.proof(listing, held.at.entry)) }
        @for change in &changes { p { (words.say("review-change")) " " (visit.proof(listing, change.at.entry)) } }
        @if changes.is_empty() && held.outcome != ReviewOutcome::Continue { p { (words.say(none)) } }
    }
}
