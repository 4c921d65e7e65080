//! Lists with filters: by index as of now, agreement by agreement in the past.

use std::collections::BTreeMap;
use std::sync::Arc;

use ledger::envelope::statement::agreement::Proposal;
use ledger::lives::agreement::Head;
use ledger::lives::colour::Colour;
use ledger::lives::parts::Part;
use ledger::words::Slug;

use super::agreement::{AgreementView, id_of};
use super::filter::cursor;
use super::{Collection, Filter, Listing, ListingFault, Paging};
use crate::store::{Found, Place, StoreFault, Subjects, part_of};

/// How many agreements are folded for one page of the past.
pub(super) const FOLDS: u32 = 50;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items<T> {
    /// What is on it. In the past it may be fewer than asked for, even none, while there is a next page.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// A part of an agreement in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The agreement.
    pub agreement: Slug,
    /// What it is.
    pub part: Part,
    /// The entry that changed it last; `None` when the clock has and no entry says so yet.
    pub entry: Option<u64>,
    /// Whether something can still happen to it.
    pub is_open: bool,
}

/// An agreement in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementCard {
    /// Who, and in which state.
    pub head: Arc<Head>,
    /// The text.
    pub text: Arc<Proposal>,
    /// The worst colour in it.
    pub colour: Colour,
    /// The entry that changed its head last; `None` when the clock has and no entry says so yet.
    pub entry: Option<u64>,
}

impl Listing {
    /// Parts of agreements that fit, by agreement and key; by due instant first where the filter names one and it is now.
    pub async fn list(&self, collection: Collection, filter: &Filter, paging: &Paging) -> Result<Items<Listed>, ListingFault> {
        if self.is_past {
            return self.list_then(collection, filter, paging).await;
        }
        self.list_now(collection, filter, paging).await
    }

    /// The same as it is now, whatever instant is asked for.
    pub(super) async fn list_now(&self, collection: Collection, filter: &Filter, paging: &Paging) -> Result<Items<Listed>, ListingFault> {
        let search = filter.search(&self.reader, collection, paging.place()?, paging.limit);
        let found = self.store.search(self.row.id, &search).await?;
        let kind = collection.read_as();
        let listed = |found: &Found| {
            let part = part_of(&found.subject, kind, &found.key, &found.body)?;
            let part = part.ok_or_else(|| StoreFault::Damaged(format!("life {} {}", found.subject, found.key)))?;
            Ok(Listed { agreement: id_of(&found.subject)?, part, entry: Some(found.entry), is_open: found.is_open })
        };
        let items = found.iter().map(listed).collect::<Result<_, StoreFault>>()?;
        let next = found.last().filter(|_| found.len() >= paging.limit as usize);
        Ok(Items { items, next: next.map(|last| cursor(last.due_at.filter(|_| search.is_by_due()), &last.subject, &last.key)) })
    }

    /// Agreements that fit, with their texts and colours, in the order of their ids.
    pub async fn agreements(&self, filter: &Filter, paging: &Paging) -> Result<Items<AgreementCard>, ListingFault> {
        if self.is_past {
            return self.agreements_then(filter, paging).await;
        }
        let heads = self.list(Collection::Agreements, filter, paging).await?;
        let subjects: Vec<String> = heads.items.iter().map(|listed| super::agreement::subject(&listed.agreement)).collect();
        let mut texts = self.texts(&subjects).await?;
        let colours = self.store.colours(self.row.id, &subjects).await?;
        let mut items = Vec::with_capacity(subjects.len());
        for (listed, subject) in heads.items.into_iter().zip(&subjects) {
            let (Part::Head(head), Some(text)) = (listed.part, texts.remove(subject)) else {
                return Err(StoreFault::Damaged(format!("life {subject} lacks its head or text")).into());
            };
            let colour = colours.get(subject).copied().and_then(Colour::of_rank).unwrap_or(Colour::Green);
            items.push(AgreementCard { head, text, colour, entry: listed.entry });
        }
        Ok(Items { items, next: heads.next })
    }

