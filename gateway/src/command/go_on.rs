//! `convenant go-on`: what the owner of a ledger signs, so that it goes on from fewer entries than its log had signed for.

use anyhow::{Context as _, bail};
use ledger::words::Text;
use serde_json::json;

use super::{Exit, Terminal};
use crate::store::{Database, Store};

/// Print what the owner of a closed ledger signs, so that it goes on from the older state that was put back
///
/// A ledger that was put back with `convenant restore --go-on-from-older` takes nothing until its owner has recorded, in the log and
/// for ever, what is gone. What is printed is the body of that statement: the owner signs it (convenant sign --type continuation) and
/// submits it. The gateway may run.
#[derive(Debug, clap::Args)]
pub struct GoOn {
    /// The database: a SQLite file, or postgres://USER@HOST:PORT,HOST:PORT/DATABASE
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    database: Database,
    /// Name of the ledger
    #[arg(long, value_name = "NAME")]
    ledger: String,
    /// How it came to this, in words that everybody reads, for ever: no names of persons
    #[arg(long, value_name = "TEXT")]
    reason: Text<1, 2_000>,
}

impl GoOn {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (size, lost) = runtime.block_on(self.known_to_be_lost())?;
        let body =
            json!({ "size": size, "lost": lost.iter().map(|note| note.trim_end_matches('\n')).collect::<Vec<_>>(), "reason": self.reason });
        terminal.note(&format!(
            "ledger {}: {size} entries are left; what the log signed beyond them is gone, and this says so for ever",
            self.ledger
        ))?;
        terminal.note("the owner of the ledger signs this (sign --type continuation) and submits it:")?;
        terminal.line(&body.to_string())?;
        Ok(Exit::Done)
    }

    /// How many entries are left, and the signed checkpoints of more.
    async fn known_to_be_lost(&self) -> anyhow::Result<(u64, Vec<String>)> {
        let store = Store::of(&self.database, None, false).await?;
        let row = store.ledgers().await?.into_iter().find(|row| row.name == self.ledger);
        let row = row.with_context(|| format!("there is no ledger {} in {}", self.ledger, self.database))?;
        let size = store.size(row.id).await?;
        let lost = store.abandoned(row.id, size).await?;
        store.close().await;
        if lost.is_empty() {
            bail!(
                "nothing is known to be missing of ledger {}: it was not put back with --go-on-from-older, or it has gone on since",
                self.ledger
            );
        }
        Ok((size, lost))
    }
}
