//! The read side: what a ledger amounts to as of any instant, in plain typed functions. No HTTP, no words for people.
//!
//! As of T: the entries accepted at or before T, plus what the clock must have caused by T. For now it reads the rows
//! that follow from the log; for the past it folds what an agreement's own entries had made of it.

mod fold;
mod agreement;
mod institution;
mod timeline;
mod filter;
mod lists;
mod counts;
mod attention;
mod cases;
mod law;
mod neighbourhood;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ledger::lives::Reader;
use ledger::words::Instant;

pub use agreement::{AgreementView, Dated};
pub use attention::AttentionItem;
pub use cases::{CaseFile, Deed};
pub use counts::{Colours, Counts};
pub use filter::{Collection, Filter, Paging};
pub use fold::MAX_CAUSED;
pub use institution::InstitutionView;
pub use law::law_page;
pub use lists::{AgreementCard, Items, Listed};
pub use neighbourhood::{Neighbourhood, Promise, PromisesOf, Resident};
pub use timeline::{Latest, Timeline};

use crate::clock::Clock;
use crate::sequencer::{Health, LedgerHandle, Unavailable};
use crate::store::{LedgerRow, Store, StoreFault};

/// How long a reader of now waits for flags that are due and not written yet.
const PATIENCE: Duration = Duration::from_secs(2);

/// The instant that something is read at, and how much of the log that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The instant.
    pub at: Instant,
    /// The number of entries that were accepted at or before it. A fact with this entry or a later one is caused by the
    /// clock, and no entry says so yet.
    pub size: u64,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum ListingFault {
    /// The instant has not come.
    #[error("{asked} has not come: it is {now}")]
    Future {
        /// What was asked for.
        asked: Instant,
        /// What the ledger's clock shows.
        now: Instant,
    },
    /// Between the last entry and the instant so much became due that it is not worked out for a reader.
    #[error("more than {MAX_CAUSED} things had become due that no entry says yet")]
    TooMuchDue,
    /// A place in a list that is none.
    #[error("this is not the next of an earlier answer")]
    Cursor,
    /// The ledger cannot be read now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

/// One ledger as of one instant.
#[derive(Debug, Clone)]
pub struct Listing {
    store: Store,
    row: Arc<LedgerRow>,
    as_of: AsOf,
    is_past: bool,
    /// For whom: what is withheld from it is not there.
    reader: Reader,
}

impl Listing {
    /// A ledger as of an instant, or as of now, for a reader. Whatever was acknowledged before is in what it finds. Who may
    /// read what is decided as of now, whatever instant is asked for.
    pub async fn open(
        store: &Store,
        clock: &Clock,
        ledger: &LedgerHandle,
        at: Option<Instant>,
        reader: Reader,
    ) -> Result<Self, ListingFault> {
        let now = clock.now();
        if let Some(asked) = at.filter(|at| *at > now) {
            return Err(ListingFault::Future { asked, now });
        }
        ledger.settled().await?;
        let (store, row) = (store.clone(), ledger.row.clone());
        if let Some(at) = at {
            let size = store.size_at(row.id, ledger.size(), at).await?;
            return Ok(Self { store, row, as_of: AsOf { at, size }, is_past: true, reader });
        }
        let at = written_up_to(&store, ledger, now).await?;
        Ok(Self { store, row, as_of: AsOf { at, size: ledger.size() }, is_past: false, reader })
    }

    /// The instant, and how much of the log.
    pub fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Whether the reader may read a life, as it stands now.
    async fn sees(&self, subject: &str) -> Result<bool, StoreFault> {
        Ok(self.store.hidden(self.row.id, &BTreeSet::from([subject]), &self.reader).await?.is_empty())
    }

    /// The ledger: its origin, owner, ministry.
    pub fn ledger(&self) -> &LedgerRow {
        &self.row
    }
}

/// Now, when every flag that is due by now is written; else, where the clock is not trusted or the ledger fails, the
/// instant of the last entry: no more than that is known to hold.
async fn written_up_to(store: &Store, ledger: &LedgerHandle, now: Instant) -> Result<Instant, ListingFault> {
    let wait = async {
        loop {
            let size = ledger.size();
            if store.earliest_due(ledger.row.id).await?.is_none_or(|due| due > now) {
                return Ok::<bool, ListingFault>(true);
            }
            if ledger.health() != Health::Ready {
                return Ok(false);
            }
            ledger.grown(size).await;
            ledger.settled().await?;
        }
    };
    if tokio::time::timeout(PATIENCE, wait).await.unwrap_or(Ok(false))? {
        return Ok(now);
    }
    Ok(store.head(ledger.row.id).await?.map_or(now, |head| head.accepted_at))
}
