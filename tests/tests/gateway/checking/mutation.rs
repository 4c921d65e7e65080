//! One change to what is stored, drawn from a seed: a byte, a number, a row too few or too many, two values exchanged.

use std::path::{Path, PathBuf};

use sqlx::{Connection, Row, SqliteConnection};

/// Numbers that follow from a seed (SplitMix64).
pub(super) struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// Tables, with the columns after `ledger` that a row is known by, and whether they are derived.
pub(super) const TABLES: [(&str, &[&str], bool); 15] = [
    ("record", &["entry"], false),
    ("change", &["entry"], false),
    ("tile", &["level", "number"], false),
    ("tile_root", &["level", "number"], false),
    ("checkpoint", &["size"], false),
    ("head", &[], false),
    ("ledger", &["id"], false),
    ("attachment_file", &["hash"], false),
    ("life", &["part", "subject", "key"], true),
    ("due", &["subject"], true),
    ("statement", &["author", "id"], true),
    ("history", &["subject", "entry"], true),
    ("facet", &["subject", "kind", "value"], true),
    ("signer_key", &["kid"], true),
    ("progress", &[], true),
];

/// What was done, and the places of which one must be named.
#[derive(Debug)]
pub(super) struct Mutation {
    pub what: String,
    pub places: Vec<String>,
}

struct Table {
    name: &'static str,
    key: Vec<usize>,
    columns: Vec<String>,
    /// Each value as a literal of SQL.
    rows: Vec<Vec<String>>,
}

impl Table {
    async fn read(connection: &mut SqliteConnection, name: &'static str, key: &[&str]) -> Self {
        let sql = format!("SELECT name FROM pragma_table_info('{name}') WHERE name <> 'ledger' ORDER BY cid");
        let columns: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *connection).await.unwrap();
        let quoted = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {quoted} FROM {name} ORDER BY 1, 2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await.unwrap();
        let rows = rows.iter().map(|row| (0..columns.len()).map(|i| row.get(i)).collect()).collect();
        let key = key.iter().map(|key| columns.iter().position(|column| column == key).unwrap()).collect();
        Self { name, key, columns, rows }
    }

    fn only(&self, row: &[String]) -> String {
        let mut sql = if self.name == "ledger" { "1 = 1".to_owned() } else { "ledger = 1".to_owned() };
        self.key.iter().for_each(|at| sql.push_str(&format!(" AND {} = {}", self.columns[*at], row[*at])));
        sql
    }

    /// How a row is called when it is named.
    fn place(&self, row: &[String]) -> String {
        let word = |name: &str| plain(&row[self.columns.iter().position(|column| column == name).unwrap()]);
        match self.name {
            "record" | "change" => format!("{} {}:", self.name, word("entry")),
            "tile" | "tile_root" => format!("{} {} of level {}:", self.name, word("number"), word("level")),
            "checkpoint" => format!("checkpoint {}:", word("size")),
            "attachment_file" => format!("attachment_file {}", word("hash")),
            "life" | "due" | "facet" => format!("{} {}", self.name, word("subject")),
            "history" => format!("history {} {}", word("subject"), word("entry")),
            "statement" => format!("statement {} {}", word("author"), word("id")),
            "signer_key" => format!("signer_key {}", word("kid")),
            other => other.to_owned(),
        }
    }
}

fn plain(literal: &str) -> String {
    match literal.strip_prefix("X'") {
        Some(hex) => hex.trim_end_matches('\'').to_lowercase(),
        None => literal.trim_matches('\'').to_owned(),
    }
}

