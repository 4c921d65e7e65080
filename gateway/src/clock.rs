//! The one place that reads a clock: everything else is handed an instant, so that tests can say what time it is.

use std::time::{Duration, SystemTime};

use ledger::words::Instant;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The wall clock, to the millisecond. It may go back; whoever needs order keeps the last instant that it saw.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this file is the one that reads the wall clock for all others")]
    fn now(&self) -> Instant {
        instant_of(SystemTime::now())
    }
}

/// To the millisecond; a clock outside of the years that can be written is held at the nearest one.
fn instant_of(time: SystemTime) -> Instant {
    let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
    let since_epoch = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => -millis(before.duration()),
    };
    let epoch = Instant::from_millis(0).unwrap_or(Instant::MAX);
    Instant::from_millis(since_epoch).unwrap_or(if since_epoch < 0 { epoch } else { Instant::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_time_becomes_an_instant_to_the_millisecond() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_141_203_600_123_999);
        assert_eq!(instant_of(time).to_string(), "2006-03-01T09:00:00.123Z");
        assert_eq!(instant_of(SystemTime::UNIX_EPOCH - Duration::from_millis(1)).to_string(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn the_system_clock_is_later_than_the_day_this_was_written() {
        assert!(SystemClock.now() > "2025-01-01T00:00:00Z".parse().unwrap());
    }
}
