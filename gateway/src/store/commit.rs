//! One transaction: what a batch adds to the log, and everything that follows from it.

use ledger::envelope::Kid;
use ledger::words::{Hash, Instant, Slug, StatementId};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection, SqliteTransaction};

use super::keep::{Store, StoreFault};
use super::lives::LifeRow;
use super::rows::{EntryRow, HeadRow, number, signed};

/// How many values one statement may bind, with room to spare.
const MAX_BOUND: usize = 30_000;

/// Content beside the log.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// SHA-256 of salt and content.
    pub hash: Hash,
    /// The entry that refers to it.
    pub entry: u64,
    /// 32 bytes.
    pub salt: [u8; 32],
    /// Its media type.
    pub media_type: String,
    /// The content.
    pub content: Vec<u8>,
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
    /// Lives that changed.
    pub lives: Vec<LifeRow>,
    /// When the clock next changes a life; `None` when nothing is due.
    pub dues: Vec<(String, Option<Instant>)>,
    /// Keys that belong to an institution from here on.
    pub keys: Vec<(Kid, Slug)>,
    /// Content beside the log.
    pub attachments: Vec<NewAttachment>,
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
        let mut connection = self.writer.acquire().await?;
        let outcome = transact(&mut connection, ledger, commit, seal).await;
        if outcome.is_err() {
            // On a full disk SQLite ends the transaction by itself, and the connection goes on counting it as open: it
            // could never begin another one. The next batch gets a new connection.
            _ = connection.close().await;
        }
        outcome
    }
}

async fn transact(
    connection: &mut SqliteConnection,
    ledger: i64,
    commit: &Commit,
    seal: impl FnOnce(&[EntryRow]) -> Result<String, Conflict>,
) -> Result<String, StoreFault> {
    // A crash before COMMIT leaves nothing of this batch: nobody was answered, everybody tries again.
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    move_head(&mut tx, ledger, commit).await?;
    insert_entries(&mut tx, ledger, &commit.entries).await?;
    let stored = read_back(&mut tx, ledger, commit.expected).await?;
    let note = seal(&stored).map_err(|conflict| StoreFault::Damaged(conflict.to_string()))?;
    insert_tiles(&mut tx, ledger, &commit.tiles).await?;
    sqlx::query("INSERT INTO checkpoint (ledger, size, note) VALUES ($1, $2, $3)")
        .bind(ledger)
        .bind(signed(commit.head.size))
        .bind(&note)
        .execute(&mut *tx)
        .await?;
    insert_attachments(&mut tx, ledger, &commit.attachments).await?;
    upsert_lives(&mut tx, ledger, &commit.lives).await?;
    upsert_dues(&mut tx, ledger, &commit.dues).await?;
    insert_keys(&mut tx, ledger, &commit.keys).await?;
    // A crash during COMMIT leaves all of it or nothing; the head read at the next start tells which.
    tx.commit().await?;
    // A crash after COMMIT: the statements stand; who was not answered sends again and gets this receipt.
    Ok(note)
}

async fn move_head(tx: &mut SqliteTransaction<'_>, ledger: i64, commit: &Commit) -> Result<(), StoreFault> {
    let frontier = serde_json::to_string(&commit.head.frontier).map_err(|error| StoreFault::Damaged(error.to_string()))?;
    let (size, accepted_at) = (signed(commit.head.size), commit.head.accepted_at.millis());
    if commit.expected == 0 {
        let sql = "INSERT INTO head (ledger, size, accepted_at, frontier) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql).bind(ledger).bind(size).bind(accepted_at).bind(frontier).execute(&mut **tx).await?;
        return Ok(());
    }
    let sql = "UPDATE head SET size = $2, accepted_at = $3, frontier = $4 WHERE ledger = $1 AND size = $5";
    let moved = sqlx::query(sql).bind(ledger).bind(size).bind(accepted_at).bind(frontier).bind(signed(commit.expected)).execute(&mut **tx);
    if moved.await?.rows_affected() == 1 {
        return Ok(());
    }
    let found: Option<i64> = sqlx::query_scalar("SELECT size FROM head WHERE ledger = $1").bind(ledger).fetch_optional(&mut **tx).await?;
    Err(StoreFault::Moved { expected: commit.expected, found: number(found.unwrap_or(0), "head")? })
}

