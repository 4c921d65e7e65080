//! The embedded database: two files, each with one connection that writes and several that read.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ledger::words::{Hash, Instant};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::attachments::insert;
use super::chunks::PREPARED;
use super::commit::NewAttachment;
use super::cosigned;
use super::db::{Pool, Row, query};
use super::files::Files;
use super::keep::{Pools, Store, StoreFault, attachments_path, derived_path};
use super::migrations::{DERIVED, LOG};
use super::rows::{hash, number};

/// Rows of the older table that are moved at a time.
const MOVED: i64 = 16;

impl Pools {
    async fn open(options: SqliteConnectOptions, migrations: &sqlx::migrate::Migrator) -> Result<Self, StoreFault> {
        // One writer: SQLite has one anyway, and so no transaction of ours waits on another of ours.
        let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1).connect_with(options.clone()).await?;
        migrations.run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
        Ok(Self { writer: Pool::Sqlite(writer), readers: Pool::Sqlite(readers) })
    }
}

impl Store {
    /// Opens a database file, and makes it when `create` says so; beside it the one that is derived, which is made
    /// whenever it is missing. Brings the schemas up to date.
    pub async fn open(path: &Path, create: bool) -> Result<Self, StoreFault> {
        Self::open_beside(path, &attachments_path(path), create).await
    }

    /// The same, with the files of attachments in another folder.
    pub(super) async fn open_beside(path: &Path, attachments: &Path, create: bool) -> Result<Self, StoreFault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // What a statement of many rows must be able to undo is kept in memory, not in a temporary file.
            .pragma("temp_store", "MEMORY")
            // The write-ahead log is folded in every 64 MB rather than every 4, and beside that by `folding`.
            .pragma("wal_autocheckpoint", "16384")
            .pragma("journal_size_limit", "134217728")
            .statement_cache_capacity(PREPARED)
            .foreign_keys(true);
        let log = Pools::open(options.clone(), &LOG).await?;
        let cosigned = Pool::Sqlite(cosigned::open(path, options.clone().synchronous(SqliteSynchronous::Normal)).await?);
        // Memory for the pages that it comes back to; each transaction is whole or not there, the last ones may be lost.
        let options = options.filename(derived_path(path)).create_if_missing(true).synchronous(SqliteSynchronous::Normal);
        let derived = Pools::open(options.pragma("cache_size", "-65536"), &DERIVED).await?;
        let files = Files::in_folder(attachments);
        let store = Self { log, derived, cosigned, files, folding: Arc::default(), turns: None };
        store.move_to_files().await?;
        Ok(store)
    }

    /// Moves content that an earlier version kept in the database to files, and leaves no trace of it there.
    async fn move_to_files(&self) -> Result<(), StoreFault> {
        let mut is_moved = false;
        loop {
            let sql = "SELECT ledger, hash, entry, salt, media_type, content FROM attachment LIMIT $1";
            let rows = query(sql).bind(MOVED).fetch_all(&self.log.writer).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                self.move_to_file(row).await?;
            }
            is_moved = true;
        }
        if is_moved {
            // The whole file is written anew without what was deleted, and so is the write-ahead log.
            query("VACUUM").execute(&self.log.writer).await?;
            query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.log.writer).await?;
        }
        Ok(())
    }

    async fn move_to_file(&self, row: &Row) -> Result<(), StoreFault> {
        let (ledger, name): (i64, Vec<u8>) = (row.try_get("ledger")?, row.try_get("hash")?);
        let (salt, content): (Vec<u8>, Vec<u8>) = (row.try_get("salt")?, row.try_get("content")?);
        let hash = hash(name, "attachment")?;
        let size = content.len() as u64;
        let damaged = || StoreFault::Damaged(format!("attachment {hash} is not what its hash says"));
        let salt: [u8; 32] = salt.try_into().map_err(|_| damaged())?;
        if Hash::of(&[&salt, &content]) != hash {
            return Err(damaged());
        }
        let entry = number(row.try_get("entry")?, "attachment")?;
        let attachment = NewAttachment { hash, entry, media_type: row.try_get("media_type")?, size_bytes: size, held: None };
        let at = Instant::from_millis(0).ok_or_else(damaged)?;
        let held = self.on_disk(move |files| files.put(ledger, &salt, &content, at).map_err(std::io::Error::other)).await?;
        // A crash before this COMMIT: the file waits, the row is moved again. After it: both are there once.
        let mut tx = self.log.writer.begin().await?;
        insert(&mut tx, ledger, std::slice::from_ref(&attachment)).await?;
        let sql = "DELETE FROM attachment WHERE ledger = $1 AND hash = $2";
        query(sql).bind(ledger).bind(hash.0.to_vec()).execute(&mut tx).await?;
        tx.commit().await?;
        drop(held);
        Ok(())
    }
}