    async fn texts(&self, subjects: &[String]) -> Result<BTreeMap<String, Arc<Proposal>>, ListingFault> {
        let rows = self.store.texts(self.row.id, subjects).await?;
        let text = |(subject, body): (String, String)| match part_of(&subject, "text", "", &body)? {
            Some(Part::Text(text)) => Ok((subject, text)),
            _ => Err(StoreFault::Damaged(format!("life {subject} text"))),
        };
        Ok(rows.into_iter().map(text).collect::<Result<_, _>>()?)
    }

    /// The agreements of the past that come after one, folded: so many of those that there are now.
    pub(super) async fn folded(
        &self,
        filter: &Filter,
        after: Option<String>,
        limit: u32,
    ) -> Result<(Vec<AgreementView>, Option<String>), ListingFault> {
        let subjects = match &filter.agreement {
            Some(id) => Vec::from_iter(Some(super::agreement::subject(id)).filter(|one| after.as_ref().is_none_or(|after| one > after))),
            // All that there are: where an agreement holds, and who is a party to it, may have been otherwise.
            None => {
                let all = Subjects { reader: self.reader.clone(), after, area: None, member: None, calls: false, limit };
                self.store.agreements(self.row.id, &all).await?
            }
        };
        let mut views = Vec::with_capacity(subjects.len());
        for subject in &subjects {
            views.extend(self.agreement(&id_of(subject)?).await?.filter(|view| filter.fits_text(&view.text.value)));
        }
        let next = subjects.last().filter(|_| filter.agreement.is_none() && subjects.len() >= limit as usize);
        Ok((views, next.cloned()))
    }

    async fn agreements_then(&self, filter: &Filter, paging: &Paging) -> Result<Items<AgreementCard>, ListingFault> {
        let after = paging.subject("agreement")?;
        let (views, next) = self.folded(filter, after, paging.limit.min(FOLDS)).await?;
        let fits = |view: &AgreementView| filter.fits_part(view, Collection::Agreements, &Part::Head(view.head.value.clone()), true);
        let card = |view: AgreementView| AgreementCard {
            colour: view.overall_light().colour,
            entry: view.logged(view.head.entry),
            head: view.head.value,
            text: view.text.value,
        };
        Ok(Items { items: views.into_iter().filter(fits).map(card).collect(), next: next.map(|subject| cursor(None, &subject, "")) })
    }

    /// The past: a page ends with an agreement, or within one when it has more parts than fit on a page.
    async fn list_then(&self, collection: Collection, filter: &Filter, paging: &Paging) -> Result<Items<Listed>, ListingFault> {
        let (place, limit) = (paging.place()?, paging.limit as usize);
        let mut items = Vec::new();
        if let Some(Place { subject, key, .. }) = place.as_ref().filter(|place| !place.key.is_empty())
            && let Some(view) = self.agreement(&id_of(subject)?).await?.filter(|view| filter.fits_text(&view.text.value))
        {
            items.extend(keyed(&view, collection, filter).into_iter().filter(|(of, _)| of > key));
        }
        let mut further = None;
        if items.len() <= limit {
            let (views, next) = self.folded(filter, place.map(|place| place.subject), paging.limit.min(FOLDS)).await?;
            further = next;
            items.extend(views.iter().flat_map(|view| keyed(view, collection, filter)).take(limit + 1 - items.len()));
        }
        let cut = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| cut);
        let next = match last {
            Some((key, listed)) => Some(cursor(None, &super::agreement::subject(&listed.agreement), key)),
            None => further.map(|subject| cursor(None, &subject, "")),
        };
        Ok(Items { items: items.into_iter().map(|(_, listed)| listed).collect(), next })
    }
}

/// The parts of an agreement that fit, by key.
fn keyed(view: &AgreementView, collection: Collection, filter: &Filter) -> Vec<(String, Listed)> {
    let mut parts = Vec::new();
    for (part, entry, is_open) in view.parts() {
        let key = part.id().to_string();
        let Some((part, is_open)) = collection.select(part, is_open) else { continue };
        if filter.fits_part(view, collection, &part, is_open) {
            parts.push((key, Listed { agreement: view.head.value.id.clone(), part, entry: view.logged(entry), is_open }));
        }
    }
    parts.sort_by(|(one, _), (other, _)| one.cmp(other));
    parts
}
