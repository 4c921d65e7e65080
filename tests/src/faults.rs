//! Steps of a commit that fail, from outside the program: triggers in the database itself, which say no.

use std::path::Path;

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::home::Home;

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

impl Step {
    /// The same on PostgreSQL, where COMMIT asks what was deferred until then.
    fn on_server(self) -> String {
        let at = |event: &str, table: &str| format!("CREATE TRIGGER fault BEFORE {event} ON log.{table} FOR EACH ROW");
        let trigger = match self {
            Self::Head => at("UPDATE", "head"),
            Self::Record => at("INSERT", "record"),
            Self::Tile => at("INSERT", "tile"),
            Self::TileRoot => at("INSERT", "tile_root"),
            Self::Checkpoint => at("INSERT", "checkpoint"),
            Self::Attachment => at("INSERT", "attachment_file"),
            Self::Erasure => at("UPDATE", "attachment_file"),
            Self::Change => at("INSERT", "change"),
            Self::Commit => {
                "CREATE CONSTRAINT TRIGGER fault AFTER INSERT ON log.change DEFERRABLE INITIALLY DEFERRED FOR EACH ROW".to_owned()
            }
        };
        let refuse = "CREATE FUNCTION log.fault() RETURNS trigger LANGUAGE plpgsql \
                      AS $$ BEGIN RAISE EXCEPTION 'a fault was injected'; END $$";
        format!("BEGIN; {refuse}; {trigger} EXECUTE FUNCTION log.fault(); COMMIT")
    }
}

const REFUSE: &str = "SELECT RAISE(ABORT, 'a fault was injected')";

/// A trigger that is in place.
pub struct Fault(Place);

/// Where it is, with a connection of somebody else's.
enum Place {
    File(SqliteConnection),
    Server(PgConnection),
}

async fn run(connection: &mut SqliteConnection, sql: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(connection).await.expect("the database takes the trigger");
}

impl Fault {
    /// From here on a step fails, on either database.
    pub async fn inject_at(home: &Home, step: Step) -> Self {
        let Some(url) = home.owner_url() else { return Self::inject(&home.file(), step).await };
        let mut connection = PgConnection::connect(&url).await.expect("the server");
        let sql = sqlx::AssertSqlSafe(step.on_server());
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the database takes the trigger");
        Self(Place::Server(connection))
    }

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
        Self(Place::File(connection))
    }

    /// It does not fail any more.
    pub async fn mend(self) {
        match self.0 {
            Place::File(mut connection) => {
                run(&mut connection, "DROP TRIGGER fault; DROP TABLE fault_child; DROP TABLE fault_parent".to_owned()).await;
                connection.close().await.expect("the database closes");
            }
            Place::Server(mut connection) => {
                // With the function goes its trigger.
                let gone = sqlx::raw_sql("DROP FUNCTION log.fault() CASCADE").execute(&mut connection).await;
                gone.expect("the database drops the trigger");
                connection.close().await.expect("the connection closes");
            }
        }
    }
}
