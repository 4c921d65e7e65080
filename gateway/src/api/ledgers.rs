//! The ledgers that this gateway serves, and by which keys they are known.

use axum::Json;
use axum::extract::{Path, State};
use futures_util::stream::{self, StreamExt as _};
use ledger::envelope::statement::genesis::Versions;
use serde_json::{Value, json};

use super::Problem;
use super::answer::ledger;
use crate::reading::Served;
use crate::sequencer::LedgerHandle;
use crate::store::StoreFault;
use crate::witnessing::Panel;

/// How many ledgers are asked for at once: a country has more than its database has connections.
const AT_ONCE: usize = 8;

pub(super) async fn list(State(served): State<Served>) -> Result<Json<Value>, Problem> {
    let described: Vec<_> = served.ledgers().map(|ledger| listed(&served, ledger)).collect();
    let items: Vec<Value> = stream::iter(described).buffered(AT_ONCE).collect().await;
    Ok(Json(json!({ "items": items, "next": null })))
}

/// One ledger whose rows cannot be read keeps nobody from the others: by which rules it goes is left out, and asking for that one
/// says why.
async fn listed(served: &Served, ledger: &LedgerHandle) -> Value {
    let versions = in_force(served, ledger).await.unwrap_or_default();
    describe(served, ledger, versions.as_ref())
}

pub(super) async fn one(State(served): State<Served>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let ledger = ledger(&served, &name)?;
    let versions = in_force(&served, ledger).await?;
    Ok(Json(describe(&served, ledger, versions.as_ref())))
}

/// The versions of the rules by which a ledger goes now.
async fn in_force(served: &Served, ledger: &LedgerHandle) -> Result<Option<Versions>, StoreFault> {
    Ok(served.versions(ledger).await?.pop().map(|(_, versions)| versions))
}

fn describe(served: &Served, ledger: &LedgerHandle, versions: Option<&Versions>) -> Value {
    let facts = &ledger.row.facts;
    let mut value = json!({
        "name": ledger.row.name,
        "origin": facts.origin,
        "level": facts.level,
        "owner": facts.owner,
        "ministry": facts.ministry,
        "logKey": ledger.log_keys().current().to_string(),
        "statementKey": facts.statement_key,
        "witnesses": witnesses(served, &ledger.row.name),
        "size": ledger.size(),
        "now": served.clock().now(),
    });
    if let Some(versions) = versions {
        value["versions"] = json!(versions);
    }
    value
}

/// Who is asked to cosign: keys to be compared with those that came from elsewhere.
pub(super) fn witnesses(served: &Served, name: &str) -> Vec<Value> {
    let listed = served.panel(name).map(Panel::witnesses).unwrap_or_default();
    listed.iter().map(|(key, url)| json!({ "name": key.name(), "vkey": key.to_string(), "url": url })).collect()
}
