//! Takes a backup, beside a gateway that writes on.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;
use ledger::log::tree::Frontier;
use ledger::words::{Hash, Hasher, Instant};

use super::manifest::{BackupFault, LedgerCopy, Manifest};
use super::{LOG, databases};
use crate::store::{Files, LedgerRow, Store, attachments_path, copy_database, derived_path, is_erased_in, sync_folder};

/// How many entries are read back at a time.
const STEP: u32 = 1_000;
/// So often an attachment may be erased while it is copied.
const ATTEMPTS: u32 = 5;

/// Takes a backup of a database into a folder, which is made. The folder has its name only once the backup is whole, on
/// disk, and was read back: every entry hashed anew, up to the root that the newest checkpoint has.
pub async fn take(database: &Path, folder: &Path, at: Instant) -> Result<Manifest, BackupFault> {
    if folder.exists() {
        return Err(BackupFault::Exists(folder.to_owned()));
    }
    let unfinished = with_suffix(folder, ".unfinished");
    let (ledgers, attachments) = copied(database, &unfinished, at).await?;
    let hashes = databases(&unfinished.join(LOG)).into_iter().filter(|(_, path)| path.exists());
    let hashes = hashes.map(|(name, path)| Ok((name.to_owned(), synced(&path)?))).collect::<Result<_, BackupFault>>()?;
    let manifest = Manifest::new(at, ledgers, hashes, attachments);
    manifest.write(&unfinished)?;
    fs::rename(&unfinished, folder).and_then(|()| sync_folder(folder)).map_err(BackupFault::at(folder))?;
    Ok(manifest)
}

type Copied = (BTreeMap<String, LedgerCopy>, u64);

async fn copied(database: &Path, unfinished: &Path, at: Instant) -> Result<Copied, BackupFault> {
    for _ in 0..ATTEMPTS {
        // What a crash or an earlier attempt left is no backup.
        if unfinished.exists() {
            fs::remove_dir_all(unfinished).map_err(BackupFault::at(unfinished))?;
        }
        fs::create_dir_all(unfinished).map_err(BackupFault::at(unfinished))?;
        let copy = unfinished.join(LOG);
        for ((_, from), (_, to)) in databases(database).into_iter().zip(databases(&copy)).filter(|((_, from), _)| from.exists()) {
            copy_database(&from, &to).await?;
        }
        if let Some(copied) = read_back(database, &copy, at).await? {
            return Ok(copied);
        }
    }
    Err(BackupFault::Damaged(format!("each of {ATTEMPTS} times an attachment was erased while it was copied; try again")))
}

/// Reads the copy of the log back, and copies the attachments that it names. `None` if one of them was erased meanwhile: the
/// log must say so, so that it is copied once more.
async fn read_back(database: &Path, copy: &Path, at: Instant) -> Result<Option<Copied>, BackupFault> {
    let (live, kept) = (Files::in_folder(&attachments_path(database)), Files::in_folder(&attachments_path(copy)));
    let store = Store::open(copy, false).await?;
    let (mut ledgers, mut attachments) = (BTreeMap::new(), 0);
    for row in store.ledgers().await? {
        ledgers.insert(row.name.clone(), whole(&store, &row).await?);
        for hash in store.kept_attachments(row.id).await? {
            let copied = live.open(row.id, &hash).map_err(BackupFault::at(database)).and_then(|file| put(&kept, row.id, &hash, file, at));
            match copied {
                Ok(()) => attachments += 1,
                // An erasure overwrites a file before it removes it.
                Err(_) if is_erased_in(database, row.id, &hash).await? => {
                    store.close().await;
                    return Ok(None);
                }
                Err(fault) => return Err(BackupFault::Damaged(format!("attachment {hash}: {fault}"))),
            }
        }
    }
    store.close().await;
    // It was opened like any database; what follows from the log is made anew where the backup is put back.
    for end in ["", "-wal", "-shm"] {
        let path = with_suffix(&derived_path(copy), end);
        if path.exists() {
            fs::remove_file(&path).map_err(BackupFault::at(&path))?;
        }
    }
    Ok(Some((ledgers, attachments)))
}

/// Hashes every entry anew, up to the root of the newest checkpoint.
async fn whole(store: &Store, row: &LedgerRow) -> Result<LedgerCopy, BackupFault> {
    let damaged = |what: String| BackupFault::Damaged(format!("ledger {}: {what}", row.name));
    let mut frontier = Frontier::empty();
    loop {
        let rows = store.entries(row.id, frontier.size(), STEP).await?;
        if rows.is_empty() {
            break;
        }
        for stored in &rows {
            let leaf = stored.leaf_at(frontier.size(), &row.facts.origin);
            frontier.append(leaf.ok_or_else(|| damaged(format!("record {} is not the one that was signed for", frontier.size())))?);
        }
    }
    let (_, checkpoint) = store.checkpoint(row.id).await?.ok_or_else(|| damaged("it has no checkpoint".into()))?;
    let note = Note::parse(checkpoint.as_bytes()).map_err(|fault| damaged(format!("checkpoint: {fault}")))?;
    let signed = Checkpoint::parse(note.text()).map_err(|fault| damaged(format!("checkpoint: {fault}")))?;
    if (signed.origin(), signed.size(), signed.root()) != (row.facts.origin.as_str(), frontier.size(), frontier.root()) {
        return Err(damaged(format!("its newest checkpoint is not of its {} entries", frontier.size())));
    }
    Ok(LedgerCopy { origin: row.facts.origin.clone(), size: frontier.size(), checkpoint })
}

/// Copies content, hashed on its way.
pub(super) fn put(files: &Files, ledger: i64, hash: &Hash, mut from: File, at: Instant) -> Result<(), BackupFault> {
    let unread = |what: String| BackupFault::Damaged(format!("attachment {hash}: {what}"));
    let mut incoming = files.begin(ledger).map_err(|error| unread(error.to_string()))?;
    let mut block = vec![0; 64 * 1024];
    loop {
        match from.read(&mut block).map_err(|error| unread(error.to_string()))? {
            0 => break,
            read => incoming.write(&block[..read]).map_err(|error| unread(error.to_string()))?,
        }
    }
    let held = incoming.finish(hash, at).map_err(|fault| unread(fault.to_string()))?;
    let kept = files.keep(ledger, hash).map_err(|error| unread(error.to_string()));
    drop(held);
    kept
}

/// The hash of a file, which is on disk from here on.
fn synced(path: &Path) -> Result<Hash, BackupFault> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupFault::at(path))?;
    hash_of(path)
}

/// SHA-256 of a file.
pub(super) fn hash_of(path: &Path) -> Result<Hash, BackupFault> {
    let mut file = File::open(path).map_err(BackupFault::at(path))?;
    let (mut hasher, mut block) = (Hasher::default(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut block).map_err(BackupFault::at(path))? {
            0 => return Ok(hasher.finish()),
            read => hasher.update(&block[..read]),
        }
    }
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
