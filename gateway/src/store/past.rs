//! The log read backwards: how many entries stood at an instant, and what a life's own entries had made of it by then.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use ledger::envelope::Parsed;
use ledger::words::{Instant, Slug};

use super::db::{Row, query, query_scalar};
use super::journal::newest_rows;
use super::keep::{Store, StoreFault};
use super::lives::LifeRow;
use super::rows::{instant, number, signed};

/// An entry as a timeline shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFact {
    /// Its index.
    pub entry: u64,
    /// The ledger's instant of acceptance.
    pub accepted_at: Instant,
    /// Type of the statement.
    pub kind: String,
    /// Who signed it.
    pub author: Slug,
    /// In whose name, where that is not its own.
    pub on_behalf_of: Option<Slug>,
    /// The id that its author gave it.
    pub statement: String,
    /// The life that it is about, such as `agreement/ID`.
    pub subject: String,
}

impl EntryFact {
    /// Who signed it, and in whose name.
    pub fn acted(&self) -> impl Iterator<Item = &Slug> {
        std::iter::once(&self.author).chain(&self.on_behalf_of)
    }
}

impl Store {
    /// How many of the first `size` entries were accepted at or before an instant: a binary search, since instants of
    /// acceptance never decrease.
    pub async fn size_at(&self, ledger: i64, size: u64, at: Instant) -> Result<u64, StoreFault> {
        let sql = "WITH RECURSIVE search(low, high) AS (SELECT CAST(0 AS BIGINT), CAST($2 AS BIGINT) UNION ALL \
                   SELECT CASE WHEN accepted_at <= $3 THEN (low + high) / 2 + 1 ELSE low END, \
                          CASE WHEN accepted_at <= $3 THEN high ELSE (low + high) / 2 END \
                   FROM search JOIN record ON record.ledger = $1 AND record.entry = (low + high) / 2 WHERE low < high) \
                   SELECT low FROM search WHERE low >= high";
        let low: i64 = query_scalar(sql).bind(ledger).bind(signed(size)).bind(at.millis()).fetch_one(&self.log.readers).await?;
        number(low, "record")
    }

    /// The entries before one that changed a life, oldest first: those after `after`, at most `limit`.
    pub async fn history(
        &self,
        ledger: i64,
        subject: &str,
        after: Option<u64>,
        before: u64,
        limit: Option<u32>,
    ) -> Result<Vec<u64>, StoreFault> {
        let sql = "SELECT entry FROM history WHERE ledger = $1 AND subject = $2 AND entry > $3 AND entry < $4 ORDER BY entry LIMIT $5";
        let query = query_scalar::<i64>(sql).bind(ledger).bind(subject).bind(after.map_or(-1, signed)).bind(signed(before));
        let entries = query.bind(limit.map_or(i64::MAX, i64::from)).fetch_all(&self.derived.readers).await?;
        entries.into_iter().map(|entry| number(entry, "history")).collect()
    }

    /// The entries before one that changed a life, newest first, at most `limit`.
    pub async fn latest(&self, ledger: i64, subject: &str, before: u64, limit: u32) -> Result<Vec<u64>, StoreFault> {
        let sql = "SELECT entry FROM history WHERE ledger = $1 AND subject = $2 AND entry < $3 ORDER BY entry DESC LIMIT $4";
        let query = query_scalar::<i64>(sql).bind(ledger).bind(subject).bind(signed(before)).bind(i64::from(limit));
        let entries = query.fetch_all(&self.derived.readers).await?;
        entries.into_iter().map(|entry| number(entry, "history")).collect()
    }

