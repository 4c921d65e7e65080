//! PostgreSQL: the schema, the rights in it, `convenant migrate`, and the servers that tests start.

mod catalogue;
mod migrating;
mod replicated;
mod rights;
mod servers;
