//! Copies of a database file while another process writes to it.

use std::path::Path;

use ledger::words::Hash;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::db::query_scalar;
use super::keep::{Store, StoreFault};
use super::rows::hash;

async fn reader(database: &Path) -> Result<SqliteConnection, StoreFault> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true).busy_timeout(std::time::Duration::from_secs(5));
    Ok(options.connect().await?)
}

/// Copies a database as it is at one moment, into a file that is made. Whoever writes is not held up; the write-ahead log
/// keeps what is written until the copy is there.
pub async fn copy_database(from: &Path, to: &Path) -> Result<(), StoreFault> {
    let mut connection = reader(from).await?;
    sqlx::query("VACUUM INTO $1").bind(to.display().to_string()).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Whether content was erased by now, as a database says that another process may be writing to.
pub async fn is_erased_in(database: &Path, ledger: i64, hash: &Hash) -> Result<bool, StoreFault> {
    let mut connection = reader(database).await?;
    let sql = "SELECT erased_by IS NOT NULL FROM attachment_file WHERE ledger = $1 AND hash = $2";
    let erased: Option<bool> = sqlx::query_scalar(sql).bind(ledger).bind(hash.0.to_vec()).fetch_optional(&mut connection).await?;
    connection.close().await?;
    Ok(erased.unwrap_or(false))
}

impl Store {
    /// The content beside a log that was not erased.
    pub async fn kept_attachments(&self, ledger: i64) -> Result<Vec<Hash>, StoreFault> {
        let sql = "SELECT hash FROM attachment_file WHERE ledger = $1 AND erased_by IS NULL ORDER BY hash";
        let hashes: Vec<Vec<u8>> = query_scalar(sql).bind(ledger).fetch_all(&self.log.readers).await?;
        hashes.into_iter().map(|bytes| hash(bytes, "attachment_file")).collect()
    }
}
