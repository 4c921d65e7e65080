//! A real browser (chromium) that tests drive by WebDriver; only with the feature `browser`.

mod driver;
mod wire;
mod checks;
mod pages;

pub use checks::{accessibility_faults, tab_stops, tab_to};
pub use driver::Browser;
pub use pages::{LANGUAGES, PAGES, Shown, Sites};
