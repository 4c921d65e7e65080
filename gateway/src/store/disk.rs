//! How long the disk takes to sync what was written. SQLite syncs within COMMIT and does not tell it apart, so that it is
//! asked beside the database, on the same volume.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::files::folder_of;
use crate::clock::Stopwatch;

/// How much is written before it is synced: a page of the database.
const PAGE: usize = 4096;

/// Writes a page into a file without a name, beside the database, and syncs it; gives the time of the sync alone.
pub fn time_sync(database: &Path) -> io::Result<Duration> {
    let mut file = tempfile::tempfile_in(folder_of(database))?;
    file.write_all(&[0; PAGE])?;
    let watch = Stopwatch::start();
    file.sync_data()?;
    Ok(watch.elapsed())
}
