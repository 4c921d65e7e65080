//! `convenant rebuild`: makes what follows from the log anew, by judging every entry again.

use super::{Exit, Terminal};
use crate::sequencer::rebuild;
use crate::store::{Alone, Database, Store};

/// Drops what is derived from the log (lives, listings, due dates, history) and makes it anew from the log alone. The
/// gateway must not run meanwhile; it does the same by itself at its start when the rows are missing or do not fit.
#[derive(Debug, clap::Args)]
pub struct Rebuild {
    /// The database: a SQLite file, or postgres://USER@HOST:PORT,HOST:PORT/DATABASE, which several gateways may share.
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    pub database: Database,
    /// Only this ledger, by its name in paths; all of them when not given.
    #[arg(long)]
    pub ledger: Option<String>,
}

impl Rebuild {
    /// Rebuilds, and prints how many entries each ledger has.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let _alone = self.database.file().map(Alone::with).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        for (name, entries) in runtime.block_on(self.rebuild())? {
            terminal.line(&format!("ledger {name}: rebuilt from {entries} entries"))?;
        }
        Ok(Exit::Done)
    }

    async fn rebuild(&self) -> anyhow::Result<Vec<(String, u64)>> {
        let store = Store::of(&self.database, None, false).await?;
        let mut done = Vec::new();
        for row in store.ledgers().await?.into_iter().filter(|row| self.ledger.as_ref().is_none_or(|name| *name == row.name)) {
            done.push((row.name.clone(), rebuild(&store, row.id).await?));
        }
        store.close().await;
        match &self.ledger {
            Some(name) if done.is_empty() => anyhow::bail!("there is no ledger {name} in {}", self.database),
            _ => Ok(done),
        }
    }
}
