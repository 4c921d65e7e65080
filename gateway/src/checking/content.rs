//! The third pass: content beside the log. Each file must have its hash, and what was erased must be gone.

use std::io::{self, Read};
use std::time::Duration;

use ledger::envelope::{Body, Parsed};
use ledger::words::{Hash, Hasher};

use super::damage::{Damage, Found};
use super::share::Share;
use crate::clock::Stopwatch;
use crate::store::{AttachmentRow, LedgerRow, Store, StoreFault};

/// So many rows are read at a time.
const PAGE: u32 = 50;
/// So many bytes of a file are read at a time.
const BLOCK: usize = 1 << 20;
/// So often a file that should be gone is looked at again, with a pause: its destruction may be under way.
const LOOKS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(100);

/// Looks at what the first `size` entries name and erase, and at what came meanwhile as far as it is there.
pub(super) async fn check(store: &Store, row: &LedgerRow, size: u64, share: Share, found: &mut Found) -> Result<(), StoreFault> {
    let mut after = None;
    loop {
        let page = store.attachment_hashes(row.id, after, PAGE).await?;
        if page.is_empty() {
            return Ok(());
        }
        for bytes in page {
            let Ok(hash) = bytes.try_into().map(Hash) else {
                found.add(Damage::of_log("attachment_file: one has a name that is no hash".to_owned()));
                return Ok(());
            };
            after = Some(hash);
            let Some(attachment) = store.attachment(row.id, &hash).await? else { continue };
            let what = match fits_log(store, row.id, &hash, &attachment).await? {
                Ok(()) => file(store, row.id, hash, &attachment, size, share).await?,
                Err(what) => Some(what),
            };
            found.extend(what.map(|what| Damage::of_log(format!("attachment_file {hash}: {what}"))));
        }
    }
}

/// The entries in the row must say what it says.
async fn fits_log(store: &Store, ledger: i64, hash: &Hash, row: &AttachmentRow) -> Result<Result<(), String>, StoreFault> {
    let entries: Vec<u64> = [Some(row.entry), row.erased_by].into_iter().flatten().collect();
    let statements = store.statements(ledger, &entries).await?;
    let body = |entry: u64| {
        let jws = statements.iter().find(|(of, _)| *of == entry).map(|(_, jws)| jws);
        jws.and_then(|jws| Parsed::parse(jws).ok()).map(|parsed| parsed.statement().body.clone())
    };
    let named = body(row.entry).is_some_and(|body| {
        let mut named = body.attachments().into_iter();
        named.any(|a| a.hash == *hash && a.media_type.to_string() == row.media_type && u64::from(a.size_bytes.0) == row.size_bytes)
    });
    if !named {
        return Ok(Err(format!("entry {} does not name it so", row.entry)));
    }
    let Some(by) = row.erased_by else { return Ok(Ok(())) };
    let erases = matches!(body(by), Some(Body::AttachmentErasure(erasure)) if erasure.attachment == *hash);
    Ok(if erases { Ok(()) } else { Err(format!("entry {by} does not erase it")) })
}

/// What is wrong with the file of an attachment.
async fn file(store: &Store, ledger: i64, hash: Hash, row: &AttachmentRow, size: u64, share: Share) -> Result<Option<String>, StoreFault> {
    if let Some(by) = row.erased_by {
        // What is erased after the round began is looked at by the next one.
        return Ok(
            (by < size && is_still_there(store, ledger, hash).await?).then(|| format!("entry {by} erased it, and it is still there"))
        );
    }
    let opened = store.on_disk(move |files| absent(files.open(ledger, &hash))).await?;
    let Some(mut file) = opened else {
        // It may have been erased since its row was read.
        let erased = store.attachment(ledger, &hash).await?.is_some_and(|row| row.erased_by.is_some());
        return Ok((!erased).then(|| "its file is missing".to_owned()));
    };
    let (mut hasher, mut block) = (Hasher::default(), vec![0; BLOCK]);
    loop {
        let watch = Stopwatch::start();
        let (count, back) = store
            .on_disk(move |_| {
                let count = file.read(&mut block)?;
                hasher.update(&block[..count]);
                Ok((count, (file, hasher, block)))
            })
            .await?;
        (file, hasher, block) = back;
        if count == 0 {
            break;
        }
        share.rest(watch).await;
    }
    if hasher.finish() == hash {
        return Ok(None);
    }
    // An erasure overwrites the file under whoever reads it.
    let erased = store.attachment(ledger, &hash).await?.is_some_and(|row| row.erased_by.is_some());
    Ok((!erased).then(|| "its file is not what its hash says".to_owned()))
}

async fn is_still_there(store: &Store, ledger: i64, hash: Hash) -> Result<bool, StoreFault> {
    for look in 0..LOOKS {
        if store.on_disk(move |files| absent(files.open(ledger, &hash))).await?.is_none() {
            return Ok(false);
        }
        if look + 1 < LOOKS {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(true)
}

fn absent<T>(opened: io::Result<T>) -> io::Result<Option<T>> {
    match opened {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
