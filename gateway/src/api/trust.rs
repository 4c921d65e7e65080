//! What a ledger is trusted by, in one document: its keys, witnesses, policy and genesis.

use axum::Json;
use axum::extract::{Path, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::statement::genesis::Versions;
use ledger::log::policy::{LogLine, Policy};
use ledger::log::record::Entry;
use serde_json::{Value, json};

use super::Problem;
use super::answer::ledger;
use super::ledgers::witnesses;
use crate::reading::{NamedKey, Served};
use crate::sequencer::LedgerHandle;
use crate::store::StoreFault;
use crate::witnessing::Panel;

/// `GET /v1/ledgers/{ledger}/trust`. Nothing signs it as a whole: it is to be compared with what came from elsewhere, and
/// what it says of the keys with the genesis, whose receipt the log key signs.
pub(super) async fn show(State(served): State<Served>, Path(name): Path<String>) -> Result<Json<Value>, Problem> {
    let ledger = ledger(&served, &name)?;
    let facts = &ledger.row.facts;
    let named = served.log_keys(ledger).await?;
    let log_keys: Vec<Value> = named.iter().map(log_key).collect();
    // The gateway does not start with another than the genesis names.
    let key = &facts.statement_key;
    let statement_keys = json!([{ "kid": key.thumbprint(), "key": key, "from": 0, "until": null }]);
    Ok(Json(json!({
        "ledger": name,
        "origin": facts.origin,
        "logKeys": log_keys,
        "statementKeys": statement_keys,
        "witnesses": witnesses(&served, &name),
        "versions": served.versions(ledger).await?.into_iter().map(by_versions).collect::<Vec<_>>(),
        "policy": policy(&named, served.panel(&name))?,
        "genesis": genesis(&served, ledger).await?,
    })))
}

fn log_key(key: &NamedKey) -> Value {
    let mut value = json!({ "vkey": key.vkey.to_string(), "from": key.from, "until": key.until });
    if let Some(instant) = key.signs_until {
        value["signsUntil"] = json!(instant);
    }
    if let Some(announcement) = &key.announcement {
        value["announcement"] = announcement.as_str().into();
    }
    value
}

/// By which rules entries are judged, from which one on.
fn by_versions((from, versions): (u64, Versions)) -> Value {
    let mut value = json!(versions);
    value["from"] = from.into();
    value
}

/// A tlog-policy file: the log by the keys that sign it now and the address of its tiles, then the witnesses and how many are
/// enough.
fn policy(keys: &[NamedKey], panel: Option<&Panel>) -> Result<String, Problem> {
    let line = |key: &NamedKey| LogLine { key: key.vkey.clone(), url: Some(format!("https://{}", key.vkey.name())) };
    let logs = keys.iter().filter(|key| key.until.is_none()).map(line).collect();
    let policy = panel.map_or_else(Policy::unwitnessed, |panel| panel.policy().clone()).with_logs(logs);
    String::from_utf8(policy.encode()).map_err(|_| StoreFault::Damaged("a policy that is not UTF-8".to_owned()).into())
}

/// The first entry as everybody can check it: its place in the tree, its statement, its receipt.
async fn genesis(served: &Served, ledger: &LedgerHandle) -> Result<Value, Problem> {
    let damaged = |what: String| Problem::from(StoreFault::Damaged(what));
    let (entries, _) = served.public(ledger).entries(0, 1).await?;
    let seen = entries.first().filter(|seen| seen.row.entry == 0).ok_or_else(|| damaged("record 0 is missing".to_owned()))?;
    let entry = Entry::parse(&seen.row.leaf).map_err(|fault| damaged(format!("entry 0: {fault}")))?;
    let (name, origin) = (&ledger.row.name, &ledger.row.facts.origin);
    let served_at = origin.rsplit_once('/').map_or(origin.as_str(), |(served_at, _)| served_at);
    let at = |path: &str| format!("https://{served_at}/v1/ledgers/{name}/{path}");
    Ok(json!({
        "entry": 0,
        "acceptedAt": entry.accepted_at(),
        "leaf": URL_SAFE_NO_PAD.encode(entry.as_bytes()),
        "leafHash": entry.leaf_hash(),
        "record": at("records?from=0&limit=1"),
        "receipt": at("receipts/0"),
    }))
}
