//! Where a gateway under test keeps its ledgers: a SQLite file, or a database of a PostgreSQL server when
//! `CONVENANT_TEST_STORE=postgres` says so: the same tests run on both.

use std::path::{Path, PathBuf};

use gateway::store::{Database, Store};
use tempfile::TempDir;

use crate::postgres::TestDatabase;

/// A folder for keys and content, and a database in it or on a server. All of it is gone when it is dropped.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    server: Option<Server>,
}

/// A database of a server.
#[derive(Debug)]
enum Server {
    Own(TestDatabase),
    Other(String),
}

impl Home {
    /// On the kind of database that is being tested.
    pub fn new() -> Self {
        match std::env::var("CONVENANT_TEST_STORE").as_deref() {
            Ok("postgres") => Self::shared(),
            Ok("sqlite") | Err(_) => Self::embedded(),
            Ok(other) => panic!("CONVENANT_TEST_STORE is {other:?}; accepted: sqlite, postgres"),
        }
    }

    /// On a SQLite file, whatever is being tested: for tests of what happens to files.
    pub fn embedded() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), server: None }
    }

    /// On a PostgreSQL server.
    pub fn shared() -> Self {
        Self::on(TestDatabase::migrated().expect("CONVENANT_TEST_STORE=postgres needs a server"))
    }

    /// On this database of a PostgreSQL server.
    pub fn on(server: TestDatabase) -> Self {
        Self { server: Some(Server::Own(server)), ..Self::embedded() }
    }

    /// On a database that somebody else looks after, by its URL.
    pub fn at(url: &str) -> Self {
        Self { server: Some(Server::Other(url.to_owned())), ..Self::embedded() }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The gateway's keys.
    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    /// The SQLite file.
    pub fn file(&self) -> PathBuf {
        assert!(self.server.is_none(), "there is no file: this test wants Home::embedded");
        self.folder.path().join("ledgers.sqlite")
    }

    /// Where the ledgers are, as `--database` names it.
    pub fn database(&self) -> Database {
        match &self.server {
            Some(Server::Own(server)) => server.gateway_url().parse().expect("the URL of a database"),
            Some(Server::Other(url)) => url.parse().expect("the URL of a database"),
            None => Database::File(self.file()),
        }
    }

    /// The folder of content beside the log.
    pub fn attachments(&self) -> PathBuf {
        self.folder.path().join("ledgers.attachments")
    }

    /// Opens the database, which is made when `create` says so.
    pub async fn open(&self, create: bool) -> Store {
        Store::of(&self.database(), Some(&self.attachments()), create).await.expect("the database")
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
