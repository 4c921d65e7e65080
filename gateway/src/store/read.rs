//! The read side: the log by entry, and lives by kind of part.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row, Sqlite};

use super::keep::{Store, StoreFault};
use super::rows::{EntryRow, HeadRow, StoredEntry, instant, number, signed};

/// A part of a life, to be shown.
#[derive(Debug, Clone)]
pub struct PartRow {
    /// The life, such as `agreement/ID`.
    pub subject: String,
    /// Which one of its kind.
    pub key: String,
    /// Whether it is still open.
    pub is_open: bool,
    /// The entry that changed it last.
    pub entry: u64,
    /// As JSON.
    pub body: String,
}

/// Which parts to read: in the order of subject and key, after a cursor.
#[derive(Debug, Clone, Default)]
pub struct PartQuery {
    /// What kind of part.
    pub part: &'static str,
    /// Of this life only.
    pub subject: Option<String>,
    /// This one only.
    pub key: Option<String>,
    /// Only open or only final ones.
    pub is_open: Option<bool>,
    /// After this subject and key.
    pub after: Option<(String, String)>,
    /// At most this many.
    pub limit: u32,
}

impl Store {
    /// The head of a log; `None` when it has no entries.
    pub async fn head(&self, ledger: i64) -> Result<Option<HeadRow>, StoreFault> {
        let sql = "SELECT size, accepted_at, frontier FROM head WHERE ledger = $1";
        let Some(row) = sqlx::query(sql).bind(ledger).fetch_optional(&self.log.readers).await? else { return Ok(None) };
        let frontier: String = row.try_get("frontier")?;
        let frontier = serde_json::from_str(&frontier).map_err(|error| StoreFault::Damaged(format!("head: {error}")))?;
        let (size, accepted_at) = (number(row.try_get("size")?, "head")?, instant(row.try_get("accepted_at")?, "head")?);
        Ok(Some(HeadRow { size, accepted_at, frontier }))
    }

    /// The last signed checkpoint, with its size.
    pub async fn checkpoint(&self, ledger: i64) -> Result<Option<(u64, String)>, StoreFault> {
        let sql = "SELECT size, note FROM checkpoint WHERE ledger = $1 ORDER BY size DESC LIMIT 1";
        let row = sqlx::query(sql).bind(ledger).fetch_optional(&self.log.readers).await?;
        row.map(|row| Ok((number(row.try_get("size")?, "checkpoint")?, row.try_get("note")?))).transpose()
    }

    /// Entries from an index on, at most `limit`.
    pub async fn entries(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<EntryRow>, StoreFault> {
        self.stored_entries(ledger, from, limit).await?.iter().map(StoredEntry::parse).collect()
    }

    /// Entries from an index on, at most `limit`, as they are stored, be they whole or not.
    pub async fn stored_entries(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<StoredEntry>, StoreFault> {
        let sql = format!("SELECT {} FROM record WHERE ledger = $1 AND entry >= $2 ORDER BY entry LIMIT $3", EntryRow::COLUMNS);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ledger).bind(signed(from)).bind(i64::from(limit));
        query.fetch_all(&self.log.readers).await?.iter().map(StoredEntry::read).collect()
    }

    /// The 40 bytes of so many entries from an index on; damage if one of them is missing.
    pub async fn leaves(&self, ledger: i64, from: u64, count: u32) -> Result<Vec<Vec<u8>>, StoreFault> {
        let sql = "SELECT leaf FROM record WHERE ledger = $1 AND entry >= $2 AND entry < $3 ORDER BY entry";
        let query = sqlx::query_scalar(sql).bind(ledger).bind(signed(from)).bind(signed(from + u64::from(count)));
        let leaves: Vec<Vec<u8>> = query.fetch_all(&self.log.readers).await?;
        let missing = || StoreFault::Damaged(format!("of the {count} records from {from} on, {} are stored", leaves.len()));
        if leaves.len() == count as usize { Ok(leaves) } else { Err(missing()) }
    }

    /// A full tile's hashes.
    pub async fn tile(&self, ledger: i64, level: u8, tile: u64) -> Result<Option<Vec<u8>>, StoreFault> {
        let sql = "SELECT hashes FROM tile WHERE ledger = $1 AND level = $2 AND number = $3";
        Ok(sqlx::query_scalar(sql).bind(ledger).bind(i64::from(level)).bind(signed(tile)).fetch_optional(&self.log.readers).await?)
    }

    /// Parts of lives.
    pub async fn parts(&self, ledger: i64, query: &PartQuery) -> Result<Vec<PartRow>, StoreFault> {
        let mut sql = QueryBuilder::<Sqlite>::new("SELECT subject, key, is_open, entry, body FROM life WHERE ledger = ");
        sql.push_bind(ledger).push(" AND part = ").push_bind(query.part);
        if let Some(subject) = &query.subject {
            sql.push(" AND subject = ").push_bind(subject);
        }
        if let Some(key) = &query.key {
            sql.push(" AND key = ").push_bind(key);
        }
        if let Some(is_open) = query.is_open {
            sql.push(" AND is_open = ").push_bind(i64::from(is_open));
        }
        if let Some((subject, key)) = &query.after {
            sql.push(" AND (subject, key) > (").push_bind(subject).push(", ").push_bind(key).push(")");
        }
        sql.push(" ORDER BY subject, key LIMIT ").push_bind(i64::from(query.limit));
        let rows = sql.build().fetch_all(&self.derived.readers).await?;
        rows.iter()
            .map(|row| {
                let (subject, key): (String, String) = (row.try_get("subject")?, row.try_get("key")?);
                let (is_open, entry): (i64, i64) = (row.try_get("is_open")?, row.try_get("entry")?);
                let entry = number(entry, &format!("life {subject} {key}"))?;
                Ok(PartRow { subject, key, is_open: is_open == 1, entry, body: row.try_get("body")? })
            })
            .collect()
    }

    /// Every stored life, by subject, part and key: whether it is open, its last entry, its JSON.
    pub async fn all_lives(&self, ledger: i64) -> Result<BTreeMap<(String, String, String), (bool, u64, String)>, StoreFault> {
        let sql = "SELECT subject, part, key, is_open, entry, body FROM life WHERE ledger = $1";
        let rows = sqlx::query(sql).bind(ledger).fetch_all(&self.derived.readers).await?;
        rows.iter()
            .map(|row| {
                let (is_open, entry): (i64, i64) = (row.try_get("is_open")?, row.try_get("entry")?);
                let place = (row.try_get("subject")?, row.try_get("part")?, row.try_get("key")?);
                Ok((place, (is_open == 1, number(entry, "life")?, row.try_get("body")?)))
            })
            .collect()
    }
}
