//! The one place that reads clocks. Everyone else is handed a `Clock`.

use std::sync::Arc;
use std::time::Duration;

use ledger::words::Instant;
use tokio::sync::watch;

/// What the clocks say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The wall clock.
    pub wall: Instant,
    /// Milliseconds on a clock that only runs forward, from an arbitrary start.
    pub steady_millis: u64,
}

/// Measures how long something takes. For metrics and logs only: no rule depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts to measure.
    #[allow(clippy::disallowed_methods, reason = "this is the one file that reads clocks")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// A source of time, handed in so that tests and the demo can step it.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clocks.
    System(SystemClock),
    /// A clock that stands still until it is set.
    Step(StepClock),
}

impl Clock {
    /// Reads the clocks.
    pub fn read(&self) -> Reading {
        match self {
            Self::System(clock) => clock.read(),
            Self::Step(clock) => clock.read(),
        }
    }

    /// The wall clock's instant.
    pub fn now(&self) -> Instant {
        self.read().wall
    }

    /// Returns when the instant has come, or never when there is none.
    pub async fn reach(&self, at: Option<Instant>) {
        match (self, at) {
            (_, None) => std::future::pending().await,
            (Self::System(clock), Some(at)) => {
                // In short steps, since the wall clock may be set while we wait.
                while let Some(left) = left(clock.now(), at) {
                    tokio::time::sleep(left.min(Duration::from_millis(500))).await;
                }
            }
            (Self::Step(clock), Some(at)) => clock.reach(at).await,
        }
    }
}

fn left(now: Instant, at: Instant) -> Option<Duration> {
    u64::try_from(at.millis() - now.millis()).ok().filter(|millis| *millis > 0).map(Duration::from_millis)
}

/// The machine's wall clock and its monotonic clock.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: std::time::Instant,
    ahead_millis: i64,
}

impl Default for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one file that reads clocks")]
    fn default() -> Self {
        Self { start: std::time::Instant::now(), ahead_millis: 0 }
    }
}

impl SystemClock {
    /// A clock that runs as the machine's does, from this instant on: tests meet a midnight with it.
    pub fn starting_at(instant: Instant) -> Self {
        let mut clock = Self::default();
        clock.ahead_millis = instant.millis() - clock.now().millis();
        clock
    }

    /// The wall clock's instant, to the millisecond.
    pub fn now(&self) -> Instant {
        self.read().wall
    }

    #[allow(clippy::disallowed_methods, reason = "this is the one file that reads clocks")]
    fn read(&self) -> Reading {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let wall = i64::try_from(since_epoch.as_millis()).ok().and_then(Instant::from_millis).unwrap_or(Instant::MAX);
        let wall = wall.plus_millis(self.ahead_millis);
        let steady_millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Reading { wall, steady_millis }
    }
}

/// A clock that stands still until it is set. Both its hands move together, unless the wall clock is made to jump.
#[derive(Debug, Clone)]
pub struct StepClock {
    hands: Arc<watch::Sender<Reading>>,
}

impl StepClock {
    /// A clock that stands at an instant.
    pub fn at(start: Instant) -> Self {
        Self { hands: Arc::new(watch::Sender::new(Reading { wall: start, steady_millis: 0 })) }
    }

    /// Sets the clock; it never goes back.
    pub fn set(&self, to: Instant) {
        self.hands.send_if_modified(|hands| {
            let elapsed = u64::try_from(to.millis() - hands.wall.millis()).unwrap_or_default();
            *hands = Reading { wall: to.max(hands.wall), steady_millis: hands.steady_millis + elapsed };
            elapsed > 0
        });
    }

    /// Moves the wall clock by so many milliseconds, back or forward, while no time passes.
    pub fn jump(&self, millis: i64) {
        self.hands.send_modify(|hands| hands.wall = hands.wall.plus_millis(millis));
    }

    async fn reach(&self, at: Instant) {
        _ = self.hands.subscribe().wait_for(|hands| hands.wall >= at).await;
    }

    fn read(&self) -> Reading {
        *self.hands.borrow()
    }
}
