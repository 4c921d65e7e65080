//! The file of one case: what the city did first, the facts with their entries, the ministry's term and what it can do.

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::Body;
use ledger::envelope::statement::escalation::MinisterialAct;
use ledger::envelope::statement::flag::Rung;
use ledger::lives::escalation::{About, Case, CaseStage};
use ledger::lives::moment::Fact;
use ledger::words::Slug;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{agreement, cases, obstacles, say, when};
use crate::listing::{CaseFile, Deed, Listing};

/// How many deeds and breaches are shown at most.
const MOST: usize = 120;

/// `/{ledger}/convenanten/{id}/zaken/{number}`.
pub(super) async fn show(visit: Visit, Path((name, id, number)): Path<(String, String, String)>) -> Response {
    let content = build(&visit, &name, &id, &number).await;
    visit.answer(Place::In(&name, Room::Cases), content)
}

async fn build(visit: &Visit, name: &str, id: &str, number: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let id: Slug = id.parse().map_err(|_| Trouble::NotFound)?;
    let number: u32 = number.parse().map_err(|_| Trouble::NotFound)?;
    let file = listing.case_file(&id, number).await?.ok_or(Trouble::NotFound)?;
    let case = &file.case.value;
    let head = &file.agreement.head.value;
    let said = file.deeds.iter().take(MOST).flat_map(|deed| say::named(&deed.body));
    let named: Vec<Slug> = said.chain(file.deeds.iter().flat_map(|deed| deed.fact.acted().cloned())).collect();
    let waits = file.waits.iter().flat_map(|waits| waits.who.iter());
    let names =
        Names::of(visit.words, &listing, named.iter().chain(&case.against).chain(waits).chain([&head.ministry]).chain(&head.municipality))
            .await?;
    // Until the State is reached, what is done is done by the city.
    let reached = case.steps.iter().find(|step| step.to == Rung::Level3).map(|step| step.at);
    // A dispute or a request of its own begins there.
    let reached = reached.or(matches!(case.about, About::StatutoryDispute | About::Support(_)).then_some(case.opened));
    let (city, later): (Vec<&Deed>, Vec<&Deed>) = file.deeds.iter().take(MOST).partition(|deed| is_city(deed, reached));
    let body = html! {
        p.lead { (say_stage(visit, case)) }
        (facts(visit, &listing, &names, &file))
        (obstacles::of_case(visit, &listing, case))
        @if !file.acts.is_empty() { (acts(visit, name, &file, number)) }
        @if !(city.is_empty() && case.about == About::StatutoryDispute) {
            section {
                h2 { (words.say("case-city")) }
                p { (words.say(if reached.is_some() { "case-city-what" } else { "case-city-still" })) }
                (deeds(visit, &listing, &names, &city))
            }
        }
        @if !later.is_empty() { section { h2 { (words.say("case-state")) } (deeds(visit, &listing, &names, &later)) } }
        (breaches(visit, &listing, &file))
        @if file.deeds.len() > MOST { p { (words.say("case-more")) } }
        @if case.about == About::StatutoryDispute { (dispute(visit, name, &file, number)) }
        section {
            p { (words.say("casefile-what")) }
            p { a download href=(format!("/v1/ledgers/{name}/agreements/{id}/casefile?case={number}")) { (words.say("casefile-download")) } }
        }
    };
    let title = format!("{}: {}", words.plain("case-number", &[("case", number.into())]), cases::about(visit, &names, case).into_plain());
    Ok(Content { title, kicker: Some(super::told::visible(file.agreement.text.value.title.as_str()).into_owned()), body })
}

fn is_city(deed: &Deed, reached: Option<Fact>) -> bool {
    let before = reached.is_none_or(|reached| deed.fact.entry < reached.entry);
    before && !matches!(deed.body, Body::MinistryAnswer(_) | Body::DisputeRuling(_))
}

fn say_stage(visit: &Visit, case: &Case) -> Markup {
    let words = visit.words;
    html! {
        (words.with("case-stands", &[("stage", words.code(case.stage.code()).into_plain().into())]))
        @if let CaseStage::Level3 { until, asked, late } = &case.stage {
            " " (words.say(match (&case.about, asked) {
                (About::StatutoryDispute, _) => "case-put-by-party",
                (_, true) => "case-asked",
                (_, false) => "case-by-ladder",
            }))
            " " (words.with(if late.is_some() { "case-ministry-late" } else { "case-ministry-term" }, &[("until", visit.moment(*until).into())]))
        }
    }
}

