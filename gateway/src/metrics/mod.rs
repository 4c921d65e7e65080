//! What Prometheus reads: what the gateway did since its start, kept here, and how it stands, asked for at each scrape.
//!
//! Anyone may count, from anywhere: these are functions, and what they count is the process.

mod checking;
mod kept;
mod standing;
mod witnesses;

use std::time::Duration;

use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, Rule, Statement};
use ledger::words::Instant;

use crate::sequencer::Unavailable;
use kept::{ByCause, ByReason, ByRule, METRICS, OfLedger, Request};

pub use checking::{self_check_damage, self_check_reached, self_check_whole};
pub use standing::{MetricsFault, text};
pub use witnesses::{Heard, witness_cosigned, witness_heard, witness_known};

/// The media type of what [`text`] gives (OpenMetrics 1.0).
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counts an answer: its method and status, the route as the router spells it, and the time until its head was ready.
pub fn answered(method: &str, route: &str, status: u16, elapsed: Duration) {
    let request = Request { method: method.to_owned(), route: route.to_owned(), status };
    METRICS.requests.get_or_create(&request).observe(elapsed.as_secs_f64());
}

/// Counts a refusal by its first rule.
pub fn refused(rule: Rule) {
    METRICS.refusals.get_or_create(&ByRule { rule: rule.code() }).inc();
}

/// Counts an answer that could not be given now.
pub fn unavailable(why: Why) {
    METRICS.unavailable.get_or_create(&ByReason { reason: why.code() }).inc();
}

/// Counts a batch that is durable: its entries, and the time from the beginning of its transaction to the end of COMMIT.
pub fn batch_committed(ledger: &str, entries: usize, elapsed: Duration) {
    let of = OfLedger { ledger: ledger.to_owned() };
    METRICS.batch_entries.get_or_create(&of).observe(entries as f64);
    METRICS.batch_duration.get_or_create(&of).observe(elapsed.as_secs_f64());
}

/// Counts one COMMIT of the database.
pub fn database_committed(elapsed: Duration) {
    METRICS.database_commit.observe(elapsed.as_secs_f64());
}

/// Counts one sync of the disk that the database is on.
pub fn synced(elapsed: Duration) {
    METRICS.fsync.observe(elapsed.as_secs_f64());
}

/// Counts a flag that is durable, and how long after its due instant it was accepted.
pub fn flag_logged(ledger: &str, cause: &'static str, lag: Duration) {
    METRICS.flags.get_or_create(&ByCause { ledger: ledger.to_owned(), cause }).inc();
    METRICS.flag_lag.get_or_create(&OfLedger { ledger: ledger.to_owned() }).observe(lag.as_secs_f64());
}

/// The flags of a batch, kept until it is durable.
#[derive(Debug, Default)]
pub struct Flags(Vec<(&'static str, Duration)>);

impl Flags {
    /// Those among these statements, each with the instant of its acceptance.
    pub fn among<'a>(statements: impl Iterator<Item = (&'a Statement, Instant)>) -> Self {
        let flag = |(statement, at): (&Statement, Instant)| match &statement.body {
            Body::Flag(flag) => {
                let millis = u64::try_from(at.millis() - flag.due_at.millis()).unwrap_or(0);
                Some((Cause::code(&flag.cause), Duration::from_millis(millis)))
            }
            _ => None,
        };
        Self(statements.filter_map(flag).collect())
    }

    /// They are in the log.
    pub fn logged(self, ledger: &str) {
        self.0.into_iter().for_each(|(cause, lag)| flag_logged(ledger, cause, lag));
    }
}

/// Why somebody is told to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The writer's queue is full.
    QueueFull,
    /// Writing or reading fails.
    Failing,
    /// The clock is not trusted.
    Clock,
    /// The ledger is closed until a loss is recorded.
    Closed,
    /// Too many requests at a time.
    Busy,
    /// The request took too long.
    Timeout,
}

impl Why {
    const ALL: [Self; 6] = [Self::QueueFull, Self::Failing, Self::Clock, Self::Closed, Self::Busy, Self::Timeout];

    fn code(self) -> &'static str {
        match self {
            Self::QueueFull => "queue-full",
            Self::Failing => "failing",
            Self::Clock => "clock",
            Self::Closed => "closed",
            Self::Busy => "busy",
            Self::Timeout => "timeout",
        }
    }
}

impl From<&Unavailable> for Why {
    fn from(unavailable: &Unavailable) -> Self {
        match unavailable {
            Unavailable::Full => Self::QueueFull,
            Unavailable::Failing => Self::Failing,
            Unavailable::Clock(_) => Self::Clock,
            Unavailable::Closed(_) => Self::Closed,
            Unavailable::Slow => Self::Timeout,
        }
    }
}
