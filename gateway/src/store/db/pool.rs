//! Connections, many and one, and transactions on one.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool};

use super::spelling::Dialect;

/// Connections to a database. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// To a SQLite file.
    Sqlite(SqlitePool),
    /// To a PostgreSQL server, with one schema as the first that names are looked up in.
    Postgres(PgPool),
}

/// One connection.
#[derive(Debug)]
pub(crate) enum Connection {
    /// To a SQLite file.
    Sqlite(PoolConnection<Sqlite>),
    /// To a PostgreSQL server.
    Postgres(PoolConnection<Postgres>),
}

/// A transaction. Unless it is committed, its connection is closed, and the database undoes it. On a full disk SQLite ends one
/// by itself, and a connection that is given back would go on counting it as open.
#[derive(Debug)]
pub(crate) struct Transaction {
    connection: Connection,
    is_open: bool,
}

impl Pool {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that writes. On SQLite it waits for the one writer; on PostgreSQL what it changes is locked then.
    pub(crate) async fn begin(&self) -> Result<Transaction, sqlx::Error> {
        self.begin_by("{BEGIN IMMEDIATE|BEGIN}").await
    }

    /// Begins a transaction that reads everything as it is at one moment. Committed at its end, it keeps its connection.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction, sqlx::Error> {
        self.begin_by("{BEGIN|BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY}").await
    }

    async fn begin_by(&self, begin: &'static str) -> Result<Transaction, sqlx::Error> {
        let mut transaction = Transaction { connection: self.acquire().await?, is_open: true };
        transaction.connection.run(begin).await?;
        Ok(transaction)
    }

    /// One connection, which goes back when it is dropped.
    pub(crate) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(pool.acquire().await?),
            Self::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// Closes all connections, after the statements that run.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Connection {
    /// Runs a command that is not prepared and gives no rows.
    pub(crate) async fn run(&mut self, command: &str) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(one) => {
                let command = Dialect::Sqlite.spell(command).into_owned();
                sqlx::raw_sql(sqlx::AssertSqlSafe(command)).execute(&mut **one).await?;
            }
            Self::Postgres(one) => {
                let command = Dialect::Postgres.spell(command).into_owned();
                sqlx::raw_sql(sqlx::AssertSqlSafe(command)).execute(&mut **one).await?;
            }
        }
        Ok(())
    }
}

impl Transaction {
    /// Makes it durable, as the connection says.
    pub(crate) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.connection.run("COMMIT").await?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.is_open {
            match &mut self.connection {
                Connection::Sqlite(one) => one.close_on_drop(),
                Connection::Postgres(one) => one.close_on_drop(),
            }
        }
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
