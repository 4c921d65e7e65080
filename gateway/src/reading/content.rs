//! Content beside the log, for who may read the entry that named it first.

use std::fs::File;
use std::io::Read;

use axum::body::Bytes;
use ledger::words::{Hash, Slug};

use super::sight::{Sight, Unseen};
use crate::casefile::{CollectFault, Scope, collect};
use crate::store::{AttachmentRow, SALT, Store, StoreFault, read_salt};

/// How much of a file is read at a time.
const PIECE: usize = 64 * 1024;

/// Content that is open for reading.
pub struct Content {
    store: Store,
    file: File,
    /// The salt that it was bound with.
    pub salt: [u8; 32],
    /// Bytes of content.
    pub size: u64,
    /// What the log says of it.
    pub row: AttachmentRow,
}

/// What became of content that an entry named.
pub enum Opened {
    /// It can be read.
    Whole(Box<Content>),
    /// This entry erased it.
    Erased(u64),
    /// This entry says that it was filed, and it is not there.
    Missing(u64, StoreFault),
}

impl Sight {
    /// Opens content beside the log; `None` when there is none, or none for this reader.
    pub async fn content(&self, hash: &Hash) -> Result<Option<Opened>, Unseen> {
        let (store, ledger, hash) = (&self.host.store, self.ledger.row.id, *hash);
        let Some(row) = store.attachment(ledger, &hash).await? else { return Ok(None) };
        self.ledger.settled().await?;
        if !self.reads(row.entry).await? {
            return Ok(None);
        }
        if let Some(by) = row.erased_by {
            return Ok(Some(Opened::Erased(by)));
        }
        let opened = store.on_disk(move |files| {
            let mut file = files.open(ledger, &hash)?;
            let size = file.metadata()?.len().saturating_sub(SALT);
            read_salt(&mut file).map(|salt| (file, salt, size))
        });
        Ok(Some(match opened.await {
            Ok((file, salt, size)) => Opened::Whole(Box::new(Content { store: store.clone(), file, salt, size, row })),
            // Erased while it was being opened, or lost.
            Err(fault) => match store.attachment(ledger, &hash).await?.and_then(|row| row.erased_by) {
                Some(by) => Opened::Erased(by),
                None => Opened::Missing(row.entry, fault),
            },
        }))
    }

    /// The entry that erased content, if it was erased and this reader may know of it.
    pub async fn erased_by(&self, hash: &Hash) -> Result<Option<u64>, Unseen> {
        let Some(row) = self.host.store.attachment(self.ledger.row.id, hash).await? else { return Ok(None) };
        Ok(if self.reads(row.entry).await? { row.erased_by } else { None })
    }
}

impl Sight {
    /// A case file under the last checkpoint, as a zip; `None` when there is nothing of the kind for this reader.
    pub async fn case_file(&self, agreement: &Slug, scope: &Scope) -> Result<Option<Vec<u8>>, CollectFault> {
        collect(&self.host, &self.ledger, self, agreement, scope).await
    }
}

impl Content {
    /// All of it, for those who know that it is not too much.
    pub async fn whole(self) -> Result<Vec<u8>, StoreFault> {
        let (mut bytes, mut rest) = (Vec::new(), self);
        while let Some((piece, next)) = rest.piece().await? {
            bytes.extend_from_slice(&piece);
            rest = next;
        }
        Ok(bytes)
    }

    /// The next piece, and the rest; `None` at the end.
    pub async fn piece(self) -> Result<Option<(Bytes, Self)>, StoreFault> {
        let Self { store, mut file, salt, size, row } = self;
        let read = store.on_disk(move |_| {
            let mut piece = vec![0; PIECE];
            let count = file.read(&mut piece)?;
            piece.truncate(count);
            Ok((piece, file))
        });
        let (piece, file) = read.await?;
        Ok((!piece.is_empty()).then(|| (Bytes::from(piece), Self { store, file, salt, size, row })))
    }
}
