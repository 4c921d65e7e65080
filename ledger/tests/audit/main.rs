//! The whole-ledger check, on a ledger that is written in memory and then tampered with.

mod town;
mod clean;
mod tampered;
mod rewritten;
