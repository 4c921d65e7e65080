//! Every text of SQL in the gateway is one that both databases take: those that stand in the sources whole are prepared, those that
//! are put together when they run are run.

mod built;
mod found;

use std::path::{Path, PathBuf};

use found::{Text, texts_in};
use gateway::store::WitnessStore;
use harness::Home;
use harness::postgres::{TestDatabase, sql};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, SqlSafeStr as _};

/// Sources whose texts are for the same tables.
struct Group {
    files: &'static [&'static str],
    /// The file of SQLite, by the ending of its name, and another beside it.
    sqlite: (&'static str, Option<&'static str>),
    /// The schemas of PostgreSQL.
    postgres: Option<&'static str>,
}

/// The first that fits; all other sources are for the log and what is derived from it.
const GROUPS: [Group; 4] = [
    Group { files: &["store/cosigned.rs"], sqlite: ("ledgers.cosigned.sqlite", None), postgres: Some("cosigned") },
    // A witness has a file of its own, and no server.
    Group { files: &["store/witness.rs"], sqlite: ("witness.sqlite", None), postgres: None },
    // Files, and rows that an earlier version kept in them.
    Group { files: &["store/embedded.rs", "store/folding.rs", "store/copying.rs"], sqlite: ("ledgers.sqlite", None), postgres: None },
    Group { files: &[""], sqlite: ("ledgers.sqlite", Some("ledgers.derived.sqlite")), postgres: Some("log, derived") },
];

/// The text for one of the databases, by its own reading of `{SQLITE|POSTGRESQL}` and `{in $N}`.
fn spelled(text: &str, is_sqlite: bool) -> String {
    let mut spelled = String::new();
    for (i, piece) in text.split('{').enumerate() {
        let Some((choice, after)) = piece.split_once('}').filter(|_| i > 0) else {
            spelled.push_str(piece);
            continue;
        };
        let words = match (choice.strip_prefix("in "), choice.split_once('|')) {
            (Some(list), _) if is_sqlite => format!("IN (SELECT value FROM json_each({list}))"),
            (Some(list), _) => format!("= ANY({list})"),
            (None, Some((sqlite, _))) if is_sqlite => sqlite.to_owned(),
            (None, Some((_, postgres))) => postgres.to_owned(),
            (None, None) => panic!("{choice:?} is no choice"),
        };
        spelled.push_str(&words);
        spelled.push_str(after);
    }
    spelled
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../gateway/src")
}

/// What SQLite says against these texts.
async fn refused_by_sqlite(folder: &Path, (file, beside): (&str, Option<&str>), texts: &[&Text]) -> Vec<String> {
    let mut connection = SqliteConnectOptions::new().filename(folder.join(file)).connect().await.unwrap();
    if let Some(beside) = beside {
        let sql = format!("ATTACH DATABASE '{}' AS beside", folder.join(beside).display());
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    let mut refused = Vec::new();
    for text in texts {
        let prepared = connection.prepare(AssertSqlSafe(spelled(&text.sql, true)).into_sql_str()).await.map(drop);
        refused.extend(prepared.err().map(|error| format!("SQLite, {}: {error}: {}", text.place, text.sql)));
    }
    refused
}

/// What PostgreSQL says against them, to the role of gateways.
fn refused_by_postgres(database: &TestDatabase, schemas: &str, texts: &[&Text]) -> Vec<String> {
    sql::with_connection(&database.gateway_url(), async |connection| {
        connection.execute(AssertSqlSafe(format!("SET search_path TO {schemas}"))).await?;
        let mut refused = Vec::new();
        for text in texts {
            let prepared = connection.prepare(AssertSqlSafe(spelled(&text.sql, false)).into_sql_str()).await.map(drop);
            refused.extend(prepared.err().map(|error| format!("PostgreSQL, {}: {error}: {}", text.place, text.sql)));
        }
        Ok(refused)
    })
    .unwrap()
}

#[tokio::test]
async fn both_databases_take_every_text_that_stands_in_the_sources() {
    let Some(database) = TestDatabase::migrated() else { return };
    let home = Home::embedded();
    drop(home.open(true).await);
    drop(WitnessStore::open(&home.path().join("witness.sqlite")).await.unwrap());
    let found = texts_in(&sources());
    let mut counted = Vec::new();
    for (i, group) in GROUPS.iter().enumerate() {
        let of = |text: &&Text| GROUPS.iter().position(|group| group.files.iter().any(|file| text.place.starts_with(file))) == Some(i);
        let texts: Vec<&Text> = found.texts.iter().filter(of).collect();
        let mut refused = refused_by_sqlite(home.path(), group.sqlite, &texts).await;
        if let Some(schemas) = group.postgres {
            refused.extend(refused_by_postgres(&database, schemas, &texts));
        }
        assert!(refused.is_empty(), "{}", refused.join("\n"));
        counted.push(texts.len());
    }
    assert!(counted.iter().all(|count| *count > 0) && counted[3] > 80, "{counted:?}: the sources were not read");
}

#[tokio::test]
async fn both_databases_take_every_text_that_is_put_together() {
    assert_eq!(texts_in(&sources()).built, built::FUNCTIONS, "left: what the sources have; right: what this test runs");
    let Some(database) = TestDatabase::migrated() else { return };
    for home in [Home::embedded(), Home::on(database)] {
        built::run_each(home).await;
    }
}
