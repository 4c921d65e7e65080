//! Statements to a database from a test that may or may not be asynchronous itself.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};

/// Does something with a connection of its own, on a thread of its own.
pub fn with_connection<T: Send>(
    url: &str,
    work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error> + Send,
) -> Result<T, sqlx::Error> {
    std::thread::scope(|scope| {
        let there = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let mut connection = PgConnectOptions::from_str(url)?.disable_statement_logging().connect().await?;
                let outcome = work(&mut connection).await;
                _ = connection.close().await;
                outcome
            })
        });
        there.join().expect("a connection does not panic")
    })
}

/// Runs statements, several of them in one transaction.
pub fn execute(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    with_connection(url, async |connection| connection.execute(AssertSqlSafe(sql)).await.map(|_| ()))
}

/// The first column of each row, as text.
pub fn column(url: &str, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    with_connection(url, async |connection| {
        let rows = connection.fetch_all(AssertSqlSafe(sql)).await?;
        rows.iter().map(|row| row.try_get(0)).collect()
    })
}

/// The code of an error that the server gave, such as `42501`; empty where it is none of the server's.
pub fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned()
}
