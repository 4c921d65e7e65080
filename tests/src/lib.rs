//! What tests share: a gateway in this process, actors with keys, scenarios.

pub mod gate;
