//! The log against what others say: published vectors, a naive reading of RFC 6962, and three other implementations.

#![allow(clippy::unwrap_used, reason = "helpers of tests stand outside test functions")]

mod checkpoint;
mod judges;
mod naive;
mod note;
mod note_refusals;
mod policy;
mod receipt;
mod record;
mod tile;
mod tree;
mod tree_refusals;
mod vectors;
