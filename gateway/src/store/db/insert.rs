//! Rows by the many. SQLite takes them in groups of a few sizes, so that each text is prepared once and found again;
//! PostgreSQL takes a list for each column, so that there is one text, one plan, and one value a column.

use std::borrow::Cow;

use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, AssertSqlSafe};

use super::super::chunks::in_chunks;
use super::pool::Connection;
use super::query::Value;

/// A column of rows that are inserted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    Int(&'static str),
    Text(&'static str),
    Bytes(&'static str),
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Int(name) | Self::Text(name) | Self::Bytes(name) => name,
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::Int(_) => "bigint[]",
            Self::Text(_) => "text[]",
            Self::Bytes(_) => "bytea[]",
        }
    }
}

/// The values of one row, in the order of the columns.
#[derive(Debug, Default)]
pub(crate) struct Cells<'r>(Vec<Value<'r>>);

impl<'r> Cells<'r> {
    pub(crate) fn int(&mut self, value: impl Into<Option<i64>>) -> &mut Self {
        self.0.push(Value::Int(value.into()));
        self
    }

    pub(crate) fn text(&mut self, value: impl Into<Cow<'r, str>>) -> &mut Self {
        self.0.push(Value::Text(Some(value.into())));
        self
    }

    pub(crate) fn bytes(&mut self, value: impl Into<Cow<'r, [u8]>>) -> &mut Self {
        self.0.push(Value::Bytes(value.into()));
        self
    }
}

/// Inserts rows into a table; `further` says what becomes of those that are there already.
pub(crate) async fn insert<'r, R>(
    connection: &mut Connection,
    table: &str,
    columns: &[Column],
    rows: &'r [R],
    cells: impl Fn(&'r R, &mut Cells<'r>),
    further: &str,
) -> Result<(), sqlx::Error> {
    let names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
    let into = format!("INSERT INTO {table} ({})", names.join(", "));
    match connection {
        Connection::Sqlite(one) => {
            for chunk in in_chunks(rows) {
                let text = format!("{into} VALUES {}{further}", places(chunk.len(), columns.len()));
                let mut values = SqliteArguments::default();
                for row in chunk {
                    for value in row_of(row, columns, &cells) {
                        match value {
                            Value::Int(value) => values.add(value),
                            Value::Text(value) => values.add(value.map(Cow::into_owned)),
                            Value::Bytes(value) => values.add(value.into_owned()),
                            Value::Ints(_) | Value::Texts(_) => unreachable!("cells are no lists"),
                        }
                        .map_err(sqlx::Error::Encode)?;
                    }
                }
                sqlx::query_with(AssertSqlSafe(text), values).execute(&mut **one).await?;
            }
        }
        Connection::Postgres(one) if !rows.is_empty() => {
            let lists: Vec<String> = columns.iter().enumerate().map(|(i, column)| format!("${}::{}", i + 1, column.list())).collect();
            let text = format!("{into} SELECT * FROM UNNEST({}){further}", lists.join(", "));
            let rows: Vec<Vec<Value<'r>>> = rows.iter().map(|row| row_of(row, columns, &cells)).collect();
            let mut values = PgArguments::default();
            for (i, column) in columns.iter().enumerate() {
                add_list(&mut values, *column, rows.iter().map(|row| &row[i]))?;
            }
            sqlx::query_with(AssertSqlSafe(text), values).execute(&mut **one).await?;
        }
        Connection::Postgres(_) => {}
    }
    Ok(())
}

fn row_of<'r, R>(row: &'r R, columns: &[Column], cells: &impl Fn(&'r R, &mut Cells<'r>)) -> Vec<Value<'r>> {
    let mut values = Cells(Vec::with_capacity(columns.len()));
    cells(row, &mut values);
    debug_assert_eq!(values.0.len(), columns.len(), "a value for each column");
    values.0
}

fn add_list<'v>(values: &mut PgArguments, column: Column, cells: impl Iterator<Item = &'v Value<'v>>) -> Result<(), sqlx::Error> {
    let other = || -> ! { unreachable!("column {} has values of another kind", column.name()) };
    match column {
        Column::Int(_) => {
            let list: Vec<Option<i64>> = cells.map(|cell| if let Value::Int(value) = cell { *value } else { other() }).collect();
            values.add(list)
        }
        Column::Text(_) => {
            let list: Vec<Option<&str>> =
                cells.map(|cell| if let Value::Text(value) = cell { value.as_deref() } else { other() }).collect();
            values.add(list)
        }
        Column::Bytes(_) => {
            let list: Vec<&[u8]> = cells.map(|cell| if let Value::Bytes(value) = cell { value.as_ref() } else { other() }).collect();
            values.add(list)
        }
    }
    .map_err(sqlx::Error::Encode)
}

/// Places for the values of so many rows of so many columns.
fn places(rows: usize, columns: usize) -> String {
    let row = format!("({})", vec!["?"; columns].join(", "));
    vec![row.as_str(); rows].join(", ")
}
