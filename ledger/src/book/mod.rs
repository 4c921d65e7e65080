//! The rules as a whole: judge a verified statement, record it, say what the clock has caused.

pub mod founding;
pub mod judge;
mod state;
mod umbrella;
mod agenda;
mod shelf;
mod possession;

pub use agenda::Agenda;
pub use founding::{Ledger, found};
pub use judge::{Accepted, Book, Change, Stop, Verdict};
pub use possession::{PROOF_TYP, proof_payload};
pub use shelf::{LifeKey, Prior};
