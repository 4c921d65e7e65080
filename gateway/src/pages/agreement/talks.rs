//! Talks about a text that not all have signed: the term that a statute gives, what divides the parties, and how they go on (L52).

use ledger::envelope::statement::impasse::Statute;
use ledger::lives::impasse::Deadlock;
use ledger::lives::talks::Talks;
use maud::{Markup, html};

use super::super::told::Told;
use super::super::visit::Visit;
use crate::listing::{AgreementView, Listing};

pub(super) fn show(visit: &Visit, listing: &Listing, view: &AgreementView) -> Markup {
    let (words, head) = (visit.words, &view.head.value);
    html! {
        @if head.talks.is_some() || head.impasse.is_some() {
            section {
                h2 { (words.say("agreement-talks")) }
                @if let (Some(statute), Some(talks)) = (view.text.value.statute, &head.talks) { (term(visit, listing, view, statute, talks)) }
                @if let Some(stuck) = &head.impasse {
                    (impasse(visit, listing, stuck))
                    p { a href=(visit.link(&format!("/{}/convenanten/{}/geschil", listing.ledger().name, head.id))) { (words.say("talks-dossier")) } }
                }
            }
        }
    }
}

fn term(visit: &Visit, listing: &Listing, view: &AgreementView, statute: Statute, talks: &Talks) -> Markup {
    let words = visit.words;
    html! {
        p { (words.code(statute.code())) ". "
            @if !view.head.value.state.is_signed() {
                @match talks.expired {
                    Some(expired) => { (words.say("talks-expired")) " " (visit.proof(listing, expired.entry)) },
                    None if view.as_of.at < talks.until => (words.with("talks-until", &[("until", visit.last_day(talks.until).into())])),
                    None => (words.say("talks-expired")),
                }
            }
        }
        @if let Some(missing) = talks.missing { p { (words.say("talks-missing")) " " (visit.proof(listing, missing.entry)) } }
        @if let Some(dispute) = &talks.dispute {
            p { (words.with("talks-submitted", &[("at", visit.moment(dispute.at.at).into())])) " " (visit.proof(listing, dispute.at.entry)) }
            @if let Some(at) = dispute.taken_back { p { (words.with("talks-taken-back", &[("at", visit.moment(at.at).into())])) " " (visit.proof(listing, at.entry)) } }
            @if let Some(at) = dispute.ruled { p { (words.with("talks-ruled", &[("at", visit.moment(at.at).into())])) " " (visit.proof(listing, at.entry)) } }
        }
    }
}

fn impasse(visit: &Visit, listing: &Listing, stuck: &Deadlock) -> Markup {
    let words = visit.words;
    let since = if stuck.over.is_some() { "talks-was-stuck" } else { "talks-stuck" };
    html! {
        p { strong { (words.with(since, &[("since", visit.moment(stuck.since.at).into())])) } " " (visit.proof(listing, stuck.since.entry)) }
        ul { @for point in &stuck.points { li { (Told(point.point.subject.as_str())) } } }
        @if let Some(mediation) = &stuck.mediation {
            p { (words.with("talks-mediation", &[("who", mediation.mediator.as_str().into()), ("until", visit.day(mediation.until).into())])) " "
                (visit.proof(listing, mediation.agreed.entry)) }
        }
        @if let Some(over) = &stuck.over {
            p { (words.with("talks-over", &[("at", visit.moment(over.at.at).into()), ("how", words.code(over.how.code()).into_plain().into())])) " "
                (visit.proof(listing, over.at.entry)) }
        }
    }
}
