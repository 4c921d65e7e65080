//! One transaction: what a batch adds to the log, and beside it what each entry changed.
//!
//! Rows go in by the order of entries only, so that a commit writes few and dense pages. What is looked up by other
//! words (`settle`) follows a moment later.

use std::sync::Arc;

use ledger::book::Ledger;
use ledger::words::{Hash, Slug, StatementId};

use super::attachments;
use super::db::{Column, Connection, insert, query, query_scalar};
use super::files::Held;
use super::journal::EntryChange;
use super::keep::{LedgerRow, Store, StoreFault};
use super::rows::{EntryRow, HeadRow, number, signed};
use super::tiles::{root_of_tile, split_tile};
use crate::clock::Stopwatch;
use crate::metrics;

/// Content beside the log, which is on disk already.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// SHA-256 of salt and content.
    pub hash: Hash,
    /// The entry that refers to it.
    pub entry: u64,
    /// Its media type.
    pub media_type: String,
    /// Bytes of the content, without the salt.
    pub size_bytes: u64,
    /// Keeps it there until the commit is through.
    pub held: Option<Arc<Held>>,
}

/// Content beside the log that an entry erases.
#[derive(Debug, Clone, Copy)]
pub struct Erased {
    /// SHA-256 of salt and content.
    pub hash: Hash,
    /// The entry that erases it.
    pub by: u64,
}

/// An entry with what is looked up by.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// What the log holds.
    pub row: EntryRow,
    /// Type of the statement.
    pub kind: &'static str,
    /// Who signed it.
    pub author: Slug,
    /// In whose name: its own, where it names nobody else.
    pub on_behalf_of: Slug,
    /// Its id.
    pub statement: StatementId,
    /// SHA-256 of its payload.
    pub payload_hash: Hash,
    /// The life that it is about.
    pub subject: String,
}

/// What a batch adds.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The size that it builds on.
    pub expected: u64,
    /// The head after it.
    pub head: HeadRow,
    /// The entries, in order.
    pub entries: Vec<NewEntry>,
    /// Tiles that it makes full: level, number, 256 hashes.
    pub tiles: Vec<(u8, u64, Vec<u8>)>,
    /// What each of them changed.
    pub changes: Vec<EntryChange>,
    /// Content beside the log.
    pub attachments: Vec<NewAttachment>,
    /// What of it is erased. It is destroyed after the commit, and at the next start where a crash comes between.
    pub erased: Vec<Erased>,
}

impl Commit {
    /// About how much it adds to the file.
    fn bytes(&self) -> u64 {
        let statements: usize = self.entries.iter().map(|entry| entry.row.jws.len() + 256).sum();
        let changes: usize =
            self.changes.iter().flat_map(|change| &change.lives).flat_map(|life| &life.rows).map(|row| row.body.len()).sum();
        (statements + changes) as u64
    }
}

/// Why a checkpoint was not signed for what was read back.
#[derive(Debug, thiserror::Error)]
#[error("what was read back is not what was written: {0}")]
pub struct Conflict(pub String);

impl Store {
    /// Commits a batch. `seal` is handed the entries as they were read back, and gives the signed checkpoint.
    pub async fn commit(
        &self,
        ledger: i64,
        commit: &Commit,
        seal: impl FnOnce(&[EntryRow]) -> Result<String, Conflict>,
    ) -> Result<String, StoreFault> {
        // A crash before COMMIT leaves nothing of this batch: nobody was answered, everybody tries again.
        let mut tx = self.log.writer.begin().await?;
        let note = write(&mut tx, ledger, commit, seal).await?;
        // A crash during COMMIT leaves all of it or nothing; the head read at the next start tells which.
        let watch = Stopwatch::start();
        tx.commit().await?;
        metrics::database_committed(watch.elapsed());
        // A crash after COMMIT: the statements stand; who was not answered sends again and gets this receipt.
        self.folding.wrote(commit.bytes(), &self.log.readers);
        Ok(note)
    }

    /// Adds a ledger with its first entries: never one without the other.
    pub async fn found(
        &self,
        name: &str,
        facts: &Ledger,
        commit: &Commit,
        seal: impl FnOnce(&[EntryRow]) -> Result<String, Conflict>,
    ) -> Result<LedgerRow, StoreFault> {
        let json = serde_json::to_string(facts).map_err(|error| StoreFault::Damaged(error.to_string()))?;
        let mut tx = self.log.writer.begin().await?;
        let id: i64 = query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM ledger").fetch_one(&mut tx).await?;
        let sql = "INSERT INTO ledger (id, name, facts) VALUES ($1, $2, $3)";
        query(sql).bind(id).bind(name).bind(json).execute(&mut tx).await?;
        write(&mut tx, id, commit, seal).await?;
        tx.commit().await?;
        Ok(LedgerRow { id, name: name.to_owned(), facts: facts.clone() })
    }
}

