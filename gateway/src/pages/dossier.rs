//! The dossier of talks that are stuck: what divides the parties, where each stands, and, where a statute lets them go to the
//! minister, what that asks for (Woningwet, article 44): date, names and addresses, the points and the position of each party, the
//! housing policy in force and the works that the corporation intends. All of it from signed statements.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::Body;
use ledger::envelope::statement::impasse::{DisputePaper, DisputeRuling, Impasse, Point, StatutoryDispute};
use ledger::lives::agreement::Head;
use ledger::lives::impasse::Deadlock;
use ledger::lives::moment::Fact;
use ledger::words::{Instant, Slug};
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::listing::{AgreementView, Listing};

/// The parameter that says from which point on.
const FROM: &str = "punten";
/// How many points on one page: each may have the position of every party.
const MOST: usize = 5;

/// Where and when something was said, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) entry: u64,
    pub(crate) at: Instant,
    pub(crate) who: &'a Slug,
}

/// A position on a point, or the minister's ruling on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) at: At<'a>,
    pub(crate) text: &'a str,
}

/// A point that divides the parties.
#[derive(Debug, Clone)]
pub(crate) struct PointAtIssue<'a> {
    pub(crate) point: &'a Point,
    pub(crate) by: At<'a>,
    pub(crate) positions: BTreeMap<&'a Slug, Said<'a>>,
    pub(crate) ruling: Option<Said<'a>>,
}

/// What the statements about one impasse come to.
#[derive(Debug, Clone)]
pub(crate) struct Dossier<'a> {
    pub(crate) stuck: (At<'a>, &'a Impasse),
    pub(crate) points: Vec<PointAtIssue<'a>>,
    pub(crate) dispute: Option<(At<'a>, &'a StatutoryDispute)>,
    pub(crate) ruling: Option<(At<'a>, &'a DisputeRuling)>,
}

impl<'a> Dossier<'a> {
    /// From statements in the order of the log: one for each impasse.
    pub(crate) fn all(deeds: impl Iterator<Item = (At<'a>, &'a Body)>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (at, body) in deeds {
            match (body, all.last_mut()) {
                (Body::Impasse(body), _) => {
                    all.push(Self { stuck: (at, body), points: points_at_issue(body.points.iter(), at), dispute: None, ruling: None });
                }
                (Body::ImpassePosition(body), Some(dossier)) => {
                    dossier.points.extend(points_at_issue(body.adds.iter().flat_map(|adds| adds.iter()), at));
                    for given in body.positions.iter() {
                        let said = Said { at, text: given.position.as_str() };
                        dossier
                            .points
                            .iter_mut()
                            .filter(|it| it.point.id == given.point)
                            .for_each(|it| _ = it.positions.insert(at.who, said));
                    }
                }
                (Body::StatutoryDispute(body), Some(dossier)) => dossier.dispute = Some((at, body)),
                (Body::DisputeRuling(body), Some(dossier)) => {
                    for given in body.rulings.iter() {
                        let said = Said { at, text: given.ruling.as_str() };
                        dossier.points.iter_mut().filter(|it| it.point.id == given.point).for_each(|it| it.ruling = Some(said));
                    }
                    dossier.ruling = Some((at, body));
                }
                _ => {}
            }
        }
        all
    }

    /// The address that was given of a party.
    pub(crate) fn address(&self, party: &Slug) -> Option<&'a str> {
        let (_, dispute) = self.dispute?;
        dispute.addresses.iter().find(|address| address.institution == *party).map(|address| address.address.as_str())
    }
}

fn points_at_issue<'a>(points: impl Iterator<Item = &'a Point>, by: At<'a>) -> Vec<PointAtIssue<'a>> {
    points.map(|point| PointAtIssue { point, by, positions: BTreeMap::new(), ruling: None }).collect()
}

/// The entries that it is made of, as far as these points need them.
fn entries(head: &Head, stuck: &Deadlock, points: &[Point]) -> BTreeSet<u64> {
    let shown = stuck.points.iter().filter(|issue| points.iter().any(|point| point.id == issue.point.id));
    let positions = shown.flat_map(|issue| issue.positions.values().chain([&issue.since])).copied();
    let dispute = head.talks.iter().filter_map(|talks| talks.dispute.as_ref()).flat_map(|dispute| [Some(dispute.at), dispute.ruled]);
    positions.chain(dispute.flatten()).chain([stuck.since]).map(|fact| fact.entry).collect()
}

