//! What is known of content beside the log: by which entry it was filed, whether it was erased, and what of it is on disk.

use ledger::words::{Hash, Instant};

use super::commit::{Erased, NewAttachment};
use super::db::{self, Column, Connection, Row, query, query_scalar};
use super::files::NotKept;
use super::keep::{Store, StoreFault};
use super::rows::{hash, number, signed};

/// What waits so long for its statement is removed: content travels with its statement, so it waits in vain.
const WAITS_MILLIS: i64 = 60 * 60 * 1_000;

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
        let row = query(sql).bind(ledger).bind(hash.0.to_vec()).fetch_optional(&self.log.readers).await?;
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
        let idle_since = self.is_shared().then(|| now.plus_millis(-WAITS_MILLIS));
        self.on_disk(move |files| files.clear_incoming(ledger, idle_since)).await?;
        self.sweep_attachments(ledger, now).await
    }

    /// Destroys what was erased and is still there, and what waits for its statement in vain; what has its statement is moved
    /// to its place.
    pub async fn sweep_attachments(&self, ledger: i64, now: Instant) -> Result<(), StoreFault> {
        let sql = "SELECT hash FROM attachment_file WHERE ledger = $1 AND erased_by IS NOT NULL";
        let erased: Vec<Vec<u8>> = query_scalar(sql).bind(ledger).fetch_all(&self.log.readers).await?;
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
}

/// Notes what entries name. The same content under the same salt may serve two statements; the first one filed it.
pub(super) async fn insert(tx: &mut Connection, ledger: i64, attachments: &[NewAttachment]) -> Result<(), StoreFault> {
    let columns = [
        Column::Int("ledger"),
        Column::Bytes("hash"),
        Column::Int("entry"),
        Column::Text("media_type"),
        Column::Int("size_bytes"),
        Column::Int("erased_by"),
    ];
    Ok(db::insert(
        tx,
        "attachment_file",
        &columns,
        attachments,
        |attachment, row| {
            row.int(ledger).bytes(attachment.hash.0.as_slice()).int(signed(attachment.entry));
            row.text(&attachment.media_type).int(signed(attachment.size_bytes)).int(None);
        },
        " ON CONFLICT (ledger, hash) DO NOTHING",
    )
    .await?)
}

/// Notes by which entry something was erased; the first one stands.
pub(super) async fn mark_erased(tx: &mut Connection, ledger: i64, erased: &[Erased]) -> Result<(), StoreFault> {
    for one in erased {
        // PostgreSQL lets a gateway do this by one function only, which asks for the entry that erases it.
        query("{UPDATE attachment_file SET erased_by = $3 WHERE ledger = $1 AND hash = $2 AND erased_by IS NULL|SELECT erase_attachment($1, $2, $3)}")
            .bind(ledger)
            .bind(one.hash.0.to_vec())
            .bind(signed(one.by))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

fn read(row: &Row) -> Result<AttachmentRow, StoreFault> {
    let erased_by: Option<i64> = row.try_get("erased_by")?;
    Ok(AttachmentRow {
        entry: number(row.try_get("entry")?, "attachment_file")?,
        media_type: row.try_get("media_type")?,
        size_bytes: number(row.try_get("size_bytes")?, "attachment_file")?,
        erased_by: erased_by.map(|entry| number(entry, "attachment_file")).transpose()?,
    })
}