async fn insert_entries(tx: &mut SqliteConnection, ledger: i64, entries: &[NewEntry]) -> Result<(), StoreFault> {
    for chunk in entries.chunks(MAX_BOUND / 11) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO record (ledger, entry, accepted_at, salt, leaf, jws, kind, author, statement, payload_hash, subject) ",
        );
        insert.push_values(chunk, |mut row, entry| {
            row.push_bind(ledger)
                .push_bind(signed(entry.row.entry))
                .push_bind(entry.row.accepted_at.millis())
                .push_bind(entry.row.salt.as_slice())
                .push_bind(entry.row.leaf.as_slice())
                .push_bind(entry.row.jws.as_slice())
                .push_bind(entry.kind)
                .push_bind(entry.author.as_str())
                .push_bind(entry.statement.as_str())
                .push_bind(entry.payload_hash.0.to_vec())
                .push_bind(entry.subject.as_str());
        });
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn read_back(tx: &mut SqliteConnection, ledger: i64, from: u64) -> Result<Vec<EntryRow>, StoreFault> {
    let sql = format!("SELECT {} FROM record WHERE ledger = $1 AND entry >= $2 ORDER BY entry", EntryRow::COLUMNS);
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(ledger).bind(signed(from)).fetch_all(tx).await?;
    rows.iter().map(EntryRow::read).collect()
}

async fn insert_tiles(tx: &mut SqliteConnection, ledger: i64, tiles: &[(u8, u64, Vec<u8>)]) -> Result<(), StoreFault> {
    for (level, number, hashes) in tiles {
        sqlx::query("INSERT INTO tile (ledger, level, number, hashes) VALUES ($1, $2, $3, $4)")
            .bind(ledger)
            .bind(i64::from(*level))
            .bind(signed(*number))
            .bind(hashes)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn insert_attachments(tx: &mut SqliteConnection, ledger: i64, attachments: &[NewAttachment]) -> Result<(), StoreFault> {
    for chunk in attachments.chunks(MAX_BOUND / 6) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO attachment (ledger, hash, entry, salt, media_type, content) ");
        insert.push_values(chunk, |mut row, attachment| {
            row.push_bind(ledger)
                .push_bind(attachment.hash.0.to_vec())
                .push_bind(signed(attachment.entry))
                .push_bind(attachment.salt.as_slice())
                .push_bind(&attachment.media_type)
                .push_bind(attachment.content.as_slice());
        });
        // The same content under the same salt may serve two statements; the first row holds it.
        insert.push(" ON CONFLICT (ledger, hash) DO NOTHING");
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn upsert_lives(tx: &mut SqliteConnection, ledger: i64, lives: &[LifeRow]) -> Result<(), StoreFault> {
    for chunk in lives.chunks(MAX_BOUND / 8) {
        let mut upsert = QueryBuilder::<Sqlite>::new("INSERT INTO life (ledger, subject, part, key, is_open, format, entry, body) ");
        upsert.push_values(chunk, |mut row, life| {
            row.push_bind(ledger)
                .push_bind(&life.subject)
                .push_bind(life.part)
                .push_bind(&life.key)
                .push_bind(i64::from(life.is_open))
                .push_bind(i64::from(ledger::lives::parts::FORMAT))
                .push_bind(signed(life.entry))
                .push_bind(&life.body);
        });
        upsert.push(
            " ON CONFLICT (ledger, subject, part, key) DO UPDATE SET \
             is_open = excluded.is_open, format = excluded.format, entry = excluded.entry, body = excluded.body",
        );
        upsert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn upsert_dues(tx: &mut SqliteConnection, ledger: i64, dues: &[(String, Option<Instant>)]) -> Result<(), StoreFault> {
    let (set, cleared): (Vec<_>, Vec<_>) = dues.iter().partition(|(_, due)| due.is_some());
    for chunk in set.chunks(MAX_BOUND / 3) {
        let mut upsert = QueryBuilder::<Sqlite>::new("INSERT INTO due (ledger, subject, due_at) ");
        upsert.push_values(chunk, |mut row, (subject, due)| {
            row.push_bind(ledger).push_bind(subject).push_bind(due.map(Instant::millis));
        });
        upsert.push(" ON CONFLICT (ledger, subject) DO UPDATE SET due_at = excluded.due_at");
        upsert.build().execute(&mut *tx).await?;
    }
    for chunk in cleared.chunks(MAX_BOUND) {
        let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM due WHERE ledger = ");
        delete.push_bind(ledger).push(" AND subject IN (");
        let mut subjects = delete.separated(", ");
        chunk.iter().for_each(|(subject, _)| _ = subjects.push_bind(subject));
        delete.push(")").build().execute(&mut *tx).await?;
    }
    Ok(())
}

async fn insert_keys(tx: &mut SqliteConnection, ledger: i64, keys: &[(Kid, Slug)]) -> Result<(), StoreFault> {
    for (kid, institution) in keys {
        sqlx::query("INSERT INTO signer_key (ledger, kid, institution) VALUES ($1, $2, $3) ON CONFLICT (ledger, kid) DO NOTHING")
            .bind(ledger)
            .bind(kid.to_string())
            .bind(institution.as_str())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}
