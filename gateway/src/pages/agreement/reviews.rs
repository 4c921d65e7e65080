//! The reviews that the text sets (L47): by when, where each stands, and what followed from it.

use ledger::envelope::statement::review::{ReviewOutcome, ScheduledReview};
use ledger::lives::review::{HeldReview, ReviewStanding};
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Names;
use super::super::visit::Visit;
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
    let kind = words.code(review.kind.code()).into_plain();
    let planned = [("kind", kind.into()), ("review", review.id.as_str().into()), ("day", visit.day(review.date).into())];
    let (standing, recorded) = (head.review_standing(review), head.reviews.get(&review.id));
    html! {
        p { strong { (words.with("review-planned", &planned)) } }
        @if let Some(since) = recorded.and_then(|recorded| recorded.overdue) {
            p { (words.say("review-late")) " " (visit.proof(listing, since.entry)) }
        }
        @match (standing, recorded.and_then(|recorded| recorded.held.as_ref())) {
            (ReviewStanding::Held, Some(held)) => (came_to(visit, listing, names, view, &review.id, held)),
            (ReviewStanding::ToCome | ReviewStanding::FellAway, _) => p { (words.code(standing.code())) },
            (ReviewStanding::Overdue | ReviewStanding::Held, _) => {},
        }
    }
}

/// What a review came to, and the changes in force that name it.
fn came_to(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView, id: &Slug, held: &HeldReview) -> Markup {
    let words = visit.words;
    let outcome = words.code(held.outcome.code()).into_plain();
    let told = [("day", visit.day(held.held_on).into()), ("who", names.get(&held.by).into()), ("outcome", outcome.into())];
    let none = if view.head.value.state.is_running() { "review-no-change" } else { "review-never-changed" };
    let changes: Vec<_> = view.head.value.amended.iter().filter(|amended| amended.review.as_ref() == Some(id)).collect();
    html! {
        p { (words.with("review-held", &told)) " " (visit.proof(listing, held.at.entry)) }
        @for change in &changes { p { (words.say("review-change")) " " (visit.proof(listing, change.at.entry)) } }
        @if changes.is_empty() && held.outcome != ReviewOutcome::Continue { p { (words.say(none)) } }
    }
}
