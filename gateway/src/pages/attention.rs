//! What needs attention, for a director: what was not kept, who has gone quiet, who wants to leave, who owes an answer.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::Response;
use ledger::lives::attention::Matter;
use ledger::lives::colour::Colour;
use ledger::words::Slug;
use maud::{Markup, html};

use super::agreements::FROM;
use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::words::Phrase;
use super::{chart, say, state};
use crate::listing::{AttentionItem, Colours, Filter, Listing, Paging};

/// Parameters that choose a party and a place.
const PARTY: &str = "partij";
const AREA: &str = "buurt";
/// How many agreements are looked at for one page, and how many lines it has at most.
const MOST: u32 = 15;
const MOST_LINES: usize = 120;

/// The headings, in order; each with the key of its text.
const GROUPS: [&str; 6] = ["group-breached", "group-overdue", "group-quiet", "group-leaving", "group-ending", "group-answers"];

/// `/{ledger}/aandacht`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Attention), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let party = visit.given(PARTY).map(str::parse::<Slug>).transpose().map_err(|_| Trouble::NotFound)?;
    let neighbourhood = visit.given(AREA).map(str::parse).transpose().map_err(|_| Trouble::NotFound)?;
    let counts = listing.counts(neighbourhood.as_ref(), party.as_ref(), &Paging::first(MOST)).await?;
    let filter = Filter { party, neighbourhood, ..Filter::default() };
    let paging = Paging::after(visit.given(FROM).map(str::to_owned), MOST);
    let found = listing.attention(&filter, &paging).await?;
    let named: BTreeSet<&Slug> =
        found.items.iter().flat_map(|item| item.attention.who.iter().chain(leaver(&item.attention.matter))).collect();
    let names = Names::of(visit.words, &listing, named).await?;
    let body = html! {
        p.lead { (words.say("attention-lead")) }
        @if filter.party.is_some() || filter.neighbourhood.is_some() {
            p { (words.say("attention-only")) " "
                @if let Some(party) = &filter.party { strong { (Told(names.get(party))) } " " }
                @if let Some(area) = &filter.neighbourhood { strong { (area) } " " }
                a href=(visit.link(&format!("/{name}/aandacht"))) { (words.say("attention-all")) } }
        }
        (state::counts(visit, &counts))
        @if found.items.is_empty() { p.none { (words.say("attention-none")) } } @else {
            (groups(visit, &listing, &names, &found.items))
            @if found.items.len() > MOST_LINES { p { (words.with("attention-more", &[("count", (found.items.len() - MOST_LINES).into())])) } }
            (visit.paging(FROM, found.next.as_deref()))
            (by_party(visit, &names, &found.items))
            (by_area(visit, &found.items))
        }
    };
    Ok(Content { title: words.plain("menu-attention", &[]), kicker: None, body })
}

fn leaver(matter: &Matter) -> Option<&Slug> {
    if let Matter::WithdrawalToAnswer { party } = matter { Some(party) } else { None }
}

/// Under which heading it stands.
fn group(matter: &Matter) -> usize {
    match matter {
        Matter::Breached { .. } | Matter::WithdrawalUnresolved { .. } => 0,
        Matter::Overdue { .. } | Matter::UnderStrength { .. } | Matter::ProposalUnanswered | Matter::ReviewOverdue { .. } => 1,
        Matter::DisputeToSubmit { .. } => 1,
        Matter::Impasse | Matter::ImpasseToAnswer { .. } => 5,
        Matter::UmbrellaToAnswer { silent: Some(_), .. } => 1,
        Matter::UmbrellaToAnswer { silent: None, .. } => 5,
        Matter::GoneQuiet { .. } | Matter::MandateLapsed { .. } => 2,
        Matter::WithdrawalRuns { .. } => 3,
        Matter::EndsWithoutSuccessor { .. } => 4,
        Matter::WithdrawalToAnswer { .. } | Matter::ExpulsionToAnswer { .. } | Matter::OfferToAnswer { .. } | Matter::ProposalToAnswer => 5,
        Matter::ReportToAccept { .. } | Matter::DisputeToAnswer { .. } | Matter::ReportToRule { .. } | Matter::RulingMissing { .. } => 5,
        Matter::NoticeToAnswer { .. } | Matter::AnswerToRule { .. } | Matter::Level1 { .. } | Matter::Level2 { .. } => 5,
        Matter::LastChance { .. } | Matter::MinistryToAnswer { .. } | Matter::FollowUp { .. } => 5,
    }
}

/// How bad it is: what waits for an answer in its term is not bad at all.
fn colour(matter: &Matter) -> Option<Colour> {
    match group(matter) {
        0 => Some(Colour::Red),
        1..=4 => Some(Colour::Orange),
        _ => None,
    }
}

