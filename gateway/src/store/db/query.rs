//! A text of SQL with its values, for whichever database it is run on.

use std::borrow::Cow;
use std::marker::PhantomData;

use futures_util::stream::{BoxStream, StreamExt as _};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, FromRow, SqlSafeStr, SqlStr};

use super::pool::{Connection, Pool, Transaction};
use super::row::Row;
use super::spelling::Dialect;

/// A value that is bound.
#[derive(Debug, Clone)]
pub(crate) enum Value<'q> {
    Int(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Bytes(Cow<'q, [u8]>),
    /// A list, for `{in $N}`.
    Ints(Vec<i64>),
    /// A list, for `{in $N}`.
    Texts(Vec<String>),
}

macro_rules! value_from {
    ($($from:ty => $value:ident($to:expr)),* $(,)?) => {
        $(impl<'q> From<$from> for Value<'q> {
            fn from(value: $from) -> Self {
                #[allow(clippy::redundant_closure_call)]
                Self::$value($to(value))
            }
        })*
    };
}

value_from! {
    i64 => Int(Some), Option<i64> => Int(std::convert::identity),
    &'q str => Text(|text| Some(Cow::Borrowed(text))), &'q String => Text(|text: &'q String| Some(Cow::Borrowed(text.as_str()))),
    String => Text(|text| Some(Cow::Owned(text))), Option<String> => Text(|text: Option<String>| text.map(Cow::Owned)),
    &'q [u8] => Bytes(Cow::Borrowed), &'q Vec<u8> => Bytes(|bytes: &'q Vec<u8>| Cow::Borrowed(bytes.as_slice())), Vec<u8> => Bytes(Cow::Owned),
    Vec<i64> => Ints(std::convert::identity), Vec<String> => Texts(std::convert::identity),
}

/// A text of SQL with its values. It can be built up piece by piece.
#[derive(Debug)]
pub(crate) struct Query<'q> {
    text: Cow<'static, str>,
    values: Vec<Value<'q>>,
}

/// A query whose rows are read as `T`.
#[derive(Debug)]
pub(crate) struct QueryAs<'q, T>(Query<'q>, PhantomData<fn() -> T>);

/// A query of one column, which is read as `T`.
#[derive(Debug)]
pub(crate) struct QueryScalar<'q, T>(QueryAs<'q, (T,)>);

/// What a query runs on.
pub(crate) enum On<'c> {
    Pool(&'c Pool),
    Connection(&'c mut Connection),
}

impl<'c> From<&'c Pool> for On<'c> {
    fn from(pool: &'c Pool) -> Self {
        Self::Pool(pool)
    }
}

impl<'c> From<&'c mut Connection> for On<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        Self::Connection(connection)
    }
}

impl<'c> From<&'c mut Transaction> for On<'c> {
    fn from(transaction: &'c mut Transaction) -> Self {
        Self::Connection(transaction)
    }
}

/// A query with this text.
pub(crate) fn query<'q>(text: impl Into<Cow<'static, str>>) -> Query<'q> {
    Query { text: text.into(), values: Vec::new() }
}

/// A query with this text, whose columns are read in their order.
pub(crate) fn query_as<'q, T>(text: impl Into<Cow<'static, str>>) -> QueryAs<'q, T> {
    QueryAs(query(text), PhantomData)
}

/// A query with this text, whose one column is read.
pub(crate) fn query_scalar<'q, T>(text: impl Into<Cow<'static, str>>) -> QueryScalar<'q, T> {
    QueryScalar(query_as(text))
}

/// Does the same with the pool or connection of either database.
macro_rules! run_on {
    ($query:expr, $on:expr, |$prepared:ident, $executor:ident| $run:expr, $wrap:ident) => {{
        let query: Query<'_> = $query;
        match $on.into() {
            On::Pool(Pool::Sqlite(pool)) => {
                let ($prepared, $executor) = (query.sqlite()?, pool);
                $wrap!(Sqlite, $run)
            }
            On::Connection(Connection::Sqlite(one)) => {
                let ($prepared, $executor) = (query.sqlite()?, &mut **one);
                $wrap!(Sqlite, $run)
            }
            On::Pool(Pool::Postgres(pool)) => {
                let ($prepared, $executor) = (query.postgres()?, pool);
                $wrap!(Postgres, $run)
            }
            On::Connection(Connection::Postgres(one)) => {
                let ($prepared, $executor) = (query.postgres()?, &mut **one);
                $wrap!(Postgres, $run)
            }
        }
    }};
}

macro_rules! affected {
    ($kind:ident, $run:expr) => {
        $run.map(|done| done.rows_affected())
    };
}

macro_rules! optional_row {
    ($kind:ident, $run:expr) => {
        $run.map(|row| row.map(Row::$kind))
    };
}

macro_rules! all_rows {
    ($kind:ident, $run:expr) => {
        $run.map(|rows| rows.into_iter().map(Row::$kind).collect())
    };
}

type SqliteQuery = sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments>;
type PostgresQuery = sqlx::query::Query<'static, sqlx::Postgres, PgArguments>;

impl<'q> Query<'q> {
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds to the text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a value and its place in the text.
    pub(crate) fn push_bind(&mut self, value: impl Into<Value<'q>>) -> &mut Self {
        self.values.push(value.into());
        let place = format!("${}", self.values.len());
        self.push(&place)
    }