    /// The last version of each part of a life among these entries, which are all of its entries up to some point.
    pub async fn versions(&self, ledger: i64, subject: &str, entries: &[u64]) -> Result<Vec<LifeRow>, StoreFault> {
        let sql = "SELECT entry, body FROM change WHERE ledger = $1 AND entry {in $2} ORDER BY entry DESC";
        let mut rows = query(sql).bind(ledger).bind(list(entries)).fetch(&self.log.readers);
        let (mut newest, mut found) = (BTreeMap::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let entry = number(row.try_get("entry")?, "change")?;
            newest_rows(entry, row.try_get("body")?, subject, &mut newest)?;
            found += 1;
        }
        if found != entries.len() {
            return Err(StoreFault::Damaged(format!("{} of the changes of {subject} are missing", entries.len() - found)));
        }
        Ok(newest.into_values().collect())
    }

    /// Who said what when, for these entries, in their order.
    pub async fn facts(&self, ledger: i64, entries: &[u64]) -> Result<Vec<EntryFact>, StoreFault> {
        let sql = "SELECT entry, accepted_at, kind, author, on_behalf_of, CASE WHEN on_behalf_of IS NULL THEN jws END AS jws, statement, subject FROM record \
                   WHERE ledger = $1 AND entry {in $2} ORDER BY entry";
        let rows = query(sql).bind(ledger).bind(list(entries)).fetch_all(&self.log.readers).await?;
        rows.iter().map(fact).collect()
    }

    /// The entries from an index on, at most `limit`, as a timeline shows them.
    pub async fn facts_from(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<EntryFact>, StoreFault> {
        let sql = "SELECT entry, accepted_at, kind, author, on_behalf_of, CASE WHEN on_behalf_of IS NULL THEN jws END AS jws, statement, subject FROM record \
                   WHERE ledger = $1 AND entry >= $2 ORDER BY entry LIMIT $3";
        let query = query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit));
        query.fetch_all(&self.log.readers).await?.iter().map(fact).collect()
    }

    /// The signed bytes of these entries, in their order.
    pub async fn statements(&self, ledger: i64, entries: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreFault> {
        let sql = "SELECT entry, jws FROM record WHERE ledger = $1 AND entry {in $2} ORDER BY entry";
        let rows = query(sql).bind(ledger).bind(list(entries)).fetch_all(&self.log.readers).await?;
        rows.iter().map(|row| Ok((number(row.try_get("entry")?, "record")?, row.try_get("jws")?))).collect()
    }

    /// Lives that have a part of this kind, in the order of their names, after one; at most `limit`.
    pub async fn subjects(&self, ledger: i64, part: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, StoreFault> {
        let sql = "SELECT subject FROM life WHERE ledger = $1 AND part = $2 AND subject > $3 ORDER BY subject LIMIT $4";
        let query = query_scalar(sql).bind(ledger).bind(part).bind(after.unwrap_or("")).bind(i64::from(limit));
        Ok(query.fetch_all(&self.derived.readers).await?)
    }
}

fn list(entries: &[u64]) -> Vec<i64> {
    entries.iter().map(|entry| signed(*entry)).collect()
}

fn fact(row: &Row) -> Result<EntryFact, StoreFault> {
    let entry = number(row.try_get("entry")?, "record")?;
    let place = format!("record {entry}");
    let author: String = row.try_get("author")?;
    let author: Slug = author.parse().map_err(|_| StoreFault::Damaged(format!("{place}: its author")))?;
    let party: Option<Slug> = match (row.try_get::<Option<String>>("on_behalf_of")?, row.try_get::<Option<Vec<u8>>>("jws")?) {
        (Some(party), _) => Some(party.parse().map_err(|_| StoreFault::Damaged(format!("{place}: in whose name it was signed")))?),
        // An older program did not tell. A record that cannot be read tells nothing here: it is for the audit to name.
        (None, jws) => jws.and_then(|jws| Some(Parsed::parse(&jws).ok()?.statement().acts_for().clone())),
    };
    Ok(EntryFact {
        on_behalf_of: party.filter(|party| *party != author),
        entry,
        accepted_at: instant(row.try_get("accepted_at")?, &place)?,
        kind: row.try_get("kind")?,
        author,
        statement: row.try_get("statement")?,
        subject: row.try_get("subject")?,
    })
}
