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

/// A word that is kept as the text it was read from: the type, `as_str`, `Display`, `Debug`, serde.
macro_rules! kept_as_text {
    ($(#[$docs:meta])* $word:ident) => {
        $(#[$docs])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $word(std::sync::Arc<str>);

        impl $word {
            /// The text, exactly as it was read.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($word), "({})"), self)
            }
        }

        as_string!($word);
    };
}

// With blank lines between them, so that the order in which to read them survives the formatter.
pub mod hash;
pub mod instant;

pub mod day;

pub mod calendar;
pub mod term;

pub mod rhythm;
mod rule;

pub mod code;

pub mod area;
pub mod decimal;
pub mod text;

pub use area::{CbsCode, CbsKind};
pub use calendar::{CALENDAR_VERSION, Calendar, Holiday};
pub use code::{Brin, Bwb, Kvk, Oin, OinKind, Rsin};
pub use day::{Day, TZDB_VERSION};
pub use decimal::Decimal;
pub use hash::{Hash, Hasher};
pub use instant::Instant;
pub use rhythm::{Rhythm, RhythmFault};
pub use term::{Term, deadline, due_end, with_two_working_days};
pub use text::{Slug, StatementId, Text, TextFault, Url};
