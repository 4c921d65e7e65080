//! The dossier of talks that are stuck: what divides the parties, where each stands, and, where a statute lets them go to the
//! minister, what that asks for (Woningwet, article 44): date, names and addresses, the points and the position of each party, the
//! housing policy in force and the works that the corporation intends. All of it from signed statements.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::Path;
use axum::response::Response;
use ledger::envelope::Body;
use ledger::envelope::statement::flag::Cause;
use ledger::envelope::statement::impasse::{DisputePaper, DisputeRuling, Impasse, Point, StatutoryDispute};
use ledger::lives::agreement::Head;
use ledger::words::{Instant, Slug};
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use crate::listing::{AgreementView, Listing};

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
pub(crate) struct Divided<'a> {
    pub(crate) point: &'a Point,
    pub(crate) by: At<'a>,
    pub(crate) positions: BTreeMap<&'a Slug, Said<'a>>,
    pub(crate) ruling: Option<Said<'a>>,
}

/// What the statements about talks come to: of several impasses, the last one.
#[derive(Debug, Clone)]
pub(crate) struct Dossier<'a> {
    pub(crate) stuck: (At<'a>, &'a Impasse),
    pub(crate) points: Vec<Divided<'a>>,
    pub(crate) versions: Vec<At<'a>>,
    pub(crate) expired: Option<At<'a>>,
    pub(crate) missing: Option<At<'a>>,
    pub(crate) dispute: Option<(At<'a>, &'a StatutoryDispute)>,
    pub(crate) ruling: Option<(At<'a>, &'a DisputeRuling)>,
}

impl<'a> Dossier<'a> {
    /// From statements in the order of the log; `None` where nobody ever said that the talks were stuck.
    pub(crate) fn of(deeds: impl Iterator<Item = (At<'a>, &'a Body)>) -> Option<Self> {
        let (mut versions, mut expired, mut missing, mut dossier) = (Vec::new(), None, None, None::<Self>);
        for (at, body) in deeds {
            match (body, &mut dossier) {
                (Body::Proposal(_) | Body::CounterProposal(_), _) => versions.push(at),
                (Body::Impasse(body), dossier) => {
                    let (points, versions) = (divided(body.points.iter(), at), Vec::new());
                    *dossier =
                        Some(Self { stuck: (at, body), points, versions, expired: None, missing: None, dispute: None, ruling: None });
                }
                (Body::ImpassePosition(body), Some(dossier)) => {
                    dossier.points.extend(divided(body.adds.iter().flat_map(|adds| adds.iter()), at));
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
                (Body::Flag(flag), _) => match flag.cause {
                    Cause::TalksExpired { .. } => expired = Some(at),
                    Cause::DisputeMissing { .. } => missing = Some(at),
                    _ => {}
                },
                _ => {}
            }
        }
        dossier.map(|dossier| Self { versions, expired, missing, ..dossier })
    }

    /// The address that was given of a party.
    pub(crate) fn address(&self, party: &Slug) -> Option<&'a str> {
        let (_, dispute) = self.dispute?;
        dispute.addresses.iter().find(|address| address.institution == *party).map(|address| address.address.as_str())
    }
}

fn divided<'a>(points: impl Iterator<Item = &'a Point>, by: At<'a>) -> Vec<Divided<'a>> {
    points.map(|point| Divided { point, by, positions: BTreeMap::new(), ruling: None }).collect()
}

/// The entries that it is made of, in order.
fn entries(head: &Head) -> BTreeSet<u64> {
    let stuck = head.impasse.iter();
    let positions = stuck.clone().flat_map(|stuck| &stuck.points).flat_map(|point| point.positions.values().chain([&point.since]));
    let talks = head.talks.iter().flat_map(|talks| {
        let dispute = talks.dispute.iter().flat_map(|dispute| [Some(dispute.at), dispute.ruled]);
        [talks.expired, talks.missing].into_iter().chain(dispute).flatten()
    });
    let versions = head.versions.iter().map(|version| version.at);
    versions.chain(talks).chain(stuck.map(|stuck| stuck.since)).chain(positions.copied()).map(|fact| fact.entry).collect()
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
    let entries: Vec<u64> = entries(head).into_iter().collect();
    let deeds = listing.deeds_at(&entries).await?;
    let said = deeds.iter().map(|deed| {
        let who = deed.fact.on_behalf_of.as_ref().unwrap_or(&deed.fact.author);
        (At { entry: deed.fact.entry, at: deed.fact.accepted_at, who }, &deed.body)
    });
    let dossier = Dossier::of(said).ok_or(Trouble::NotFound)?;
    let names = Names::of(words, &listing, head.parties.keys().chain([&head.ministry])).await?;
    let case = head.talks.as_ref().and_then(|talks| talks.dispute.as_ref()).map(|dispute| dispute.case);
    let scope = case.map(|case| format!("?case={case}")).unwrap_or_default();
    let body = html! {
        p.lead { (words.say(if view.text.value.statute.is_some() { "dossier-lead-statute" } else { "dossier-lead" })) }
        (facts(visit, &listing, &names, &dossier))
        (parties(visit, &names, &view, &dossier))
        (points(visit, &listing, &names, &view, &dossier))
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

fn facts(visit: &Visit, listing: &Listing, names: &Names, dossier: &Dossier<'_>) -> Markup {
    let words = visit.words;
    let line = |key: &str, at: &At<'_>| {
        html! { div { dt { (words.say(key)) } dd { (visit.moment(at.at)) " " (visit.proof(listing, at.entry)) } } }
    };
    html! {
        dl.facts {
            @if let Some(first) = dossier.versions.first() { (line("dossier-began", first)) }
            @if dossier.versions.len() > 1 { div { dt { (words.say("dossier-versions")) } dd { (dossier.versions.len()) } } }
            (line("dossier-stuck", &dossier.stuck.0))
            @if let Some(expired) = &dossier.expired { (line("dossier-expired", expired)) }
            @if let Some(missing) = &dossier.missing { (line("dossier-missing", missing)) }
            @if let Some((at, _)) = &dossier.dispute {
                (line("dossier-submitted", at))
                div { dt { (words.say("dossier-submitted-by")) } dd { (Told(names.get(at.who))) } }
            }
        }
    }
}

fn parties(visit: &Visit, names: &Names, view: &AgreementView, dossier: &Dossier<'_>) -> Markup {
    html! {
        section {
            h2 { (visit.words.say("dossier-parties")) }
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

fn points(visit: &Visit, listing: &Listing, names: &Names, view: &AgreementView, dossier: &Dossier<'_>) -> Markup {
    let words = visit.words;
    html! {
        section {
            h2 { (words.say("dossier-points")) }
            @for divided in &dossier.points {
                section {
                    h3 { (Told(divided.point.subject.as_str())) }
                    p.small { (words.with("dossier-named-by", &[("who", names.get(divided.by.who).into())])) " " (visit.proof(listing, divided.by.entry)) }
                    dl.why {
                        @for party in view.head.value.parties.keys() {
                            div {
                                dt { (Told(names.get(party))) }
                                dd { @match divided.positions.get(party) {
                                    Some(said) => { (Told(said.text)) " " (visit.proof(listing, said.at.entry)) },
                                    None => (words.say("dossier-no-position")),
                                } }
                            }
                        }
                        @if let Some(ruling) = &divided.ruling {
                            div { dt { (words.say("dossier-ruling")) } dd { strong { (Told(ruling.text)) } " " (visit.proof(listing, ruling.at.entry)) } }
                        }
                    }
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
