//! Every test that crosses the crates, in one binary.

mod stories;
