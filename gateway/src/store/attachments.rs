//! What is known of content beside the log: by which entry it was filed, whether it was erased, and what of it is on disk.

use ledger::words::{Hash, Instant};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::chunks::in_chunks;
use super::commit::{Erased, NewAttachment};
use super::files::NotKept;
use super::keep::{Store, StoreFault, given_back};
use super::rows::{hash, number, signed};

/// What waits so long for its statement is removed: content travels with its statement, so it waits in vain.
const WAITS_MILLIS: i64 = 60 * 60 * 1_000;
/// Rows of the older table that are moved at a time.
const MOVED: i64 = 16;

/// An attachment that an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// The entry that named it first.
    pub entry: u64,
    /// Its media type.
    pub media_type: String,
    /// Bytes of its content, without the salt.
    pub size_bytes: u64,
    /// The entry that erased it, if any.
    pub erased_by: Option<u64>,
}

impl From<NotKept> for StoreFault {
    fn from(fault: NotKept) -> Self {
        match fault {
            NotKept::Io(error) => Self::Files(error),
            NotKept::OtherHash(_) | NotKept::Leaving => Self::Files(std::io::Error::other(fault.to_string())),
        }
    }
}

impl Store {
    /// What is known of an attachment; `None` if no entry names it.
    pub async fn attachment(&self, ledger: i64, hash: &Hash) -> Result<Option<AttachmentRow>, StoreFault> {
        let sql = "SELECT entry, media_type, size_bytes, erased_by FROM attachment_file WHERE ledger = $1 AND hash = $2";
        let row = sqlx::query(sql).bind(ledger).bind(hash.0.to_vec()).fetch_optional(&self.log.readers).await?;
        row.as_ref().map(read).transpose()
    }

    /// Destroys what was erased; again is safe. On another thread, which goes on whatever becomes of the caller.
    pub async fn wipe_attachment(&self, ledger: i64, hash: Hash) -> Result<(), StoreFault> {
        self.on_disk(move |files| files.wipe(ledger, &hash)).await
    }

    /// Moves files to their own place, after the commit of the statement that names them.
    pub async fn keep_attachments(&self, ledger: i64, hashes: Vec<Hash>) -> Result<(), StoreFault> {
        self.on_disk(move |files| hashes.iter().try_for_each(|hash| files.keep(ledger, hash))).await
    }

    /// Removes a file that no entry names, or that was erased, unless a statement on its way names it.
    pub async fn discard_attachment(&self, ledger: i64, hash: Hash) -> Result<(), StoreFault> {
        let Some(_leaving) = self.files.leave(ledger, &hash) else { return Ok(()) };
        match self.attachment(ledger, &hash).await? {
            Some(row) if row.erased_by.is_none() => self.on_disk(move |files| files.keep(ledger, &hash)).await,
            Some(_) | None => self.wipe_attachment(ledger, hash).await,
        }
    }

    /// Before anything is received: what a process that died left behind goes, and what was erased is destroyed.
    pub async fn tidy_attachments(&self, ledger: i64, now: Instant) -> Result<(), StoreFault> {
        self.on_disk(move |files| files.clear_incoming(ledger)).await?;
        self.sweep_attachments(ledger, now).await
    }

    /// Destroys what was erased and is still there, and what waits for its statement in vain; what has its statement is moved
    /// to its place.
    pub async fn sweep_attachments(&self, ledger: i64, now: Instant) -> Result<(), StoreFault> {
        let sql = "SELECT hash FROM attachment_file WHERE ledger = $1 AND erased_by IS NOT NULL";
        let erased: Vec<Vec<u8>> = sqlx::query_scalar(sql).bind(ledger).fetch_all(&self.log.readers).await?;
        let erased = erased.into_iter().map(|bytes| hash(bytes, "attachment_file")).collect::<Result<Vec<_>, _>>()?;
        // A crash between the commit of an erasure and this: it is done here, before the next one is asked for.
        self.on_disk(move |files| erased.iter().try_for_each(|hash| files.wipe(ledger, hash))).await?;
        let waiting = self.on_disk(move |files| files.waiting(ledger)).await?;
        for (hash, came) in waiting {
            let named = self.attachment(ledger, &hash).await?.is_some();
            if named || came <= now.plus_millis(-WAITS_MILLIS) {
                self.discard_attachment(ledger, hash).await?;
            }
        }
        Ok(())
    }

