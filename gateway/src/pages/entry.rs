//! One entry: what was signed, by whom, when it was accepted, and how anyone can check that without this gateway.

use axum::extract::Path;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::statement::agreement::Attachment;
use ledger::envelope::statement::erasure::ErasureGround;
use ledger::envelope::statement::flag::Subject;
use ledger::envelope::{Body, GATEWAY, Parsed};
use ledger::words::Instant;
use maud::{Markup, html};

use super::layout::{Content, Place, Room};
use super::names::Names;
use super::told::Told;
use super::trouble::Trouble;
use super::visit::Visit;
use super::{say, spell};
use crate::reading::{Seen, Sight, Unseen};
use crate::sequencer::LedgerHandle;
use crate::store::{EntryRow, StoreFault, StoredEntry};

/// `/{ledger}/inschrijvingen/{entry}`.
pub(super) async fn show(visit: Visit, Path((name, entry)): Path<(String, String)>) -> Response {
    let content = build(&visit, &name, &entry).await;
    visit.answer(Place::In(&name, Room::Entries), content)
}

async fn build(visit: &Visit, name: &str, entry: &str) -> Result<Content, Trouble> {
    let ledger = visit.ledger(name).await?;
    let entry: u64 = entry.parse().map_err(|_| Trouble::NotFound)?;
    let sight = visit.served.public(ledger);
    let (found, size) = sight.entries(entry, 1).await?;
    let Seen { row, is_withheld } = found.into_iter().next().ok_or(Trouble::NotFound)?;
    if row.entry != entry || row.accepted_at > visit.as_of.millis() {
        return Err(Trouble::NotFound);
    }
    if is_withheld {
        return Ok(withheld(visit, name, &row, size));
    }
    let row = row.parse()?;
    // A row that no longer hashes to what was signed for proves nothing, and must not look as if it did.
    let sound = row.is_sound(&ledger.row.facts.origin);
    let damaged = |what: String| StoreFault::Damaged(format!("record {entry}: {what}"));
    let parsed = Parsed::parse(&row.jws).map_err(|refusal| damaged(refusal.to_string()));
    let words = visit.words;
    let (signer, said) = match &parsed {
        Ok(parsed) => {
            let listing = visit.listing(name).await?;
            let names = Names::of(
                visit.words,
                &listing,
                say::named(&parsed.statement().body).iter().chain([&parsed.statement().by]).chain(&parsed.statement().on_behalf_of),
            )
            .await?;
            let papers = papers(&sight, parsed).await?;
            let signer = names.acted(visit.words, &parsed.statement().by, parsed.statement().on_behalf_of.as_ref());
            (Some(signer), said(visit, &names, name, parsed, &papers))
        }
        Err(_) => (None, html! {}),
    };
    let title = match &parsed {
        Ok(parsed) => words.plain(&format!("type-{}", parsed.statement().body.kind().code()), &[]),
        Err(_) => words.plain("entry-damaged", &[]),
    };
    let body = html! {
        @if !sound || parsed.is_err() { p.warning role="alert" { (words.say("entry-damaged-what")) } }
        (signed(visit, ledger, &row, parsed.as_ref().ok(), signer))
        @if parsed.is_ok() { section { h2 { (words.say("entry-says")) } (said) } }
        (proof(visit, ledger, name, &row))
        (neighbours(visit, name, entry, size))
    };
    Ok(Content { title, kicker: Some(words.plain("entry-number", &[("entry", entry.into())])), body })
}

/// The ways to the entries beside one.
fn neighbours(visit: &Visit, name: &str, entry: u64, size: u64) -> Markup {
    let words = visit.words;
    html! {
        nav.steps aria-label=(words.plain("entry-neighbours", &[])) {
            @if entry > 0 { a rel="prev" href=(visit.link(&format!("/{name}/inschrijvingen/{}", entry - 1))) { (words.say("entry-before")) } }
            @if entry + 1 < size {
                a rel="next" href=(visit.link(&format!("/{name}/inschrijvingen/{}", entry + 1))) { (words.say("entry-after")) }
            }
        }
    }
}

/// An entry of an agreement that is withheld: what the tiles show of it, and the way to the grounds.
fn withheld(visit: &Visit, name: &str, row: &StoredEntry, size: u64) -> Content {
    let words = visit.words;
    let accepted_at = Instant::from_millis(row.accepted_at).map(|at| visit.instant(at)).unwrap_or_default();
    let body = html! {
        p.lead { (words.say("withheld-entry")) }
        dl.facts {
            div { dt { (words.say("entry-accepted-at")) } dd { (accepted_at) } }
            div { dt { (words.say("entry-leaf")) } dd { code { (URL_SAFE_NO_PAD.encode(&row.leaf)) } } }
        }
        p { a href=(visit.link(&format!("/{name}/convenanten"))) { (words.say("withheld-to-grounds")) } }
        (neighbours(visit, name, row.entry, size))
    };
    Content { title: words.plain("withheld-title", &[]), kicker: Some(words.plain("entry-number", &[("entry", row.entry.into())])), body }
}

