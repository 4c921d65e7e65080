//! Every test that crosses the crates, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod alone;
mod as_of;
mod both_doors;
mod each_type;
mod going_on;
mod lives;
mod stored_form;
mod stories;
mod suspended;
mod tables;
mod taken_over;
mod transitions;
mod reasons;
mod recurring;
mod rules_change;
mod requirements;
mod tidy;
