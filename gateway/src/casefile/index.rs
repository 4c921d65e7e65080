//! `casefile.json`: what the file is about, for programs, and the only part of it that is read back.

use ledger::log::checkpoint::Checkpoint;
use ledger::words::Slug;
use serde::Deserialize;
use serde_json::{Value, json};

use super::statements::Item;
use super::{Bundle, FORMAT, Scope};

/// What is read back.
pub(super) struct Index {
    pub(super) agreement: Slug,
    pub(super) scope: Scope,
    pub(super) log_key: String,
    pub(super) made_by: String,
}

/// The members that are read back. The others are passed over without keeping them: what they hold would take many times
/// the memory of their text, and is compared as text with what it must be.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    format: String,
    agreement: String,
    scope: String,
    log_key: String,
    made_by: String,
}

impl Index {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let Members { format, agreement, scope, log_key, made_by } = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if format != FORMAT {
            return Err(format!("the format is {format:?}, and {FORMAT} is what this version reads"));
        }
        Ok(Self {
            agreement: agreement.parse().map_err(|accepted| format!("agreement: {accepted}"))?,
            scope: scope.parse().map_err(|accepted| format!("scope: {accepted}"))?,
            log_key,
            made_by,
        })
    }
}

/// Writes it. Members are in alphabetical order, so that the same content has the same bytes.
pub(super) fn write(bundle: &Bundle, checkpoint: &Checkpoint, items: &[Item], keys: &[(String, String)]) -> Vec<u8> {
    let entry = |item: &Item| {
        let statement = item.parsed.statement();
        let attachments: Vec<Value> = item.body().attachments().iter().map(|attachment| {
            json!({ "hash": attachment.hash, "mediaType": attachment.media_type, "isHere": bundle.attachments.contains_key(&attachment.hash) })
        }).collect();
        let mut value = json!({
            "entry": item.entry, "acceptedAt": item.accepted_at, "type": statement.body.kind().code(), "by": statement.by,
            "key": item.parsed.received().header().kid, "forKeys": item.is_about_keys(), "attachments": attachments,
        });
        if let Some(party) = item.on_behalf_of() {
            value["onBehalfOf"] = json!(party);
        }
        value
    };
    let keys: Vec<Value> = keys.iter().map(|(kid, whose)| json!({ "kid": kid, "of": whose })).collect();
    let value = json!({
        "format": FORMAT, "madeBy": bundle.made_by, "ledger": checkpoint.origin(), "logKey": bundle.log_key,
        "agreement": bundle.agreement, "scope": bundle.scope.to_string(),
        "checkpoint": { "size": checkpoint.size(), "root": checkpoint.root() },
        "entries": items.iter().map(entry).collect::<Vec<_>>(), "keys": keys,
    });
    let mut text = serde_json::to_string_pretty(&value).expect("it is plain JSON");
    text.push('\n');
    text.into_bytes()
}
