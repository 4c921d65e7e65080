//! The rules as a whole: judge a verified statement, record it, say what the clock has caused.

pub mod founding;
mod verdict;
mod desk;
mod judge;
mod mandates;
mod institutions;
mod proposing;
mod predecessors;
mod successors;
mod state;
mod umbrella;
mod receipts;
pub mod sources;
pub mod recurrence;
mod erasure;
mod agenda;
mod shelf;
mod possession;
mod keyring;
mod log_key;
mod continuation;
mod rules;
pub mod succession;

pub use agenda::Agenda;
pub use desk::Book;
pub use founding::{Ledger, found};
pub use keyring::{Keyring, is_about_keys};
pub use possession::{PROOF_TYP, proof_payload};
pub use shelf::{LifeKey, Prior};
pub use verdict::{Accepted, Change, Stop, Verdict};
