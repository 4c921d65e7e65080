//! The pure core of Convenant: what may be said, what it does, and the log that keeps it.
//!
//! No clock, no random number, no socket, no file, no database: those belong to the shell (`gateway`).
//! Modules are declared in the order in which a newcomer should read them; each uses only those above it.

pub mod words;
pub mod log;
pub mod envelope;
pub mod lives;
pub mod book;
pub mod audit;
