//! What a self-check reads of the log: every column as it stands, and what lies beyond the head.

use std::collections::BTreeMap;

use ledger::words::Hash;

use super::db::{Fetched, Row, query, query_as, query_scalar};
use super::keep::{Store, StoreFault};
use super::rows::{EntryRow, HeadRow, StoredEntry, instant, number, signed};
use super::tiles::{root_of_tile, split_tile};

/// An entry with everything that is stored beside it.
#[derive(Debug, Clone)]
pub struct WholeRow {
    /// What the log holds.
    pub row: EntryRow,
    /// Type, author, id, and the life that it is about, as they are looked up by.
    pub words: [String; 4],
    /// In whose name it was signed; `None` where an older program wrote the row.
    pub on_behalf_of: Option<String>,
    /// SHA-256 of its payload.
    pub payload_hash: Vec<u8>,
    /// What it changed, as text; `None` where that is missing.
    pub change: Option<String>,
}

/// The head of a log, and the first thing that is stored beyond it or is missing before it.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The head.
    pub head: HeadRow,
    /// Rows that fit no log of that size, each by its place.
    pub strays: Vec<String>,
}

impl Store {
    /// The head, and what does not fit its size, at one moment; `None` when there is no head.
    pub async fn bounds(&self, ledger: i64) -> Result<Option<Bounds>, StoreFault> {
        let mut tx = self.log.readers.begin_reading().await?;
        let sql = "SELECT size, accepted_at, frontier FROM head WHERE ledger = $1";
        let Some(row) = query(sql).bind(ledger).fetch_optional(&mut tx).await? else { return Ok(None) };
        let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("head: {error}"));
        let frontier = serde_json::from_str(&column::<String>(&row, "frontier", "head")?).map_err(damaged)?;
        let size: i64 = row.try_get("size")?;
        let head = HeadRow { size: number(size, "head")?, accepted_at: instant(row.try_get("accepted_at")?, "head")?, frontier };
        let mut strays = Vec::new();
        for (what, column, first, last) in
            [("record", "entry", 0, size - 1), ("change", "entry", 0, size - 1), ("checkpoint", "size", 1, size)]
        {
            let sql = format!(
                "SELECT (SELECT MIN({column}) FROM {what} WHERE ledger = $1), (SELECT MAX({column}) FROM {what} WHERE ledger = $1)"
            );
            let ends: (Option<i64>, Option<i64>) = query_as(sql).bind(ledger).fetch_one(&mut tx).await?;
            match ends {
                (Some(least), _) if least < first => strays.push(format!("{what} {least}: there can be none")),
                (_, Some(most)) if most > last => strays.push(format!("{what} {most}: it is beyond the head, which counts {size} entries")),
                (_, most) if most != Some(last) => strays.push(format!("{what} {last}: it is missing, and the head counts {size} entries")),
                _ => {}
            }
        }
        for what in ["tile", "tile_root"] {
            let sql = format!(
                "SELECT level, number FROM {what} WHERE ledger = $1 AND (level NOT BETWEEN 0 AND 6 OR number < 0 OR \
                 number >= ($2 >> CAST(8 * level + 8 AS INTEGER))) LIMIT 10"
            );
            let rows: Vec<(i64, i64)> = query_as(sql).bind(ledger).bind(size).fetch_all(&mut tx).await?;
            strays.extend(rows.iter().map(|(level, tile)| format!("{what} {tile} of level {level}: a log of {size} entries has none")));
        }
        tx.commit().await?;
        Ok(Some(Bounds { head, strays }))
    }

    /// Entries from an index on, at most `limit`, with everything beside them; for each that cannot be read, what is wrong.
    pub async fn whole_rows(&self, ledger: i64, from: u64, limit: u32) -> Result<Vec<Result<WholeRow, StoreFault>>, StoreFault> {
        let sql = "SELECT record.entry, accepted_at, salt, leaf, jws, kind, author, on_behalf_of, statement, payload_hash, subject, body FROM record \
                   LEFT JOIN change ON change.ledger = record.ledger AND change.entry = record.entry \
                   WHERE record.ledger = $1 AND record.entry >= $2 ORDER BY record.entry LIMIT $3";
        let query = query(sql).bind(ledger).bind(signed(from)).bind(i64::from(limit));
        Ok(query.fetch_all(&self.log.readers).await?.iter().map(whole).collect())
    }

    /// The signed checkpoints of sizes after one, up to another.
    pub async fn checkpoints(&self, ledger: i64, after: u64, upto: u64) -> Result<BTreeMap<u64, Vec<u8>>, StoreFault> {
        let sql =
            "SELECT size, {CAST(note AS BLOB)|convert_to(note, 'UTF8')} FROM checkpoint WHERE ledger = $1 AND size > $2 AND size <= $3";
        let query = query_as(sql).bind(ledger).bind(signed(after)).bind(signed(upto));
        let rows: Vec<(i64, Vec<u8>)> = query.fetch_all(&self.log.readers).await?;
        rows.into_iter().map(|(size, note)| Ok((number(size, "checkpoint")?, note))).collect()
    }

    /// What is wrong with a full tile and its root, as they are stored, when these are its hashes.
    pub async fn wrong_tile(&self, ledger: i64, level: u8, tile: u64, hashes: &[u8]) -> Result<Option<String>, StoreFault> {
        let stored = self.tile(ledger, level, tile).await?;
        if stored.as_deref() != Some(hashes) {
            let what = if stored.is_some() { "it is not what the entries give" } else { "it is missing" };
            return Ok(Some(format!("tile {tile} of level {level}: {what}")));
        }
        let root = root_of_tile(split_tile(hashes, level, tile)?);
        let sql = "SELECT hash FROM tile_root WHERE ledger = $1 AND level = $2 AND number = $3";
        let query = query_scalar(sql).bind(ledger).bind(i64::from(level)).bind(signed(tile));
        let stored: Option<Vec<u8>> = query.fetch_optional(&self.log.readers).await?;
        let fits = stored.as_deref() == Some(root.0.as_slice());
        let what = if stored.is_some() { "it is not the root of its tile" } else { "it is missing" };
        Ok((!fits).then(|| format!("tile_root {tile} of level {level}: {what}")))
    }

    /// Makes the roots of full tiles anew from the tiles, and drops changes of entries that the log does not have.
    pub async fn mend_beside_log(&self, ledger: i64) -> Result<(), StoreFault> {
        let sql = "SELECT level, number FROM tile WHERE ledger = $1 ORDER BY level, number";
        let tiles: Vec<(i64, i64)> = query_as(sql).bind(ledger).fetch_all(&self.log.readers).await?;
        let mut tx = self.log.writer.begin().await?;
        query("DELETE FROM tile_root WHERE ledger = $1").bind(ledger).execute(&mut tx).await?;
        let sql = "DELETE FROM change WHERE ledger = $1 AND entry NOT IN (SELECT entry FROM record WHERE record.ledger = change.ledger)";
        query(sql).bind(ledger).execute(&mut tx).await?;
        for (level, tile) in tiles {
            let (depth, at) = (u8::try_from(level).unwrap_or(u8::MAX), number(tile, "tile")?);
            let bytes = self.tile(ledger, depth, at).await?.unwrap_or_default();
            let root = root_of_tile(split_tile(&bytes, depth, at)?);
            let sql = "INSERT INTO tile_root (ledger, level, number, hash) VALUES ($1, $2, $3, $4)";
            query(sql).bind(ledger).bind(level).bind(tile).bind(root.0.to_vec()).execute(&mut tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What these entries changed, as text.
    pub async fn change_texts(&self, ledger: i64, entries: &[u64]) -> Result<BTreeMap<u64, String>, StoreFault> {
        let mut query = query("SELECT entry, body FROM change WHERE ledger = ");
        query.push_bind(ledger).push(" AND entry").push_in(entries.iter().map(|entry| signed(*entry)).collect::<Vec<_>>());
        let rows = query.fetch_all(&self.log.readers).await?;
        rows.iter()
            .map(|row| {
                let entry = number(row.try_get("entry")?, "change")?;
                Ok((entry, column(row, "body", &format!("change {entry}"))?))
            })
            .collect()
    }

    /// The hashes of attachments that entries name, after one, at most `limit`.
    pub async fn attachment_hashes(&self, ledger: i64, after: Option<Hash>, limit: u32) -> Result<Vec<Vec<u8>>, StoreFault> {
        let sql = "SELECT hash FROM attachment_file WHERE ledger = $1 AND hash > $2 ORDER BY hash LIMIT $3";
        let after = after.map(|hash| hash.0.to_vec()).unwrap_or_default();
        Ok(query_scalar(sql).bind(ledger).bind(after).bind(i64::from(limit)).fetch_all(&self.log.readers).await?)
    }
}

/// A column, where the error names the row.
pub(super) fn column<'r, T: Fetched<'r>>(row: &'r Row, name: &str, place: &str) -> Result<T, StoreFault> {
    row.try_get(name).map_err(|error| StoreFault::Damaged(format!("{place}: {error}")))
}

fn whole(row: &Row) -> Result<WholeRow, StoreFault> {
    let stored = StoredEntry::read(row)?;
    let place = format!("record {}", stored.entry);
    let word = |name: &str| column::<String>(row, name, &place);
    Ok(WholeRow {
        row: stored.parse()?,
        words: [word("kind")?, word("author")?, word("statement")?, word("subject")?],
        on_behalf_of: column(row, "on_behalf_of", &place)?,
        payload_hash: row.try_get("payload_hash")?,
        change: column(row, "body", &format!("change {}", stored.entry))?,
    })
}
