//! One face for both databases: SQLite embedded, PostgreSQL where several gateways share one.
//!
//! Every text of SQL stands once, and is prepared on both. Where the two must be told in other words, the text says both,
//! `{SQLite|PostgreSQL}` (`spelling`). Values are whole numbers, texts, bytes and lists of them; truth values are 0 and 1.

mod insert;
mod pool;
mod query;
mod row;
mod spelling;

pub(super) use insert::{Column, insert};
pub(super) use pool::{Connection, Pool};
pub(super) use query::{Query, query, query_as, query_scalar};
pub(super) use row::{Fetched, Row};
pub(super) use spelling::Dialect;
