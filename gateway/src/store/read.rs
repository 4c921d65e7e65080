//! The read side: the log by entry, and lives by kind of part.

use std::collections::BTreeMap;

use ledger::lives::Institution;
use ledger::words::Slug;

use super::db::{query, query_as, query_scalar};
use super::keep::{Store, StoreFault};
use super::lives::LifeRow;
use super::rows::{EntryRow, HeadRow, StoredEntry, instant, number, signed};

impl Store {
    /// The head of a log; `None` when it has no entries.
    pub async fn head(&self, ledger: i64) -> Result<Option<HeadRow>, StoreFault> {
        let sql = "SELECT size, accepted_at, frontier FROM head WHERE ledger = $1";
        let Some(row) = query(sql).bind(ledger).fetch_optional(&self.log.readers).await? else { return Ok(None) };
        let frontier: String = row.try_get("frontier")?;
        let frontier = serde_json::from_str(&frontier).map_err(|error| StoreFault::Damaged(format!("head: {error}")))?;
        let (size, accepted_at) = (number(row.try_get("size")?, "head")?, instant(row.try_get("accepted_at")?, "head")?);
        Ok(Some(HeadRow { size, accepted_at, frontier }))
    }

    /// How many entries each ledger has.
    pub async fn sizes(&self) -> Result<BTreeMap<i64, u64>, StoreFault> {
        let rows: Vec<(i64, i64)> = query_as("SELECT ledger, size FROM head").fetch_all(&self.log.readers).await?;
        rows.into_iter().map(|(ledger, size)| Ok((ledger, number(size, "head")?))).collect()
    }

    /// How many entries a ledger has.
    pub async fn size(&self, ledger: i64) -> Result<u64, StoreFault> {
        let size: Option<i64> =
            query_scalar("SELECT size FROM head WHERE ledger = $1").bind(ledger).fetch_optional(&self.log.readers).await?;
        number(size.unwrap_or(0), "head")
    }

    /// The last signed checkpoint, with its size.
    pub async fn checkpoint(&self, ledger: i64) -> Result<Option<(u64, String)>, StoreFault> {
        let sql = "SELECT size, note FROM checkpoint WHERE ledger = $1 ORDER BY size DESC LIMIT 1";
        let row = query(sql).bind(ledger).fetch_optional(&self.log.readers).await?;
        row.map(|row| Ok((number(row.try_get("size")?, "checkpoint")?, row.try_get("note")?))).transpose()
    }

    /// The first signed checkpoint that holds an entry: number of entries, and the note.
    pub async fn first_checkpoint_with(&self, ledger: i64, entry: u64) -> Result<Option<(u64, String)>, StoreFault> {
        let sql = "SELECT size, note FROM checkpoint WHERE ledger = $1 AND size > $2 ORDER BY size LIMIT 1";
        let row = query(sql).bind(ledger).bind(signed(entry)).fetch_optional(&self.log.readers).await?;
        row.map(|row| Ok((number(row.try_get("size")?, "checkpoint")?, row.try_get("note")?))).transpose()
    }

    /// Entries from an index on, at most `limit`.
    pub async fn entries(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<EntryRow>, StoreFault> {
        self.stored_entries(ledger, from, limit).await?.iter().map(StoredEntry::parse).collect()
    }

    /// These entries, in the order of the log.
    pub async fn entries_of(&self, ledger: i64, entries: &[u64]) -> Result<Vec<EntryRow>, StoreFault> {
        let columns = EntryRow::COLUMNS;
        let sql = format!("SELECT {columns} FROM record WHERE ledger = $1 AND entry {{in $2}} ORDER BY entry");
        let list: Vec<i64> = entries.iter().map(|entry| signed(*entry)).collect();
        let rows = query(sql).bind(ledger).bind(list).fetch_all(&self.log.readers).await?;
        rows.iter().map(EntryRow::read).collect()
    }

    /// Entries from an index on, at most `limit`, as they are stored, be they whole or not.
    pub async fn stored_entries(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreFault> {
        let sql = format!("SELECT {} FROM record WHERE ledger = $1 AND entry >= $2 ORDER BY entry LIMIT $3", EntryRow::COLUMNS);
        let query = query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit));
        query.fetch_all(&self.log.readers).await?.iter().map(StoredEntry::read).collect()
    }

    /// The 40 bytes of so many entries from an index on; damage if one of them is missing.
    pub async fn leaves(&self, ledger: i64, from: u64, count: u32) -> Result<Vec<Vec<u8>>, StoreFault> {
        let sql = "SELECT leaf FROM record WHERE ledger = $1 AND entry >= $2 AND entry < $3 ORDER BY entry";
        let query = query_scalar(sql).bind(ledger).bind(signed(from)).bind(signed(from + u64::from(count)));
        let leaves: Vec<Vec<u8>> = query.fetch_all(&self.log.readers).await?;
        let missing = || StoreFault::Damaged(format!("of the {count} records from {from} on, {} are stored", leaves.len()));
        if leaves.len() == count as usize { Ok(leaves) } else { Err(missing()) }
    }

    /// A full tile's hashes.
    pub async fn tile(&self, ledger: i64, level: u8, tile: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        let sql = "SELECT hashes FROM tile WHERE ledger = $1 AND level = $2 AND number = $3";
        Ok(query_scalar(sql).bind(ledger).bind(i64::from(level)).bind(signed(tile)).fetch_optional(&self.log.readers).await?)
    }

    /// An institution as it stands.
    pub async fn institution(&self, ledger: i64, id: &Slug) -> Result<Option<Institution>, StoreFault> {
        let sql = "SELECT body FROM life WHERE ledger = $1 AND part = 'institution' AND subject = $2";
        let subject = format!("institution/{id}");
        let body: Option<String> = query_scalar(sql).bind(ledger).bind(&subject).fetch_optional(&self.derived.readers).await?;
        let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {subject}: {error}"));
        body.map(|body| serde_json::from_str(&body).map_err(damaged)).transpose()
    }

    /// Every stored life, part by part, with all that lists place it by.
    pub async fn all_lives(&self, ledger: i64) -> Result<BTreeMap<(String, String, String), LifeRow>, StoreFault> {
        let rows = query("SELECT * FROM life WHERE ledger = $1").bind(ledger).fetch_all(&self.derived.readers).await?;
        rows.iter().map(LifeRow::read).map(|row| row.map(|row| (row.place(), row))).collect()
    }
}
