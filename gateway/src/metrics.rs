//! What Prometheus reads: what the gateway did since its start, kept here, and how it stands, asked for at each scrape.
//!
//! Anyone may count, from anywhere: these are functions, and what they count is the process.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

use ledger::envelope::statement::flag::Cause;
use ledger::envelope::{Body, Rule, Statement};
use ledger::words::Instant;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::host::Host;
use crate::sequencer::{Health, Unavailable};
use crate::store::StoreFault;

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

/// Counts a flag that is durable, and how long after its due instant it was accepted.
pub fn flag_logged(ledger: &str, cause: &'static str, lag: Duration) {
    METRICS.flags.get_or_create(&ByCause { ledger: ledger.to_owned(), cause }).inc();
    METRICS.flag_lag.get_or_create(&OfLedger { ledger: ledger.to_owned() }).observe(lag.as_secs_f64());
}

/// The flags of a batch, kept until it is durable.
#[derive(Debug, Default)]
pub struct Flags(Vec<(&'static str, Duration)>);

impl Flags {
    /// Those among these statements, which are accepted at this instant.
    pub fn among<'a>(statements: impl Iterator<Item = &'a Statement>, at: Instant) -> Self {
        let flag = |statement: &Statement| match &statement.body {
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
    /// Too many requests at a time.
    Busy,
    /// The request took too long.
    Timeout,
}

impl Why {
    const ALL: [Self; 5] = [Self::QueueFull, Self::Failing, Self::Clock, Self::Busy, Self::Timeout];

    fn code(self) -> &'static str {
        match self {
            Self::QueueFull => "queue-full",
            Self::Failing => "failing",
            Self::Clock => "clock",
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
        }
    }
}

/// Everything, in the OpenMetrics text format.
pub async fn text(host: &Host) -> Result<String, MetricsFault> {
    // First, since it also makes what was not counted yet visible below.
    let standing = standing(host).await?;
    let mut text = String::new();
    encode_registry(&mut text, &METRICS.registry)?;
    encode(&mut text, &standing)?;
    Ok(text)
}

/// How each ledger stands at this moment.
async fn standing(host: &Host) -> Result<Registry, StoreFault> {
    let mut registry = Registry::with_prefix("convenant");
    let [entries, waiting, capacity] = [(); 3].map(|()| Family::<OfLedger, Gauge>::default());
    let (health, lag) = (Family::<ByHealth, Gauge>::default(), Family::<OfLedger, Gauge<f64, std::sync::atomic::AtomicU64>>::default());
    registry.register("ledger_entries", "Entries that are durable", entries.clone());
    registry.register("queue_length", "Statements that wait for the writer", waiting.clone());
    registry.register("queue_capacity", "How many statements may wait; more are answered with 503", capacity.clone());
    registry.register(
        "ledger_health",
        "1 for the state that the ledger is in, 0 for the others; only ready takes statements",
        health.clone(),
    );
    registry.register_with_unit(
        "clock_lag",
        "How long ago the first flag fell due that is not in the log yet; 0 when none is late",
        Unit::Seconds,
        lag.clone(),
    );
    for ledger in host.ledgers() {
        let of = OfLedger { ledger: ledger.row.name.clone() };
        // What this ledger did not do yet is 0, not absent.
        METRICS.of_ledger(&of);
        let (length, most) = ledger.queue();
        entries.get_or_create(&of).set(count(ledger.size()));
        waiting.get_or_create(&of).set(count(length as u64));
        capacity.get_or_create(&of).set(count(most as u64));
        let now = state(&ledger.health());
        for state in ["ready", "clock", "failing", "damaged"] {
            let by = ByHealth { ledger: of.ledger.clone(), state };
            health.get_or_create(&by).set(i64::from(state == now));
        }
        let late = host.store.due_next(ledger.row.id).await?.map_or(0, |due| (host.clock.now().millis() - due.millis()).max(0));
        lag.get_or_create(&of).set(late as f64 / 1000.0);
    }
    Ok(registry)
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn state(health: &Health) -> &'static str {
    match health {
        Health::Ready => "ready",
        Health::Clock(_) => "clock",
        Health::Failing(_) => "failing",
        Health::Damaged(_) => "damaged",
    }
}

/// Why there are no metrics now.
#[derive(Debug, thiserror::Error)]
pub enum MetricsFault {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// They could not be written as text.
    #[error("the metrics cannot be written: {0}")]
    Text(#[from] fmt::Error),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLedger {
    ledger: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByHealth {
    ledger: String,
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByCause {
    ledger: String,
    cause: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByRule {
    rule: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByReason {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

struct Metrics {
    registry: Registry,
    requests: Family<Request, Histogram, fn() -> Histogram>,
    refusals: Family<ByRule, Counter>,
    unavailable: Family<ByReason, Counter>,
    batch_entries: Family<OfLedger, Histogram, fn() -> Histogram>,
    batch_duration: Family<OfLedger, Histogram, fn() -> Histogram>,
    database_commit: Histogram,
    flags: Family<ByCause, Counter>,
    flag_lag: Family<OfLedger, Histogram, fn() -> Histogram>,
}

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// Bounds in seconds, from half a millisecond to ten seconds.
fn brief() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

/// Bounds in seconds, from a tenth of a second to the fourteen days after which an operator must confirm the clock.
fn lateness() -> Histogram {
    Histogram::new([0.1, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0, 3_600.0, 86_400.0, 1_209_600.0])
}

fn entries() -> Histogram {
    Histogram::new([1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0])
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::with_prefix("convenant");
        let metrics = Self {
            requests: Family::new_with_constructor(brief),
            refusals: Family::default(),
            unavailable: Family::default(),
            batch_entries: Family::new_with_constructor(entries),
            batch_duration: Family::new_with_constructor(brief),
            database_commit: brief(),
            flags: Family::default(),
            flag_lag: Family::new_with_constructor(lateness),
            registry: Registry::default(),
        };
        let m = &metrics;
        registry.register_with_unit(
            "request_duration",
            "From the head of a request to the head of its answer, by route and status",
            Unit::Seconds,
            m.requests.clone(),
        );
        registry.register("refusals", "Statements that were refused, by the first rule that they break", m.refusals.clone());
        registry.register("unavailable", "Statements and requests that were told to come back, by the reason", m.unavailable.clone());
        registry.register("batch_entries", "Entries in a batch", m.batch_entries.clone());
        registry.register_with_unit(
            "batch_duration",
            "One batch in the database, from the beginning of its transaction to the end of COMMIT",
            Unit::Seconds,
            m.batch_duration.clone(),
        );
        let help = "COMMIT alone, in which SQLite syncs its write-ahead log; it does not tell the sync apart";
        registry.register_with_unit("database_commit_duration", help, Unit::Seconds, m.database_commit.clone());
        registry.register("flags", "Flags in the log, by what the clock caused", m.flags.clone());
        registry.register_with_unit(
            "flag_lag",
            "From the instant at which a flag fell due to its acceptance",
            Unit::Seconds,
            m.flag_lag.clone(),
        );
        // What never happened is 0, not absent: an alert on the first one needs that.
        for rule in Rule::ALL.iter().map(|rule| rule.code()).collect::<BTreeSet<_>>() {
            drop(metrics.refusals.get_or_create(&ByRule { rule }));
        }
        for why in Why::ALL {
            drop(metrics.unavailable.get_or_create(&ByReason { reason: why.code() }));
        }
        Self { registry, ..metrics }
    }

    fn of_ledger(&self, of: &OfLedger) {
        drop(self.batch_entries.get_or_create(of));
        drop(self.batch_duration.get_or_create(of));
        drop(self.flag_lag.get_or_create(of));
    }
}
