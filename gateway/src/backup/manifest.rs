//! What a backup says of itself.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use ledger::words::{Hash, Instant};
use serde::{Deserialize, Serialize};

use crate::store::{StoreFault, sync_folder};

/// The file in a backup that lists the others.
pub const MANIFEST: &str = "backup.json";
/// The version of the layout.
const FORMAT: &str = "convenant/backup/v1";

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    format: String,
    /// When it was taken, by the clock of the machine.
    pub taken_at: Instant,
    /// The ledgers, by name.
    pub ledgers: BTreeMap<String, LedgerCopy>,
    /// The databases, by the names of their files: SHA-256 of each.
    pub(super) databases: BTreeMap<String, Hash>,
    /// Number of attachments. Each has its own hash as its name.
    pub attachments: u64,
}

/// What is in a backup of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LedgerCopy {
    /// Its origin.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// The newest checkpoint, which is of that size.
    pub checkpoint: String,
}

/// Why there is no backup, or why one is not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupFault {
    /// A file or folder.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
    /// Something is where something is to be made.
    #[error("{} exists; what is made here takes the place of nothing", .0.display())]
    Exists(PathBuf),
    /// The database that is copied, or the copy.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// What was copied, or is put back, is not whole.
    #[error("it is not whole: {0}")]
    Damaged(String),
}

impl BackupFault {
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |error| Self::File { path: path.to_owned(), error }
    }
}

impl Manifest {
    pub(super) fn new(
        taken_at: Instant,
        ledgers: BTreeMap<String, LedgerCopy>,
        databases: BTreeMap<String, Hash>,
        attachments: u64,
    ) -> Self {
        Self { format: FORMAT.into(), taken_at, ledgers, databases, attachments }
    }

    /// Reads that of a backup.
    pub fn read(folder: &Path) -> Result<Self, BackupFault> {
        let path = folder.join(MANIFEST);
        let bytes = std::fs::read(&path).map_err(BackupFault::at(&path))?;
        let damaged = |what: String| BackupFault::Damaged(format!("{}: {what}", path.display()));
        let manifest: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        match manifest.format.as_str() {
            FORMAT => Ok(manifest),
            other => Err(damaged(format!("its format is {other:?}, and {FORMAT} is what this version reads"))),
        }
    }

    pub(super) fn write(&self, folder: &Path) -> Result<(), BackupFault> {
        let path = folder.join(MANIFEST);
        let mut text = serde_json::to_string_pretty(self).expect("it is plain JSON");
        text.push('\n');
        let write = || {
            let mut file = std::fs::File::create_new(&path)?;
            io::Write::write_all(&mut file, text.as_bytes())?;
            file.sync_all()?;
            sync_folder(&path)
        };
        write().map_err(BackupFault::at(&path))
    }
}
