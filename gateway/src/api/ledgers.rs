//! The ledgers that this gateway serves, and by which keys they are known.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Problem;
use super::answer::ledger;
use crate::host::Host;
use crate::sequencer::LedgerHandle;

pub(super) async fn list(State(host): State<Host>) -> Json<Value> {
    let items: Vec<Value> = host.ledgers().map(|ledger| describe(&host, ledger)).collect();
    Json(json!({ "items": items, "next": null }))
}

pub(super) async fn one(State(host): State<Host>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(describe(&host, ledger(&host, &name)?)))
}

fn describe(host: &Host, ledger: &LedgerHandle) -> Value {
    let facts = &ledger.row.facts;
    json!({
        "name": ledger.row.name,
        "origin": facts.origin,
        "level": facts.level,
        "owner": facts.owner,
        "ministry": facts.ministry,
        "logKey": facts.log_key,
        "statementKey": facts.statement_key,
        "versions": facts.versions,
        "size": ledger.size(),
        "now": host.clock.now(),
    })
}
