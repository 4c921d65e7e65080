//! The log to those who may read it: records in bulk, receipts, attachments.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::words::{Hash, Instant};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use super::answer::{MAX_PAGE, invalid, ledger};
use crate::host::Host;
use crate::receipts::receipt_of;
use crate::store::StoredEntry;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    #[serde(default)]
    from: u64,
    limit: Option<u32>,
}

/// `GET /v1/ledgers/{ledger}/records?from=N&limit=M`: the log, byte for byte as it is stored. A record that is damaged
/// is served as far as it can be read, and says so: an audit is to name it, not to end at it.
pub(super) async fn records(
    State(host): State<Host>,
    Path(name): Path<String>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, Problem> {
    let ledger = ledger(&host, &name)?;
    let limit = range.limit.unwrap_or(MAX_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(invalid("limit", "a number from 1 to 1000"));
    }
    // Only what a signed checkpoint covers.
    let size = host.store.checkpoint(ledger.row.id).await?.map_or(0, |(size, _)| size);
    let rows = host.store.stored_entries(ledger.row.id, range.from, limit).await?;
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

pub(super) async fn receipt(State(host): State<Host>, Path((name, entry)): Path<(String, u64)>) -> Result<Response, Problem> {
    let ledger = ledger(&host, &name)?;
    let found = receipt_of(&host.store, ledger, entry).await?;
    let (_, text) = found.ok_or_else(|| Problem::not_found(format!("{name} has no entry {entry} yet")))?;
    let named = format!("attachment; filename=\"{name}-{entry}.tlog-proof\"");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response())
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
