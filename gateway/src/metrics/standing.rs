//! How each ledger stands at the moment of a scrape: asked then, and kept nowhere.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode, encode_registry};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::kept::{METRICS, OfLedger};
use crate::host::Host;
use crate::sequencer::Health;
use crate::store::StoreFault;

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
    let (health, lag) = (Family::<ByHealth, Gauge>::default(), Family::<OfLedger, Gauge<f64, AtomicU64>>::default());
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
    let cosigned = Family::<OfLedger, Gauge>::default();
    registry.register("cosigned_entries", "Entries of the newest checkpoint that enough witnesses cosigned", cosigned.clone());
    for ledger in host.ledgers() {
        let of = OfLedger { ledger: ledger.row.name.clone() };
        METRICS.of_ledger(&of);
        let (length, most) = ledger.queue();
        entries.get_or_create(&of).set(count(ledger.size()));
        waiting.get_or_create(&of).set(count(length as u64));
        capacity.get_or_create(&of).set(count(most as u64));
        let now = state(&ledger.health());
        for state in ["ready", "clock", "closed", "failing", "damaged"] {
            let by = ByHealth { ledger: of.ledger.clone(), state };
            health.get_or_create(&by).set(i64::from(state == now));
        }
        let late = host.store.earliest_due(ledger.row.id).await?.map_or(0, |due| (host.clock.now().millis() - due.millis()).max(0));
        lag.get_or_create(&of).set(late as f64 / 1000.0);
        if host.panel(&of.ledger).is_some() {
            let size = host.cosigned(ledger, 0).await?.map_or(0, |newest| newest.size);
            cosigned.get_or_create(&of).set(count(size));
        }
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
        Health::Closed(_) => "closed",
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
struct ByHealth {
    ledger: String,
    state: &'static str,
}