fn facts(visit: &Visit, listing: &Listing, names: &Names, file: &CaseFile) -> Markup {
    let words = visit.words;
    let case = &file.case.value;
    html! {
        dl.facts {
            div {
                dt { (words.say("case-agreement")) }
                dd { a href=(visit.link(&format!("/{}/convenanten/{}", listing.ledger().name, file.agreement.head.value.id))) { (Told(file.agreement.text.value.title.as_str())) } }
            }
            @if !case.against.is_empty() { div { dt { (words.say("case-who")) } dd { (Told(&names.list(&case.against))) } } }
            div { dt { (words.say("case-since")) } dd { (visit.moment(case.opened.at)) " " (visit.proof(listing, case.opened.entry)) } }
            @if let Some(answer) = &case.answer {
                div { dt { (words.say("case-answer")) } dd { (words.code(answer.answer.code())) " " (visit.proof(listing, answer.at.entry)) } }
            }
            @if let Some(waits) = &file.waits {
                div {
                    dt { (words.say("case-now")) }
                    dd { (say::to_do(visit, names, waits)) @if let Some(until) = waits.until { " " (words.with("attention-until", &[("until", visit.last_day(until).into())])) } }
                }
            }
            @if let CaseStage::Closed { how, at } = &case.stage {
                div { dt { (words.say("case-closed")) } dd { (say::coded(visit, how)) ", " (visit.moment(at.at)) " " (visit.proof(listing, at.entry)) } }
            }
        }
        @if let Some(clause) = &file.clause {
            section {
                h2 { (words.say("case-promise")) }
                p { (Told(clause.value.text.what.as_str())) }
                p.small { (when::when(visit, &clause.value.text.when)) " · " (visit.proof(listing, agreement::tabled(&file.agreement.head.value))) }
            }
        }
    }
}

/// The closed list, and how one of it is signed.
fn acts(visit: &Visit, name: &str, file: &CaseFile, number: u32) -> Markup {
    let words = visit.words;
    html! {
        section {
            h2 { (words.say("case-acts")) }
            p { (words.say("case-acts-what")) }
            ul { @for act in file.acts { li { (say::act(words, act.code())) } } }
            details {
                summary { (words.say("case-acts-how")) }
                p { code { "convenant sign --type ministry-answer --by " (file.agreement.head.value.ministry) " …" } }
                p { code { "{\"agreement\":\"" (file.agreement.head.value.id) "\",\"case\":" (number) ",\"act\":\"" (file.acts.first().map_or("", |act: &MinisterialAct| act.code())) "\",\"reason\":{…}}" } }
                p { code { "convenant submit --ledger " (name) " …" } }
            }
        }
    }
}

/// Where the dossier of a dispute is, and how it is ruled on.
fn dispute(visit: &Visit, name: &str, file: &CaseFile, number: u32) -> Markup {
    let (words, id) = (visit.words, &file.agreement.head.value.id);
    let ministry = file.case.value.minister.as_ref().map_or(&file.agreement.head.value.ministry, |minister| &minister.accountable);
    html! {
        section {
            h2 { (words.say("case-dispute")) }
            p { (words.say("case-dispute-what")) }
            p { a href=(visit.link(&format!("/{name}/convenanten/{id}/geschil"))) { (words.say("talks-dossier")) } }
            @if !file.case.value.stage.is_closed() {
                details {
                    summary { (words.say("case-acts-how")) }
                    p { code { "convenant sign --type dispute-ruling --by " (ministry) " …" } }
                    p { code { "{\"agreement\":\"" (id) "\",\"case\":" (number) ",\"rulings\":[{\"point\":\"…\",\"ruling\":\"…\"}],\"reason\":{…}}" } }
                }
            }
        }
    }
}

/// What was done, oldest first.
pub(super) fn deeds(visit: &Visit, listing: &Listing, names: &Names, deeds: &[&Deed]) -> Markup {
    html! {
        @if deeds.is_empty() { p.none { (visit.words.say("deeds-none")) } } @else {
            ol.timeline {
                @for deed in deeds {
                    li {
                        time datetime=(deed.fact.accepted_at) { (visit.moment(deed.fact.accepted_at)) }
                        strong { (names.acted(visit.words, &deed.fact.author, deed.fact.on_behalf_of.as_ref())) } " – " (say::deed(visit, names, &deed.body)) " "
                        (visit.proof(listing, deed.fact.entry))
                    }
                }
            }
        }
    }
}

fn breaches(visit: &Visit, listing: &Listing, file: &CaseFile) -> Markup {
    let words = visit.words;
    let number = file.case.value.number;
    let rows = file.instances.iter().flat_map(|instance| {
        instance.value.breaches.iter().filter(move |breach| breach.case == number).map(move |breach| (instance, breach))
    });
    html! {
        @if !file.instances.is_empty() {
            section {
                h2 { (words.say("case-breaches")) }
                div.scroll role="region" tabindex="0" aria-label=(words.plain("case-breaches", &[])) {
                    table {
                        caption { (words.say("case-breaches-caption")) }
                        thead { tr {
                            th scope="col" { (words.say("column-due")) }
                            th scope="col" { (words.say("column-breached")) }
                            th scope="col" { (words.say("column-settled")) }
                        } }
                        tbody { @for (instance, breach) in rows.take(MOST) { tr {
                            th scope="row" { (visit.day(instance.value.due)) }
                            td { (visit.moment(breach.since.at)) " " (visit.proof(listing, breach.since.entry)) }
                            td { @match &breach.settled {
                                Some(settled) => { (say::coded(visit, &settled.how)) ", " (visit.moment(settled.at.at)) " " (visit.proof(listing, settled.at.entry)) },
                                None => (words.say("column-not-settled")),
                            } }
                        } } }
                    }
                }
            }
        }
    }
}