/// Who signed, when, and about what.
fn signed(visit: &Visit, ledger: &LedgerHandle, row: &EntryRow, parsed: Option<&Parsed>, signer: Option<Markup>) -> Markup {
    let words = visit.words;
    html! {
        dl.facts {
            @if let (Some(parsed), Some(signer)) = (parsed, signer) {
                div {
                    dt { (words.say("entry-signer")) }
                    dd {
                        @if parsed.statement().by.as_str() == GATEWAY { (words.say("entry-by-gateway")) } @else { (signer) }
                    }
                }
                div {
                    dt { (words.say("entry-signed-at")) }
                    dd { (visit.instant(parsed.statement().signed_at)) }
                }
            }
            div {
                dt { (words.say("entry-accepted-at")) }
                dd { time datetime=(row.accepted_at) { (visit.instant(row.accepted_at)) } }
            }
            @if let Some(Subject::Agreement(id)) = parsed.and_then(|parsed| parsed.statement().body.subject()) {
                div {
                    dt { (words.say("entry-about")) }
                    dd { a href=(visit.link(&format!("/{}/convenanten/{id}", ledger.row.name))) { (Told(id.as_str())) } }
                }
            }
        }
    }
}

/// Content beside the log, and by which entry on what ground it was erased, if it was.
struct Paper {
    attachment: Attachment,
    erased: Option<(u64, ErasureGround)>,
}

/// The content beside the log that a statement refers to, as it is now: what is gone is gone at every instant.
async fn papers(sight: &Sight, parsed: &Parsed) -> Result<Vec<Paper>, Unseen> {
    let mut papers = Vec::new();
    for attachment in parsed.statement().body.attachments() {
        let entry = match sight.erased_by(&attachment.hash).await? {
            Some(by) => sight.entries(by, 1).await?.0.into_iter().next(),
            None => None,
        };
        let erased = entry.and_then(|Seen { row, .. }| match Parsed::parse(&row.jws).ok()?.statement().body {
            Body::AttachmentErasure(ref body) => Some((row.entry, body.ground)),
            _ => None,
        });
        papers.push(Paper { attachment: attachment.clone(), erased });
    }
    Ok(papers)
}

/// What it says, member by member, and the content beside the log that it refers to.
fn said(visit: &Visit, names: &Names, ledger: &str, parsed: &Parsed, papers: &[Paper]) -> Markup {
    let body: &Body = &parsed.statement().body;
    let words = visit.words;
    html! {
        p.lead { (say::deed(visit, names, body)) }
        (spell::body(words.language, body.kind(), &body.to_json()))
        @if !papers.is_empty() {
            h3 { (words.say("entry-attachments")) }
            ul {
                @for Paper { attachment, erased } in papers {
                    li {
                        @if let Some((by, ground)) = erased {
                            (words.with("entry-attachment-erased", &[("ground", words.code(ground.code()).into_plain().into())])) " "
                            a href=(visit.link(&format!("/{ledger}/inschrijvingen/{by}"))) {
                                (words.with("entry-attachment-erased-by", &[("entry", (*by).into())]))
                            }
                        } @else {
                            a href=(format!("/v1/ledgers/{ledger}/attachments/{}", attachment.hash)) {
                                (words.with("entry-attachment", &[("kind", attachment.media_type.as_str().into()), ("bytes", attachment.size_bytes.0.into())]))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How to check it: the receipt, the key, one command, and the bytes themselves.
fn proof(visit: &Visit, ledger: &LedgerHandle, name: &str, row: &EntryRow) -> Markup {
    let words = visit.words;
    let entry = row.entry;
    html! {
        section.proof {
            h2 { (words.say("entry-check")) }
            p { (words.say("entry-check-what")) }
            ol {
                li { a download href=(format!("/v1/ledgers/{name}/receipts/{entry}")) { (words.say("entry-receipt")) } }
                li { (words.say("entry-key")) br; code { (ledger.log_keys().current()) } }
                li { (words.say("entry-audit")) br; code { "convenant audit --url … --ledger " (name) " --vkey \"…\"" } }
            }
            details {
                summary { (words.say("entry-bytes")) }
                p { a href=(format!("/v1/ledgers/{name}/records?from={entry}&limit=1")) { (words.say("entry-record")) } }
                dl.terms {
                    div { dt { (words.say("entry-leaf")) } dd { code { (URL_SAFE_NO_PAD.encode(&row.leaf)) } } }
                    div { dt { "JWS" } dd { code { (Told(&String::from_utf8_lossy(&row.jws))) } } }
                }
            }
        }
    }
}
