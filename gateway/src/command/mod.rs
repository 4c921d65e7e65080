//! The subcommands of the one binary, one file each, and what they share.

pub mod terminal;
pub mod exit;
mod prose;
mod led;
mod refused;

pub mod key;
mod attach;
pub mod sign;
pub mod agreement;
pub mod register;
pub mod submit;
pub mod attempt;
pub mod erase;
mod table;
pub mod token;
pub mod read;
pub mod follow;
pub mod audit;
pub mod recurrence;
pub mod monitor;
pub mod verify;
pub mod init;
pub mod log_key;
pub mod rules_change;
pub mod migrate;
pub mod serve;
pub mod rebuild;
pub mod backup;
pub mod held;
pub mod restore;
pub mod go_on;
mod went_on;
pub mod witness;
pub mod demo;

#[cfg(test)]
mod tests;

pub use exit::Exit;
pub use terminal::{Terminal, shown};
