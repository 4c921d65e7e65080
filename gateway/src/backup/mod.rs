//! A copy of everything that a gateway keeps, taken while it runs, and put back only if it is whole and not too old.
//!
//! A backup is a folder: the log, what witnesses cosigned, the attachments, and [`MANIFEST`]. What follows from the log is
//! not in it, and neither are the gateway's keys: whoever steals a backup must not be able to sign. Why a backup that is
//! older than what was signed for is not put back: docs/decisions/0109.

mod manifest;
mod restore;
mod take;

pub use manifest::{BackupFault, LedgerCopy, MANIFEST, Manifest};
pub use restore::{Restored, restore};
pub use take::take;

use std::path::{Path, PathBuf};

/// The files of a backup, and where they belong beside a database.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// The log.
    Log,
    /// Checkpoints with the cosignatures of witnesses.
    Cosigned,
}

impl Part {
    const ALL: [Self; 2] = [Self::Log, Self::Cosigned];

    /// Its name in a backup.
    fn name(self) -> &'static str {
        match self {
            Self::Log => "log.sqlite",
            Self::Cosigned => "log.cosigned.sqlite",
        }
    }

    /// Its file beside a database, and in a backup, whose database is `log.sqlite`.
    fn of(self, database: &Path) -> PathBuf {
        match self {
            Self::Log => database.to_owned(),
            Self::Cosigned => crate::store::cosigned_path(database),
        }
    }
}
