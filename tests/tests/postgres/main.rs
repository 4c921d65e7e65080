//! PostgreSQL: the schema, the rights in it, `convenant migrate`, and the servers that tests start.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where")]

mod catalogue;
mod migrating;
mod replicated;
mod rights;
mod servers;
mod texts;
