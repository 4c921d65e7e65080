//! What happened, as CloudEvents in the NL GOV profile. An event follows from an entry of the log and has its place:
//! the log is the outbox, written in the transaction of what it tells. Nothing is skipped, nothing comes twice.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::words::{Instant, Slug};
use serde::{Deserialize, Serialize};

use crate::store::{EntryFact, LedgerRow};

/// Media type of a list of events (CloudEvents 1.0, JSON batch format).
pub const BATCH: &str = "application/cloudevents-batch+json";
/// What types begin with.
const DOMAIN: &str = "nl.convenant";

/// An event (CloudEvents 1.0, NL GOV profile 1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Version of CloudEvents.
    pub specversion: String,
    /// The entry: origin of the ledger, and index.
    pub id: String,
    /// The system that tells: `urn:nld:oin:OIN:systeem:convenant` with the OIN of the ledger's owner; the address of the
    /// ledger where its owner has none.
    pub source: String,
    /// `nl.convenant.KIND.v1`: the type of the statement, or what the clock caused; KIND is `withheld` where the reader may
    /// know no more than that there is an entry.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about: `agreement/ID` or `institution/ID`; nothing where that is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The ledger's instant of acceptance.
    pub time: Instant,
    /// Index of the entry, with zeros in front: it sorts as a text.
    pub sequence: String,
    /// The record, which proves it.
    pub dataref: String,
    /// Media type of the data.
    pub datacontenttype: String,
    /// Little: who said it, and where it stands.
    pub data: EventData,
}

/// What an event carries; all else is in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventData {
    /// Name of the ledger.
    pub ledger: String,
    /// Index of the entry.
    pub entry: u64,
    /// Who signed it; nothing where that is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Slug>,
    /// In whose name, where that is not its signer's own; nothing where that is withheld.
    #[serde(default, rename = "onBehalfOf", skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Slug>,
    /// The id that its author gave it; nothing where that is withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// How far a reader is, by ledger: the next entry that it has not read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor(pub BTreeMap<String, u64>);

impl Cursor {
    /// The text that a reader keeps.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_string(&self.0).expect("names and numbers are JSON"))
    }

    /// Reads it back; `None` when it is no cursor.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok().map(Self)
    }

    pub(crate) fn next(&self, ledger: &str) -> u64 {
        self.0.get(ledger).copied().unwrap_or(0)
    }
}

pub(crate) fn event(row: &LedgerRow, source: &str, fact: EntryFact, cause: Option<&'static str>) -> Event {
    let origin = &row.facts.origin;
    let served = origin.rsplit_once('/').map_or(origin.as_str(), |(served, _)| served);
    Event {
        specversion: "1.0".to_owned(),
        id: format!("{origin}/{}", fact.entry),
        source: source.to_owned(),
        kind: format!("{DOMAIN}.{}.v1", cause.unwrap_or(&fact.kind)),
        subject: Some(fact.subject),
        time: fact.accepted_at,
        sequence: format!("{:019}", fact.entry),
        dataref: format!("https://{served}/v1/ledgers/{}/records?from={}&limit=1", row.name, fact.entry),
        datacontenttype: "application/json".to_owned(),
        data: EventData {
            ledger: row.name.clone(),
            entry: fact.entry,
            by: Some(fact.author),
            on_behalf_of: fact.on_behalf_of,
            id: Some(fact.statement),
        },
    }
}

/// The event of an entry that is withheld: that it is there, and since when.
pub(crate) fn withheld_event(row: &LedgerRow, source: &str, fact: &EntryFact) -> Event {
    let told = event(row, source, fact.clone(), Some("withheld"));
    Event { subject: None, data: EventData { by: None, on_behalf_of: None, id: None, ..told.data.clone() }, ..told }
}
