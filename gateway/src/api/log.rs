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
use super::asked::Asked;
use super::query::{COSIGNED, FROM, Given, Key, MANY, MAX_PAGE};
use crate::reading::{Seen, Served};

/// What records are asked with.
pub(super) const RECORDS: &[Key] = &[FROM, MANY];

/// `GET /v1/ledgers/{ledger}/records?from=N&limit=M`: the log, byte for byte as it is stored. A record that is damaged
/// is served as far as it can be read, and says so: an audit is to name it, not to end at it. Of one that is withheld the
/// entry is served.
pub(super) async fn records(asked: Asked, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Json<Value>, Problem> {
    let mut given = Given::read(pairs, RECORDS);
    let from = given.parsed(FROM).unwrap_or(0);
    let limit = given.take(MANY, |text| text.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit))).unwrap_or(MAX_PAGE);
    given.done()?;
    let (entries, size) = asked.sight(&name).await?.entries(from, limit).await?;
    let records: Vec<Value> = entries.iter().map(record).collect();
    Ok(Json(json!({ "records": records, "size": size })))
}

fn record(Seen { row, is_withheld }: &Seen) -> Value {
    if *is_withheld {
        // The same as the tiles show: that there is an entry, and since when.
        let (accepted_at, leaf) = (Instant::from_millis(row.accepted_at), URL_SAFE_NO_PAD.encode(&row.leaf));
        return json!({ "entry": row.entry, "acceptedAt": accepted_at, "leaf": leaf, "withheld": true });
    }
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
pub(super) async fn receipt(asked: Asked, Path((name, entry)): Path<(String, u64)>, Query(pairs): Pairs) -> Result<Response, Problem> {
    let (cosigned, sight) = (cosigned(pairs)?, asked.sight(&name).await?);
    let text = match sight.receipt(entry, cosigned).await? {
        Some(text) => text,
        // Also of an entry that is not for whoever asks: nothing is said of it.
        None if cosigned => return Err(not_cosigned(sight.has_witnesses(), &name, &format!("entry {entry}"))),
        None => return Err(Problem::not_found(format!("{name} has no receipt of entry {entry} for you"))),
    };
    let named = format!("attachment; filename=\"{name}-{entry}.tlog-proof\"");
    Ok(([(header::CONTENT_TYPE, TEXT.to_owned()), (header::CONTENT_DISPOSITION, named)], text).into_response())
}

/// `GET /v1/ledgers/{ledger}/checkpoint[?cosigned=true]`: the newest, or the newest that enough witnesses cosigned.
pub(super) async fn checkpoint(State(served): State<Served>, Path(name): Path<String>, Query(pairs): Pairs) -> Result<Response, Problem> {
    let cosigned = cosigned(pairs)?;
    let ledger = ledger(&served, &name)?;
    let note = if cosigned {
        let none = || not_cosigned(served.panel(&name).is_some(), &name, "any entry");
        served.cosigned_checkpoint(ledger).await?.ok_or_else(none)?
    } else {
        served.checkpoint(ledger).await?.ok_or_else(|| Problem::not_found(format!("{name} has no checkpoint")))?
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

fn not_cosigned(has_witnesses: bool, name: &str, what: &str) -> Problem {
    let why = if has_witnesses { "yet; its witnesses are asked again and again" } else { "since it has no witnesses" };
    Problem::not_found(format!("no checkpoint of {name} with {what} has the cosignatures that its policy asks for, {why}"))
}