    /// Does something with the files where waiting for the disk holds up nobody.
    pub async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&super::Files) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let files = self.files.clone();
        let done = tokio::task::spawn_blocking(move || work(&files)).await;
        done.map_err(|error| StoreFault::Files(std::io::Error::other(error)))?.map_err(StoreFault::Files)
    }

    /// Moves content that an earlier version kept in the database to files, and leaves no trace of it there.
    pub(super) async fn move_to_files(&self) -> Result<(), StoreFault> {
        let mut connection = self.log.writer.acquire().await?;
        let outcome = move_rows(self, &mut connection).await;
        given_back(connection, outcome).await
    }
}

async fn move_rows(store: &Store, connection: &mut SqliteConnection) -> Result<(), StoreFault> {
    let mut moved = false;
    loop {
        let sql = "SELECT ledger, hash, entry, salt, media_type, content FROM attachment LIMIT $1";
        let rows = sqlx::query(sql).bind(MOVED).fetch_all(&mut *connection).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
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
            let held = store.on_disk(move |files| files.put(ledger, &salt, &content, at).map_err(std::io::Error::other)).await?;
            // A crash before this COMMIT: the file waits, the row is moved again. After it: both are there once.
            let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
            insert(&mut tx, ledger, std::slice::from_ref(&attachment)).await?;
            sqlx::query("DELETE FROM attachment WHERE ledger = $1 AND hash = $2")
                .bind(ledger)
                .bind(hash.0.to_vec())
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
            drop(held);
        }
        moved = true;
    }
    if moved {
        // The whole file is written anew without what was deleted, and so is the write-ahead log.
        sqlx::query("VACUUM").execute(&mut *connection).await?;
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut *connection).await?;
    }
    Ok(())
}

/// Notes what entries name. The same content under the same salt may serve two statements; the first one filed it.
pub(super) async fn insert(tx: &mut SqliteConnection, ledger: i64, attachments: &[NewAttachment]) -> Result<(), StoreFault> {
    for chunk in in_chunks(attachments) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("INSERT INTO attachment_file (ledger, hash, entry, media_type, size_bytes, erased_by) ");
        insert.push_values(chunk, |mut row, attachment| {
            row.push_bind(ledger)
                .push_bind(attachment.hash.0.to_vec())
                .push_bind(signed(attachment.entry))
                .push_bind(&attachment.media_type)
                .push_bind(signed(attachment.size_bytes))
                .push_bind(None::<i64>);
        });
        insert.push(" ON CONFLICT (ledger, hash) DO NOTHING");
        insert.build().execute(&mut *tx).await?;
    }
    Ok(())
}

/// Notes by which entry something was erased; the first one stands.
pub(super) async fn mark_erased(tx: &mut SqliteConnection, ledger: i64, erased: &[Erased]) -> Result<(), StoreFault> {
    for one in erased {
        sqlx::query("UPDATE attachment_file SET erased_by = $3 WHERE ledger = $1 AND hash = $2 AND erased_by IS NULL")
            .bind(ledger)
            .bind(one.hash.0.to_vec())
            .bind(signed(one.by))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn read(row: &SqliteRow) -> Result<AttachmentRow, StoreFault> {
    let erased_by: Option<i64> = row.try_get("erased_by")?;
    Ok(AttachmentRow {
        entry: number(row.try_get("entry")?, "attachment_file")?,
        media_type: row.try_get("media_type")?,
        size_bytes: number(row.try_get("size_bytes")?, "attachment_file")?,
        erased_by: erased_by.map(|entry| number(entry, "attachment_file")).transpose()?,
    })
}
