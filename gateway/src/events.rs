//! What happened, as CloudEvents in the NL GOV profile. An event follows from an entry of the log and has its place:
//! the log is the outbox, written in the transaction of what it tells. Nothing is skipped, nothing comes twice.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::envelope::{Body, Parsed};
use ledger::words::{Instant, Slug};
use serde::{Deserialize, Serialize};

use crate::store::{EntryFact, LedgerRow, Store, StoreFault};

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
    /// `nl.convenant.KIND.v1`: the type of the statement, or what the clock caused.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about: `agreement/ID` or `institution/ID`.
    pub subject: String,
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
    /// Who signed it.
    pub by: Slug,
    /// The id that its author gave it.
    pub id: String,
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

    fn next(&self, ledger: &str) -> u64 {
        self.0.get(ledger).copied().unwrap_or(0)
    }
}

impl Store {
    /// The events of a ledger from an entry on, at most `limit`, in the order of the log.
    pub async fn events(&self, row: &LedgerRow, from: u64, limit: u32) -> Result<Vec<Event>, StoreFault> {
        let facts = self.facts_from(row.id, from, limit).await?;
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.source(row).await?;
        let flags: Vec<u64> = facts.iter().filter(|fact| fact.kind == "flag").map(|fact| fact.entry).collect();
        let mut causes = BTreeMap::new();
        for (entry, jws) in self.statements(row.id, &flags).await? {
            let parsed = Parsed::parse(&jws).map_err(|refusal| StoreFault::Damaged(format!("record {entry}: {refusal}")))?;
            if let Body::Flag(flag) = &parsed.statement().body {
                causes.insert(entry, flag.cause.code());
            }
        }
        let told = |fact: EntryFact| {
            let cause = causes.get(&fact.entry).copied();
            event(row, &source, fact, cause)
        };
        Ok(facts.into_iter().map(told).collect())
    }

    /// The events of several ledgers after a cursor, at most `limit`: by time, each ledger's in the order of its log.
    pub async fn events_of_all(&self, rows: &[&LedgerRow], cursor: &Cursor, limit: u32) -> Result<(Vec<Event>, Cursor), StoreFault> {
        let mut events = Vec::new();
        for row in rows {
            events.extend(self.events(row, cursor.next(&row.name), limit).await?);
        }
        // Stable, and instants of a ledger never decrease: its own events stay in their order.
        events.sort_by_key(|event| event.time);
        events.truncate(limit as usize);
        let mut cursor = cursor.clone();
        for event in &events {
            cursor.0.insert(event.data.ledger.clone(), event.data.entry + 1);
        }
        Ok((events, cursor))
    }

    async fn source(&self, row: &LedgerRow) -> Result<String, StoreFault> {
        let owner = self.institution(row.id, &row.facts.owner).await?;
        let oin = owner.and_then(|owner| owner.admitted).and_then(|admitted| admitted.identifiers.oin);
        Ok(oin.map_or_else(|| format!("https://{}", row.facts.origin), |oin| format!("urn:nld:oin:{oin}:systeem:convenant")))
    }
}

fn event(row: &LedgerRow, source: &str, fact: EntryFact, cause: Option<&'static str>) -> Event {
    let origin = &row.facts.origin;
    let served = origin.rsplit_once('/').map_or(origin.as_str(), |(served, _)| served);
    Event {
        specversion: "1.0".to_owned(),
        id: format!("{origin}/{}", fact.entry),
        source: source.to_owned(),
        kind: format!("{DOMAIN}.{}.v1", cause.unwrap_or(&fact.kind)),
        subject: fact.subject,
        time: fact.accepted_at,
        sequence: format!("{:019}", fact.entry),
        dataref: format!("https://{served}/v1/ledgers/{}/records?from={}&limit=1", row.name, fact.entry),
        datacontenttype: "application/json".to_owned(),
        data: EventData { ledger: row.name.clone(), entry: fact.entry, by: fact.author, id: fact.statement },
    }
}