fn groups(visit: &Visit, listing: &Listing, names: &Names, items: &[AttentionItem]) -> Markup {
    let mut sorted: Vec<&AttentionItem> = items.iter().collect();
    sorted.sort_by_key(|item| (group(&item.attention.matter), item.attention.until.is_none(), item.attention.until));
    sorted.truncate(MOST_LINES);
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut places: BTreeMap<(&Slug, String), usize> = BTreeMap::new();
    for item in sorted {
        let matter = say::matter(visit, names, &item.attention);
        let at = *places.entry((&item.agreement, matter.clone().into_plain())).or_insert(lines.len());
        match lines.get_mut(at) {
            Some(line) => line.times += 1,
            None => lines.push(Line { item, matter, times: 1 }),
        }
    }
    html! {
        @for (at, heading) in GROUPS.into_iter().enumerate() {
            @let own: Vec<_> = lines.iter().filter(|line| group(&line.item.attention.matter) == at).collect();
            @if !own.is_empty() {
                section {
                    h2 { (visit.words.with(heading, &[("count", own.iter().map(|line| line.times).sum::<usize>().into())])) }
                    ul.lines { @for of in own { (line(visit, listing, names, of)) } }
                }
            }
        }
    }
}

/// Matters of an agreement that read the same are one line, with the first term and how many there are.
struct Line<'a> {
    item: &'a AttentionItem,
    matter: Phrase,
    times: usize,
}

fn line(visit: &Visit, listing: &Listing, names: &Names, of: &Line<'_>) -> Markup {
    let (item, times) = (of.item, of.times);
    let (words, attention) = (visit.words, &item.attention);
    let colour = colour(&attention.matter);
    html! {
        li class=[colour.map(state::edge)] {
            div.head {
                p { strong { (of.matter) } @if times > 1 { " " (words.with("attention-times", &[("count", times.into())])) } }
                @if let Some(colour) = colour { (state::badge(words, colour)) }
            }
            p { (say::to_do(visit, names, attention))
                @if let Some(until) = attention.until { " " (words.with("attention-until", &[("until", visit.last_day(until).into())])) } }
            p.small {
                a href=(visit.link(&format!("/{}/convenanten/{}", listing.ledger().name, item.agreement))) { (Told(&item.title)) }
                " · " (words.with("attention-since", &[("since", visit.moment(attention.since.at).into())]))
                " " (visit.proof(listing, attention.since.entry))
            }
        }
    }
}

/// What is said of whom: a chart, and the same numbers in a table.
fn by_party(visit: &Visit, names: &Names, items: &[AttentionItem]) -> Markup {
    let words = visit.words;
    let mut of: BTreeMap<&Slug, (Colours, u64)> = BTreeMap::new();
    for item in items {
        for who in &item.attention.who {
            add(of.entry(who).or_default(), &item.attention.matter);
        }
    }
    let mut rows: Vec<(&Slug, (Colours, u64))> = of.into_iter().collect();
    rows.sort_by_key(|(_, (colours, answers))| std::cmp::Reverse((colours.red, colours.orange, *answers)));
    rows.truncate(30);
    let bars: Vec<chart::Bar> = rows.iter().take(10).map(|(who, (colours, answers))| bar(names.get(who), colours, *answers)).collect();
    html! {
        section {
            h2 { (words.say("attention-by-party")) }
            (chart::bars(words, &words.plain("attention-by-party-chart", &[]), &bars, &series(visit)))
            (table(visit, "attention-by-party-table", "attention-party",
                rows.iter().map(|(who, numbers)| (html! { a href=(visit.again(PARTY, Some(who.as_str()))) { (Told(names.get(who))) } }, *numbers))))
        }
    }
}

/// The same by place.
fn by_area(visit: &Visit, items: &[AttentionItem]) -> Markup {
    let words = visit.words;
    let mut of = BTreeMap::new();
    for item in items {
        for area in &item.neighbourhoods {
            add(of.entry(area).or_insert_with(Default::default), &item.attention.matter);
        }
    }
    let rows = of.into_iter().take(30);
    html! {
        section {
            h2 { (words.say("attention-by-area")) }
            (table(visit, "attention-by-area-table", "attention-area",
                rows.map(|(area, numbers)| (html! { a href=(visit.again(AREA, Some(area.as_str()))) { (area) } }, numbers))))
        }
    }
}

fn add(to: &mut (Colours, u64), matter: &Matter) {
    match colour(matter) {
        Some(colour) => to.0.add(colour),
        None => to.1 += 1,
    }
}

fn series(visit: &Visit) -> [(String, chart::Fill); 3] {
    let text = |key: &str| visit.words.plain(key, &[]);
    [(text("colour-red"), chart::Fill::Red), (text("colour-orange"), chart::Fill::Orange), (text("attention-answers"), chart::Fill::Grey)]
}

fn bar(name: &str, colours: &Colours, answers: u64) -> chart::Bar {
    chart::Bar { name: super::told::visible(name).into_owned(), values: vec![colours.red, colours.orange, answers] }
}

fn table(visit: &Visit, caption: &str, first: &str, rows: impl Iterator<Item = (Markup, (Colours, u64))>) -> Markup {
    let words = visit.words;
    html! {
        div.scroll role="region" tabindex="0" aria-label=(words.plain(caption, &[])) {
            table {
                caption { (words.say(caption)) }
                thead {
                    tr {
                        th scope="col" { (words.say(first)) }
                        th.num scope="col" { (words.say("colour-red")) }
                        th.num scope="col" { (words.say("colour-orange")) }
                        th.num scope="col" { (words.say("attention-answers")) }
                    }
                }
                tbody {
                    @for (name, (colours, answers)) in rows {
                        tr {
                            th scope="row" { (name) }
                            td.num { (colours.red) }
                            td.num { (colours.orange) }
                            td.num { (answers) }
                        }
                    }
                }
            }
        }
    }
}
