//! Puts a backup back: under other names first, and under its own once it was looked at whole.

use std::fs;
use std::path::{Path, PathBuf};

use ledger::words::Instant;

use super::manifest::{BackupFault, Manifest};
use super::take::{hash_of, put, with_suffix};
use super::{LOG, databases};
use crate::checking::{Share, check};
use crate::sequencer::rebuild;
use crate::store::{Files, LedgerRow, Store, attachments_path, cosigned_path, derived_path, sync_folder};

/// A backup that was put back under other names. [`Restored::keep`] gives it its own, [`Restored::discard`] removes it.
#[derive(Debug)]
pub struct Restored {
    database: PathBuf,
    store: Store,
    /// Its ledgers, with the number of entries of each.
    pub ledgers: Vec<RestoredLedger>,
}

/// A ledger in it, and number of entries.
pub type RestoredLedger = (LedgerRow, u64);

/// The files beside a database that take part in a restore, the database itself last: where that is, all is.
fn files(database: &Path) -> [PathBuf; 4] {
    [attachments_path(database), cosigned_path(database), derived_path(database), database.to_owned()]
}

fn restoring(database: &Path) -> PathBuf {
    database.with_extension("restoring.sqlite")
}

/// Puts a backup back beside where a database is to be, and looks at all of it: every file has its hash, every entry is judged
/// anew and hashed into the tree that was signed for. Fails, and leaves nothing, where anything is other than it was.
pub async fn restore(folder: &Path, database: &Path, at: Instant) -> Result<Restored, BackupFault> {
    if let Some(there) = files(database).into_iter().find(|path| path.exists()) {
        return Err(BackupFault::Exists(there));
    }
    let manifest = Manifest::read(folder)?;
    let place = restoring(database);
    remove(&place)?;
    match put_back(folder, &place, &manifest, at).await {
        Ok((store, ledgers)) => Ok(Restored { database: database.to_owned(), store, ledgers }),
        Err(fault) => {
            remove(&place)?;
            Err(fault)
        }
    }
}

async fn put_back(folder: &Path, place: &Path, manifest: &Manifest, at: Instant) -> Result<(Store, Vec<RestoredLedger>), BackupFault> {
    for ((name, from), (_, to)) in databases(&folder.join(LOG)).into_iter().zip(databases(place)) {
        match manifest.databases.get(name) {
            Some(hash) if hash_of(&from)? == *hash => _ = fs::copy(&from, to).map_err(BackupFault::at(&from))?,
            Some(_) => return Err(BackupFault::Damaged(format!("{} is not the file that was written", from.display()))),
            None if from.exists() => return Err(BackupFault::Damaged(format!("{} is not in its list", from.display()))),
            None => {}
        }
    }
    let store = Store::open(place, false).await?;
    let outcome = look(folder, &store, manifest, at).await;
    if outcome.is_err() {
        store.close().await;
    }
    Ok((store, outcome?))
}

async fn look(folder: &Path, store: &Store, manifest: &Manifest, at: Instant) -> Result<Vec<RestoredLedger>, BackupFault> {
    let saved = Files::in_folder(&attachments_path(&folder.join(LOG)));
    let (mut ledgers, mut left) = (Vec::new(), manifest.attachments);
    for row in store.ledgers().await? {
        let damaged = |what: String| BackupFault::Damaged(format!("ledger {}: {what}", row.name));
        for hash in store.kept_attachments(row.id).await? {
            let file = saved.open(row.id, &hash).map_err(|error| damaged(format!("attachment {hash}: {error}")))?;
            put(store.files(), row.id, &hash, file, at)?;
            left = left.checked_sub(1).ok_or_else(|| damaged("it has more attachments than its list says".into()))?;
        }
        let size = rebuild(store, row.id).await?;
        if let Some(damage) = check(store, &row, Share::WHOLE).await?.damage.into_iter().next() {
            return Err(damaged(damage.to_string()));
        }
        let told = manifest.ledgers.get(&row.name).ok_or_else(|| damaged("its list does not have it".into()))?;
        let checkpoint = store.checkpoint(row.id).await?;
        if told.size != size || checkpoint.is_none_or(|(_, note)| note != told.checkpoint) {
            return Err(damaged(format!("{size} entries, and its list has {} or another checkpoint", told.size)));
        }
        ledgers.push((row, size));
    }
    match (left, ledgers.len() == manifest.ledgers.len()) {
        (0, true) => Ok(ledgers),
        (0, false) => Err(BackupFault::Damaged("a ledger of its list is missing".into())),
        (left, _) => Err(BackupFault::Damaged(format!("no entry names {left} of its {} attachments", manifest.attachments))),
    }
}

impl Restored {
    /// The database as it was put back, under other names.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Gives it its own names: from here on it is the database.
    pub async fn keep(self) -> Result<(), BackupFault> {
        self.store.close().await;
        for (from, to) in files(&restoring(&self.database)).into_iter().zip(files(&self.database)) {
            if from.exists() {
                fs::rename(&from, &to).map_err(BackupFault::at(&to))?;
            }
        }
        sync_folder(&self.database).map_err(BackupFault::at(&self.database))?;
        remove(&restoring(&self.database))
    }

    /// Removes it again.
    pub async fn discard(self) -> Result<(), BackupFault> {
        self.store.close().await;
        remove(&restoring(&self.database))
    }
}

/// Removes what stands under these names: of a restore that was not kept, or not finished.
fn remove(database: &Path) -> Result<(), BackupFault> {
    let [attachments, databases @ ..] = files(database);
    if attachments.exists() {
        fs::remove_dir_all(&attachments).map_err(BackupFault::at(&attachments))?;
    }
    for path in databases.iter().flat_map(|path| ["", "-wal", "-shm"].map(|end| with_suffix(path, end))) {
        if path.exists() {
            fs::remove_file(&path).map_err(BackupFault::at(&path))?;
        }
    }
    Ok(())
}
