//! One agreement: the text in force, who signed it, what was promised and how that stands, who wants out, what waits.

mod consultation;
mod reviews;
mod money;
mod talks;
mod succession;
mod umbrellas;
mod carried_out;
mod promises;
mod parties;
mod history;

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::statement::accession::AccessionRule;
use ledger::envelope::statement::agreement::{Period, Proposal};
use ledger::lives::head::{Head, State};
use ledger::lives::text::TermOf;
use ledger::words::Slug;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::{Names, titles};
use super::told::{Told, visible};
use super::trouble::Trouble;
use super::visit::Visit;
use super::words::Phrase;
use super::{cases, say, state};
use crate::listing::{AgreementView, Listing};

/// How many of each list stand on this page.
const MOST: usize = 25;

/// `/{ledger}/convenanten/{id}`.
pub(super) async fn show(visit: Visit, Path((name, id)): Path<(String, String)>) -> Response {
    let content = build(&visit, &name, &id).await;
    visit.answer(Place::In(&name, Room::Agreements), content)
}

async fn build(visit: &Visit, name: &str, id: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let id: Slug = id.parse().map_err(|_| Trouble::NotFound)?;
    let view = listing.agreement(&id).await?.ok_or(Trouble::NotFound)?;
    let latest = history::latest(visit, &listing, &id).await?;
    let head = &view.head.value;
    let said: Vec<Slug> =
        latest.deeds.iter().flat_map(|deed| say::named(&deed.body).into_iter().chain(deed.fact.acted().cloned())).collect();
    let names = Names::of(
        visit.words,
        &listing,
        head.parties
            .keys()
            .chain(&said)
            .chain(consultation::named(&view))
            .chain(reviews::named(&view))
            .chain(umbrellas::named(&view))
            .chain([&head.ministry, &head.proposer])
            .chain(&head.municipality),
    )
    .await?;
    let titles = titles(&listing, succession::named(&view)).await?;
    let carried_out = carried_out::show(visit, &listing, &id).await?;
    let body = html! {
        p.lead { (stands(visit, &view)) }
        @if let Some(sign) = view.overall_light().signs.first() { (say::why(visit, &names, sign)) p.small { (visit.proof(&listing, say::shown_by(sign))) } }
        (facts(visit, &listing, &names, &view))
        (succession::show(visit, &listing, &titles, &view))
        (talks::show(visit, &listing, &view))
        (goals(visit, &view))
        (consultation::list(visit, &listing, &names, &view))
        (promises::list(visit, &listing, &names, &titles, &view))
        (promises::by_month(visit, &view))
        (money::show(visit, &names, &view))
        (reviews::list(visit, &listing, &names, &view))
        (umbrellas::list(visit, &listing, &names, &view))
        (carried_out)
        (waits(visit, &listing, &names, &view))
        (parties::list(visit, &listing, &names, &view))
        (parties::leaving(visit, &listing, &names, &view))
        (open_cases(visit, &listing, &names, &view))
        (history::show(visit, &listing, &names, &latest))
        p { a download href=(format!("/v1/ledgers/{name}/agreements/{id}/casefile")) { (words.say("casefile-agreement-download")) } }
    };
    let title = visible(view.text.value.title.as_str()).into_owned();
    Ok(Content { title, kicker: Some(words.plain("agreement-kicker", &[])), body })
}

fn stands(visit: &Visit, view: &AgreementView) -> Markup {
    let words = visit.words;
    html! {
        (words.with("agreement-stands", &[("state", words.code(view.head.value.state.code()).into_plain().into())])) " "
        (state::badge(words, view.overall_light().colour))
    }
}

