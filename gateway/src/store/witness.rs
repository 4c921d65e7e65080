//! The database of a witness, one file: what it cosigned last for each log. A signature leaves only after its row is on disk.

use std::path::Path;

use ledger::log::note::Note;
use ledger::log::split::SplitView;
use ledger::words::Instant;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::db::{Connection, Pool, query, query_scalar};
use super::keep::StoreFault;
use super::migrations::WITNESS;

/// At most this many refused checkpoints are kept for a log: its operator could go on for ever.
const MAX_REFUSED: i64 = 100;

/// What a witness remembers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct WitnessStore {
    pool: Pool,
}

/// A checkpoint that the log signed and the witness refused to cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCheckpoint {
    /// When.
    pub at: Instant,
    /// What was offered.
    pub offered: Note,
    /// What the witness had cosigned last.
    pub known: Note,
    /// That these are of two histories, where the request showed it.
    pub split: Option<SplitView>,
}

/// What became of a checkpoint that was shown.
#[derive(Debug)]
pub enum Decided<T> {
    /// This is the note to be kept, with the cosignature.
    Cosigned(Note, T),
    /// Nothing is signed.
    Refused(T, Option<Box<RefusedCheckpoint>>),
}

impl WitnessStore {
    /// Opens the file, which is made when it is missing.
    pub async fn open(path: &Path) -> Result<Self, StoreFault> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is cosigned is on disk before the cosignature leaves.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(5));
        // One connection: what is asked at a time is decided one by one.
        let pool =
            SqlitePoolOptions::new().max_connections(1).acquire_timeout(std::time::Duration::from_secs(5)).connect_with(options).await?;
        WITNESS.run(&pool).await?;
        Ok(Self { pool: Pool::Sqlite(pool) })
    }

    /// Decides about a checkpoint of a log on what was cosigned last, and keeps the outcome, in one transaction. What
    /// `decide` gives is returned only once it is on disk; no other decision comes in between, in this process or another.
    pub async fn decide<T>(&self, origin: &str, decide: impl FnOnce(Option<&Note>) -> Decided<T>) -> Result<T, StoreFault> {
        // The lock comes before the look: whoever comes second sees what the first one cosigned.
        let mut tx = self.pool.begin().await?;
        let known = last(&mut tx, origin).await?;
        let answer = match decide(known.as_ref()) {
            Decided::Cosigned(note, answer) => {
                let sql = "INSERT INTO cosigned (origin, note) VALUES ($1, $2) ON CONFLICT (origin) DO UPDATE SET note = excluded.note";
                query(sql).bind(origin).bind(note.to_string()).execute(&mut tx).await?;
                answer
            }
            Decided::Refused(answer, refused) => {
                if let Some(refused) = refused {
                    keep_refused(&mut tx, origin, &refused).await?;
                }
                answer
            }
        };
        // A crash before COMMIT: nothing was signed for anybody. After it: the row stands and the asker, who got no answer,
        // learns the size by a 409 and asks anew.
        tx.commit().await?;
        Ok(answer)
    }

    /// The last checkpoint that was cosigned for a log.
    pub async fn cosigned(&self, origin: &str) -> Result<Option<Note>, StoreFault> {
        let mut connection = self.pool.acquire().await?;
        last(&mut connection, origin).await
    }

    /// What was refused for a log, the oldest first.
    pub async fn refused(&self, origin: &str) -> Result<Vec<RefusedCheckpoint>, StoreFault> {
        let sql = "SELECT at, offered, known, split FROM refused WHERE origin = $1 ORDER BY at, offered";
        let rows = query(sql).bind(origin).fetch_all(&self.pool).await?;
        let damaged = |what: String| StoreFault::Damaged(format!("refused checkpoint of {origin}: {what}"));
        rows.iter()
            .map(|row| {
                let (at, offered, known): (i64, String, String) = (row.try_get("at")?, row.try_get("offered")?, row.try_get("known")?);
                let split: Option<String> = row.try_get("split")?;
                Ok(RefusedCheckpoint {
                    at: Instant::from_millis(at).ok_or_else(|| damaged("no instant".into()))?,
                    offered: Note::parse(offered.as_bytes()).map_err(|fault| damaged(fault.to_string()))?,
                    known: Note::parse(known.as_bytes()).map_err(|fault| damaged(fault.to_string()))?,
                    split: split.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| damaged(error.to_string()))?,
                })
            })
            .collect()
    }

    /// Closes the connection, after what runs.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn last(connection: &mut Connection, origin: &str) -> Result<Option<Note>, StoreFault> {
    let note: Option<String> = query_scalar("SELECT note FROM cosigned WHERE origin = $1").bind(origin).fetch_optional(connection).await?;
    let damaged = |fault| StoreFault::Damaged(format!("the checkpoint of {origin}: {fault}"));
    note.map(|note| Note::parse(note.as_bytes()).map_err(damaged)).transpose()
}

async fn keep_refused(connection: &mut Connection, origin: &str, refused: &RefusedCheckpoint) -> Result<(), StoreFault> {
    // What convicts the log is kept before what only looks bad, which any stranger can bring about.
    let sql = "SELECT count(*) FROM refused WHERE origin = $1 AND (split IS NOT NULL) = $2";
    let kept: i64 = query_scalar(sql).bind(origin).bind(i64::from(refused.split.is_some())).fetch_one(&mut *connection).await?;
    if kept >= MAX_REFUSED {
        return Ok(());
    }
    let split = refused.split.as_ref().map(serde_json::to_string).transpose().map_err(|error| StoreFault::Damaged(error.to_string()))?;
    let sql = "INSERT INTO refused (origin, at, offered, known, split) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (origin, offered) DO UPDATE SET split = COALESCE(refused.split, excluded.split)";
    query(sql)
        .bind(origin)
        .bind(refused.at.millis())
        .bind(refused.offered.to_string())
        .bind(refused.known.to_string())
        .bind(split)
        .execute(connection)
        .await?;
    Ok(())
}
