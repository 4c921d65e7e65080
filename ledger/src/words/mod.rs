//! The vocabulary that every floor shares: hashes, instants and civil days, codes, names.

pub mod hash;
pub mod instant;

pub use hash::Hash;
pub use instant::Instant;
