//! The pages in a real browser, by keyboard alone; `cargo test -p convenant-tests --features browser --test browser`.

mod every_page;
mod journey;
mod hostile;
