//! The shell of Convenant: what talks to clocks, files, networks and people, around the pure core in `ledger`.
//!
//! Modules are declared in the order in which a newcomer should read them.

pub mod clock;
pub mod client;
pub mod command;
