//! The whole-ledger check, on a ledger that is written in memory and then tampered with.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod town;
mod clean;
mod tampered;
mod rewritten;
mod rules;
mod withheld;
