//! The entries of one agreement or institution, in order: what was said, by whom, when.

use ledger::envelope::Parsed;
use ledger::words::Slug;

use super::agreement::subject;
use super::cases::Deed;
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

/// The end of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latest {
    /// What was said, newest first.
    pub deeds: Vec<Deed>,
    /// The first of them, when there may be earlier ones: what to ask for next is what comes before it.
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

    /// What was said in an agreement last, newest first: before an entry, at most `limit`.
    pub async fn latest(&self, id: &Slug, before: Option<u64>, limit: u32) -> Result<Latest, ListingFault> {
        if !self.sees(&subject(id)).await? {
            return Ok(Latest { deeds: Vec::new(), next: None });
        }
        let end = if self.is_past { self.as_of.size } else { i64::MAX.unsigned_abs() };
        let entries = self.store.latest(self.row.id, &subject(id), before.unwrap_or(end).min(end), limit).await?;
        let facts = self.store.facts(self.row.id, &entries).await?;
        let mut deeds = Vec::with_capacity(facts.len());
        for (fact, (entry, jws)) in facts.into_iter().zip(self.store.statements(self.row.id, &entries).await?) {
            // An entry that was damaged behind the ledger's back is for the audit to name; the others can still be read.
            let parsed = Parsed::parse(&jws).inspect_err(|refusal| tracing::error!(entry, %refusal, "a record is damaged"));
            deeds.extend(parsed.map(|parsed| Deed { fact, body: parsed.statement().body.clone() }));
        }
        deeds.reverse();
        let next = entries.last().copied().filter(|_| entries.len() >= limit as usize);
        Ok(Latest { deeds, next })
    }

    async fn entries_of(&self, subject: &str, after: Option<u64>, limit: u32) -> Result<Timeline, ListingFault> {
        if !self.sees(subject).await? {
            return Ok(Timeline { entries: Vec::new(), next: None });
        }
        let before = if self.is_past { self.as_of.size } else { i64::MAX.unsigned_abs() };
        let entries = self.store.history(self.row.id, subject, after, before, Some(limit)).await?;
        let next = entries.last().copied().filter(|_| entries.len() >= limit as usize);
        Ok(Timeline { entries: self.store.facts(self.row.id, &entries).await?, next })
    }
}
