//! Content that is uploaded beside its statement: the statement comes first, and only what it names is taken.
//!
//! Nobody fills the disk of a stranger: a signature of a registered key names each hash and size before a byte of content
//! is read. Memory holds one piece at a time, whatever the size.

use std::sync::Arc;

use axum::body::Bytes;
use ledger::envelope::statement::agreement::Attachment;
use ledger::envelope::{Refusal, Rule};
use ledger::words::Hash;

use super::beside::check_media_type;
use super::{Beside, Door, Reply, Trouble};
use crate::sequencer::{Checked, Delivered, LedgerHandle};
use crate::store::{Incoming, NotKept, SALT, StoreFault};

/// A statement whose signature holds, and what is to come with it.
#[derive(Debug)]
pub struct Announced {
    wanted: Vec<Attachment>,
    came: Vec<Delivered>,
    digest: Hash,
}

/// Content that is being received.
#[derive(Debug)]
pub struct Upload {
    /// `None` when it was erased before: it is read to its end and kept nowhere.
    incoming: Option<Incoming>,
    wanted: Attachment,
    bytes: u64,
}

/// Why an upload ends.
#[derive(Debug)]
pub enum NoUpload {
    /// What came is not what was announced.
    Refused(Refusal),
    /// The disk, or the database.
    Store(StoreFault),
}

impl From<StoreFault> for NoUpload {
    fn from(fault: StoreFault) -> Self {
        Self::Store(fault)
    }
}

impl Door {
    /// Reads the statement that content is to come with: known key, right signature, sizes and types that are taken.
    pub async fn announce(&self, ledger: &LedgerHandle, statement: &[u8], max_bytes: u64) -> Result<Announced, Box<Reply>> {
        let digest = Hash::of(&[statement]);
        let refuse = |refusal| Box::new(self.trouble(ledger, Trouble::Refused(refusal, self.host.clock.now()), digest));
        let trouble = |trouble| Box::new(self.trouble(ledger, trouble, digest));
        let mut checked = self.check(ledger, statement).await.map_err(trouble)?;
        if matches!(checked, Checked::Pending(_)) {
            // Its registration may have been acknowledged a moment ago, and keys are looked up among the derived rows.
            ledger.settled().await.map_err(Trouble::Unavailable).map_err(trouble)?;
            checked = self.check(ledger, statement).await.map_err(trouble)?;
        }
        let Checked::Verified(verified) = checked else {
            let accepted = "the statement of an institution that is registered already";
            return Err(refuse(Refusal::at("/protected/kid", Rule::UnknownKey, "content is not taken from an unknown key", accepted)));
        };
        let wanted: Vec<Attachment> = verified.statement().body.attachments().into_iter().cloned().collect();
        for attachment in &wanted {
            if u64::from(attachment.size_bytes.0) > max_bytes {
                let detail = format!("{} is {} bytes", attachment.hash, attachment.size_bytes.0);
                return Err(refuse(Refusal::new(Rule::TooLarge, detail, format!("at most {max_bytes} bytes in an attachment"))));
            }
            check_media_type(attachment.media_type.as_str(), "").map_err(refuse)?;
        }
        Ok(Announced { wanted, came: Vec::new(), digest })
    }

    /// Begins to receive content that was announced under this hash.
    pub async fn receive(&self, ledger: &LedgerHandle, announced: &Announced, name: &str) -> Result<Upload, NoUpload> {
        let wanted = announced.wanted.iter().find(|attachment| attachment.hash.to_string() == name);
        let Some(wanted) = wanted.filter(|wanted| !announced.came.iter().any(|came| came.hash == wanted.hash)).cloned() else {
            let named: Vec<_> = announced.wanted.iter().map(|attachment| attachment.hash.to_string()).collect();
            let accepted = format!("a part for each of: {}", named.join(", "));
            return Err(NoUpload::Refused(Refusal::new(Rule::AttachmentUnfit, format!("a part is named {name:?}"), accepted)));
        };
        let (id, hash) = (ledger.row.id, wanted.hash);
        let erased = self.host.store.attachment(id, &hash).await?.is_some_and(|row| row.erased_by.is_some());
        let incoming = if erased { None } else { Some(self.host.store.on_disk(move |files| files.begin(id)).await?) };
        Ok(Upload { incoming, wanted, bytes: 0 })
    }

