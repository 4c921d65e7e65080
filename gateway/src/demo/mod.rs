//! The demo: two arrangements of the letter, told as they happen, over real HTTP on a simulated clock.
//!
//! Institutions sign with their own keys, each in its own directory; every line that is told comes from what
//! the API answered.

mod arrangement;
mod cast;
mod letter;
mod narrator;
mod story;
mod tamper;
mod town;

pub use story::{Outcome, Scene, tell};
