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
    /// Tiles that became full go in.
    Tile,
    /// The root of such a tile goes in.
    TileRoot,
    /// What was signed goes in.
    Checkpoint,
    /// Content beside the log is noted.
    Attachment,
    /// Content beside the log is marked as erased.
    Erasure,
    /// What each entry changed goes in.
    Change,
    /// Everything went in, and COMMIT is refused.
    Commit,
}

impl Step {
    /// Those that every batch has, in their order.
    pub const ALL: [Self; 5] = [Self::Head, Self::Record, Self::Checkpoint, Self::Change, Self::Commit];

    fn event(self) -> &'static str {
        match self {
            Self::Head => "BEFORE UPDATE ON head",
            Self::Record => "BEFORE INSERT ON record",
            Self::Tile => "BEFORE INSERT ON tile",
            Self::TileRoot => "BEFORE INSERT ON tile_root",
            Self::Checkpoint => "BEFORE INSERT ON checkpoint",
            Self::Attachment => "BEFORE INSERT ON attachment_file",
            Self::Erasure => "BEFORE UPDATE ON attachment_file",
            Self::Change | Self::Commit => "BEFORE INSERT ON change",
        }
    }

    /// SQLite looks at a deferred reference when it commits, and not before.
    fn does(self) -> &'static str {
        match self {
            Self::Commit => "INSERT INTO fault_child (parent) VALUES (1)",
            Self::Head
            | Self::Record
            | Self::Tile
            | Self::TileRoot
            | Self::Checkpoint
            | Self::Attachment
            | Self::Erasure
            | Self::Change => REFUSE,
        }
    }
}

const REFUSE: &str = "SELECT RAISE(ABORT, 'a fault was injected')";

/// A trigger that is in place.
pub struct Fault(SqliteConnection);

async fn run(connection: &mut SqliteConnection, sql: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.expect("the database takes the trigger");
}

impl Fault {
    /// From here on a step fails.
    pub async fn inject(database: &Path, step: Step) -> Self {
        Self::at(database, step.event(), step.does()).await
    }

    /// From here on an event of SQLite fails, such as `BEFORE INSERT ON due`.
    pub async fn on(database: &Path, event: &str) -> Self {
        Self::at(database, event, REFUSE).await
    }

    async fn at(database: &Path, event: &str, does: &str) -> Self {
        let mut connection = SqliteConnection::connect(&format!("sqlite://{}", database.display())).await.expect("the database");
        sqlx::query("PRAGMA busy_timeout = 60000").execute(&mut connection).await.expect("a pragma");
        let tables = "CREATE TABLE fault_parent (id INTEGER PRIMARY KEY); \
                      CREATE TABLE fault_child (parent INTEGER REFERENCES fault_parent (id) DEFERRABLE INITIALLY DEFERRED)";
        run(&mut connection, format!("{tables}; CREATE TRIGGER fault {event} BEGIN {does}; END")).await;
        Self(connection)
    }

    /// It does not fail any more.
    pub async fn mend(mut self) {
        run(&mut self.0, "DROP TRIGGER fault; DROP TABLE fault_child; DROP TABLE fault_parent".to_owned()).await;
        self.0.close().await.expect("the database closes");
    }
}
