//! Content beside the log, one file each: 32 bytes of salt, then the content, so that the file's SHA-256 is its name.
//!
//! A file arrives under `incoming`, and is moved to `waiting` once it is on disk whole. Only then is the statement that names
//! it judged; after its commit the file moves to its own place. What waits in vain is removed by a sweep. A file that is in
//! use by a statement on its way is held, so that a sweep leaves it alone.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use ledger::words::{Hash, Hasher, Instant};
use tempfile::NamedTempFile;

/// Bytes of salt before the content.
pub const SALT: u64 = 32;
/// How much is overwritten at a time.
const BLOCK: usize = 64 * 1024;

/// The files of all ledgers of a database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    folder: Arc<Path>,
    holds: Arc<Mutex<HashMap<(i64, Hash), Hold>>>,
}

/// Who is busy with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// So many statements on their way name it.
    Used(usize),
    /// It is being looked at in order to be removed.
    Leaving,
}

/// A file that no sweep removes as long as this lives.
#[derive(Debug)]
pub struct Held {
    files: Files,
    place: (i64, Hash),
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut holds = self.files.holds.lock().unwrap_or_else(PoisonError::into_inner);
        match holds.get_mut(&self.place) {
            Some(Hold::Used(count)) if *count > 1 => *count -= 1,
            Some(Hold::Used(_) | Hold::Leaving) | None => _ = holds.remove(&self.place),
        }
    }
}

/// A file that arrives, hashed on its way to the disk. Dropped before its end, it is removed.
#[derive(Debug)]
pub struct Incoming {
    files: Files,
    ledger: i64,
    file: NamedTempFile,
    hasher: Hasher,
    bytes: u64,
}

/// Why a file that arrived is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// It is another one than was announced.
    #[error("what came has the hash {0}")]
    OtherHash(Hash),
    /// The same content is being removed at this moment.
    #[error("this content is being removed")]
    Leaving,
    /// The disk.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Incoming {
    /// Takes what came next.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Bytes that came, salt and content.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Keeps it, if it is what was announced; it is on disk when this returns. `at` is when it came.
    pub fn finish(self, expected: &Hash, at: Instant) -> Result<Held, NotKept> {
        let hash = self.hasher.finish();
        if hash != *expected {
            return Err(NotKept::OtherHash(hash));
        }
        // Held before it is there, so that no sweep sees it without its holder.
        let held = self.files.hold(self.ledger, &hash).ok_or(NotKept::Leaving)?;
        let kept = self.files.place(self.ledger, &hash);
        if !kept.exists() {
            let file = self.file.as_file();
            // The age that a sweep goes by is that of the gateway's own clock.
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0)))?;
            // A crash before this: a file that nobody named. After it: one that waits, and is removed in time.
            file.sync_all()?;
            let waiting = self.files.waiting_place(self.ledger, &hash);
            self.file.persist(&waiting).map_err(|error| error.error)?;
            sync_folder(&waiting)?;
        }
        Ok(held)
    }
}

