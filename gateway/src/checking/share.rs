//! How much of the time a self-check works: after each slice it rests in proportion.

use std::time::Duration;

use crate::clock::Stopwatch;

/// A share of the time, in percent: 100 never rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// Without rest.
    pub const WHOLE: Self = Self(100);

    /// So many percent; from 1 to 100.
    pub fn percent(percent: u32) -> Self {
        Self(percent.clamp(1, 100))
    }

    /// Rests after work that began then. Others run meanwhile: nothing is held.
    pub(super) async fn rest(self, since: Stopwatch) {
        match self.after(since.elapsed()) {
            Duration::ZERO => tokio::task::yield_now().await,
            rest => tokio::time::sleep(rest).await,
        }
    }

    fn after(self, worked: Duration) -> Duration {
        worked * (100 - self.0) / self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_time_rests_nine_times_as_long_as_it_worked() {
        assert_eq!(Share::percent(10).after(Duration::from_millis(20)), Duration::from_millis(180));
        assert_eq!(Share::WHOLE.after(Duration::from_secs(9)), Duration::ZERO);
        assert_eq!(Share::percent(0), Share::percent(1));
    }
}
