//! Whether time can be trusted: no step back, no jump forward that nobody has confirmed.

use std::fmt;
use std::sync::{Arc, RwLock};

use ledger::words::Instant;
use tokio::task::JoinHandle;

use super::closed::Closing;
use crate::clock::Reading;

/// The wall clock may differ from the monotonic one by this much between two batches.
const TOLERANCE_MILLIS: i64 = 60_000;
/// At the start, the last accepted instant may lie this far back: downtime that needs no operator.
const DOWNTIME_MILLIS: i64 = 14 * 24 * 3600 * 1000;

/// A jump of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// Where the clock was expected.
    pub expected: Instant,
    /// Where it was found.
    pub found: Instant,
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it reads {} where {} was expected; an operator must confirm it", self.found, self.expected)
    }
}

/// Whether a ledger takes statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Ready,
    /// The clock jumped.
    Clock(Jump),
    /// It was put back with fewer entries than its log had signed for, and its owner has not recorded that yet.
    Closed(Closing),
    /// The last commit failed; the next one tries again.
    Failing(String),
    /// What is stored is damaged; it takes nothing until it is repaired.
    Damaged(String),
}

#[derive(Debug)]
pub(super) struct HealthCell(RwLock<Health>);

impl HealthCell {
    pub(super) fn new() -> Self {
        Self(RwLock::new(Health::Ready))
    }

    pub(super) fn get(&self) -> Health {
        self.0.read().map(|health| health.clone()).unwrap_or_else(|_| Health::Failing("a writer panicked".into()))
    }

    /// Damage stays until the process ends: no later success makes what is stored whole.
    pub(super) fn set(&self, health: Health) {
        if let Ok(mut cell) = self.0.write()
            && !matches!(*cell, Health::Damaged(_))
        {
            *cell = health;
        }
    }
}

/// A task that panics leaves its ledger damaged, so that nobody is told it is ready.
pub(super) fn guarded(task: JoinHandle<()>, health: Arc<HealthCell>) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = task.await {
            health.set(Health::Damaged(format!("a task of the ledger ended before its time: {error}")));
        }
    })
}

/// Compares the clocks with what they were, and with the last accepted instant.
#[derive(Debug)]
pub(super) struct ClockWatch {
    last: Option<Reading>,
    confirmed: bool,
}

impl ClockWatch {
    /// `confirmed`: an operator said at the start that the clock is right.
    pub(super) fn new(confirmed: bool) -> Self {
        Self { last: None, confirmed }
    }

    /// The instant of a batch: never before the last accepted one. `Err` when the clock jumped.
    pub(super) fn check(&mut self, reading: Reading, last_accepted: Instant) -> Result<Instant, Jump> {
        let jump = |expected: Instant| Jump { expected, found: reading.wall };
        if let Some(last) = self.last {
            let elapsed = i64::try_from(reading.steady_millis.saturating_sub(last.steady_millis)).unwrap_or(i64::MAX);
            let expected = last.wall.plus_millis(elapsed);
            if (reading.wall.millis() - expected.millis()).abs() > TOLERANCE_MILLIS {
                // The reading is not kept: a clock that is set right again is taken up where it was.
                return Err(jump(expected));
            }
        } else if !self.confirmed {
            let gap = reading.wall.millis() - last_accepted.millis();
            if !(-TOLERANCE_MILLIS..=DOWNTIME_MILLIS).contains(&gap) {
                return Err(jump(last_accepted));
            }
        }
        self.last = Some(reading);
        Ok(reading.wall.max(last_accepted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(wall: &str, steady_millis: u64) -> Reading {
        Reading { wall: wall.parse().unwrap(), steady_millis }
    }

    #[test]
    fn damage_is_not_forgotten() {
        let cell = HealthCell::new();
        cell.set(Health::Failing("the disk is full".into()));
        cell.set(Health::Ready);
        assert_eq!(cell.get(), Health::Ready);
        cell.set(Health::Damaged("record 3".into()));
        cell.set(Health::Ready);
        assert_eq!(cell.get(), Health::Damaged("record 3".into()));
    }

    #[tokio::test]
    async fn a_task_that_panics_leaves_damage() {
        let health = Arc::new(HealthCell::new());
        guarded(tokio::spawn(async {}), health.clone()).await.unwrap();
        assert_eq!(health.get(), Health::Ready);
        guarded(tokio::spawn(async { panic!("out of bounds") }), health.clone()).await.unwrap();
        assert!(matches!(health.get(), Health::Damaged(why) if why.contains("out of bounds")));
    }

    #[test]
    fn an_hour_back_or_a_day_forward_stops_the_ledger_until_it_is_right_again() {
        let mut watch = ClockWatch::new(false);
        let last: Instant = "2026-01-01T12:00:00Z".parse().unwrap();
        assert_eq!(watch.check(reading("2026-01-01T12:00:05Z", 0), last), Ok("2026-01-01T12:00:05Z".parse().unwrap()));
        assert!(watch.check(reading("2026-01-01T11:00:06Z", 1_000), last).is_err());
        assert!(watch.check(reading("2026-01-02T12:00:07Z", 2_000), last).is_err());
        assert!(watch.check(reading("2026-01-01T12:00:08Z", 3_000), last).is_ok());
    }

    #[test]
    fn time_never_goes_back_within_the_tolerance() {
        let mut watch = ClockWatch::new(false);
        let last: Instant = "2026-01-01T12:00:00Z".parse().unwrap();
        assert_eq!(watch.check(reading("2026-01-01T11:59:30Z", 0), last), Ok(last));
    }

    #[test]
    fn a_long_silence_at_the_start_asks_for_an_operator() {
        let last: Instant = "2026-01-01T12:00:00Z".parse().unwrap();
        assert!(ClockWatch::new(false).check(reading("2026-02-01T12:00:00Z", 0), last).is_err());
        assert!(ClockWatch::new(true).check(reading("2026-02-01T12:00:00Z", 0), last).is_ok());
    }
}
