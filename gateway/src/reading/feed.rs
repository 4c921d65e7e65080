//! The events that a reader sees: each entry is one, in its place. Of one that is withheld it sees that it is there.

use std::collections::BTreeMap;

use ledger::envelope::{Body, Parsed};

use super::Sight;
use super::sight::Unseen;
use crate::events::{Cursor, Event, event, withheld_event};
use crate::store::{EntryFact, StoreFault};

impl Sight {
    /// The events from an entry on, at most `limit`, in the order of the log.
    pub async fn events(&self, from: u64, limit: u32) -> Result<Vec<Event>, Unseen> {
        let row = &self.ledger.row;
        self.ledger.settled().await?;
        // An event is told once, so not before it is known who may read it.
        let derived = self.ledger.derived_up_to();
        let mut facts = self.host.store.facts_from(row.id, from, limit).await?;
        facts.retain(|fact| fact.entry < derived);
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<(u64, &str)> = facts.iter().map(|fact| (fact.entry, fact.subject.as_str())).collect();
        let hidden = self.hidden(&places).await?;
        let source = self.source().await?;
        let flags = facts.iter().filter(|fact| fact.kind == "flag").map(|fact| fact.entry).filter(|entry| !hidden.contains(entry));
        let flags: Vec<u64> = flags.collect();
        let mut causes = BTreeMap::new();
        for (entry, jws) in self.host.store.statements(row.id, &flags).await? {
            let parsed = Parsed::parse(&jws).map_err(|refusal| StoreFault::Damaged(format!("record {entry}: {refusal}")))?;
            if let Body::Flag(flag) = &parsed.statement().body {
                causes.insert(entry, flag.cause.code());
            }
        }
        let told = |fact: EntryFact| match hidden.contains(&fact.entry) {
            true => withheld_event(row, &source, &fact),
            false => {
                let cause = causes.get(&fact.entry).copied();
                event(row, &source, fact, cause)
            }
        };
        Ok(facts.into_iter().map(told).collect())
    }

    async fn source(&self) -> Result<String, StoreFault> {
        let row = &self.ledger.row;
        let owner = self.host.store.institution(row.id, &row.facts.owner).await?;
        let oin = owner.and_then(|owner| owner.admitted).and_then(|admitted| admitted.identifiers.oin);
        Ok(oin.map_or_else(|| format!("https://{}", row.facts.origin), |oin| format!("urn:nld:oin:{oin}:systeem:convenant")))
    }
}

/// The events of several ledgers after a cursor, at most `limit`: by time, each ledger's in the order of its log.
pub async fn events_of_all(sights: &[Sight], cursor: &Cursor, limit: u32) -> Result<(Vec<Event>, Cursor), Unseen> {
    let mut events = Vec::new();
    for sight in sights {
        events.extend(sight.events(cursor.next(&sight.ledger.row.name), limit).await?);
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