/// The same value but for a digit, a letter or a byte.
fn other(literal: &str, dice: &mut Dice) -> String {
    if literal == "NULL" {
        return "1".to_owned();
    }
    if let Ok(number) = literal.parse::<i64>() {
        return [number + 1, number - 1, number + 1_000_000][dice.below(3)].to_string();
    }
    let start = literal.find('\'').unwrap() + 1;
    let places: Vec<usize> =
        literal.bytes().enumerate().skip(start).filter(|(_, byte)| byte.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
    let (zero, one) = if start == 2 { ("0", "1") } else { ("x", "y") };
    let Some(at) = (!places.is_empty()).then(|| places[dice.below(places.len())]) else {
        return format!("{}{zero}{zero}{}", &literal[..start], &literal[start..]);
    };
    let new = if &literal[at..=at] == zero { one } else { zero };
    format!("{}{new}{}", &literal[..at], &literal[at + 1..])
}

/// Makes one mutation in the files of a database that nobody has open; `None` if the draw changes nothing.
pub(super) async fn mutate(database: &Path, dice: &mut Dice) -> Option<Mutation> {
    let which = dice.below(TABLES.len() + 1);
    let Some((name, key, is_derived)) = TABLES.get(which).copied() else { return mutate_file(database, dice) };
    let file = if is_derived { gateway::store::derived_path(database) } else { database.to_owned() };
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let table = Table::read(&mut connection, name, key).await;
    let row = &table.rows[dice.below(table.rows.len())];
    let (mut places, column) = (vec![table.place(row)], dice.below(table.columns.len()));
    let sqls = match dice.below(4) {
        0 => {
            let mut new = row.clone();
            new[column] = other(&new[column], dice);
            places.push(table.place(&new));
            vec![format!("UPDATE OR REPLACE {name} SET {} = {} WHERE {}", table.columns[column], new[column], table.only(row))]
        }
        1 => {
            let (one, another) = (row, &table.rows[dice.below(table.rows.len())]);
            if table.key.contains(&column) || one[column] == another[column] {
                return None;
            }
            places.push(table.place(another));
            let set =
                |row: &[String], value: &str| format!("UPDATE {name} SET {} = {value} WHERE {}", table.columns[column], table.only(row));
            vec![set(one, &another[column]), set(another, &one[column])]
        }
        2 => {
            // No verifier relies on an old checkpoint, and nothing says at which sizes there were some.
            let is_old = |row: &[String]| table.rows.iter().any(|other| other[0].parse::<i64>().unwrap() > row[0].parse::<i64>().unwrap());
            if name == "checkpoint" && is_old(row) {
                return None;
            }
            vec![format!("DELETE FROM {name} WHERE {}", table.only(row))]
        }
        _ => {
            if table.key.is_empty() || name == "ledger" {
                return None;
            }
            let mut new = row.clone();
            let at = table.key[dice.below(table.key.len())];
            new[at] = other(&new[at], dice);
            places.push(table.place(&new));
            vec![format!("INSERT OR IGNORE INTO {name} (ledger, {}) VALUES (1, {})", table.columns.join(", "), new.join(", "))]
        }
    };
    let mut changed = 0;
    for sql in &sqls {
        let done = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut connection).await;
        changed += done.map(|done| done.rows_affected()).unwrap_or(0);
    }
    connection.close().await.unwrap();
    (changed == sqls.len() as u64).then(|| Mutation { what: sqls.join("; "), places })
}

/// Content beside the log: a byte of it changes, it is cut short or lost, or what was erased is back.
fn mutate_file(database: &Path, dice: &mut Dice) -> Option<Mutation> {
    let kept = files(&gateway::store::attachments_path(database)).pop()?;
    let name = kept.file_name().unwrap().to_string_lossy().into_owned();
    let mut bytes = std::fs::read(&kept).unwrap();
    let what = match dice.below(3) {
        0 => {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
            "a bit flipped"
        }
        1 => {
            bytes.pop();
            "cut short"
        }
        _ => {
            std::fs::remove_file(&kept).unwrap();
            return Some(Mutation { what: format!("file {name} lost"), places: vec![format!("attachment_file {name}")] });
        }
    };
    std::fs::write(&kept, bytes).unwrap();
    Some(Mutation { what: format!("file {name} {what}"), places: vec![format!("attachment_file {name}")] })
}

pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
