//! The gateway as its users meet it: the real router, store, writer and clock.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says where")]

mod attachments;
mod attempts;
mod audit;
mod bad_input;
mod casefile;
mod fuzz_seed;
mod checking;
mod clock;
mod commit_faults;
mod derived;
mod door;
mod events;
mod faults;
mod going_on;
mod http;
mod impasse;
mod jumps;
mod limits;
mod mandates;
mod metrics;
mod money;
mod request_ids;
mod rotated;
mod rotation;
mod obstacles;
mod openapi;
mod pools;
mod proposals;
mod reviews;
mod succession;
mod readers;
mod reads;
mod schemas;
mod settings;
mod tiles;
mod trust;
mod umbrellas;
mod witnessing;
