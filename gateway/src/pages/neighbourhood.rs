//! One neighbourhood, for residents: who does what by when, and how that stands, in plain words.

use axum::extract::Path;
use axum::response::Response;
use ledger::lives::agreement::State;
use ledger::lives::coverage::{Coverage, Days};
use ledger::lives::obligation::Course;
use ledger::words::{CbsCode, Day, Slug};
use maud::{Markup, html};

use super::agreement::tabled;
use super::agreements::FROM;
use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::{Told, visible};
use super::trouble::Trouble;
use super::visit::Visit;
use super::{say, state, when};
use crate::listing::{Listing, Paging, Promise, PromisesOf};

/// How many agreements, and how many promises, stand on one page.
const MOST: u32 = 4;
const MOST_PROMISES: usize = 30;

/// `/{ledger}/buurten/{code}`.
pub(super) async fn show(visit: Visit, Path((name, code)): Path<(String, String)>) -> Response {
    let content = build(&visit, &name, &code).await;
    visit.answer(Place::In(&name, Room::Neighbourhoods), content)
}

async fn build(visit: &Visit, name: &str, code: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let code: CbsCode = code.parse().map_err(|_| Trouble::NotFound)?;
    let paging = Paging::after(visit.given(FROM).map(str::to_owned), MOST);
    let found = listing.promises(&code, &paging).await?;
    let own = found.items.iter().flat_map(|of| of.text.neighbourhoods.iter()).find(|place| place.code == code);
    let called = own.map_or_else(|| code.to_string(), |place| visible(place.name.as_str()).into_owned());
    let debtors: Vec<Slug> = found.items.iter().flat_map(|of| &of.promises).map(|promise| promise.clause.debtor.clone()).collect();
    let names = Names::of(visit.words, &listing, &debtors).await?;
    let counts = listing.counts(Some(&code), None, &Paging::first(MOST * 8)).await?;
    let (coverage, today) = (listing.coverage(&code).await?, Day::of(listing.as_of().at));
    let body = html! {
        p.lead { (words.say("neighbourhood-lead")) }
        (state::counts(visit, &counts))
        (covered(visit, &coverage, today))
        @if found.items.is_empty() { p.none { (words.say("neighbourhood-none")) } }
        @for of in &found.items { (agreement(visit, &listing, &names, of)) }
        (visit.paging(FROM, found.next.as_deref()))
        p { a href=(visit.link(&format!("/{name}/buurten"))) { (words.say("neighbourhood-other")) } }
    };
    Ok(Content { title: called, kicker: Some(words.plain("neighbourhood-kicker", &[("code", code.as_str().into())])), body })
}

/// Since when an agreement is in force here, and on which days none was.
fn covered(visit: &Visit, coverage: &Coverage, today: Day) -> Markup {
    let words = visit.words;
    let say = |text, days: &Days| {
        let (first, last) = (visit.day(days.first), visit.day(days.last));
        words.with(text, &[("first", first.into()), ("last", last.into()), ("days", days.count().into())])
    };
    html! {
        @if let Some(since) = coverage.covered.first() {
            @if coverage.gaps.is_empty() {
                p { (say("neighbourhood-covered", since)) }
            } @else {
                p { (words.with("neighbourhood-gaps", &[("first", visit.day(since.first).into()), ("days", coverage.gap_days().into())])) }
                ul {
                    @for gap in &coverage.gaps { li { (say(if gap.last == today { "gap-open" } else { "gap-closed" }, gap)) } }
                }
            }
        }
    }
}

fn agreement(visit: &Visit, listing: &Listing, names: &Names, of: &PromisesOf) -> Markup {
    let words = visit.words;
    let path = format!("/{}/convenanten/{}", listing.ledger().name, of.head.id);
    // What was released, taken over or is of an agreement that has ended is no longer done, unless something of it is still open.
    let is_ended = matches!(of.head.state, State::Ended { .. });
    let runs = |promise: &&Promise| {
        let runs = matches!(promise.clause.course, Course::Running { .. } | Course::Waiting | Course::Conditional { .. });
        (runs && !is_ended) || !promise.open.is_empty()
    };
    let promises: Vec<&Promise> = of.promises.iter().filter(runs).collect();
    html! {
        section {
            h2 { a href=(visit.link(&path)) { (Told(of.text.title.as_str())) } }
            p.small { (words.code(of.head.state.code())) " · " (state::badge(words, of.light.colour)) " · " (visit.proof(listing, tabled(&of.head))) }
            ul.lines {
                @for promise in promises.iter().take(MOST_PROMISES) {
                    li class=(state::edge(promise.light.colour)) { (line(visit, listing, names, of, promise)) }
                }
            }
            @if promises.len() > MOST_PROMISES {
                p { a href=(visit.link(&path)) { (words.say("neighbourhood-all")) } }
            }
        }
    }
}

fn line(visit: &Visit, listing: &Listing, names: &Names, of: &PromisesOf, promise: &Promise) -> Markup {
    let words = visit.words;
    let today = Day::of(listing.as_of().at);
    let next = promise.open.iter().find(|instance| instance.due >= today).or(promise.open.first());
    html! {
        div.head { h3 { (Told(names.get(&promise.clause.debtor))) } (state::badge(words, promise.light.colour)) }
        p { (Told(promise.clause.text.what.as_str())) }
        p.small {
            (when::when(visit, &promise.clause.text.when))
            @if let Some(next) = next { " · " (words.with("neighbourhood-next", &[("date", visit.day(next.due).into())])) }
            " · " (visit.proof(listing, next.map_or(tabled(&of.head), |next| Some(next.opened.entry))))
        }
        @if let Some(sign) = promise.light.signs.first() {
            (say::why(visit, names, sign))
            p.small { (visit.proof(listing, say::shown_by(sign))) }
        }
    }
}
