//! What a store is: the log, what follows from it, what witnesses cosigned, and content beside the log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::book::Ledger;
use ledger::envelope::statement::genesis::Versions;
use ledger::lives::Rules;

use super::db::{Pool, query, query_scalar};
use super::files::Files;
use super::folding::Folding;
use super::place::Database;
use super::turns::Turns;

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
    /// The server is not one that a ledger can be kept on.
    #[error("{0}")]
    Server(String),
    /// What is stored does not fit what it must be; it says where.
    #[error("the stored data is damaged: {0}")]
    Damaged(String),
    /// The ledger goes by rules that this program does not know: whatever it wrote would be false.
    #[error("ledger {ledger} goes by {versions}, and this program knows {known}: it takes a newer program", known = Rules::known())]
    Newer {
        /// The ledger.
        ledger: String,
        /// The versions in force.
        versions: Versions,
    },
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

/// What is kept of ledgers. Embedded, it is a file for the log and one for what follows from it, so that this never holds up
/// what is added; beside them what witnesses cosigned. On PostgreSQL these are schemas of one database. Content is files.
#[derive(Debug, Clone)]
pub struct Store {
    /// The log: truth, on disk before it is acknowledged.
    pub(super) log: Pools,
    /// What follows from it; a crash may lose the last of it, and it is caught up with.
    pub(super) derived: Pools,
    /// What witnesses cosigned.
    pub(super) cosigned: Pool,
    /// Content beside the log.
    pub(super) files: Files,
    /// Keeps the write-ahead log of an embedded log short.
    pub(super) folding: Arc<Folding>,
    /// Who writes now, where several gateways share it.
    pub(super) turns: Option<Turns>,
}

/// The connections to one part of a store.
#[derive(Debug, Clone)]
pub(super) struct Pools {
    pub(super) writer: Pool,
    pub(super) readers: Pool,
}

impl Store {
    /// Opens a database, and makes it when `create` says so and it is a file. A server has its schema by `convenant migrate`.
    pub async fn of(database: &Database, attachments: Option<&Path>, create: bool) -> Result<Self, StoreFault> {
        let told = attachments.map(Path::to_owned);
        let attachments = told.unwrap_or_else(|| database.attachments());
        match database {
            Database::File(path) => Self::open_beside(path, &attachments, create).await,
            Database::Server(server) => Self::connect(server, &attachments).await,
        }
    }

    /// Whether several gateways may share it.
    pub fn is_shared(&self) -> bool {
        self.turns.is_some()
    }

    /// Who writes now, where several gateways share it.
    pub fn turns(&self) -> Option<&Turns> {
        self.turns.as_ref()
    }

    /// Content beside the log.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Every ledger in this database.
    pub async fn ledgers(&self) -> Result<Vec<LedgerRow>, StoreFault> {
        let rows = query("SELECT id, name, facts FROM ledger ORDER BY id").fetch_all(&self.log.readers).await?;
        let stray = "SELECT ledger FROM head WHERE ledger NOT IN (SELECT id FROM ledger) LIMIT 1";
        if let Some(stray) = query_scalar::<i64>(stray).fetch_optional(&self.log.readers).await? {
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
        query("SELECT 1").execute(&self.log.readers).await?;
        query("SELECT 1").execute(&self.derived.readers).await?;
        Ok(())
    }

    /// Closes all connections, after the statements that run.
    pub async fn close(&self) {
        if let Some(turns) = &self.turns {
            turns.close().await;
        }
        for pools in [&self.log, &self.derived] {
            pools.writer.close().await;
            pools.readers.close().await;
        }
        self.cosigned.close().await;
    }
}

/// Where the derived rows of a database file are: `convenant.derived.sqlite` beside `convenant.sqlite`.
pub fn derived_path(path: &Path) -> PathBuf {
    path.with_extension("derived.sqlite")
}

/// Where the files of attachments are: `convenant.attachments` beside `convenant.sqlite`.
pub fn attachments_path(path: &Path) -> PathBuf {
    path.with_extension("attachments")
}
