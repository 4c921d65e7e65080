//! Opening the database: two files, each with one connection that writes and several that read.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ledger::book::Ledger;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, Sqlite, SqlitePool};

use super::chunks::PREPARED;
use super::cosigned;
use super::files::Files;
use super::folding::Folding;

/// Something is wrong with the store; not with what a party sent.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database did not do what was asked; it may later.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the migrations failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A key that signs is not here.
    #[error("{0}")]
    Keys(String),
    /// What is stored does not fit what it must be; it says where.
    #[error("the stored data is damaged: {0}")]
    Damaged(String),
    /// The files of attachments.
    #[error("the files of attachments failed: {0}")]
    Files(#[source] std::io::Error),
    /// The derived rows do not hold yet what this entry's predecessors changed.
    #[error("what follows from the log is not written up to entry {0} yet")]
    Behind(u64),
    /// Another writer was first.
    #[error("the head of the log has moved: it is {found}, this built on {expected}")]
    Moved {
        /// The size that this writer built on.
        expected: u64,
        /// The size that is stored.
        found: u64,
    },
}

/// A ledger in this database.
#[derive(Debug, Clone)]
pub struct LedgerRow {
    /// Number within this database.
    pub id: i64,
    /// The name in paths: the last part of the origin.
    pub name: String,
    /// What holds for it as a whole.
    pub facts: Ledger,
}

/// The embedded database: a file for the log and one for what follows from it, so that this never holds up what is added;
/// beside them what witnesses cosigned, and content as files.
#[derive(Debug, Clone)]
pub struct Store {
    /// The log: truth, on disk before it is acknowledged.
    pub(super) log: Pools,
    /// What follows from it; a crash may lose the last of it, and it is caught up with.
    pub(super) derived: Pools,
    /// What witnesses cosigned.
    pub(super) cosigned: SqlitePool,
    /// Content beside the log.
    pub(super) files: Files,
    /// Keeps the write-ahead log of the log short.
    pub(super) folding: Arc<Folding>,
}

/// The connections to one file.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
}

static LOG: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");
static DERIVED: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite-derived");

impl Pools {
    async fn open(options: SqliteConnectOptions, migrations: &sqlx::migrate::Migrator) -> Result<Self, StoreFault> {
        // One writer: SQLite has one anyway, and so no transaction of ours waits on another of ours.
        let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1).connect_with(options.clone()).await?;
        migrations.run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
        Ok(Self { writer, readers })
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

impl Store {
    /// Opens a database file, and makes it when `create` says so; beside it the one that is derived, which is made
    /// whenever it is missing. Brings the schemas up to date.
    pub async fn open(path: &Path, create: bool) -> Result<Self, StoreFault> {
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
        let cosigned = cosigned::open(path, options.clone().synchronous(SqliteSynchronous::Normal)).await?;
        // Memory for the pages that it comes back to; each transaction is whole or not there, the last ones may be lost.
        let options = options.filename(derived_path(path)).create_if_missing(true).synchronous(SqliteSynchronous::Normal);
        let derived = Pools::open(options.pragma("cache_size", "-65536"), &DERIVED).await?;
        let files = Files::in_folder(&attachments_path(path));
        let store = Self { log, derived, cosigned, files, folding: Arc::default() };
        store.move_to_files().await?;
        Ok(store)
    }

    /// Content beside the log.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Every ledger in this database.
    pub async fn ledgers(&self) -> Result<Vec<LedgerRow>, StoreFault> {
        let rows = sqlx::query("SELECT id, name, facts FROM ledger ORDER BY id").fetch_all(&self.log.readers).await?;
        let stray = "SELECT ledger FROM head WHERE ledger NOT IN (SELECT id FROM ledger) LIMIT 1";
        if let Some(stray) = sqlx::query_scalar::<_, i64>(stray).fetch_optional(&self.log.readers).await? {
            return Err(StoreFault::Damaged(format!("ledger number {stray} has a log, and there is no row that names it")));
        }
        rows.iter()
            .map(|row| {
                let (id, name, facts): (i64, String, String) = (row.try_get("id")?, row.try_get("name")?, row.try_get("facts")?);
                let facts = serde_json::from_str(&facts).map_err(|error| StoreFault::Damaged(format!("ledger {name}: {error}")))?;
                Ok(LedgerRow { id, name, facts })
            })
            .collect()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        sqlx::query("SELECT 1").execute(&self.log.readers).await?;
        sqlx::query("SELECT 1").execute(&self.derived.readers).await?;
        Ok(())
    }

    /// Closes all connections, after the statements that run.
    pub async fn close(&self) {
        self.log.close().await;
        self.derived.close().await;
        self.cosigned.close().await;
    }
}

/// Gives a writing connection back after a transaction. On a full disk SQLite ends the transaction by itself, and the
/// connection goes on counting it as open: it could never begin another one. So one that failed is closed, and the next
/// transaction gets a new one.
pub(super) async fn given_back<T>(connection: PoolConnection<Sqlite>, outcome: Result<T, StoreFault>) -> Result<T, StoreFault> {
    if outcome.is_err() {
        _ = connection.close().await;
    }
    outcome
}

/// Where the derived rows of a database file are: `convenant.derived.sqlite` beside `convenant.sqlite`.
pub fn derived_path(path: &Path) -> PathBuf {
    path.with_extension("derived.sqlite")
}

/// Where the files of attachments are: `convenant.attachments` beside `convenant.sqlite`.
pub fn attachments_path(path: &Path) -> PathBuf {
    path.with_extension("attachments")
}
