//! `convenant migrate`: brings a PostgreSQL database up to date, and makes the role that gateways connect with.

use std::str::FromStr as _;

use anyhow::Context as _;
use sqlx::postgres::PgConnectOptions;

use super::{Exit, Terminal};
use crate::store::schema::{self, GATEWAY_ROLE, Migrated};

/// Bring a PostgreSQL database up to date, and make the role of the gateways
///
/// Connects as the role that owns the schemas, or is to own them. It makes the tables, the role that gateways connect with, and
/// the rights of that role, which may add to the log and not change it. Again is safe. A role that it makes has no password.
/// SQLite files need none of this: whatever opens one brings it up to date.
#[derive(Debug, clap::Args)]
pub struct Migrate {
    /// The database, as the role that owns its schemas: postgres://OWNER@HOST/DATABASE. A password is better kept in a file
    /// (PGPASSFILE) than written here
    #[arg(long, env = "CONVENANT_OWNER_DATABASE", value_name = "URL")]
    pub database: String,
    /// The role that gateways connect with
    #[arg(long, value_name = "ROLE", default_value = GATEWAY_ROLE, value_parser = role)]
    pub gateway_role: String,
}

impl Migrate {
    /// Runs the subcommand.
    pub fn run(self, terminal: &mut Terminal) -> anyhow::Result<Exit> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| self.database.starts_with(scheme)) {
            terminal.line(&format!("{}: an SQLite file, which is brought up to date when it is opened; nothing to do", self.database))?;
            return Ok(Exit::Done);
        }
        // The parser's own message may repeat the address, and with it a password.
        let options = PgConnectOptions::from_str(&self.database)
            .ok()
            .context("the address of the database is none; accepted: postgres://OWNER@HOST:PORT/DATABASE")?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let done = runtime.block_on(schema::migrate(options, &self.gateway_role))?;
        self.tell(&done, terminal)?;
        Ok(Exit::Done)
    }

    fn tell(&self, done: &Migrated, terminal: &mut Terminal) -> anyhow::Result<()> {
        let role = &self.gateway_role;
        terminal.line(&format!("server: PostgreSQL {}", done.server))?;
        for (step, name) in &done.applied {
            terminal.line(&format!("schema: step {step} applied ({name})"))?;
        }
        if done.applied.is_empty() {
            terminal.line(&format!("schema: up to date, step {}", done.newest))?;
        }
        terminal.line(&format!("role {role}: {}", if done.role_made { "made" } else { "was there" }))?;
        terminal.line(&format!("rights of {role}: set; it may add to the log, and not change it"))?;
        if done.role_made {
            terminal.note(&format!("the role {role} has no password yet: docs/operations.md says how gateways prove themselves"))?;
        }
        Ok(())
    }
}

/// A name that PostgreSQL does not cut off.
fn role(text: &str) -> Result<String, &'static str> {
    let fits = (1..64).contains(&text.len()) && !text.contains('\0') && !text.starts_with("pg_");
    if fits { Ok(text.to_owned()) } else { Err("accepted: 1 to 63 bytes, not beginning with pg_") }
}
