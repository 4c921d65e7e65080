//! The log to those who may read it: records in bulk, receipts.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::words::Instant;
use serde_json::{Value, json};

use super::Problem;
use super::answer::{Pairs, ledger};
use super::query::{FROM, Given, Key, MANY, MAX_PAGE};
use crate::host::Host;
use crate::receipts::receipt_of;
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

pub(super) async fn receipt(State(host): State<Host>, Path((name, entry)): Path<(String, u64)>) -> Result<Response, Problem> {
    let ledger = ledger(&host, &name)?;
    let found = receipt_of(&host.store, ledger, entry).await?;
    let (_, text) = found.ok_or_else(|| Problem::not_found(format!("{name} has no entry {entry} yet")))?;
    let named = format!("attachment; filename=\"{name}-{entry}.tlog-proof\"");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response())
}
