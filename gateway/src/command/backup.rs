//! `convenant backup`: a copy of everything that a gateway keeps, while it runs.

use std::path::PathBuf;

use super::{Exit, Terminal};
use crate::backup::take;
use crate::clock::SystemClock;

/// Copy a database into a folder while the gateway runs
///
/// The folder is made, and has its name only once the copy is whole and was read back: every entry is hashed anew, up to the
/// root of the newest checkpoint. The gateway's keys are not in it; keep a copy of those apart. Attachments are: what is
/// erased later is still in older backups, so keep those no longer than the term that you promise.
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// The SQLite database file
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    database: PathBuf,
    /// The folder to make
    folder: PathBuf,
}

impl Backup {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let manifest = runtime.block_on(take(&self.database, &self.folder, SystemClock::default().now()))?;
        for (name, ledger) in &manifest.ledgers {
            terminal.line(&format!("ledger {name}: {} entries, read back up to their checkpoint", ledger.size))?;
        }
        terminal.line(&format!("attachments: {}", manifest.attachments))?;
        terminal.note("the keys of the gateway are not in it: keep a copy of them apart")?;
        Ok(Exit::Done)
    }
}
