//! Who takes part and signed, who has gone quiet, who has left or wants to.

use ledger::lives::party::Participation;
use ledger::lives::withdrawal::{Leave, LeaveStage};
use ledger::words::Slug;
use maud::{Markup, html};

use super::super::names::Names;
use super::super::told::Told;
use super::super::visit::Visit;
use crate::listing::{AgreementView, Listing};

pub(super) fn list(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let words = visit.words;
    let role = |id: &ledger::words::Slug| {
        view.text.value.parties.iter().find(|party| party.institution == *id).and_then(|party| party.role.as_ref())
    };
    html! {
        section {
            h2 { (words.with("parties", &[("count", view.head.value.parties.len().into())])) }
            div.scroll role="region" tabindex="0" aria-label=(words.plain("parties-caption", &[])) {
                table {
                    caption { (words.say("parties-caption")) }
                    thead { tr {
                        th scope="col" { (words.say("column-party")) }
                        th scope="col" { (words.say("column-role")) }
                        th scope="col" { (words.say("column-signed")) }
                        th scope="col" { (words.say("column-stands")) }
                    } }
                    tbody { @for (id, party) in &view.head.value.parties { tr {
                        th scope="row" { (Told(names.get(id))) }
                        td { @match role(id) { Some(role) => (Told(role.as_str())), None => "–" } }
                        td { @match &party.signed {
                            Some(signed) => { (visit.moment(signed.at)) " " (visit.proof(listing, signed.entry)) },
                            None => (words.say("party-not-signed")),
                        } }
                        td { (stands(visit, listing, view, id, party)) }
                    } } }
                }
            }
        }
    }
}

fn stands(visit: &Visit, listing: &Listing, view: &AgreementView, id: &Slug, party: &Participation) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(withdrawn) = &party.withdrawn {
            (words.code("withdrawn")) ", " (visit.moment(withdrawn.at)) " " (visit.proof(listing, withdrawn.entry))
        } @else if let Some(expelled) = &party.expelled {
            (words.code("expelled")) ", " (visit.moment(expelled.at)) " " (visit.proof(listing, expelled.entry))
            @let owes = view.life.unmet(id).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            @if !owes.is_empty() { "; " (words.with("party-owes", &[("obligations", owes.into())])) }
        } @else if let Some(quiet) = &party.quiet {
            strong { (words.say("party-quiet")) } ": " (words.code(quiet.cause.code())) " " (visit.proof(listing, quiet.since.entry))
        } @else if let Some((_, lapsed)) = party.lapse() {
            (words.with("party-mandate-lapsed", &[("until", visit.instant(lapsed.until).into())])) " " (visit.proof(listing, lapsed.since.entry))
        } @else { (words.say("party-takes-part")) }
        @if let Some(acceded) = party.acceded.filter(|_| party.takes_part()) {
            "; " (words.say("party-acceded")) " " (visit.moment(acceded.at)) " " (visit.proof(listing, acceded.entry))
        }
    }
}

/// Withdrawals: those that run, and what became of others.
pub(super) fn leaving(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let words = visit.words;
    html! {
        @if !view.withdrawals.is_empty() {
            section {
                h2 { (words.say("withdrawals")) }
                ul.lines {
                    @for leave in view.withdrawals.values().rev().take(super::MOST) { li { (line(visit, listing, names, &leave.value)) } }
                }
            }
        }
    }
}

fn line(visit: &Visit, listing: &Listing, names: &Names, leave: &Leave) -> Markup {
    let words = visit.words;
    html! {
        div.head {
            h3 { (Told(names.get(&leave.party))) }
            strong { (words.code(leave.stage.code())) }
        }
        p { (words.with("withdrawal-notice", &[("since", visit.moment(leave.notice.at).into()), ("date", visit.day(leave.effective_date).into())])) " "
            (visit.proof(listing, leave.notice.entry)) }
        p.small { (words.say("withdrawal-plan")) }
        ul {
            @for item in leave.plan.iter().take(super::MOST) {
                li { code { (item.obligation) } ": " (words.code(item.disposition.code())) }
            }
        }
        ul.inline {
            @for (who, answer) in leave.answers.iter().take(super::MOST) {
                li { (Told(names.get(who))) ": " (words.code(answer.answer.code())) " " (visit.proof(listing, answer.at.entry)) }
            }
        }
        @if let Some(silence) = &leave.silence {
            p { (words.with("withdrawal-silent", &[("who", names.list(&silence.silent).into())])) " " (visit.proof(listing, silence.at.entry)) }
        }
        @match &leave.stage {
            LeaveStage::Running => {}
            LeaveStage::Unresolved { since, .. } => p { (words.say("withdrawal-unresolved")) " " (visit.proof(listing, since.entry)) },
            LeaveStage::Withdrawn { at } | LeaveStage::Revoked { at } | LeaveStage::Overtaken { at } => p.small { (visit.moment(at.at)) " " (visit.proof(listing, at.entry)) },
        }
    }
}
