//! `convenant restore`: puts a backup back, unless the log has signed for more than is in it.

use std::path::PathBuf;

use super::held::{Compared, Held};
use super::{Exit, Terminal, shown};
use crate::backup::{BackupFault, Restored, restore};
use crate::clock::SystemClock;
use crate::store::StoreFault;

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  the database is there, whole, and of at least what was shown; or of less and closed, with --go-on-from-older
  1  refused: the backup is not whole, or of less than what the log has signed for; nothing was left
  2  used wrongly, or files in the way

A log that goes on from an older state shows two histories: whoever holds a receipt of what is missing can prove it, and
witnesses refuse it. So what was signed for must be shown: the last checkpoint that a monitor or you yourself kept, any
receipt, or what witnesses cosigned; of each ledger in the backup something. Take the newest backup that is of all of that.

Only where every newer copy is gone: with --go-on-from-older a backup of less is put back, closed. The gateway shows it and takes
nothing until the owner of the ledger has recorded the loss, in the log and for ever (convenant go-on).";

/// Put a backup back, unless the log has signed for more than is in it
///
/// Every entry is judged anew and hashed into the tree that was signed for, every attachment has its hash, and what follows
/// from the log is made anew. Only then the database has its name. The keys of the gateway are put back apart.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
#[command(group = clap::ArgGroup::new("shown").required(true).multiple(true))]
pub struct Restore {
    /// The folder that `convenant backup` made
    folder: PathBuf,
    /// The SQLite database file to make
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    database: PathBuf,
    #[command(flatten)]
    held: Held,
    /// Nobody holds a checkpoint or a receipt of a later state: what the log has signed for since the backup is not known
    #[arg(long, group = "shown")]
    nothing_was_signed_since: bool,
    /// Put back a backup that is of less than what is shown, closed: every newer copy is gone, and the owner of the ledger will
    /// record that
    #[arg(long)]
    go_on_from_older: bool,
}

impl Restore {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let restored = match runtime.block_on(restore(&self.folder, &self.database, SystemClock::default().now())) {
            Ok(restored) => restored,
            Err(fault @ (BackupFault::Damaged(_) | BackupFault::Store(StoreFault::Damaged(_)))) => {
                terminal.line(&format!("refused: {}", shown(&fault.to_string())))?;
                return Ok(Exit::Refused);
            }
            Err(fault) => return Err(fault.into()),
        };
        let compared = match runtime.block_on(self.compare(&restored)) {
            Ok(compared) => compared,
            Err(error) => {
                runtime.block_on(restored.discard())?;
                return Err(error);
            }
        };
        let older = compared.iter().flat_map(|one| &one.older).filter(|_| !self.go_on_from_older);
        let refused: Vec<&String> = compared.iter().flat_map(|one| &one.faults).chain(older).collect();
        if !refused.is_empty() {
            runtime.block_on(restored.discard())?;
            for fault in refused {
                terminal.line(&format!("refused: {}", shown(fault)))?;
            }
            return Ok(Exit::Refused);
        }
        if let Err(error) = runtime.block_on(close(&restored, &compared)) {
            runtime.block_on(restored.discard())?;
            return Err(error);
        }
        self.tell(&restored, &compared, terminal)?;
        runtime.block_on(restored.keep())?;
        Ok(Exit::Done)
    }

    fn tell(&self, restored: &Restored, compared: &[Compared], terminal: &mut Terminal) -> anyhow::Result<()> {
        for (row, size) in &restored.ledgers {
            terminal.line(&format!("ledger {}: {size} entries, judged anew", row.name))?;
        }
        for by in compared.iter().flat_map(|one| &one.shown_by) {
            terminal.line(&format!("of at least what is shown by {}", shown(by)))?;
        }
        for missing in compared.iter().flat_map(|one| &one.older) {
            terminal.line(&shown(missing))?;
        }
        for ((row, _), _) in restored.ledgers.iter().zip(compared).filter(|(_, one)| !one.lost.is_empty()) {
            let name = &row.name;
            terminal.line(&format!("ledger {name} is closed: it takes nothing until its owner has recorded the loss"))?;
            let database = self.database.display();
            terminal.note(&format!("next: convenant go-on --database {database} --ledger {name} --reason TEXT; the owner signs that"))?;
        }
        Ok(())
    }

    /// Compares each ledger with everything that was shown of it.
    async fn compare(&self, restored: &Restored) -> anyhow::Result<Vec<Compared>> {
        let mut unused: Vec<&PathBuf> = self.held.kept.iter().collect();
        let mut all = Vec::new();
        for (row, _) in &restored.ledgers {
            let mut compared = self.held.compare(restored.store(), row, &mut unused).await?;
            if !compared.is_shown && !self.nothing_was_signed_since {
                compared.faults.push(format!(
                    "ledger {}: nothing was shown of it: neither a checkpoint, nor a receipt, nor what a witness cosigned",
                    row.name
                ));
            }
            all.push(compared);
        }
        let stray = |file: &&PathBuf| format!("{} is of no ledger in this backup", file.display());
        all.push(Compared { faults: unused.iter().map(stray).collect(), ..Compared::default() });
        Ok(all)
    }
}

/// Closes the ledgers of which something is lost.
async fn close(restored: &Restored, compared: &[Compared]) -> anyhow::Result<()> {
    for ((row, size), one) in restored.ledgers.iter().zip(compared) {
        restored.store().abandon(row.id, *size, &one.lost).await?;
    }
    Ok(())
}
