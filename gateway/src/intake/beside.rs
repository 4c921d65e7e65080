//! Content that came with a statement, on its way to the disk; and what becomes of it after the answer.

use std::sync::Arc;

use ledger::envelope::{Body, Refusal, Rule, Statement};
use ledger::words::Hash;

use super::{Door, Trouble};
use crate::media_types;
use crate::sequencer::{Delivered, LedgerHandle};
use crate::store::{NotKept, StoreFault};

/// Content that came with a statement.
#[derive(Debug)]
pub enum Beside {
    /// Inside the message.
    Inline {
        /// 32 bytes.
        salt: [u8; 32],
        /// Its media type.
        media_type: String,
        /// The content.
        content: Vec<u8>,
    },
    /// Beside it, and on disk already.
    OnDisk(Delivered),
}

/// What a statement does to content beside the log: what is to be done with files follows from it once there is an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Affected {
    /// What came along.
    came: Vec<Hash>,
    /// What it erases.
    erased: Option<Hash>,
}

impl Affected {
    pub(super) fn by(statement: &Statement, came: &[Beside]) -> Self {
        let hash = |beside: &Beside| match beside {
            Beside::Inline { salt, content, .. } => Hash::of(&[salt, content]),
            Beside::OnDisk(delivered) => delivered.hash,
        };
        let erased = match &statement.body {
            Body::AttachmentErasure(body) => Some(body.attachment),
            _ => None,
        };
        Self { came: came.iter().map(hash).collect(), erased }
    }
}

impl Door {
    /// Puts on disk what came inside a message. Nothing is judged before its content is safe.
    pub(super) async fn put_down(&self, ledger: &LedgerHandle, beside: Vec<Beside>) -> Result<Vec<Delivered>, Trouble> {
        let mut delivered = Vec::with_capacity(beside.len());
        for one in beside {
            let (salt, media_type, content) = match one {
                Beside::OnDisk(one) => {
                    delivered.push(one);
                    continue;
                }
                Beside::Inline { salt, media_type, content } => (salt, media_type, content),
            };
            check_media_type(&media_type, "/attachments").map_err(|refusal| Trouble::Refused(refusal, self.host.clock.now()))?;
            let (hash, size_bytes) = (Hash::of(&[&salt, &content]), content.len() as u64);
            let (id, at) = (ledger.row.id, self.host.clock.now());
            // What was erased is not put down again, be it for a statement that is sent once more.
            let erased = self.host.store.attachment(id, &hash).await?.is_some_and(|row| row.erased_by.is_some());
            let held = if erased { None } else { self.put(id, salt, content, at).await? };
            delivered.push(Delivered { hash, media_type: Some(media_type), size_bytes, held });
        }
        Ok(delivered)
    }

    async fn put(
        &self,
        ledger: i64,
        salt: [u8; 32],
        content: Vec<u8>,
        at: ledger::words::Instant,
    ) -> Result<Option<Arc<crate::store::Held>>, StoreFault> {
        let put = self.host.store.on_disk(move |files| match files.put(ledger, &salt, &content, at) {
            Ok(held) => Ok(Some(Arc::new(held))),
            // It is being removed at this moment: the sender tries again.
            Err(NotKept::Leaving) => Ok(None),
            Err(NotKept::Io(error)) => Err(error),
            Err(fault @ NotKept::OtherHash(_)) => Err(std::io::Error::other(fault)),
        });
        put.await
    }

    /// After the answer: what is in the log is kept or destroyed, the rest goes. What fails here is done by the next sweep.
    pub(super) async fn put_away(&self, ledger: &LedgerHandle, affected: Affected, stands: bool, recorded: bool) {
        let (store, id, name) = (self.host.store.clone(), ledger.row.id, ledger.row.name.clone());
        let Affected { came, erased } = affected;
        if came.is_empty() && erased.is_none() {
            return;
        }
        // On a task of its own: it goes on when the sender hangs up.
        let task = tokio::spawn(async move {
            if let Some(hash) = erased.filter(|_| stands) {
                store.wipe_attachment(id, hash).await?;
            }
            if recorded {
                return store.keep_attachments(id, came).await;
            }
            for hash in came {
                store.discard_attachment(id, hash).await?;
            }
            Ok(())
        });
        if let Ok(Err(fault)) = task.await {
            let error: StoreFault = fault;
            tracing::error!(ledger = %name, error = %error, "attachments are not in order yet; the next sweep tries again");
        }
    }
}

/// Only what is in the closed list is taken.
pub(super) fn check_media_type(media_type: &str, pointer: &str) -> Result<(), Refusal> {
    match media_types::listed(media_type) {
        Some(_) => Ok(()),
        None => Err(Refusal::at(pointer, Rule::AttachmentUnfit, format!("{media_type} is not taken"), media_types::accepted())),
    }
}