/// `/{ledger}/convenanten/{id}/geschil`.
pub(super) async fn show(visit: Visit, Path((name, id)): Path<(String, String)>) -> Response {
    let content = build(&visit, &name, &id).await;
    visit.answer(Place::In(&name, Room::Agreements), content)
}

async fn build(visit: &Visit, name: &str, id: &str) -> Result<Content, Trouble> {
    let (words, listing) = (visit.words, visit.listing(name).await?);
    let id: Slug = id.parse().map_err(|_| Trouble::NotFound)?;
    let view = listing.agreement(&id).await?.ok_or(Trouble::NotFound)?;
    let head = &view.head.value;
    let stuck = head.impasse.as_ref().ok_or(Trouble::NotFound)?;
    let from: usize = visit.given(FROM).map_or(Ok(0), str::parse).map_err(|_| Trouble::NoPlace)?;
    let shown: Vec<Point> = stuck.points.iter().skip(from).take(MOST).map(|issue| issue.point.clone()).collect();
    let next = (from + MOST < stuck.points.len()).then(|| (from + MOST).to_string());
    let deeds = listing.deeds_at(&id, &entries(head, stuck, &shown).into_iter().collect::<Vec<_>>()).await?;
    let said = deeds.iter().map(|deed| {
        let who = deed.fact.on_behalf_of.as_ref().unwrap_or(&deed.fact.author);
        (At { entry: deed.fact.entry, at: deed.fact.accepted_at, who }, &deed.body)
    });
    let dossier = Dossier::all(said).pop().ok_or(Trouble::NotFound)?;
    let named = dossier.points.iter().map(|issue| issue.by.who).chain(dossier.ruling.map(|(at, _)| at.who));
    let names = Names::of(words, &listing, head.parties.keys().chain(named)).await?;
    let case =
        head.talks.as_ref().and_then(|talks| talks.dispute.as_ref()).filter(|_| dossier.dispute.is_some()).map(|dispute| dispute.case);
    let scope = case.map(|case| format!("?case={case}")).unwrap_or_default();
    let body = html! {
        p.lead { (words.say(if dossier.dispute.is_some() { "dossier-lead-statute" } else { "dossier-lead" })) }
        (facts(visit, &listing, &names, head, &dossier))
        (parties(visit, &names, &view, &dossier))
        section {
            h2 { (words.say("dossier-points")) }
            @for point in &shown {
                @if let Some(issue) = dossier.points.iter().find(|issue| issue.point.id == point.id) {
                    (one_point(visit, &listing, &names, head, issue))
                }
            }
            (visit.paging(FROM, next.as_deref()))
        }
        @if let Some((_, dispute)) = dossier.dispute {
            section { h2 { (words.say("dossier-policy")) } (paper(visit, name, &dispute.policy)) }
            section { h2 { (words.say("dossier-works")) } (paper(visit, name, &dispute.works)) }
        }
        @if let Some((at, ruling)) = dossier.ruling {
            section {
                h2 { (words.say("dossier-ruling")) }
                p { (words.with("dossier-ruled", &[("who", names.get(at.who).into()), ("at", visit.moment(at.at).into())])) " " (visit.proof(&listing, at.entry)) }
                p { a href=(format!("/v1/ledgers/{name}/attachments/{}", ruling.reason.hash)) { (words.say("dossier-reasons")) } }
            }
        }
        section {
            p { (words.say("casefile-what")) }
            p { a download href=(format!("/v1/ledgers/{name}/agreements/{id}/casefile{scope}")) { (words.say("dossier-download")) } }
            @if let Some(case) = case {
                p { a href=(visit.link(&format!("/{name}/convenanten/{id}/zaken/{case}"))) { (words.with("dossier-case", &[("case", case.into())])) } }
            }
            p { a href=(visit.link(&format!("/{name}/convenanten/{id}"))) { (words.say("dossier-agreement")) } }
        }
    };
    let title = words.plain("dossier-title", &[]);
    Ok(Content { title, kicker: Some(super::told::visible(view.text.value.title.as_str()).into_owned()), body })
}

