//! The ledgers that this gateway serves, and by which keys they are known.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Problem;
use super::answer::ledger;
use crate::reading::Served;
use crate::sequencer::LedgerHandle;
use crate::witnessing::Panel;

pub(super) async fn list(State(served): State<Served>) -> Result<Json<Value>, Problem> {
    let mut items = Vec::new();
    for ledger in served.ledgers() {
        items.push(describe(&served, ledger).await?);
    }
    Ok(Json(json!({ "items": items, "next": null })))
}

pub(super) async fn one(State(served): State<Served>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(describe(&served, ledger(&served, &name)?).await?))
}

async fn describe(served: &Served, ledger: &LedgerHandle) -> Result<Value, Problem> {
    let facts = &ledger.row.facts;
    let versions = served.versions(ledger).await?.pop().map(|(_, versions)| versions);
    Ok(json!({
        "name": ledger.row.name,
        "origin": facts.origin,
        "level": facts.level,
        "owner": facts.owner,
        "ministry": facts.ministry,
        "logKey": ledger.log_keys().current().to_string(),
        "statementKey": facts.statement_key,
        "versions": versions,
        "witnesses": witnesses(served, &ledger.row.name),
        "size": ledger.size(),
        "now": served.clock().now(),
    }))
}

/// Who is asked to cosign: keys to be compared with those that came from elsewhere.
pub(super) fn witnesses(served: &Served, name: &str) -> Vec<Value> {
    let listed = served.panel(name).map(Panel::witnesses).unwrap_or_default();
    listed.iter().map(|(key, url)| json!({ "name": key.name(), "vkey": key.to_string(), "url": url })).collect()
}
