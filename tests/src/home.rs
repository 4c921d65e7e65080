//! Where a gateway under test keeps its ledgers: a SQLite file, or a database of a PostgreSQL server when
//! `CONVENANT_TEST_STORE=postgres` says so: the same tests run on both.

use std::path::{Path, PathBuf};

use gateway::store::{Database, Store};
use sqlx::{Connection as _, SqliteConnection};
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

    /// The URL of whoever owns the tables; `None` for a file.
    pub(crate) fn owner_url(&self) -> Option<String> {
        match &self.server {
            Some(Server::Own(server)) => Some(server.owner_url()),
            Some(Server::Other(url)) => panic!("{url} is looked after by somebody else"),
            None => None,
        }
    }

    /// Where the ledgers are, as `--database` names it.
    pub fn database(&self) -> Database {
        match &self.server {
            Some(Server::Own(server)) => server.gateway_url().parse().expect("the URL of a database"),
            Some(Server::Other(url)) => url.parse().expect("the URL of a database"),
            None => Database::File(self.file()),
        }
    }

    /// The same in words, for a program that is told it: a file, or the URL of gateways.
    pub fn address(&self) -> String {
        match &self.server {
            Some(Server::Own(server)) => server.gateway_url(),
            Some(Server::Other(url)) => url.clone(),
            None => self.file().to_str().expect("a name that is text").to_owned(),
        }
    }

    /// The folder of content beside the log.
    pub fn attachments(&self) -> PathBuf {
        self.folder.path().join("ledgers.attachments")
    }

    /// Changes what is stored, behind the gateway's back: tables of the log, and with `derived` those that follow from it.
    pub async fn tamper(&self, sql: &str) {
        match &self.server {
            None => self.edit(&self.file(), sql).await,
            Some(Server::Own(server)) => server.tamper(sql).expect("the owner may do anything"),
            Some(Server::Other(url)) => panic!("{url} is looked after by somebody else"),
        }
    }

    /// The same for rows that follow from the log.
    pub async fn tamper_derived(&self, sql: &str) {
        match &self.server {
            None => self.edit(&gateway::store::derived_path(&self.file()), sql).await,
            Some(_) => self.tamper(&sql.replace(" FROM ", " FROM derived.").replace("UPDATE ", "UPDATE derived.")).await,
        }
    }

    async fn edit(&self, file: &Path, sql: &str) {
        let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.expect("the file");
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut other).await.expect("an edit");
    }

    /// Reads the log, and goes on reading it as it was then until it is released.
    pub async fn read(&self) -> Hold {
        match &self.server {
            None => {
                let mut other = SqliteConnection::connect(&format!("sqlite://{}", self.file().display())).await.expect("the file");
                sqlx::raw_sql("BEGIN; SELECT * FROM record").execute(&mut other).await.expect("the log");
                Hold::File(other)
            }
            Some(Server::Own(server)) => {
                let mut other = sqlx::PgConnection::connect(&server.owner_url()).await.expect("the server");
                let sql = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM log.record";
                sqlx::raw_sql(sql).execute(&mut other).await.expect("the log");
                Hold::Server(other)
            }
            Some(Server::Other(url)) => panic!("{url} is looked after by somebody else"),
        }
    }

    /// Holds up everybody who writes to the log, until it is released.
    pub async fn hold(&self) -> Hold {
        self.held(Self::file, "log.head").await
    }

    /// Holds up everybody who writes rows that follow from the log.
    pub async fn hold_derived(&self) -> Hold {
        self.held(|home| gateway::store::derived_path(&home.file()), "derived.progress").await
    }

    async fn held(&self, file: fn(&Self) -> PathBuf, table: &str) -> Hold {
        match &self.server {
            None => {
                let url = format!("sqlite://{}", file(self).display());
                let mut other = SqliteConnection::connect(&url).await.expect("the file");
                sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.expect("the lock");
                Hold::File(other)
            }
            Some(Server::Own(server)) => {
                let mut other = sqlx::PgConnection::connect(&server.owner_url()).await.expect("the server");
                let sql = sqlx::AssertSqlSafe(format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE"));
                sqlx::raw_sql(sql).execute(&mut other).await.expect("the lock");
                Hold::Server(other)
            }
            Some(Server::Other(url)) => panic!("{url} is looked after by somebody else"),
        }
    }

    /// Opens the database, which is made when `create` says so.
    pub async fn open(&self, create: bool) -> Store {
        Store::of(&self.database(), Some(&self.attachments()), create).await.expect("the database")
    }
}

/// A transaction of somebody else's.
#[derive(Debug)]
pub enum Hold {
    /// A SQLite file.
    File(SqliteConnection),
    /// A PostgreSQL database.
    Server(sqlx::PgConnection),
}

impl Hold {
    /// Ends it; nothing of it stays.
    pub async fn release(self) {
        match self {
            Self::File(mut other) => _ = sqlx::query("ROLLBACK").execute(&mut other).await.expect("the lock was held"),
            Self::Server(mut other) => _ = sqlx::query("ROLLBACK").execute(&mut other).await.expect("the lock was held"),
        }
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
