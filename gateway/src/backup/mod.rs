//! A copy of everything that a gateway keeps, taken while it runs, and put back only if it is whole and not too old.
//!
//! A backup is a folder: the log, what witnesses cosigned, the attachments, and [`MANIFEST`]. What follows from the log is
//! not in it, and neither are the gateway's keys: whoever steals a backup must not be able to sign. Why a backup that is
//! older than what was signed for is not put back: docs/decisions/0109.

mod manifest;
mod restore;
mod take;

pub use manifest::{BackupFault, LedgerCopy, MANIFEST, Manifest};
pub use restore::{Restored, RestoredLedger, restore};
pub use take::take;

use std::path::{Path, PathBuf};

use crate::store::cosigned_path;

/// The log in a backup; the other files have the names that they have beside any database.
const LOG: &str = "log.sqlite";

/// What cannot be made anew beside a database file, by its name in a backup, in the order in which it is copied: what witnesses
/// cosigned is then not of more than the log.
fn databases(database: &Path) -> [(&'static str, PathBuf); 2] {
    [("log.cosigned.sqlite", cosigned_path(database)), (LOG, database.to_owned())]
}
