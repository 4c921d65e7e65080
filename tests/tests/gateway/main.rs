//! The gateway as its users meet it: the real router, store, writer and clock.

mod audit;
mod bad_input;
mod clock;
mod door;
mod faults;
mod schemas;
