//! What readers get, and nothing beside it: the one place where who may read what is applied.
//!
//! Routes and pages hold a [`Served`], which has no way to the store: whatever they read of a ledger comes through a
//! [`Sight`], and a sight belongs to a reader. A route that does not say for whom it reads does not compile.

mod content;
mod feed;
mod gate;
mod replay;
mod sight;

use std::sync::Arc;

use ledger::envelope::statement::genesis::Versions;
use ledger::lives::Reader;
use ledger::lives::log_keys::Span;
use ledger::log::note::VerifierKey;
use ledger::log::tile::Tile;
use ledger::words::{Instant, Slug};

use crate::clock::Clock;
use crate::host::Host;
use crate::metrics::{self, MetricsFault};
use crate::receipts::first_receipt_of;
use crate::sequencer::LedgerHandle;
use crate::store::StoreFault;
use crate::witnessing::Panel;
use replay::Replays;

pub use content::{Content, Opened};
pub use feed::events_of_all;
pub use gate::{Bearer, TokenRefused};
pub use sight::{Known, Seen, Sight, Unseen};

/// A key of a log, for whoever has another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// The key.
    pub vkey: VerifierKey,
    /// The entry that names it, and for which it signs first.
    pub from: u64,
    /// The first entry for which it does not sign; `None` while there is none.
    pub until: Option<u64>,
    /// The instant from which on it does not sign; `None` where no other key takes over.
    pub signs_until: Option<Instant>,
    /// The receipt of the entry that names it, signed by the key before it as well; `None` for the genesis.
    pub announcement: Option<String>,
}

/// A gateway as routes and pages have it: its ledgers, its clock, and what may be read.
#[derive(Clone)]
pub struct Served {
    host: Host,
    replays: Arc<Replays>,
    /// Tokens from before are refused: whether they were used is not known any more.
    since: Instant,
}

impl Served {
    /// What a gateway serves from now on.
    pub fn new(host: Host) -> Self {
        let since = host.clock.now();
        Self { host, replays: Arc::default(), since }
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.host.clock
    }

    /// A ledger by its name.
    pub fn ledger(&self, name: &str) -> Option<&LedgerHandle> {
        self.host.ledger(name)
    }

    /// Every ledger.
    pub fn ledgers(&self) -> impl Iterator<Item = &LedgerHandle> {
        self.host.ledgers()
    }

    /// The agreements of ledgers that are served here which bring along an umbrella agreement, by [`Umbrella::name`], and are for
    /// everybody to read; at most so many.
    ///
    /// [`Umbrella::name`]: ledger::envelope::statement::umbrella::Umbrella::name
    pub async fn under(&self, umbrella: &str, limit: u32) -> Result<Vec<(&LedgerHandle, Slug)>, StoreFault> {
        let found = self.host.store.under(umbrella, limit).await?;
        let of = |id: i64| self.host.ledgers().find(|ledger| ledger.row.id == id);
        let agreement = |subject: String| subject.strip_prefix("agreement/").and_then(|id| id.parse().ok());
        Ok(found.into_iter().filter_map(|(ledger, subject)| Some((of(ledger)?, agreement(subject)?))).collect())
    }

    /// What anybody sees of a ledger.
    pub fn public(&self, ledger: &LedgerHandle) -> Sight {
        Sight::of(&self.host, ledger, Reader::Public)
    }

    /// What whoever sent this sees of a ledger; refused when it sent a token that proves nothing.
    pub async fn sight(&self, ledger: &LedgerHandle, bearer: &Bearer) -> Result<Sight, TokenRefused> {
        let reader = gate::reader(self, ledger, bearer).await?;
        Ok(Sight::of(&self.host, ledger, reader))
    }

    /// The same of every ledger: of the one that the token is for by it, of the others as anybody.
    pub async fn sights(&self, bearer: &Bearer) -> Result<Vec<Sight>, TokenRefused> {
        let named = gate::named(self, bearer)?;
        let mut sights = Vec::new();
        for ledger in self.host.ledgers() {
            let is_named = named.as_ref().is_some_and(|origin| *origin == ledger.row.facts.origin);
            sights.push(if is_named { self.sight(ledger, bearer).await? } else { self.public(ledger) });
        }
        Ok(sights)
    }

    /// The last signed checkpoint: it commits to every record and shows none.
    pub async fn checkpoint(&self, ledger: &LedgerHandle) -> Result<Option<String>, StoreFault> {
        Ok(self.host.store.checkpoint(ledger.row.id).await?.map(|(_, note)| note))
    }

    /// The last checkpoint that enough witnesses cosigned.
    pub async fn cosigned_checkpoint(&self, ledger: &LedgerHandle) -> Result<Option<String>, StoreFault> {
        Ok(self.host.cosigned(ledger, 0).await?.map(|cosigned| cosigned.note.to_string()))
    }

    /// The witnesses of a ledger; `None` when it has none.
    pub fn panel(&self, ledger: &str) -> Option<&Panel> {
        self.host.panel(ledger)
    }

    /// The keys of the log. Who announces one is an institution, and what institutions say of themselves everybody reads.
    pub async fn log_keys(&self, ledger: &LedgerHandle) -> Result<Vec<NamedKey>, StoreFault> {
        let (keys, size, id) = (ledger.log_keys(), ledger.size(), ledger.row.id);
        let mut named = Vec::new();
        for Span { key, from, until } in keys.spans() {
            // It signs for what was accepted before that instant.
            let end = match until {
                Some(until) => Some(self.host.store.size_at(id, size, until.plus_millis(-1)).await?).filter(|end| *end < size),
                None => None,
            };
            let announcement = if from == 0 { None } else { Some(first_receipt_of(&self.host.store, ledger, from).await?) };
            named.push(NamedKey { vkey: key.clone(), from, until: end, signs_until: until, announcement });
        }
        Ok(named)
    }

    /// The versions of the rules by which a ledger goes, each with the first entry for which it holds, oldest first.
    pub async fn versions(&self, ledger: &LedgerHandle) -> Result<Vec<(u64, Versions)>, StoreFault> {
        // Where the ledger fails, those that were known before.
        _ = ledger.settled().await;
        let facts = &ledger.row.facts;
        let owner = self.host.store.institution(ledger.row.id, &facts.owner).await?;
        Ok(owner.map_or_else(|| vec![(0, facts.versions.clone())], |owner| facts.versions_of(&owner)))
    }

    /// A tile that a published checkpoint has: hashes and instants, no records.
    pub async fn tile(&self, ledger: &LedgerHandle, tile: Tile) -> Result<Option<Vec<u8>>, StoreFault> {
        self.host.store.published_tile(ledger.row.id, tile).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        self.host.store.ping().await
    }

    /// Figures for whoever runs the gateway: sums, without a name of anything in a ledger.
    pub async fn metrics(&self) -> Result<String, MetricsFault> {
        metrics::text(&self.host).await
    }
}
