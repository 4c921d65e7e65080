//! Opening the database: one connection that writes, several that read.

use std::path::Path;
use std::time::Duration;

use ledger::book::Ledger;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Row, SqlitePool};

/// Something is wrong with the store; not with what a party sent.
#[derive(Debug, thiserror::Error)]
pub enum StoreFault {
    /// The database did not do what was asked; it may later.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the migrations failed: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// What is stored does not fit what it must be; it says where.
    #[error("the stored data is damaged: {0}")]
    Damaged(String),
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

/// The embedded database.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: SqlitePool,
    pub(super) readers: SqlitePool,
}

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations/sqlite");

impl Store {
    /// Opens a database file, and makes it when `create` says so. Brings the schema up to date.
    pub async fn open(path: &Path, create: bool) -> Result<Self, StoreFault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit is on disk before it is acknowledged.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // Memory for pages that every batch comes back to, and a write-ahead log that is folded in every 64 MB
            // rather than every 4: most pages are written again before that.
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "16384")
            .pragma("journal_size_limit", "134217728")
            .foreign_keys(true);
        // One writer: SQLite has one anyway, and so no transaction of ours waits on another of ours.
        let writer = SqlitePoolOptions::new().max_connections(1).min_connections(1).connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
        Ok(Self { writer, readers })
    }

    /// Every ledger in this database.
    pub async fn ledgers(&self) -> Result<Vec<LedgerRow>, StoreFault> {
        let rows = sqlx::query("SELECT id, name, facts FROM ledger ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter()
            .map(|row| {
                let (id, name, facts): (i64, String, String) = (row.try_get("id")?, row.try_get("name")?, row.try_get("facts")?);
                let facts = serde_json::from_str(&facts).map_err(|error| StoreFault::Damaged(format!("ledger {name}: {error}")))?;
                Ok(LedgerRow { id, name, facts })
            })
            .collect()
    }

    /// Adds a ledger without entries.
    pub async fn add_ledger(&self, name: &str, facts: &Ledger) -> Result<LedgerRow, StoreFault> {
        let json = serde_json::to_string(facts).map_err(|error| StoreFault::Damaged(error.to_string()))?;
        let next: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(id), 0) + 1 FROM ledger").fetch_one(&self.writer).await?;
        sqlx::query("INSERT INTO ledger (id, name, facts) VALUES ($1, $2, $3)")
            .bind(next)
            .bind(name)
            .bind(json)
            .execute(&self.writer)
            .await?;
        Ok(LedgerRow { id: next, name: name.to_owned(), facts: facts.clone() })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    /// Closes all connections, after the statements that run.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}
