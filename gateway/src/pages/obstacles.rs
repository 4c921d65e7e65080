//! The obstacle register: rules that are in the way of local promises, and what the State did about them (L40).

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::statement::ministry::RuleRef;
use ledger::lives::escalation::Case;
use ledger::lives::obstacle::Line;
use ledger::lives::parts::Part;
use maud::{Markup, html};

use super::agreements::FROM;
use super::layout::{Content, Place, Room};
use super::names::{Names, Titles, titles};
use super::say;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::listing::{Collection, Filter, Listed, Listing, Paging, law_page};

/// The parameter that chooses where they stand.
const WHICH: &str = "welke";
/// The parameter that chooses the ministry that answers.
const MINISTRY: &str = "ministerie";
/// The parameter that chooses the regulation, by BWB id.
const RULE: &str = "regeling";
/// How many on one page.
const MOST: u32 = 25;

/// `/{ledger}/belemmeringen`.
pub(super) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let content = build(&visit, &name).await;
    visit.answer(Place::In(&name, Room::Obstacles), content)
}

async fn build(visit: &Visit, name: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let which = visit.given(WHICH).unwrap_or("alle");
    let filter = Filter { party: read(visit, MINISTRY)?, bwb: read(visit, RULE)?, ..Filter::default() };
    let filter = match which {
        "lopend" => Filter { is_open: Some(true), ..filter },
        "te-laat" => Filter { state: Some("ministry-late".to_owned()), ..filter },
        "beantwoord" => Filter { state: Some("answered".to_owned()), ..filter },
        _ => filter,
    };
    let paging = Paging::after(visit.given(FROM).map(str::to_owned), MOST);
    let found = listing.list(Collection::Obstacles, &filter, &paging).await?;
    let cases: Vec<(&Listed, &Case)> =
        found.items.iter().filter_map(|item| if let Part::Case(case) = &item.part { Some((item, case.as_ref())) } else { None }).collect();
    let lines: Vec<(&Listed, &Case, Line<'_>)> = cases.iter().filter_map(|(item, case)| Some((*item, *case, case.obstacle()?))).collect();
    let names = Names::of(words, &listing, lines.iter().map(|(_, _, line)| line.ministry).chain(&filter.party)).await?;
    let titles = titles(&listing, lines.iter().map(|(item, ..)| &item.agreement)).await?;
    let body = html! {
        p.lead { (words.say("obstacles-lead")) }
        nav aria-label=(words.plain("obstacles-which", &[])) {
            ul.inline {
                @for choice in ["alle", "lopend", "te-laat", "beantwoord"] {
                    li { a href=(narrowed(visit, &[(WHICH, choice)])) aria-current=[(which == choice).then_some("true")] { (words.say(&format!("obstacles-{choice}"))) } }
                }
            }
        }
        @if let Some(bwb) = &filter.bwb { p { (words.with("obstacles-of-rule", &[("rule", bwb.to_string().into())])) " " (whole(visit)) } }
        @if let Some(ministry) = &filter.party { p { (words.with("obstacles-of-ministry", &[("who", names.get(ministry).into())])) " " (whole(visit)) } }
        @if lines.is_empty() { p.none { (words.say("obstacles-none")) } } @else {
            ul.lines { @for (item, case, line) in &lines { li { (shown(visit, &listing, (&names, &titles), item, case, line)) } } }
        }
        (visit.paging(FROM, found.next.as_deref()))
    };
    Ok(Content { title: words.plain("menu-obstacles", &[]), kicker: None, body })
}

/// A condition of the address; what cannot be one is not found.
fn read<T: std::str::FromStr>(visit: &Visit, name: &str) -> Result<Option<T>, Trouble> {
    visit.given(name).map(|text| text.parse().map_err(|_| Trouble::NotFound)).transpose()
}

/// The register with the conditions that hold and one more, or another.
fn narrowed(visit: &Visit, own: &[(&str, &str)]) -> String {
    let kept = [WHICH, MINISTRY, RULE].into_iter().filter(|name| own.iter().all(|(other, _)| other != name));
    let kept: Vec<(&str, &str)> = kept.filter_map(|name| Some((name, visit.given(name)?))).chain(own.iter().copied()).collect();
    visit.link_with(&visit.path, &kept)
}

fn whole(visit: &Visit) -> Markup {
    html! { a href=(visit.link(&visit.path)) { (visit.words.say("obstacles-whole")) } }
}

fn shown(visit: &Visit, listing: &Listing, (names, titles): (&Names, &Titles), item: &Listed, case: &Case, line: &Line<'_>) -> Markup {
    let words = visit.words;
    let path = format!("/{}/convenanten/{}", listing.ledger().name, item.agreement);
    let rule = &line.obstacle.rule;
    html! {
        div.head {
            h2 { (law(rule)) }
            strong { (words.code(line.standing.code())) }
        }
        dl.facts {
            (asked(visit, line))
            div { dt { (words.say("obstacle-ministry")) } dd { a href=(narrowed(visit, &[(MINISTRY, line.ministry.as_str())])) { (Told(names.get(line.ministry))) } } }
            div {
                dt { (words.say("case-agreement")) }
                dd {
                    a href=(visit.link(&path)) { (Told(titles.get(&item.agreement).map_or(item.agreement.as_str(), String::as_str))) } ", "
                    a href=(visit.link(&format!("{path}/zaken/{}", case.number))) { (words.with("case-number", &[("case", case.number.into())])) }
                }
            }
            div { dt { (words.say("obstacle-since")) } dd { (visit.moment(line.asked.at)) " " (visit.proof(listing, line.asked.entry)) } }
            (outcome(visit, listing, case))
        }
        p.small { a href=(narrowed(visit, &[(RULE, rule.bwb.as_str())])) { (words.say("obstacles-same-rule")) } }
    }
}

/// A rule of law, with the way to its text.
fn law(rule: &RuleRef) -> Markup {
    html! { a href=(law_page(&rule.bwb)) rel="noreferrer" { (rule.bwb) } ", art. " (Told(rule.article.as_str())) }
}

/// What the rule does here, and what is asked.
fn asked(visit: &Visit, line: &Line<'_>) -> Markup {
    let words = visit.words;
    html! {
        div { dt { (words.say("obstacle-effect")) } dd { (Told(line.obstacle.effect.as_str())) } }
        div { dt { (words.say("obstacle-change")) } dd { (Told(line.obstacle.change.as_str())) } }
    }
}

/// What the ministry answered: the act, and the measure, its rule and its first day where the act has them.
fn outcome(visit: &Visit, listing: &Listing, case: &Case) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(answer) = &case.state_answer {
            div { dt { (words.say("obstacle-answer")) } dd { (say::act(words, answer.act.code())) ", " (visit.moment(answer.at.at)) " " (visit.proof(listing, answer.at.entry)) } }
            @if let Some(measure) = &answer.measure { div { dt { (words.say("obstacle-measure")) } dd { (Told(measure.as_str())) } } }
            @if let Some(rule) = &answer.rule { div { dt { (words.say("obstacle-by-rule")) } dd { (law(rule)) } } }
            @if let Some(day) = answer.takes_effect { div { dt { (words.say("obstacle-from")) } dd { (visit.day(day)) } } }
        }
    }
}

/// The obstacle of one case, on its page.
pub(super) fn of_case(visit: &Visit, listing: &Listing, case: &Case) -> Markup {
    let words = visit.words;
    html! {
        @if let Some(line) = case.obstacle() {
            section {
                h2 { (words.say("obstacle-title")) }
                p { (law(&line.obstacle.rule)) ": " strong { (words.code(line.standing.code())) } }
                dl.facts { (asked(visit, &line)) (outcome(visit, listing, case)) }
                p { a href=(visit.link(&format!("/{}/belemmeringen", listing.ledger().name))) { (words.say("obstacles-all")) } }
            }
        }
    }
}
