//! The subcommands of the one binary, one file each.

pub mod init;
pub mod serve;
