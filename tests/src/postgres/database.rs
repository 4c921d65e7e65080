//! A database for one test, on the server of this process.

use std::process;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::server::{Server, shared, url};
use super::sql;

/// The tables that nobody changes without taking their triggers away first.
const TRUTH: [&str; 5] = ["ledger", "record", "tile", "checkpoint", "attachment_file"];

/// A database for one test, which is dropped with it; connections to it are broken off.
#[derive(Debug)]
pub struct TestDatabase {
    server: &'static Server,
    name: String,
    /// Roles of this test alone: they are of the whole server, and go with the database.
    roles: Mutex<Vec<String>>,
}

impl TestDatabase {
    /// A migrated one, about 50 ms. `None` where there is no server, which has been said then: the test has nothing to do.
    pub fn migrated() -> Option<Self> {
        let server = shared()?;
        Some(Self::copy(server, &server.template))
    }

    /// One without anything in it.
    pub fn empty() -> Option<Self> {
        Some(Self::copy(shared()?, "template0"))
    }

    fn copy(server: &'static Server, template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("convenant_test_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let owner = server.roles.owner.get_username().replace('"', "\"\"");
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER \"{owner}\"");
        sql::execute(&administrator(server), &sql).expect("a database for a test");
        Self { server, name, roles: Mutex::default() }
    }

    /// For `convenant migrate`, and for looking on: the role that owns the schemas. It is no superuser, unless
    /// `TEST_DATABASE_URL` names one.
    pub fn owner_url(&self) -> String {
        url(&self.server.roles.owner, &self.name)
    }

    /// For gateways.
    pub fn gateway_url(&self) -> String {
        url(&self.server.roles.gateway, &self.name)
    }

    /// The name of the role of gateways on this server.
    pub fn gateway_role(&self) -> &str {
        self.server.roles.gateway.get_username()
    }

    /// A name for a role that only this test has, with a quote in it; the role, if it was made, is dropped after the database.
    pub fn own_role(&self) -> String {
        let mut roles = self.roles.lock().expect("no panic in here");
        let role = format!("{} \"role\" {}", self.name, roles.len());
        roles.push(role.clone());
        role
    }

    /// Runs statements as the owner, several of them in one transaction.
    pub fn execute(&self, sql: &str) -> Result<(), sqlx::Error> {
        sql::execute(&self.owner_url(), sql)
    }

    /// Changes the log as only whoever owns it can, and only after taking its triggers away: for tests of what finds that
    /// out. They are back afterwards. Names of tables without a schema are those of the log.
    pub fn tamper(&self, sql: &str) -> Result<(), sqlx::Error> {
        let each = |what: &str| TRUTH.map(|table| format!("ALTER TABLE log.{table} {what};")).concat();
        let triggers = "ALTER TABLE log.attachment_file ENABLE ALWAYS TRIGGER erasure; \
                        ALTER TABLE log.attachment_file ENABLE ALWAYS TRIGGER erasure_kept;";
        let (off, on) = (each("DISABLE TRIGGER USER"), each("ENABLE ALWAYS TRIGGER append_only"));
        self.execute(&format!("SET LOCAL search_path = log, derived, cosigned; {off} {sql}; {on} {triggers}"))
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let roles = self.roles.get_mut().map(std::mem::take).unwrap_or_default();
        let roles = roles.iter().map(|role| format!("DROP ROLE IF EXISTS \"{}\"", role.replace('"', "\"\"")));
        for sql in std::iter::once(format!("DROP DATABASE {} WITH (FORCE)", self.name)).chain(roles) {
            // Not on top of the failure of a test, and no failure by itself: the next test has another one.
            if let Err(error) = sql::execute(&administrator(self.server), &sql) {
                eprintln!("{sql}: {error}");
            }
        }
    }
}

fn administrator(server: &Server) -> String {
    url(&server.roles.administrator, server.roles.administrator.get_database().unwrap_or("postgres"))
}
