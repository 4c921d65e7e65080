//! Cases, for a minister and for a city: where each stands, and who must act.

use axum::extract::Path;
use axum::response::Response;
use ledger::lives::escalation::{About, Case};
use ledger::lives::parts::Part;
use maud::{Markup, html};

use super::agreements::FROM;
use super::layout::{Content, Place, Room};
use super::names::{Names, Titles, titles};
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::words::Phrase;
use crate::listing::{Collection, Filter, Listed, Listing, Paging};

/// The parameter that chooses which cases.
const WHICH: &str = "welke";
/// How many on one page.
const MOST: u32 = 25;

/// `/{ledger}/zaken`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Cases), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let which = visit.given(WHICH).unwrap_or("lopend");
    let filter = match which {
        "minister" => Filter { state: Some("level-3".to_owned()), ..Filter::default() },
        "alle" => Filter::default(),
        _ => Filter { is_open: Some(true), ..Filter::default() },
    };
    let paging = Paging::after(visit.given(FROM).map(str::to_owned), MOST);
    let found = listing.list(Collection::Cases, &filter, &paging).await?;
    let cases: Vec<(&Listed, &Case)> =
        found.items.iter().filter_map(|item| if let Part::Case(case) = &item.part { Some((item, case.as_ref())) } else { None }).collect();
    let names = Names::of(visit.words, &listing, cases.iter().flat_map(|(_, case)| case.against.iter())).await?;
    let titles = titles(&listing, cases.iter().map(|(item, _)| &item.agreement)).await?;
    let body = html! {
        p.lead { (words.say("cases-lead")) }
        nav aria-label=(words.plain("cases-which", &[])) {
            ul.inline {
                @for (choice, key) in [("lopend", "cases-open"), ("minister", "cases-minister"), ("alle", "cases-all")] {
                    li {
                        a href=(visit.link_with(&visit.path, &[(WHICH, choice)])) aria-current=[(which == choice).then_some("true")] { (words.say(key)) }
                    }
                }
            }
        }
        @if cases.is_empty() { p.none { (words.say("cases-none")) } } @else {
            ul.lines { @for (item, case) in &cases { li { (line(visit, &listing, &names, &titles, item, case)) } } }
        }
        (visit.paging(FROM, found.next.as_deref()))
    };
    Ok(Content { title: words.plain("menu-cases", &[]), kicker: None, body })
}

fn line(visit: &Visit, listing: &Listing, names: &Names, titles: &Titles, item: &Listed, case: &Case) -> Markup {
    let words = visit.words;
    let path = format!("/{}/convenanten/{}", listing.ledger().name, item.agreement);
    html! {
        div.head {
            h2 { a href=(visit.link(&format!("{path}/zaken/{}", case.number))) { (words.with("case-number", &[("case", case.number.into())])) ": " (about(visit, names, case)) } }
            strong { (words.code(case.stage.code())) }
        }
        @if !case.against.is_empty() { p { (words.with("case-against", &[("who", names.list(&case.against).into())])) } }
        @if let Some(until) = case.stage.until() { p { (words.with("case-until", &[("until", visit.last_day(until).into())])) } }
        p.small {
            a href=(visit.link(&path)) { (Told(titles.get(&item.agreement).map_or(item.agreement.as_str(), String::as_str))) }
            " · " (words.with("case-opened", &[("since", visit.moment(case.opened.at).into())])) " " (visit.proof(listing, case.opened.entry))
        }
    }
}

/// What a case is about.
pub(super) fn about(visit: &Visit, names: &Names, case: &Case) -> Phrase {
    let words = visit.words;
    match &case.about {
        About::Obligation(id) => words.with("case-about-obligation", &[("obligation", id.as_str().into())]),
        About::Withdrawal(who) => words.with("case-about-withdrawal", &[("who", names.get(who).into())]),
        About::Report(_) => words.say("case-about-report"),
        About::StatutoryDispute => words.say("case-about-statutory-dispute"),
        About::Support(kind) => words.with("case-about-support", &[("kind", words.code(kind.code()).into_plain().into())]),
    }
}
