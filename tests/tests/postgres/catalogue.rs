//! The two databases have the same tables, columns, keys and indexes: both catalogues are read and compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::postgres::{TestDatabase, sql};
use sqlx::migrate::Migrator;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

/// The schema of PostgreSQL that holds what a file of SQLite holds, the folder of its steps, and the tables of that file which are history.
const FILES: [(&str, &str, &[&str]); 3] =
    [("log", "sqlite", &["attachment"]), ("derived", "sqlite-derived", &[]), ("cosigned", "sqlite-cosigned", &[])];

/// A table, in words that both databases share.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name, type as PostgreSQL calls it, whether it may be empty; in order.
    columns: Vec<(String, String, bool)>,
    key: Vec<String>,
    unique: BTreeSet<Vec<String>>,
    /// By name: columns, and of which rows.
    indexes: BTreeMap<String, (Vec<String>, String)>,
}

/// The parts of a predicate that matter: PostgreSQL adds brackets and types to what was written.
fn plain(predicate: &str) -> String {
    predicate.replace("::text", "").trim_matches(['(', ')']).split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn rows(file: &mut SqliteConnection, sql: String) -> Vec<sqlx::sqlite::SqliteRow> {
    sqlx::query(AssertSqlSafe(sql)).fetch_all(file).await.unwrap()
}

async fn in_sqlite(folder: &Path, name: &str, steps: &str, without: &[&str]) -> BTreeMap<String, Table> {
    let options = SqliteConnectOptions::new().filename(folder.join(name)).create_if_missing(true);
    let mut file = options.connect().await.unwrap();
    let steps = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(steps);
    Migrator::new(steps).await.unwrap().run(&mut file).await.unwrap();
    let mut tables = BTreeMap::new();
    for row in rows(&mut file, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> '_sqlx_migrations'".into()).await {
        let name: String = row.get("name");
        if !without.contains(&name.as_str()) {
            let table = sqlite_table(&mut file, &name).await;
            tables.insert(name, table);
        }
    }
    file.close().await.unwrap();
    tables
}

async fn sqlite_table(file: &mut SqliteConnection, name: &str) -> Table {
    let mut table = Table::default();
    let mut key = BTreeMap::new();
    for column in rows(file, format!("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{name}') ORDER BY cid")).await {
        let (name, place): (String, i64) = (column.get("name"), column.get("pk"));
        let kind = match column.get::<String, _>("type").as_str() {
            "INTEGER" => "bigint",
            "TEXT" => "text C",
            "BLOB" => "bytea",
            other => panic!("{name}: a type that this test does not know: {other}"),
        };
        table.columns.push((name.clone(), kind.to_owned(), column.get::<i64, _>("notnull") == 0));
        if place > 0 {
            key.insert(place, name);
        }
    }
    table.key = key.into_values().collect();
    for index in rows(file, format!("SELECT name, origin FROM pragma_index_list('{name}')")).await {
        let (index, origin): (String, String) = (index.get("name"), index.get("origin"));
        let columns = rows(file, format!("SELECT name FROM pragma_index_info('{index}') ORDER BY seqno")).await;
        let columns = columns.iter().map(|column| column.get("name")).collect();
        match origin.as_str() {
            "pk" => assert_eq!(columns, table.key),
            "u" => _ = table.unique.insert(columns),
            _ => {
                let text = &rows(file, format!("SELECT sql FROM sqlite_schema WHERE name = '{index}'")).await[0];
                let predicate = text.get::<String, _>("sql").split_once(" WHERE ").map(|(_, of)| plain(of)).unwrap_or_default();
                table.indexes.insert(index, (columns, predicate));
            }
        }
    }
    table
}

fn in_postgres(url: &str, schema: &str) -> BTreeMap<String, Table> {
    let columns = format!(
        "SELECT relname::text, attname::text, format_type(atttypid, atttypmod) || COALESCE(' ' || collname, ''), NOT attnotnull \
         FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid LEFT JOIN pg_collation ON pg_collation.oid = attcollation \
         WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum"
    );
    let indexes = format!(
        "SELECT of.relname::text, index.relname::text, indisprimary, indisunique, COALESCE(pg_get_expr(indpred, indrelid), ''), \
         ARRAY(SELECT attname::text FROM unnest(indkey) WITH ORDINALITY AS k (n, place) \
               JOIN pg_attribute ON attrelid = indrelid AND attnum = n ORDER BY place) \
         FROM pg_index JOIN pg_class of ON of.oid = indrelid JOIN pg_class index ON index.oid = indexrelid \
         WHERE of.relnamespace = '{schema}'::regnamespace AND of.relkind = 'r'"
    );
    sql::with_connection(url, async |connection| {
        let mut tables: BTreeMap<String, Table> = BTreeMap::new();
        let found: Vec<(String, String, String, bool)> = sqlx::query_as(AssertSqlSafe(columns)).fetch_all(&mut *connection).await?;
        for (table, name, kind, may_be_empty) in found {
            tables.entry(table).or_default().columns.push((name, kind, may_be_empty));
        }
        type Index = (String, String, bool, bool, String, Vec<String>);
        let found: Vec<Index> = sqlx::query_as(AssertSqlSafe(indexes)).fetch_all(&mut *connection).await?;
        for (table, name, is_key, is_unique, predicate, columns) in found {
            let table = tables.get_mut(&table).expect("an index is of a table");
            match (is_key, is_unique) {
                (true, _) => table.key = columns,
                (false, true) => _ = table.unique.insert(columns),
                (false, false) => _ = table.indexes.insert(name, (columns, plain(&predicate))),
            }
        }
        Ok(tables)
    })
    .unwrap()
}

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let Some(database) = TestDatabase::migrated() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (schema, steps, without) in FILES {
        let sqlite = in_sqlite(folder.path(), schema, steps, without).await;
        let postgres = in_postgres(&database.owner_url(), schema);
        assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>(), "tables of {schema}");
        for (name, table) in sqlite {
            assert_eq!(table, postgres[&name], "{schema}.{name}: SQLite left, PostgreSQL right");
        }
    }
    // The comparison sees something: the keys, a unique name, an index of some rows only.
    let log = in_postgres(&database.owner_url(), "log");
    assert_eq!(log["record"].key, ["ledger", "entry"]);
    assert!(log["ledger"].unique.contains(&vec!["name".to_owned()]));
    assert_eq!(log["record"].indexes["record_log_key"].1, "kind = 'log-key-rotation'");
}
