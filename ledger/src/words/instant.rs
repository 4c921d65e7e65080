//! Points in time, to the millisecond, written in UTC.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 in UTC with exactly
/// three decimals and `Z`; read with any offset and up to three significant decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The latest instant that the ledger can write: the end of the year 9999, less a day for any offset.
    pub const MAX: Self = Self(253_402_207_199_999);

    /// From milliseconds since the epoch; `None` before the year 1 or after the year 9999.
    pub fn from_millis(millis: i64) -> Option<Self> {
        let instant = Self(millis);
        (instant <= Self::MAX && Timestamp::from_millisecond(millis).is_ok_and(|t| t >= Self::first())).then_some(instant)
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The same point in time, as the time library has it.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).expect("checked when the instant was made")
    }

    /// This instant moved by a number of milliseconds, kept within what can be written.
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis)).unwrap_or(Self::MAX)
    }

    fn first() -> Timestamp {
        Timestamp::from_second(-62_135_510_400).expect("0001-01-02T00:00:00Z")
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.timestamp())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

impl FromStr for Instant {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "an instant as RFC 3339, such as 2006-03-01T09:00:00Z, with at most three decimals";
        let shape = text.as_bytes();
        // RFC 3339 is narrower than what the library reads: a full date, `T`, a full time, an offset.
        let narrow = shape.len() >= 20 && shape[10] == b'T' && shape[13] == b':' && shape[16] == b':';
        let timestamp: Timestamp = if narrow { text.parse().map_err(|_| WRONG)? } else { return Err(WRONG) };
        if timestamp.as_nanosecond() % 1_000_000 != 0 || text.contains('[') {
            return Err(WRONG);
        }
        Self::from_millis(timestamp.as_millisecond()).ok_or(WRONG)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_with_three_decimals() {
        let instant: Instant = "2006-03-01T01:00:00+01:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2006-03-01T00:00:00.000Z");
        assert_eq!(instant.to_string().parse(), Ok(instant));
    }

    #[test]
    fn other_ways_to_write_an_instant_are_refused() {
        for text in ["2006-03-01", "2006-03-01 00:00:00Z", "2006-03-01T00:00:00", "2006-03-01T00:00:00.0001Z", "now"] {
            assert!(text.parse::<Instant>().is_err(), "{text}");
        }
        assert!("2006-03-01T00:00:00+01:00[Europe/Amsterdam]".parse::<Instant>().is_err());
    }
}
