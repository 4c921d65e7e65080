//! `convenant go-on`: what the owner of a ledger signs, so that it goes on from fewer entries than its log had signed for.

use std::path::PathBuf;

use anyhow::{Context as _, ensure};
use ledger::words::Text;
use serde_json::json;

use super::held::{Held, MOST};
use super::{Exit, Terminal, shown};
use crate::store::{Alone, Database, LedgerRow, Store};

/// For `--help` of this subcommand, whose exit codes say more than those of the others.
const EXIT_CODES: &str = "\
Exit codes:
  0  what the owner signs was printed; nothing is written into the log before it is signed and submitted
  1  refused: the ledger is of another history than what is shown of it
  2  used wrongly: no such ledger there, or nothing of it is known to be missing";

/// Print what the owner of a closed ledger signs, so that it goes on from an older state
///
/// A ledger that was put back with `convenant restore --go-on-from-older` takes nothing until its owner has recorded, in the log and
/// for ever, what is gone. What is printed is the body of that statement: the owner signs it (convenant sign --type continuation) and
/// submits it; the gateway may run meanwhile. A database that was put back in another way, such as one of PostgreSQL, is compared
/// here with what is shown, and closed where it has less: before any gateway is started on it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct GoOn {
    /// The database: a SQLite file, or postgres://USER@HOST:PORT,HOST:PORT/DATABASE
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    pub database: Database,
    /// Name of the ledger
    #[arg(long, value_name = "NAME")]
    pub ledger: String,
    /// How it came to this, in words that everybody reads, for ever: no names of persons
    #[arg(long, value_name = "TEXT")]
    pub reason: Text<1, 2_000>,
    /// What is held of it, where that is not known yet.
    #[command(flatten)]
    pub held: Held,
}

impl GoOn {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        // Who only asks what is known may do so beside a gateway; it must not run while the ledger is closed.
        let closes = !self.held.is_empty();
        let _alone = self.database.file().filter(|_| closes).map(Alone::with).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let store = Store::of(&self.database, None, false).await?;
            let outcome = self.go_on(&store, terminal).await;
            store.close().await;
            outcome
        })
    }

    async fn go_on(&self, store: &Store, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let row = store.ledgers().await?.into_iter().find(|row| row.name == self.ledger);
        let row = row.with_context(|| format!("there is no ledger {} in {}", self.ledger, self.database))?;
        let size = store.size(row.id).await?;
        let faults = if self.held.is_empty() { Vec::new() } else { self.close(store, &row, size).await? };
        if !faults.is_empty() {
            for fault in &faults {
                terminal.line(&format!("refused: {}", shown(fault)))?;
            }
            return Ok(Exit::Refused);
        }
        let mut lost = store.abandoned(row.id, size).await?;
        ensure!(
            !lost.is_empty(),
            "nothing is known to be missing of ledger {}: what is shown of it is in it, or it has gone on since",
            self.ledger
        );
        lost.iter_mut().for_each(|note| note.truncate(note.trim_end_matches('\n').len()));
        let name = &self.ledger;
        terminal
            .note(&format!("ledger {name}: {size} entries are left; that what the log signed beyond them is gone, this says for ever"))?;
        terminal.note("the owner of the ledger signs this (sign --type continuation) and submits it:")?;
        terminal.line(&json!({ "size": size, "lost": lost, "reason": self.reason }).to_string())?;
        Ok(Exit::Done)
    }

    /// Closes the ledger where something is shown that it lacks; gives what is wrong otherwise.
    async fn close(&self, store: &Store, row: &LedgerRow, size: u64) -> anyhow::Result<Vec<String>> {
        let mut unused: Vec<&PathBuf> = self.held.kept.iter().collect();
        let compared = self.held.compare(store, row, &mut unused).await?;
        let stray = unused.iter().map(|file| format!("{} is not of ledger {}", file.display(), row.name));
        let faults: Vec<String> = compared.faults.into_iter().chain(stray).collect();
        if faults.is_empty() {
            let known = store.abandoned(row.id, size).await?;
            let text = |note: &String| note.split("\n\n").next().unwrap_or_default().to_owned();
            let is_new = |note: &String| !known.iter().any(|other| text(other) == text(note));
            let new: Vec<String> = compared.lost.into_iter().filter(is_new).collect();
            ensure!(known.len() + new.len() <= MOST, "more than {MOST} checkpoints would be named; show the largest ones");
            store.abandon(row.id, size, &new).await?;
            let found = store.size(row.id).await?;
            ensure!(found == size, "ledger {} has grown to {found} entries meanwhile: a gateway runs on it", row.name);
        }
        Ok(faults)
    }
}
