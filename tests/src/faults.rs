//! Steps of a commit that fail, from outside the program: triggers in the database's own file, which say no.

use std::path::Path;

use sqlx::{Connection, SqliteConnection};

/// A step of the transaction that adds a batch to a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The head is compared and moved.
    Head,
    /// Entries go in.
    Record,
    /// What was signed goes in.
    Checkpoint,
    /// What each entry changed goes in.
    Change,
}

impl Step {
    /// Those that every batch has, in their order.
    pub const ALL: [Self; 4] = [Self::Head, Self::Record, Self::Checkpoint, Self::Change];

    fn event(self) -> &'static str {
        match self {
            Self::Head => "BEFORE UPDATE ON head",
            Self::Record => "BEFORE INSERT ON record",
            Self::Checkpoint => "BEFORE INSERT ON checkpoint",
            Self::Change => "BEFORE INSERT ON change",
        }
    }
}

/// A trigger that is in place.
pub struct Fault(SqliteConnection);

async fn run(connection: &mut SqliteConnection, sql: String) {
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(connection).await.expect("the database takes the trigger");
}

impl Fault {
    /// From here on a step fails.
    pub async fn inject(database: &Path, step: Step) -> Self {
        Self::on(database, step.event()).await
    }

    /// From here on an event of SQLite fails, such as `BEFORE INSERT ON tile`.
    pub async fn on(database: &Path, event: &str) -> Self {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.expect("the database");
        sqlx::query("PRAGMA busy_timeout = 60000").execute(&mut connection).await.expect("a pragma");
        run(&mut connection, format!("CREATE TRIGGER fault {event} BEGIN SELECT RAISE(ABORT, 'a fault was injected'); END")).await;
        Self(connection)
    }

    /// It does not fail any more.
    pub async fn mend(mut self) {
        run(&mut self.0, "DROP TRIGGER fault".to_owned()).await;
        self.0.close().await.expect("the database closes");
    }
}
