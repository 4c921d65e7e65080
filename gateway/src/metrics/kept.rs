//! What is counted since the start, with its names, labels and bounds.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;

use ledger::envelope::Rule;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::{Heard, Why};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfLedger {
    pub(super) ledger: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByCause {
    pub(super) ledger: String,
    pub(super) cause: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfWitness {
    pub(super) ledger: String,
    pub(super) witness: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByAnswer {
    pub(super) ledger: String,
    pub(super) witness: String,
    pub(super) answer: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByRule {
    pub(super) rule: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct ByReason {
    pub(super) reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) route: String,
    pub(super) status: u16,
}

/// Everything that is kept.
pub(super) struct Metrics {
    pub(super) registry: Registry,
    pub(super) requests: Family<Request, Histogram, fn() -> Histogram>,
    pub(super) refusals: Family<ByRule, Counter>,
    pub(super) unavailable: Family<ByReason, Counter>,
    pub(super) batch_entries: Family<OfLedger, Histogram, fn() -> Histogram>,
    pub(super) batch_duration: Family<OfLedger, Histogram, fn() -> Histogram>,
    pub(super) database_commit: Histogram,
    pub(super) fsync: Histogram,
    pub(super) flags: Family<ByCause, Counter>,
    pub(super) flag_lag: Family<OfLedger, Histogram, fn() -> Histogram>,
    pub(super) witness_answers: Family<ByAnswer, Counter>,
    pub(super) witness_duration: Family<OfWitness, Histogram, fn() -> Histogram>,
    pub(super) witness_entries: Family<OfWitness, Gauge>,
    pub(super) self_check_entries: Family<OfLedger, Gauge>,
    pub(super) self_check_whole: Family<OfLedger, Gauge<f64, AtomicU64>>,
    pub(super) self_check_damage: Family<OfLedger, Gauge>,
}

/// One for the process.
pub(super) static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

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
            fsync: brief(),
            flags: Family::default(),
            flag_lag: Family::new_with_constructor(lateness),
            witness_answers: Family::default(),
            witness_duration: Family::new_with_constructor(brief),
            witness_entries: Family::default(),
            self_check_entries: Family::default(),
            self_check_whole: Family::default(),
            self_check_damage: Family::default(),
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
        let help = "A sync of one page beside the database, asked now and then";
        registry.register_with_unit("fsync_duration", help, Unit::Seconds, m.fsync.clone());
        registry.register("flags", "Flags in the log, by what the clock caused", m.flags.clone());
        registry.register_with_unit(
            "flag_lag",
            "From the instant at which a flag fell due to its acceptance",
            Unit::Seconds,
            m.flag_lag.clone(),
        );
        registry.register("witness_answers", "Rounds in which a witness was asked, by what came of it", m.witness_answers.clone());
        registry.register_with_unit(
            "witness_duration",
            "From asking a witness to its answer, or to the end of its time",
            Unit::Seconds,
            m.witness_duration.clone(),
        );
        registry.register("witness_entries", "Entries of the last checkpoint that a witness cosigned", m.witness_entries.clone());
        m.register_self_check(&mut registry);
        // What never happened is 0, not absent: an alert on the first one needs that.
        for rule in Rule::ALL.iter().map(|rule| rule.code()).collect::<BTreeSet<_>>() {
            drop(metrics.refusals.get_or_create(&ByRule { rule }));
        }
        for why in Why::ALL {
            drop(metrics.unavailable.get_or_create(&ByReason { reason: why.code() }));
        }
        Self { registry, ..metrics }
    }

    fn register_self_check(&self, registry: &mut Registry) {
        registry.register("self_check_entries", "Entries that the self-check has read in this round", self.self_check_entries.clone());
        registry.register_with_unit(
            "self_check_whole_timestamp",
            "When the self-check last found everything whole, since 1970; 0 when it was not through since the start",
            Unit::Seconds,
            self.self_check_whole.clone(),
        );
        registry.register("self_check_damage", "Places that the last look of the self-check found damaged", self.self_check_damage.clone());
    }

    /// What this witness of a ledger did not do yet is 0, not absent.
    pub(super) fn of_witness(&self, of: &OfWitness) {
        drop(self.witness_duration.get_or_create(of));
        drop(self.witness_entries.get_or_create(of));
        for heard in Heard::ALL {
            let by = ByAnswer { ledger: of.ledger.clone(), witness: of.witness.clone(), answer: heard.code() };
            drop(self.witness_answers.get_or_create(&by));
        }
    }

    /// What this ledger did not do yet is 0, not absent.
    pub(super) fn of_ledger(&self, of: &OfLedger) {
        drop(self.batch_entries.get_or_create(of));
        drop(self.batch_duration.get_or_create(of));
        drop(self.flag_lag.get_or_create(of));
        drop(self.self_check_entries.get_or_create(of));
        drop(self.self_check_whole.get_or_create(of));
        drop(self.self_check_damage.get_or_create(of));
    }
}
