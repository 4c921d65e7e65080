//! The tools of an institution, one file per subcommand, and what they share.

pub mod terminal;
pub mod exit;
mod prose;
mod refused;

pub mod key;
mod attach;
pub mod sign;
pub mod register;
pub mod submit;
mod table;
pub mod read;

#[cfg(test)]
mod tests;

pub use exit::Exit;
pub use terminal::{Terminal, shown};
