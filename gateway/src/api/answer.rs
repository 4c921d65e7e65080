//! Small helpers that every route shares: which ledger, which page, JSON as it is stored.

use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use crate::host::Host;
use crate::sequencer::LedgerHandle;
use crate::store::{PartRow, StoreFault};
use axum::http::StatusCode;

/// The largest page.
pub(super) const MAX_PAGE: u32 = 1_000;

/// A ledger by the name in the path.
pub(super) fn ledger<'a>(host: &'a Host, name: &str) -> Result<&'a LedgerHandle, Problem> {
    host.ledger(name).ok_or_else(|| {
        let known: Vec<&str> = host.ledgers().map(|ledger| ledger.row.name.as_str()).collect();
        Problem::not_found(format!("there is no ledger {name:?} here; there are: {}", known.join(", ")))
    })
}

/// The same for a reader: whatever was acknowledged before is in what it finds.
pub(super) async fn readable<'a>(host: &'a Host, name: &str) -> Result<&'a LedgerHandle, Problem> {
    let ledger = ledger(host, name)?;
    ledger.settled().await?;
    Ok(ledger)
}

/// A cursor and a page size.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Page {
    cursor: Option<String>,
    limit: Option<u32>,
    /// `open` or `final`.
    pub(super) state: Option<String>,
    /// Id of an agreement.
    pub(super) agreement: Option<String>,
}

impl Page {
    pub(super) fn limit(&self) -> Result<u32, Problem> {
        let limit = self.limit.unwrap_or(100);
        if (1..=MAX_PAGE).contains(&limit) { Ok(limit) } else { Err(invalid("limit", "a number from 1 to 1000")) }
    }

    pub(super) fn after(&self) -> Result<Option<(String, String)>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let text = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = text.as_deref().and_then(|text| text.split_once('\n')).map(|(subject, key)| (subject.to_owned(), key.to_owned()));
        pair.map(Some).ok_or_else(|| invalid("cursor", "the `next` of an earlier answer"))
    }

    pub(super) fn is_open(&self) -> Result<Option<bool>, Problem> {
        match self.state.as_deref() {
            None => Ok(None),
            Some("open") => Ok(Some(true)),
            Some("final") => Ok(Some(false)),
            Some(_) => Err(invalid("state", "open or final")),
        }
    }
}

/// A parameter that does not fit.
pub(super) fn invalid(name: &str, accepted: &str) -> Problem {
    let mut problem = Problem::new(StatusCode::BAD_REQUEST, "Invalid parameter", format!("{name} does not fit"));
    problem.body["faults"] = json!([{ "parameter": name, "accepted": accepted }]);
    problem
}

/// A part as the API shows it: its life as JSON, with the entry that changed it last.
pub(super) fn item(row: &PartRow) -> Result<Value, StoreFault> {
    let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {} {}: {error}", row.subject, row.key));
    let mut value: Value = serde_json::from_str(&row.body).map_err(damaged)?;
    if let Some((kind, id)) = row.subject.split_once('/') {
        value[kind] = id.into();
    }
    value["isOpen"] = row.is_open.into();
    value["lastEntry"] = row.entry.into();
    Ok(value)
}

/// A page of items with the cursor of the next one.
pub(super) fn page(rows: &[PartRow], limit: u32, shape: impl Fn(&PartRow) -> Result<Value, StoreFault>) -> Result<Response, Problem> {
    let items = rows.iter().map(shape).collect::<Result<Vec<_>, _>>()?;
    let full = rows.len() >= limit as usize;
    let next = rows.last().filter(|_| full).map(|row| URL_SAFE_NO_PAD.encode(format!("{}\n{}", row.subject, row.key)));
    Ok(Json(json!({ "items": items, "next": next })).into_response())
}