    /// Takes what came next.
    pub async fn piece(&self, upload: &mut Upload, bytes: Bytes) -> Result<(), NoUpload> {
        upload.bytes += bytes.len() as u64;
        let most = u64::from(upload.wanted.size_bytes.0) + SALT;
        if upload.bytes > most {
            let detail = format!("more than {most} bytes came for {}", upload.wanted.hash);
            return Err(NoUpload::Refused(Refusal::new(Rule::AttachmentUnfit, detail, upload.expected())));
        }
        let Some(mut incoming) = upload.incoming.take() else { return Ok(()) };
        let written = self.host.store.on_disk(move |_| incoming.write(&bytes).map(|()| incoming)).await?;
        upload.incoming = Some(written);
        Ok(())
    }

    /// All of it came: it is on disk when this returns, if it is what was announced.
    pub async fn received(&self, announced: &mut Announced, upload: Upload) -> Result<(), NoUpload> {
        let expected = upload.expected();
        let Upload { incoming, wanted, bytes } = upload;
        let unfit = |detail: String| NoUpload::Refused(Refusal::new(Rule::AttachmentUnfit, detail, expected));
        if bytes != u64::from(wanted.size_bytes.0) + SALT {
            return Err(unfit(format!("{bytes} bytes came for {}", wanted.hash)));
        }
        let (hash, at) = (wanted.hash, self.host.clock.now());
        let held = match incoming {
            None => None,
            Some(incoming) => match self.host.store.on_disk(move |_| Ok(incoming.finish(&hash, at))).await? {
                Ok(held) => Some(Arc::new(held)),
                Err(NotKept::OtherHash(other)) => return Err(unfit(format!("what came for {hash} has the hash {other}"))),
                Err(NotKept::Leaving) => None,
                Err(NotKept::Io(error)) => return Err(NoUpload::Store(StoreFault::Files(error))),
            },
        };
        announced.came.push(Delivered { hash, media_type: None, size_bytes: wanted.size_bytes.0.into(), held });
        Ok(())
    }

    /// The answer where an upload ends early. What came of it is removed.
    pub async fn broken_off(&self, ledger: &LedgerHandle, announced: Announced, why: NoUpload) -> Reply {
        let digest = announced.digest;
        self.forget(ledger, announced).await;
        let trouble = match why {
            NoUpload::Refused(refusal) => Trouble::Refused(refusal, self.host.clock.now()),
            NoUpload::Store(fault) => Trouble::Store(fault),
        };
        self.trouble(ledger, trouble, digest)
    }

    /// Removes what came of an upload that goes no further.
    pub async fn forget(&self, ledger: &LedgerHandle, announced: Announced) {
        let Announced { came, .. } = announced;
        let hashes: Vec<Hash> = came.iter().map(|delivered| delivered.hash).collect();
        drop(came);
        for hash in hashes {
            if let Err(fault) = self.host.store.discard_attachment(ledger.row.id, hash).await {
                tracing::error!(ledger = %ledger.row.name, error = %fault, "the next sweep removes what came");
            }
        }
    }
}

impl Announced {
    /// What came, for the statement.
    pub fn into_beside(self) -> Vec<Beside> {
        self.came.into_iter().map(Beside::OnDisk).collect()
    }
}

impl Upload {
    fn expected(&self) -> String {
        format!("32 bytes of salt and then {} bytes of content, with this SHA-256", self.wanted.size_bytes.0)
    }
}
