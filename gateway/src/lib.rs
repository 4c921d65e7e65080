//! The shell around the pure core: one door in, one transaction a batch, and everything that reads.
//!
//! Modules are declared in the order in which a newcomer should read them.

pub mod clock;
pub mod settings;
pub mod metrics;
pub mod store;
pub mod sequencer;
pub mod checking;
pub mod backup;
pub mod keys;
pub mod log_signers;
pub mod found;
pub mod media_types;
pub mod host;
pub mod intake;
pub mod receipts;
pub mod listing;
pub mod casefile;
pub mod events;
pub mod reading;
pub mod api;
pub mod pages;
pub mod web;
pub mod server;
pub mod witness;
pub mod witnessing;
pub mod client;
pub mod command;
pub mod demo;
