//! The vocabulary that every floor shares: hashes, instants and civil days, codes, names.

/// Serde for a word that is written as a string: `Display` writes it, `FromStr` reads and checks it.
macro_rules! as_string {
    ($($word:ty),+ $(,)?) => {$(
        impl serde::Serialize for $word {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $word {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

// With blank lines between them, so that the order in which to read them survives the formatter.
pub mod hash;
pub mod instant;

pub mod day;

pub mod calendar;
pub mod term;

pub mod rhythm;
mod rule;
mod series;

pub use calendar::{
    CALENDAR_VERSION, Holiday, add_working_days, holidays, is_working_day, next_working_day_from,
};
pub use day::{Day, TZDB_VERSION};
pub use hash::Hash;
pub use instant::Instant;
pub use rhythm::{Rhythm, RhythmFault};
pub use term::{Term, deadline, due_end};