fn facts(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let (words, text, head) = (visit.words, &view.text.value, &view.head.value);
    let name = &listing.ledger().name;
    html! {
        dl.facts {
            div {
                dt { (words.say("agreement-period")) }
                dd { (period(visit, &text.period)) }
            }
            div { dt { (words.say("agreement-director")) } dd { (Told(names.get(&text.director))) } }
            div {
                dt { (words.say("agreement-where")) }
                dd {
                    @for (at, place) in text.neighbourhoods.iter().take(MOST).enumerate() {
                        @if at > 0 { ", " }
                        a href=(visit.link(&format!("/{name}/buurten/{}", place.code))) { (Told(place.name.as_str())) }
                    }
                    @if text.neighbourhoods.len() > MOST { " …" }
                }
            }
            div { dt { (words.say("agreement-themes")) } dd { @for (at, theme) in text.themes.iter().enumerate() { @if at > 0 { ", " } (words.code(theme.code())) } } }
            div { dt { (words.say("agreement-accession")) } dd { (accession(visit, text.accession.as_ref())) } }
            div { dt { (words.say("agreement-expulsion")) } dd { (expulsion(visit, text)) } }
            @if let Some(approach) = &text.approach { div { dt { (words.say("agreement-approach")) } dd { (words.code(approach.code())) } } }
            div { dt { (words.say("agreement-text")) } dd { (visit.proof(listing, tabled(head))) " " (words.with("agreement-proposed", &[("who", names.get(&head.proposer).into())])) } }
            @if let Some(owed) = &head.owed_answer { div { dt { (words.say("agreement-answer")) } dd { (consultation::answer(visit, listing, owed)) } } }
            @if let State::InForce { since, from } = &head.state {
                div { dt { (words.say("agreement-in-force")) } dd { (visit.day(*from)) " " (visit.proof(listing, since.entry)) } }
            }
            @if let State::Ended { ended, outcome, .. } = &head.state {
                div { dt { (words.say("agreement-ended")) } dd { (words.code(outcome.code())) ", " (visit.moment(ended.at)) " " (visit.proof(listing, ended.entry)) } }
            }
        }
    }
}

/// From when to when, or without end.
fn period(visit: &Visit, period: &Period) -> Phrase {
    let from = ("from", visit.day(period.start_date).into());
    match period.end_date {
        Some(last) => visit.words.with("agreement-from-to", &[from, ("to", visit.day(last).into())]),
        None => visit.words.with("agreement-from", &[from]),
    }
}

/// Whose consent lets another in.
fn accession(visit: &Visit, rule: Option<&AccessionRule>) -> Phrase {
    match rule {
        None | Some(AccessionRule::AllParties {}) => visit.words.say("accession-all-parties"),
        Some(AccessionRule::Director {}) => visit.words.say("accession-director"),
        Some(AccessionRule::DirectorAndParties { parties }) => {
            visit.words.with("accession-director-and-parties", &[("count", parties.0.into())])
        }
    }
}

/// Whether a party can be put out, and by whom.
fn expulsion(visit: &Visit, text: &Proposal) -> Phrase {
    let words = visit.words;
    let Some(clause) = &text.expulsion else { return words.say("expulsion-none") };
    let majority = words.code(clause.majority.code()).into_plain();
    words.with("expulsion-by-majority", &[("majority", majority.into()), ("days", u32::from(text.days(TermOf::Hearing)).into())])
}

fn goals(visit: &Visit, view: &AgreementView) -> Markup {
    html! {
        section {
            h2 { (visit.words.say("agreement-goals")) }
            ul { @for goal in view.text.value.goals.iter() { li { (Told(goal.title.as_str())) } } }
        }
    }
}

/// The entry that put the text on the table.
pub(super) fn tabled(head: &Head) -> Option<u64> {
    head.versions.last().map(|version| version.at.entry)
}

/// Offers that wait, and what else somebody owes an answer to.
fn waits(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let words = visit.words;
    let waiting: Vec<_> =
        view.attention().into_iter().filter(|attention| !["breached", "overdue"].contains(&attention.matter.code())).collect();
    html! {
        section {
            h2 { (words.say("agreement-waits")) }
            @if waiting.is_empty() { p.none { (words.say("agreement-waits-none")) } } @else {
                ul.lines {
                    @for attention in waiting.iter().take(MOST) {
                        li {
                            p { strong { (say::matter(visit, names, attention)) } " " (visit.proof(listing, attention.since.entry)) }
                            p { (say::to_do(visit, names, attention))
                                @if let Some(until) = attention.until { " " (words.with("attention-until", &[("until", visit.last_day(until).into())])) } }
                        }
                    }
                }
                @if waiting.len() > MOST { p { (words.with("attention-more", &[("count", (waiting.len() - MOST).into())])) } }
            }
        }
    }
}

fn open_cases(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView) -> Markup {
    let words = visit.words;
    let path = format!("/{}/convenanten/{}/zaken", listing.ledger().name, view.head.value.id);
    html! {
        @if !view.cases.is_empty() {
            section {
                h2 { (words.say("menu-cases")) }
                ul.lines {
                    @for case in view.cases.values().rev().take(MOST) {
                        li {
                            div.head {
                                p { a href=(visit.link(&format!("{path}/{}", case.value.number))) {
                                    (words.with("case-number", &[("case", case.value.number.into())])) ": " (cases::about(visit, names, &case.value)) } }
                                strong { (words.code(case.value.stage.code())) }
                            }
                            p.small { (words.with("case-opened", &[("since", visit.moment(case.value.opened.at).into())])) " " (visit.proof(listing, case.value.opened.entry)) }
                        }
                    }
                }
            }
        }
    }
}
