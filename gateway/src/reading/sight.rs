//! What one reader sees of one ledger. Where it is not known yet who may read something, nobody sees it.

use std::collections::BTreeSet;

use ledger::lives::Reader;
use ledger::words::Instant;

use crate::host::Host;
use crate::listing::{Listing, ListingFault};
use crate::receipts::{cosigned_receipt_of, receipt_of};
use crate::sequencer::{LedgerHandle, Unavailable};
use crate::store::{StoreFault, StoredEntry, WithheldRow};

/// A ledger as one reader sees it.
#[derive(Clone)]
pub struct Sight {
    pub(super) host: Host,
    pub(super) ledger: LedgerHandle,
    pub(super) reader: Reader,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum Unseen {
    /// The ledger cannot be read now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// An entry of the log. That it is there, and since when, everybody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What is stored; without salt and statement where it is withheld.
    pub row: StoredEntry,
    /// Whether its record is withheld from this reader.
    pub is_withheld: bool,
}

/// An agreement that is withheld from the public, as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What there is to know.
    pub row: WithheldRow,
    /// Whether this reader may read it, and so knows its id.
    pub is_readable: bool,
}

impl Sight {
    pub(super) fn of(host: &Host, ledger: &LedgerHandle, reader: Reader) -> Self {
        Self { host: host.clone(), ledger: ledger.clone(), reader }
    }

    /// The ledger.
    pub fn ledger(&self) -> &LedgerHandle {
        &self.ledger
    }

    /// Its lives as of an instant, or as of now.
    pub async fn listing(&self, at: Option<Instant>) -> Result<Listing, ListingFault> {
        Listing::open(&self.host.store, &self.host.clock, &self.ledger, at, self.reader.clone()).await
    }

    /// Entries from an index on, at most `limit`, and how many there are: only what a signed checkpoint covers.
    pub async fn entries(&self, from: u64, limit: u32) -> Result<(Vec<Seen>, u64), Unseen> {
        let size = self.size().await?;
        let mut rows = self.host.store.entries_about(self.ledger.row.id, from, limit).await?;
        rows.retain(|(row, _)| row.entry < size);
        let places: Vec<(u64, &str)> = rows.iter().map(|(row, subject)| (row.entry, subject.as_str())).collect();
        let hidden = self.hidden(&places).await?;
        let seen = |(row, _): (StoredEntry, String)| {
            let is_withheld = hidden.contains(&row.entry);
            let row = if is_withheld { StoredEntry { salt: Vec::new(), jws: Vec::new(), ..row } } else { row };
            Seen { row, is_withheld }
        };
        Ok((rows.into_iter().map(seen).collect(), size))
    }

    /// The receipt of an entry, under the newest checkpoint or the newest that enough witnesses cosigned; `None` when there
    /// is none, or none for this reader.
    pub async fn receipt(&self, entry: u64, cosigned: bool) -> Result<Option<String>, Unseen> {
        if entry >= self.size().await? || !self.reads(entry).await? {
            return Ok(None);
        }
        if cosigned {
            return Ok(cosigned_receipt_of(&self.host, &self.ledger, entry).await?);
        }
        Ok(receipt_of(&self.host.store, &self.ledger, entry).await?.map(|(_, text)| text))
    }

    /// Whether witnesses are asked to cosign its checkpoints.
    pub fn has_witnesses(&self) -> bool {
        self.host.panel(&self.ledger.row.name).is_some()
    }

    /// The agreements that are withheld from the public, after an entry: that there are any, on which ground, is for
    /// everybody to know.
    pub async fn withheld(&self, after: Option<u64>, limit: u32) -> Result<Vec<Known>, Unseen> {
        self.ledger.settled().await?;
        let rows = self.host.store.withheld(self.ledger.row.id, after, limit).await?;
        let known = |row: WithheldRow| {
            let is_readable = ledger::lives::withheld::may_read(&self.reader, Some(&row.withheld));
            Known { row, is_readable }
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// How many entries a signed checkpoint covers; who may read each of them is known by then.
    async fn size(&self) -> Result<u64, Unseen> {
        let size = self.host.store.checkpoint(self.ledger.row.id).await?.map_or(0, |(size, _)| size);
        self.ledger.settled_to(size).await?;
        Ok(size)
    }

    pub(super) async fn reads(&self, entry: u64) -> Result<bool, StoreFault> {
        let Some(subject) = self.host.store.subject(self.ledger.row.id, entry).await? else { return Ok(false) };
        Ok(self.hidden(&[(entry, &subject)]).await?.is_empty())
    }

    /// Of these entries, each with the life that it is about, those that are withheld. Whether an agreement is withheld
    /// is settled by its first entry, so that it is known of every agreement that has derived rows. Of one that has none
    /// yet, where the ledger fails, nobody sees anything.
    pub(super) async fn hidden(&self, entries: &[(u64, &str)]) -> Result<BTreeSet<u64>, StoreFault> {
        let id = self.ledger.row.id;
        // Before the rows are read: they hold that much or more.
        let derived = self.ledger.derived_up_to();
        let of_agreements: Vec<&(u64, &str)> = entries.iter().filter(|(_, subject)| subject.starts_with("agreement/")).collect();
        let subjects: BTreeSet<&str> = of_agreements.iter().map(|(_, subject)| *subject).collect();
        let hidden = self.host.store.hidden(id, &subjects, &self.reader).await?;
        let late: BTreeSet<&str> = of_agreements.iter().filter(|(entry, _)| *entry >= derived).map(|(_, subject)| *subject).collect();
        let known = self.host.store.known(id, &late).await?;
        let is_hidden = |subject: &str| hidden.contains(subject) || late.contains(subject) && !known.contains(subject);
        Ok(of_agreements.into_iter().filter(|(_, subject)| is_hidden(subject)).map(|(entry, _)| *entry).collect())
    }
}
