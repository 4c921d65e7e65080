//! `convenant init`: makes a ledger, from the self-signed registrations of its owner and the ministry.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ledger::envelope::statement::genesis::Level;

use super::{Exit, Terminal};
use crate::clock::SystemClock;
use crate::found::{NewLedger, found_ledger};
use crate::store::{Database, LedgerRow, Store};

/// Makes a ledger in a database, which is made when it does not exist. Prints the ledger's vkey: publish
/// it elsewhere, since it is what an auditor checks the ledger against.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The database: a SQLite file, or postgres://USER@HOST:PORT,HOST:PORT/DATABASE, which several gateways may share.
    #[arg(long, env = "CONVENANT_DATABASE", default_value = "convenant.sqlite")]
    pub database: Database,
    /// Directory for the gateway's own keys of this ledger.
    #[arg(long, env = "CONVENANT_KEYS", default_value = "convenant-keys")]
    pub keys: PathBuf,
    /// Origin: the URL of the ledger without its scheme, such as `convenant.example.nl/gm0796`.
    #[arg(long)]
    pub origin: String,
    /// File with the owner's self-signed registration (a compact JWS): the municipality, or the ministry.
    #[arg(long)]
    pub owner: PathBuf,
    /// File with the ministry's self-signed registration; leave out for a national ledger.
    #[arg(long)]
    pub ministry: Option<PathBuf>,
}

impl Init {
    /// Makes the ledger and prints its name and vkey.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let row = runtime.block_on(self.found())?;
        terminal.line(&format!("ledger {}", row.name))?;
        terminal.line(&format!("vkey {}", row.facts.log_key))?;
        Ok(Exit::Done)
    }

    async fn found(self) -> anyhow::Result<LedgerRow> {
        let owner = read(&self.owner)?;
        let ministry = self.ministry.as_deref().map(read).transpose()?;
        let level = if ministry.is_some() { Level::Local } else { Level::National };
        let new = NewLedger { origin: self.origin, level, owner, ministry };
        let store = Store::of(&self.database, None, true).await?;
        let row = found_ledger(&store, &self.keys, &new, SystemClock::default().now()).await?;
        store.close().await;
        Ok(row)
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text.trim().to_owned())
}
