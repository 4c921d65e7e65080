//! Institutions, agreements and what is in them, as of now.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use ledger::lives::Institution;
use ledger::words::Instant;
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Page, item, page, readable};
use crate::host::Host;
use crate::store::{PartQuery, PartRow, StoreFault};

/// What can be listed of all agreements together or of one, by the word in the path.
const COLLECTIONS: [(&str, &str); 7] = [
    ("obligations", "obligation"),
    ("instances", "instance"),
    ("reports", "report"),
    ("offers", "offer"),
    ("breaches", "breach"),
    ("cases", "case"),
    ("withdrawals", "withdrawal"),
];

pub(super) async fn institutions(
    State(host): State<Host>,
    Path(name): Path<String>,
    Query(query): Query<Page>,
) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let parts = PartQuery { part: "institution", after: query.after()?, limit, ..PartQuery::default() };
    let rows = host.store.parts(readable(&host, &name).await?.row.id, &parts).await?;
    page(&rows, limit, |row| institution_json(row, host.clock.now()))
}

pub(super) async fn institution(State(host): State<Host>, Path((name, id)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    let parts = PartQuery { part: "institution", subject: Some(format!("institution/{id}")), limit: 1, ..PartQuery::default() };
    let rows = host.store.parts(readable(&host, &name).await?.row.id, &parts).await?;
    let row = rows.first().ok_or_else(|| Problem::not_found(format!("there is no institution {id:?} in {name}")))?;
    Ok(Json(institution_json(row, host.clock.now())?))
}

fn institution_json(row: &PartRow, now: Instant) -> Result<Value, StoreFault> {
    let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {}: {error}", row.subject));
    let life: Institution = serde_json::from_str(&row.body).map_err(damaged)?;
    let waiting: Vec<Value> = life
        .candidates
        .iter()
        .map(|c| json!({ "name": c.registration.name, "kind": c.registration.kind, "key": c.registration.key.thumbprint(), "registered": c.registered }))
        .collect();
    let mut value = json!({ "id": life.id, "state": if life.admitted.is_some() { "admitted" } else { "registered" }, "registrations": waiting, "lastEntry": row.entry });
    if !life.routing.is_empty() {
        value["routing"] = json!(life.routing);
    }
    if !life.accepted_ledgers.is_empty() {
        value["acceptedLedgers"] = json!(life.accepted_ledgers);
    }
    if let Some(admitted) = &life.admitted {
        let key = |key: &ledger::lives::institution::Key| {
            let jwk = key.key.to_jwk();
            json!({ "kid": key.kid, "key": jwk, "added": key.added, "validUntil": key.valid_until, "revoked": key.revoked, "valid": key.is_valid(now) })
        };
        value["name"] = admitted.name.as_str().into();
        value["kind"] = admitted.kind.code().into();
        value["identifiers"] = json!(admitted.identifiers);
        value["admitted"] = json!(admitted.since);
        value["keys"] = admitted.keys.iter().map(key).collect();
        value["recovery"] = json!(admitted.recovery);
        value["noValidKey"] = json!(admitted.no_valid_key);
    }
    Ok(value)
}

pub(super) async fn agreements(State(host): State<Host>, Path(name): Path<String>, Query(query): Query<Page>) -> Result<Response, Problem> {
    let limit = query.limit()?;
    let parts = PartQuery { part: "head", after: query.after()?, limit, ..PartQuery::default() };
    let rows = host.store.parts(readable(&host, &name).await?.row.id, &parts).await?;
    page(&rows, limit, item)
}

pub(super) async fn agreement(State(host): State<Host>, Path((name, id)): Path<(String, String)>) -> Result<Json<Value>, Problem> {
    let ledger = readable(&host, &name).await?.row.id;
    let subject = Some(format!("agreement/{id}"));
    let one = |part| PartQuery { part, subject: subject.clone(), limit: 1, ..PartQuery::default() };
    let (head, text) = (host.store.parts(ledger, &one("head")).await?, host.store.parts(ledger, &one("text")).await?);
    let (Some(head), Some(text)) = (head.first(), text.first()) else {
        return Err(Problem::not_found(format!("there is no agreement {id:?} in {name}")));
    };
    let mut value = item(head)?;
    value["text"] = item(text)?;
    for (collection, part) in COLLECTIONS.iter().filter(|(_, part)| *part != "instance" && *part != "report") {
        let query = PartQuery { part, subject: subject.clone(), limit: super::answer::MAX_PAGE, ..PartQuery::default() };
        let items = host.store.parts(ledger, &query).await?.iter().map(item).collect::<Result<Vec<_>, _>>()?;
        value[*collection] = items.into();
    }
    Ok(Json(value))
}

pub(super) async fn collection(
    State(host): State<Host>,
    Path((name, collection)): Path<(String, String)>,
    Query(query): Query<Page>,
) -> Result<Response, Problem> {
    let agreement = query.agreement.clone();
    list(&host, &name, &collection, agreement, &query).await
}

pub(super) async fn of_agreement(
    State(host): State<Host>,
    Path((name, id, collection)): Path<(String, String, String)>,
    Query(query): Query<Page>,
) -> Result<Response, Problem> {
    list(&host, &name, &collection, Some(id), &query).await
}

async fn list(host: &Host, name: &str, collection: &str, agreement: Option<String>, query: &Page) -> Result<Response, Problem> {
    let ledger = readable(host, name).await?.row.id;
    let Some((_, part)) = COLLECTIONS.iter().find(|(word, _)| *word == collection) else {
        let known = COLLECTIONS.map(|(word, _)| word).join(", ");
        return Err(Problem::not_found(format!("there is no {collection:?} here; there are: {known}")));
    };
    let (limit, subject) = (query.limit()?, agreement.map(|id| format!("agreement/{id}")));
    let parts = PartQuery { part, subject, is_open: query.is_open()?, after: query.after()?, limit, key: None };
    let rows = host.store.parts(ledger, &parts).await?;
    Ok(page(&rows, limit, item)?.into_response())
}
