//! The demo: the nine arrangements of the letter, each on its own ledger, told as they happen, over real HTTP on a
//! simulated clock.
//!
//! Institutions sign with their own keys, each in its own directory; every line that is told comes from what
//! the API answered.

mod cast;
mod deal;
mod letter;
mod narrator;
mod scene;
mod stage;
mod story;
mod tamper;
mod town;

pub use stage::Scene;
pub use story::{Outcome, tell};