    /// Adds values and their places in the text, with commas between them.
    pub(crate) fn push_all<V: Into<Value<'q>>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        for (i, value) in values.into_iter().enumerate() {
            self.push(if i == 0 { "" } else { ", " }).push_bind(value);
        }
        self
    }

    /// Adds rows of values, in brackets, which a row of columns may be among.
    pub(crate) fn push_tuples<T, const N: usize>(&mut self, rows: &'q [T], tuple: impl Fn(&'q T) -> [Value<'q>; N]) -> &mut Self {
        self.push("(VALUES ");
        for (i, row) in rows.iter().enumerate() {
            self.push(if i == 0 { "(" } else { ", (" }).push_all(tuple(row)).push(")");
        }
        self.push(")")
    }

    /// The same query, whose columns are read in their order.
    pub(crate) fn read_as<T>(self) -> QueryAs<'q, T> {
        QueryAs(self, PhantomData)
    }

    /// Adds the condition that the value before it is in a list.
    pub(crate) fn push_in(&mut self, list: impl Into<Value<'q>>) -> &mut Self {
        self.values.push(list.into());
        let condition = format!(" {{in ${}}}", self.values.len());
        self.push(&condition)
    }

    /// How many rows it changed.
    pub(crate) async fn execute<'c>(self, on: impl Into<On<'c>>) -> Result<u64, sqlx::Error> {
        run_on!(self, on, |query, executor| query.execute(executor).await, affected)
    }

    /// All rows that it finds.
    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<Row>, sqlx::Error> {
        run_on!(self, on, |query, executor| query.fetch_all(executor).await, all_rows)
    }

    /// The row that it finds, if any.
    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<Row>, sqlx::Error> {
        run_on!(self, on, |query, executor| query.fetch_optional(executor).await, optional_row)
    }

    /// The row that it finds.
    pub(crate) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<Row, sqlx::Error> {
        self.fetch_optional(on).await?.ok_or(sqlx::Error::RowNotFound)
    }

    /// The rows as they come.
    pub(crate) fn fetch(self, pool: &Pool) -> BoxStream<'_, Result<Row, sqlx::Error>> {
        let failed = |error| futures_util::stream::once(async move { Err(error) }).boxed();
        match pool {
            Pool::Sqlite(pool) => match self.sqlite() {
                Ok(query) => query.fetch(pool).map(|row| row.map(Row::Sqlite)).boxed(),
                Err(error) => failed(error),
            },
            Pool::Postgres(pool) => match self.postgres() {
                Ok(query) => query.fetch(pool).map(|row| row.map(Row::Postgres)).boxed(),
                Err(error) => failed(error),
            },
        }
    }

    fn text(&self, dialect: Dialect) -> SqlStr {
        match (&self.text, dialect.spell(&self.text)) {
            (Cow::Borrowed(text), Cow::Borrowed(_)) => (*text).into_sql_str(),
            (_, spelled) => AssertSqlSafe(spelled.into_owned()).into_sql_str(),
        }
    }

    fn sqlite(self) -> Result<SqliteQuery, sqlx::Error> {
        let text = self.text(Dialect::Sqlite);
        let mut values = SqliteArguments::default();
        for value in self.values {
            match value {
                Value::Int(value) => values.add(value),
                Value::Text(value) => values.add(value.map(Cow::into_owned)),
                Value::Bytes(value) => values.add(value.into_owned()),
                Value::Ints(list) => values.add(serde_json::to_string(&list).expect("numbers are JSON")),
                Value::Texts(list) => values.add(serde_json::to_string(&list).expect("texts are JSON")),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(sqlx::query_with(text, values))
    }

    fn postgres(self) -> Result<PostgresQuery, sqlx::Error> {
        let text = self.text(Dialect::Postgres);
        let mut values = PgArguments::default();
        for value in self.values {
            match value {
                Value::Int(value) => values.add(value),
                Value::Text(value) => values.add(value.as_deref()),
                Value::Bytes(value) => values.add(value.as_ref()),
                Value::Ints(list) => values.add(list),
                Value::Texts(list) => values.add(list),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        Ok(sqlx::query_with(text, values))
    }
}

impl<'q, T> QueryAs<'q, T>
where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.0 = self.0.bind(value);
        self
    }

    /// All rows that it finds.
    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, sqlx::Error> {
        self.0.fetch_all(on).await?.iter().map(Row::columns).collect()
    }

    /// The row that it finds, if any.
    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<T>, sqlx::Error> {
        self.0.fetch_optional(on).await?.as_ref().map(Row::columns).transpose()
    }

    /// The row that it finds.
    pub(crate) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<T, sqlx::Error> {
        self.0.fetch_one(on).await?.columns()
    }
}

impl<'q, T> QueryScalar<'q, T>
where
    (T,): for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>,
{
    /// Binds the next value.
    pub(crate) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.0 = self.0.bind(value);
        self
    }

    /// The column of all rows that it finds.
    pub(crate) async fn fetch_all<'c>(self, on: impl Into<On<'c>>) -> Result<Vec<T>, sqlx::Error> {
        Ok(self.0.fetch_all(on).await?.into_iter().map(|(value,)| value).collect())
    }

    /// The column of the row that it finds, if any.
    pub(crate) async fn fetch_optional<'c>(self, on: impl Into<On<'c>>) -> Result<Option<T>, sqlx::Error> {
        Ok(self.0.fetch_optional(on).await?.map(|(value,)| value))
    }

    /// The column of the row that it finds.
    pub(crate) async fn fetch_one<'c>(self, on: impl Into<On<'c>>) -> Result<T, sqlx::Error> {
        Ok(self.0.fetch_one(on).await?.0)
    }
}
