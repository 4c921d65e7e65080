//! The entries of one agreement or institution, in order: what was said, by whom, when.

use ledger::words::Slug;

use super::agreement::subject;
use super::{Listing, ListingFault};
use crate::store::EntryFact;

/// A part of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The entries, oldest first.
    pub entries: Vec<EntryFact>,
    /// The last of them, when there are more: what to ask for next is what comes after it.
    pub next: Option<u64>,
}

impl Listing {
    /// The entries that changed an agreement, after one, at most `limit`.
    pub async fn timeline(&self, id: &Slug, after: Option<u64>, limit: u32) -> Result<Timeline, ListingFault> {
        self.entries_of(&subject(id), after, limit).await
    }

    /// The entries that changed an institution, after one, at most `limit`.
    pub async fn institution_timeline(&self, id: &Slug, after: Option<u64>, limit: u32) -> Result<Timeline, ListingFault> {
        self.entries_of(&format!("institution/{id}"), after, limit).await
    }

    async fn entries_of(&self, subject: &str, after: Option<u64>, limit: u32) -> Result<Timeline, ListingFault> {
        let before = if self.is_past { self.as_of.size } else { i64::MAX.unsigned_abs() };
        let entries = self.store.history(self.row.id, subject, after, before, Some(limit)).await?;
        let next = entries.last().copied().filter(|_| entries.len() >= limit as usize);
        Ok(Timeline { entries: self.store.facts(self.row.id, &entries).await?, next })
    }
}