fn facts(visit: &Visit, listing: &Listing, names: &Names, head: &Head, dossier: &Dossier<'_>) -> Markup {
    let words = visit.words;
    let line = |key: &str, at: Instant, entry: u64| {
        html! { div { dt { (words.say(key)) } dd { (visit.moment(at)) " " (visit.proof(listing, entry)) } } }
    };
    let fact = |key: &str, fact: Option<Fact>| fact.map(|fact| line(key, fact.at, fact.entry));
    let (talks, stuck) = (head.talks.as_ref(), head.impasse.as_ref());
    html! {
        dl.facts {
            @if let Some(first) = head.versions.first() { (line("dossier-began", first.at.at, first.at.entry)) }
            @if head.versions.len() > 1 { div { dt { (words.say("dossier-versions")) } dd { (head.versions.len()) } } }
            (line("dossier-stuck", dossier.stuck.0.at, dossier.stuck.0.entry))
            @if let Some(over) = stuck.and_then(|stuck| stuck.over.as_ref()) {
                div { dt { (words.say("dossier-over")) } dd { (visit.moment(over.at.at)) ": " (words.code(over.how.code())) " " (visit.proof(listing, over.at.entry)) } }
            }
            @if let Some(line) = fact("dossier-expired", talks.and_then(|talks| talks.expired)) { (line) }
            @if let Some(line) = fact("dossier-missing", talks.and_then(|talks| talks.missing)) { (line) }
            @if let Some((at, _)) = &dossier.dispute {
                (line("dossier-submitted", at.at, at.entry))
                div { dt { (words.say("dossier-submitted-by")) } dd { (Told(names.get(at.who))) } }
                @if let Some(line) = fact("dossier-taken-back", talks.and_then(|talks| talks.dispute.as_ref()?.taken_back)) { (line) }
            }
        }
    }
}

fn parties(visit: &Visit, names: &Names, view: &AgreementView, dossier: &Dossier<'_>) -> Markup {
    html! {
        section {
            h2 { (visit.words.say(if dossier.dispute.is_some() { "dossier-parties" } else { "summary-parties" })) }
            ul.lines {
                @for (party, standing) in &view.head.value.parties {
                    li {
                        p { strong { (Told(names.get(party))) } ", " (visit.words.code(&format!("kind-{}", standing.kind.code()))) }
                        @if let Some(address) = dossier.address(party) { p { (Told(address)) } }
                    }
                }
            }
        }
    }
}

fn one_point(visit: &Visit, listing: &Listing, names: &Names, head: &Head, issue: &PointAtIssue<'_>) -> Markup {
    let words = visit.words;
    let kept = head.impasse.iter().flat_map(|stuck| &stuck.points).find(|kept| kept.point.id == issue.point.id);
    let silent = kept.and_then(|kept| kept.silent);
    let parties = head.parties.iter().filter(|(party, standing)| standing.takes_part() || issue.positions.contains_key(*party));
    html! {
        section {
            h3 { (Told(issue.point.subject.as_str())) }
            p.small { (words.with("dossier-named-by", &[("who", names.get(issue.by.who).into())])) " " (visit.proof(listing, issue.by.entry)) }
            dl.why {
                @for (party, _) in parties {
                    div {
                        dt { (Told(names.get(party))) }
                        dd { @match (issue.positions.get(party), silent) {
                            (Some(said), _) => { (Told(said.text)) " " (visit.proof(listing, said.at.entry)) },
                            (None, Some(silent)) => { (words.say("dossier-silent")) " " (visit.proof(listing, silent.entry)) },
                            (None, None) => (words.say("dossier-no-position")),
                        } }
                    }
                }
                @if let Some(ruling) = &issue.ruling {
                    div { dt { (words.say("dossier-ruling")) } dd { strong { (Told(ruling.text)) } " " (visit.proof(listing, ruling.at.entry)) } }
                }
            }
        }
    }
}

fn paper(visit: &Visit, ledger: &str, paper: &DisputePaper) -> Markup {
    html! {
        p {
            a href=(format!("/v1/ledgers/{ledger}/attachments/{}", paper.document.hash)) { (Told(paper.title.as_str())) }
            ", " (visit.day(paper.date))
        }
    }
}
