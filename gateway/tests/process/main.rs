//! The binary as its operator meets it: a process that is killed, and one whose disk is full.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where")]

mod attachments;
mod backup;
mod bombs;
mod full_disk;
mod going_on;
mod full_server;
mod histories;
mod kill;
mod log_key;
mod monitor;
mod overload;
mod past;
mod server;
mod tools;
mod watching;
mod witness;
