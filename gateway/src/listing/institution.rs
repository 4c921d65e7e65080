//! Institutions as of an instant.

use ledger::envelope::statement::flag::Flag;
use ledger::lives::Institution;
use ledger::words::Slug;

use super::fold::catch_up_institution;
use super::lists::Items;
use super::{AsOf, Listing, ListingFault, Paging};
use crate::store::StoreFault;

/// An institution as of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionView {
    /// As of when.
    pub as_of: AsOf,
    /// What the log, and the clock, had made of it.
    pub institution: Institution,
    /// The entry that changed it last; [`AsOf::size`] when the clock has and no entry says so yet.
    pub entry: u64,
    /// What the clock has caused by then and no entry says yet.
    pub caused: Vec<Flag>,
}

impl Listing {
    /// An institution; `None` when nobody had registered under this id.
    pub async fn institution(&self, id: &Slug) -> Result<Option<InstitutionView>, ListingFault> {
        let subject = format!("institution/{id}");
        let (body, entry, size) = if self.is_past {
            let entries = self.store.history(self.row.id, &subject, None, self.as_of.size, None).await?;
            let Some(last) = entries.last() else { return Ok(None) };
            let rows = self.store.versions(self.row.id, &subject, &[*last]).await?;
            let Some(row) = rows.into_iter().next() else { return Ok(None) };
            (row.body, row.entry, self.as_of.size)
        } else {
            let Some(row) = self.store.whole(self.row.id, &subject).await?.into_iter().next() else { return Ok(None) };
            (row.body, row.entry, row.settled)
        };
        view(&subject, &body, entry, AsOf { at: self.as_of.at, size }).map(Some)
    }

    /// Those who gave an institution a mandate, in the order of their ids.
    pub async fn principals(&self, holder: &Institution) -> Result<Vec<Institution>, ListingFault> {
        let mut principals = Vec::with_capacity(holder.mandated_by.len());
        for principal in &holder.mandated_by {
            principals.extend(self.institution(principal).await?.map(|view| view.institution));
        }
        Ok(principals)
    }

    /// Institutions in the order of their ids. In the past a page may hold fewer than asked for, and have a next one.
    pub async fn institutions(&self, paging: &Paging) -> Result<Items<InstitutionView>, ListingFault> {
        let after = paging.subject("institution")?;
        let subjects = self.store.subjects(self.row.id, "institution", after.as_deref(), paging.limit).await?;
        let mut items = Vec::with_capacity(subjects.len());
        for subject in &subjects {
            let id = super::agreement::id_of(subject)?;
            items.extend(self.institution(&id).await?);
        }
        Ok(Items { items, next: paging.next_subject(&subjects) })
    }
}

fn view(subject: &str, body: &str, entry: u64, as_of: AsOf) -> Result<InstitutionView, ListingFault> {
    let damaged = |error: serde_json::Error| StoreFault::Damaged(format!("life {subject}: {error}"));
    let mut institution: Institution = serde_json::from_str(body).map_err(damaged)?;
    let caused = catch_up_institution(&mut institution, as_of)?;
    let entry = if caused.is_empty() { entry } else { as_of.size };
    Ok(InstitutionView { as_of, institution, entry, caused })
}
