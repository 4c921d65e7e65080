//! The log in formats that outsiders can check: RFC 6962 hashes, C2SP tiles, notes, checkpoints and proofs.
//!
//! From the inside out: a [`record`] is what was accepted and its entry what the public sees of it; the [`tree`]
//! commits to all entries and [`tile`]s publish it; a [`note`] is signed text, a [`checkpoint`] the note that
//! names a tree; a [`proof`] ties one entry to a checkpoint and a [`receipt`] ties a record to that entry. A [`witness`]
//! answers for there being one history; a [`split`] view shows that there are two.
//!
//! Reading is strict throughout: for every value there is one text, and any other is refused with its reason.
//! Nothing here keeps a head, or stops a log from signing two: that takes a store and a lock, and lives in the shell.

pub mod record;

pub mod tree;

pub mod tile;

pub mod note;

pub mod checkpoint;

pub mod possession;

pub mod proof;

pub mod receipt;

pub mod policy;

pub mod split;

pub mod witness;

mod text;
