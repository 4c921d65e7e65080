//! The log to those who may read it: records in bulk, receipts, attachments.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::words::{Hash, Instant};
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Pairs, invalid, ledger};
use super::query::{COSIGNED, FROM, Given, Key, MANY, MAX_PAGE};
use crate::host::Host;
use crate::receipts::{cosigned_receipt_of, receipt_of};
use crate::store::StoredEntry;

/// What records are asked with.
pub(super) const RECORDS: &[Key] = &[FROM, MANY];

/// `GET /v1/ledgers/{ledger}/records?from=N&limit=M`: the log, byte for byte as it is stored. A record that is damaged
/// is served as far as it can be read, and says so: an audit is to name it, not to end at it.
pub(super) async fn records(State(host): State<Host>, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Json<Value>, Problem> {
    let mut given = Given::read(pairs, RECORDS);
    let from = given.parsed(FROM).unwrap_or(0);
    let limit = given.take(MANY, |text| text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit))).unwrap_or(MAX_PAGE);
    given.done()?;
    let ledger = ledger(&host, &name)?;
    // Only what a signed checkpoint covers.
    let size = host.store.checkpoint(ledger.row.id).await?.map_or(0, |(size, _)| size);
    let rows = host.store.stored_entries(ledger.row.id, from, limit).await?;
    let records: Vec<Value> = rows.iter().filter(|row| row.entry < size).map(record).collect();
    Ok(Json(json!({ "records": records, "size": size })))
}

fn record(row: &StoredEntry) -> Value {
    let [salt, leaf, jws] = [&row.salt, &row.leaf, &row.jws].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let accepted_at = Instant::from_millis(row.accepted_at);
    let mut record = json!({ "entry": row.entry, "acceptedAt": accepted_at, "salt": salt, "leaf": leaf, "jws": jws });
    if let Err(fault) = row.parse() {
        tracing::error!(error = %fault, "a stored record is damaged");
        record["damaged"] = fault.to_string().into();
    }
    record
}

/// `GET /v1/ledgers/{ledger}/receipts/{entry}[?cosigned=true]`: under the newest checkpoint, or under the newest that enough
/// witnesses cosigned.
pub(super) async fn receipt(
    State(host): State<Host>,
    Path((name, entry)): Path<(String, u64)>,
    Query(pairs): Pairs,
) -> Result<Response, Problem> {
    let cosigned = cosigned(pairs)?;
    let ledger = ledger(&host, &name)?;
    let text = if cosigned {
        cosigned_receipt_of(&host, ledger, entry).await?.ok_or_else(|| not_cosigned(&host, &name, &format!("entry {entry}")))?
    } else {
        let found = receipt_of(&host.store, ledger, entry).await?;
        found.ok_or_else(|| Problem::not_found(format!("{name} has no entry {entry} yet")))?.1
    };
    let named = format!("attachment; filename=\"{name}-{entry}.tlog-proof\"");
    Ok(([(header::CONTENT_TYPE, TEXT.to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response())
}

/// `GET /v1/ledgers/{ledger}/checkpoint[?cosigned=true]`: the newest, or the newest that enough witnesses cosigned.
pub(super) async fn checkpoint(State(host): State<Host>, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Response, Problem> {
    let cosigned = cosigned(pairs)?;
    let ledger = ledger(&host, &name)?;
    let note = if cosigned {
        host.cosigned(ledger, 0).await?.ok_or_else(|| not_cosigned(&host, &name, "any entry"))?.note.to_string()
    } else {
        let found = host.store.checkpoint(ledger.row.id).await?;
        found.ok_or_else(|| Problem::not_found(format!("{name} has no checkpoint")))?.1
    };
    Ok(([(header::CONTENT_TYPE, TEXT)], note).into_response())
}

/// What checkpoints and receipts are asked with.
pub(super) const CHECKPOINTS: &[Key] = &[COSIGNED];

const TEXT: &str = "text/plain; charset=utf-8";

fn cosigned(pairs: Vec<(String, String)>) -> Result<bool, Problem> {
    let mut given = Given::read(pairs, CHECKPOINTS);
    let cosigned = given.parsed(COSIGNED).unwrap_or(false);
    given.done()?;
    Ok(cosigned)
}

fn not_cosigned(host: &Host, name: &str, what: &str) -> Problem {
    let why = if host.panel(name).is_some() { "yet; its witnesses are asked again and again" } else { "since it has no witnesses" };
    Problem::not_found(format!("no checkpoint of {name} with {what} has the cosignatures that its policy asks for, {why}"))
}

/// Content beside the log: always to be saved, never shown in place, whatever it claims to be.
pub(super) async fn attachment(State(host): State<Host>, Path((name, hash)): Path<(String, String)>) -> Result<Response, Problem> {
    let ledger = ledger(&host, &name)?;
    let hash: Hash = hash.parse().map_err(|accepted| invalid("hash", accepted))?;
    let found = host.store.attachment(ledger.row.id, &hash).await?;
    let row = found.ok_or_else(|| Problem::not_found(format!("{name} holds no content with hash {hash}")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{hash}\"")),
        (header::HeaderName::from_static("attachment-salt"), URL_SAFE_NO_PAD.encode(&row.salt)),
        (header::HeaderName::from_static("attachment-media-type"), row.media_type.chars().filter(char::is_ascii_graphic).collect()),
        (header::HeaderName::from_static("attachment-entry"), row.entry.to_string()),
    ];
    Ok((headers, row.content).into_response())
}
