//! What tests that cross the crates share: an in-memory ledger, actors with verbs, stories as text.
//!
//! Actors and stories know a ledger only through [`Door`]: bytes go in, an answer and entries come out.

pub mod door;
pub mod dice;
pub mod audit;
pub mod memory;
pub mod texts;
pub mod town;
pub mod national;
pub mod elsewhere;
pub mod verbs;
pub mod story;
mod talks;
pub mod whole;
pub mod words;
pub mod lives;
pub mod expect;
pub mod faults;
pub mod gate;
pub mod home;
pub mod derived;
pub mod replayed;
pub mod http;
pub mod tiles;
pub mod bulk;
pub mod screen;
pub mod site;
pub mod postgres;
#[cfg(feature = "browser")]
pub mod browser;

pub use audit::{Audit, Corruption};
pub use door::{Answer, Attachment, Door, Entry};
pub use home::Home;
pub use http::Http;
pub use memory::Memory;
pub use screen::Screen;
pub use town::{Actor, Town};
