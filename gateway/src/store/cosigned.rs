//! Checkpoints that witnesses cosigned, in a file of their own beside the log.

use std::path::{Path, PathBuf};

use ledger::log::note::{Note, Signature};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use super::db::{query, query_scalar};
use super::keep::{Store, StoreFault};
use super::migrations::COSIGNED;
use super::rows::{number, signed};

/// So many of the newest cosigned checkpoints of a ledger are kept: the newest proves all entries before it.
const KEPT: i64 = 100;

/// A checkpoint with the cosignatures that witnesses gave for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedCheckpoint {
    /// Number of entries.
    pub size: u64,
    /// The log's signature first, then those of witnesses.
    pub note: Note,
}

/// Opens the file, which is made when it is missing: what is lost with it is asked for again.
pub(super) async fn open(path: &Path, options: SqliteConnectOptions) -> Result<SqlitePool, StoreFault> {
    let options = options.filename(cosigned_path(path)).create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(4).acquire_timeout(std::time::Duration::from_secs(5)).connect_with(options).await?;
    COSIGNED.run(&pool).await?;
    Ok(pool)
}

/// Where cosigned checkpoints are: `convenant.cosigned.sqlite` beside `convenant.sqlite`.
pub fn cosigned_path(path: &Path) -> PathBuf {
    path.with_extension("cosigned.sqlite")
}

impl Store {
    /// Keeps a verified cosignature, with the checkpoint that it is for. A newer one by the same witness takes its place.
    pub async fn keep_cosignature(&self, ledger: i64, size: u64, note: &str, witness: &str, line: &Signature) -> Result<(), StoreFault> {
        let mut tx = self.cosigned.begin().await?;
        let sql = "INSERT INTO checkpoint (ledger, size, note) VALUES ($1, $2, $3) ON CONFLICT (ledger, size) DO NOTHING";
        query(sql).bind(ledger).bind(signed(size)).bind(note).execute(&mut tx).await?;
        let sql = "INSERT INTO cosignature (ledger, size, witness, line) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (ledger, size, witness) DO UPDATE SET line = excluded.line";
        query(sql).bind(ledger).bind(signed(size)).bind(witness).bind(line.to_string()).execute(&mut tx).await?;
        let oldest = "SELECT size FROM checkpoint WHERE ledger = $1 ORDER BY size DESC LIMIT 1 OFFSET $2";
        let oldest: Option<i64> = query_scalar(oldest).bind(ledger).bind(KEPT).fetch_optional(&mut tx).await?;
        if let Some(oldest) = oldest {
            for sql in
                ["DELETE FROM checkpoint WHERE ledger = $1 AND size <= $2", "DELETE FROM cosignature WHERE ledger = $1 AND size <= $2"]
            {
                query(sql).bind(ledger).bind(oldest).execute(&mut tx).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// The size of the last checkpoint that this witness is known to have cosigned; 0 if none is.
    pub async fn last_cosigned(&self, ledger: i64, witness: &str) -> Result<u64, StoreFault> {
        let sql = "SELECT COALESCE(MAX(size), 0) FROM cosignature WHERE ledger = $1 AND witness = $2";
        number(query_scalar(sql).bind(ledger).bind(witness).fetch_one(&self.cosigned).await?, "cosignature")
    }

    /// The cosigned checkpoints of a ledger, the newest first.
    pub async fn cosigned(&self, ledger: i64) -> Result<Vec<CosignedCheckpoint>, StoreFault> {
        let sql = "SELECT checkpoint.size, note, line FROM checkpoint JOIN cosignature USING (ledger, size) \
                   WHERE ledger = $1 ORDER BY checkpoint.size DESC, witness";
        let rows = query(sql).bind(ledger).fetch_all(&self.cosigned).await?;
        let mut found: Vec<CosignedCheckpoint> = Vec::new();
        for row in rows {
            let size = number(row.try_get("size")?, "cosigned checkpoint")?;
            let damaged = |fault| StoreFault::Damaged(format!("cosigned checkpoint of {size} entries: {fault}"));
            let (note, line): (String, String) = (row.try_get("note")?, row.try_get("line")?);
            if found.last().is_none_or(|last| last.size != size) {
                found.push(CosignedCheckpoint { size, note: Note::parse(note.as_bytes()).map_err(damaged)? });
            }
            let signature = Signature::parse(&line).map_err(damaged)?;
            found.last_mut().expect("just made").note.add(signature).map_err(damaged)?;
        }
        Ok(found)
    }
}