impl Files {
    /// The files in this folder, which is made when the first one comes.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.into(), holds: Arc::default() }
    }

    /// A place for a file that is about to come.
    pub fn begin(&self, ledger: i64) -> io::Result<Incoming> {
        let incoming = self.of_ledger(ledger).join("incoming");
        make_folder(&incoming)?;
        make_folder(&self.of_ledger(ledger).join("waiting"))?;
        let file = tempfile::Builder::new().prefix("").suffix(".part").tempfile_in(incoming)?;
        Ok(Incoming { files: self.clone(), ledger, file, hasher: Hasher::default(), bytes: 0 })
    }

    /// Keeps content that came in one piece.
    pub fn put(&self, ledger: i64, salt: &[u8; 32], content: &[u8], at: Instant) -> Result<Held, NotKept> {
        let mut incoming = self.begin(ledger)?;
        incoming.write(salt)?;
        incoming.write(content)?;
        incoming.finish(&Hash::of(&[salt, content]), at)
    }

    fn hold(&self, ledger: i64, hash: &Hash) -> Option<Held> {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        match holds.entry((ledger, *hash)).or_insert(Hold::Used(0)) {
            Hold::Used(count) => *count += 1,
            Hold::Leaving => return None,
        }
        drop(holds);
        Some(Held { files: self.clone(), place: (ledger, *hash) })
    }

    /// Claims a file for removal; `None` while a statement on its way names it.
    pub(super) fn leave(&self, ledger: i64, hash: &Hash) -> Option<Held> {
        let mut holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
        if holds.contains_key(&(ledger, *hash)) {
            return None;
        }
        holds.insert((ledger, *hash), Hold::Leaving);
        drop(holds);
        Some(Held { files: self.clone(), place: (ledger, *hash) })
    }

    /// Moves a file to its own place, after the commit of the statement that names it.
    pub fn keep(&self, ledger: i64, hash: &Hash) -> io::Result<()> {
        let (waiting, kept) = (self.waiting_place(ledger, hash), self.place(ledger, hash));
        if !waiting.exists() {
            return Ok(());
        }
        make_folder(kept.parent().unwrap_or(&kept))?;
        fs::rename(&waiting, &kept)?;
        sync_folder(&kept)?;
        sync_folder(&waiting)
    }

    /// Opens a file for reading: where it belongs, or where it waits for its move.
    pub fn open(&self, ledger: i64, hash: &Hash) -> io::Result<File> {
        File::open(self.place(ledger, hash)).or_else(|error| match error.kind() {
            // Between the two it may have moved: so the first place is looked at once more.
            io::ErrorKind::NotFound => File::open(self.waiting_place(ledger, hash)).or_else(|_| File::open(self.place(ledger, hash))),
            _ => Err(error),
        })
    }

    /// Destroys a file wherever it is: overwritten, cut to nothing, removed, each on disk. Again is safe.
    pub fn wipe(&self, ledger: i64, hash: &Hash) -> io::Result<()> {
        for path in [self.waiting_place(ledger, hash), self.place(ledger, hash), self.waiting_place(ledger, hash)] {
            wipe(&path)?;
        }
        Ok(())
    }

    /// What waits for its statement, with the instant at which it came.
    pub(super) fn waiting(&self, ledger: i64) -> io::Result<Vec<(Hash, Instant)>> {
        let mut waiting = Vec::new();
        let Some(entries) = listed(&self.of_ledger(ledger).join("waiting"))? else { return Ok(waiting) };
        for entry in entries {
            let entry = entry?;
            let Some(hash) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Ok(metadata) = entry.metadata() else { continue };
            waiting.extend(modified(&metadata)?.map(|came| (hash, came)));
        }
        Ok(waiting)
    }

    /// Removes what a process that died had begun to receive. Only before anything is received; where other processes share
    /// the folder, only what has not grown since an instant.
    pub(super) fn clear_incoming(&self, ledger: i64, idle_since: Option<Instant>) -> io::Result<()> {
        for entry in listed(&self.of_ledger(ledger).join("incoming"))?.into_iter().flatten() {
            let entry = entry?;
            let Ok(metadata) = entry.metadata() else { continue };
            let grew = modified(&metadata)?;
            if idle_since.is_none_or(|since| grew.is_some_and(|grew| grew <= since)) {
                wipe(&entry.path())?;
            }
        }
        Ok(())
    }

    fn of_ledger(&self, ledger: i64) -> PathBuf {
        self.folder.join(ledger.to_string())
    }

    fn waiting_place(&self, ledger: i64, hash: &Hash) -> PathBuf {
        self.of_ledger(ledger).join("waiting").join(hash.to_string())
    }

    fn place(&self, ledger: i64, hash: &Hash) -> PathBuf {
        let name = hash.to_string();
        self.of_ledger(ledger).join(&name[..2]).join(name)
    }
}

/// When a file was written to last.
fn modified(metadata: &fs::Metadata) -> io::Result<Option<Instant>> {
    let since = metadata.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_millis()).ok().and_then(Instant::from_millis))
}

/// Reads the salt of a file; what is left to be read is the content.
pub fn read_salt(file: &mut impl Read) -> io::Result<[u8; 32]> {
    let mut salt = [0; 32];
    file.read_exact(&mut salt)?;
    Ok(salt)
}

fn listed(folder: &Path) -> io::Result<Option<fs::ReadDir>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Some(entries)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Overwrites before it removes: whoever has the file open reads nothing of it from here on.
fn wipe(path: &Path) -> io::Result<()> {
    let mut file = match File::options().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut left = file.metadata()?.len();
    file.seek(SeekFrom::Start(0))?;
    let zeros = [0; BLOCK];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
        file.write_all(&zeros[..most])?;
        left -= most as u64;
    }
    file.sync_all()?;
    file.set_len(0)?;
    file.sync_all()?;
    match fs::remove_file(path) {
        // Somebody else did the same at the same time.
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => sync_folder(path),
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A name in a folder is on disk once the folder is: of the folder that this is in.
pub fn sync_folder(of: &Path) -> io::Result<()> {
    File::open(folder_of(of))?.sync_all()
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
