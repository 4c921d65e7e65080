//! The shell around the pure core: one door in, one transaction a batch, and everything that reads.

pub mod clock;
pub mod store;
pub mod sequencer;