async fn write(
    tx: &mut Connection,
    ledger: i64,
    commit: &Commit,
    seal: impl FnOnce(&[EntryRow]) -> Result<String, Conflict>,
) -> Result<String, StoreFault> {
    move_head(tx, ledger, commit).await?;
    insert_entries(tx, ledger, &commit.entries).await?;
    let stored = read_back(tx, ledger, commit.expected).await?;
    let note = seal(&stored).map_err(|conflict| StoreFault::Damaged(conflict.to_string()))?;
    insert_tiles(tx, ledger, &commit.tiles).await?;
    query("INSERT INTO checkpoint (ledger, size, note) VALUES ($1, $2, $3)")
        .bind(ledger)
        .bind(signed(commit.head.size))
        .bind(&note)
        .execute(&mut *tx)
        .await?;
    attachments::insert(tx, ledger, &commit.attachments).await?;
    attachments::mark_erased(tx, ledger, &commit.erased).await?;
    insert_changes(tx, ledger, &commit.changes).await?;
    Ok(note)
}

async fn move_head(tx: &mut Connection, ledger: i64, commit: &Commit) -> Result<(), StoreFault> {
    let frontier = serde_json::to_string(&commit.head.frontier).map_err(|error| StoreFault::Damaged(error.to_string()))?;
    let (size, accepted_at) = (signed(commit.head.size), commit.head.accepted_at.millis());
    if commit.expected == 0 {
        let sql = "INSERT INTO head (ledger, size, accepted_at, frontier) VALUES ($1, $2, $3, $4)";
        query(sql).bind(ledger).bind(size).bind(accepted_at).bind(frontier).execute(&mut *tx).await?;
        return Ok(());
    }
    let sql = "UPDATE head SET size = $2, accepted_at = $3, frontier = $4 WHERE ledger = $1 AND size = $5";
    let moved = query(sql).bind(ledger).bind(size).bind(accepted_at).bind(frontier).bind(signed(commit.expected)).execute(&mut *tx);
    if moved.await? == 1 {
        return Ok(());
    }
    let found: Option<i64> = query_scalar("SELECT size FROM head WHERE ledger = $1").bind(ledger).fetch_optional(&mut *tx).await?;
    Err(StoreFault::Moved { expected: commit.expected, found: number(found.unwrap_or(0), "head")? })
}

async fn insert_entries(tx: &mut Connection, ledger: i64, entries: &[NewEntry]) -> Result<(), StoreFault> {
    let columns = [
        Column::Int("ledger"),
        Column::Int("entry"),
        Column::Int("accepted_at"),
        Column::Bytes("salt"),
        Column::Bytes("leaf"),
        Column::Bytes("jws"),
        Column::Text("kind"),
        Column::Text("author"),
        Column::Text("on_behalf_of"),
        Column::Text("statement"),
        Column::Bytes("payload_hash"),
        Column::Text("subject"),
    ];
    Ok(insert(
        tx,
        "record",
        &columns,
        entries,
        |entry, row| {
            row.int(ledger).int(signed(entry.row.entry)).int(entry.row.accepted_at.millis());
            row.bytes(entry.row.salt.as_slice()).bytes(&entry.row.leaf).bytes(&entry.row.jws);
            row.text(entry.kind).text(entry.author.as_str()).text(entry.on_behalf_of.as_str());
            row.text(entry.statement.as_str());
            row.bytes(entry.payload_hash.0.as_slice()).text(&entry.subject);
        },
        "",
    )
    .await?)
}

async fn read_back(tx: &mut Connection, ledger: i64, from: u64) -> Result<Vec<EntryRow>, StoreFault> {
    let sql = format!("SELECT {} FROM record WHERE ledger = $1 AND entry >= $2 ORDER BY entry", EntryRow::COLUMNS);
    let rows = query(sql).bind(ledger).bind(signed(from)).fetch_all(tx).await?;
    rows.iter().map(EntryRow::read).collect()
}

async fn insert_tiles(tx: &mut Connection, ledger: i64, tiles: &[(u8, u64, Vec<u8>)]) -> Result<(), StoreFault> {
    for (level, number, hashes) in tiles {
        query("INSERT INTO tile (ledger, level, number, hashes) VALUES ($1, $2, $3, $4)")
            .bind(ledger)
            .bind(i64::from(*level))
            .bind(signed(*number))
            .bind(hashes)
            .execute(&mut *tx)
            .await?;
        query("INSERT INTO tile_root (ledger, level, number, hash) VALUES ($1, $2, $3, $4)")
            .bind(ledger)
            .bind(i64::from(*level))
            .bind(signed(*number))
            .bind(root_of_tile(split_tile(hashes, *level, *number)?).0.to_vec())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

pub(super) async fn insert_changes(tx: &mut Connection, ledger: i64, changes: &[EntryChange]) -> Result<(), StoreFault> {
    let columns = [Column::Int("ledger"), Column::Int("entry"), Column::Text("body")];
    Ok(insert(
        tx,
        "change",
        &columns,
        changes,
        |change, row| {
            row.int(ledger).int(signed(change.entry)).text(change.to_text());
        },
        "",
    )
    .await?)
}
