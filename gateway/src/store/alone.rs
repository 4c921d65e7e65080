//! One process per database file: what follows from the log is followed by one only.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// A lock on a database, held as long as this lives; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct Alone {
    _file: File,
}

/// Why a database could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum NotAlone {
    /// Another process holds it.
    #[error("{} is in use by another convenant; stop that first", .0.display())]
    InUse(PathBuf),
    /// The lock file.
    #[error("cannot lock {}: {error}", .database.display())]
    Io {
        /// The database.
        database: PathBuf,
        /// What went wrong.
        error: std::io::Error,
    },
}

impl Alone {
    /// Locks a database file, by a file of its own beside it.
    pub fn with(database: &Path) -> Result<Self, NotAlone> {
        let io = |error| NotAlone::Io { database: database.to_owned(), error };
        let file = File::create(database.with_extension("lock")).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(NotAlone::InUse(database.to_owned())),
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }
}
