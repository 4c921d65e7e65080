//! The one binary of Convenant.

fn main() {}
