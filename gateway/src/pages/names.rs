//! The public names of institutions, by the ids with which they sign.

use std::collections::{BTreeMap, BTreeSet};

use ledger::envelope::GATEWAY;
use ledger::lives::Institution;
use ledger::words::Slug;
use maud::{Markup, html};

use super::told::Told;
use super::words::Words;
use crate::listing::{Filter, Listing, ListingFault, Paging};

/// At most this many are looked up for one page; the rest keep their ids.
const MOST: usize = 120;

/// Names of institutions.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<Slug, String>,
}

impl Names {
    /// The names of these institutions, as of the listing's instant; one that went over into another with the name of that.
    pub(super) async fn of<'a>(words: Words, listing: &Listing, ids: impl IntoIterator<Item = &'a Slug>) -> Result<Self, ListingFault> {
        let wanted: BTreeSet<&Slug> = ids.into_iter().collect();
        let mut known = BTreeMap::new();
        for id in wanted.into_iter().filter(|id| id.as_str() != GATEWAY).take(MOST) {
            let Some(view) = listing.institution(id).await? else { continue };
            let Some(name) = view.institution.name() else { continue };
            let name = match last_successor(listing, &view.institution).await? {
                Some(successor) => format!("{name} ({} {successor})", words.plain("name-now", &[])),
                None => name.to_owned(),
            };
            known.insert(id.clone(), name);
        }
        Ok(Self { known })
    }

    /// Names that are known from elsewhere.
    pub(super) fn known(known: BTreeMap<Slug, String>) -> Self {
        Self { known }
    }

    /// The name of one; its id where it has none.
    pub(super) fn get<'a>(&'a self, id: &'a Slug) -> &'a str {
        self.known.get(id).map_or(id.as_str(), String::as_str)
    }

    /// The same between tags; the ledger signs under its own name.
    pub(super) fn show(&self, words: Words, id: &Slug) -> Markup {
        html! { @if id.as_str() == GATEWAY { (words.say("gateway")) } @else { (Told(self.get(id))) } }
    }

    /// Who signed, and in whose name where that is another's.
    pub(super) fn acted(&self, words: Words, by: &Slug, on_behalf_of: Option<&Slug>) -> Markup {
        match on_behalf_of.filter(|party| *party != by) {
            None => self.show(words, by),
            Some(party) => {
                let said = [("party", self.get(party).into()), ("signer", self.get(by).into())];
                html! { (words.with("acted-on-behalf", &said)) }
            }
        }
    }

    /// Several, with semicolons between: names have commas them.
    pub(super) fn list<'a>(&'a self, ids: impl IntoIterator<Item = &'a Slug>) -> String {
        ids.into_iter().map(|id| self.get(id)).collect::<Vec<_>>().join("; ")
    }
}

/// The name of the one that answers for an institution now, where that is another.
async fn last_successor(listing: &Listing, institution: &Institution) -> Result<Option<String>, ListingFault> {
    let (mut next, mut name) = (institution.successor().cloned(), None);
    while let Some(id) = next.take() {
        let Some(view) = listing.institution(&id).await? else { break };
        name = Some(view.institution.name().unwrap_or(id.as_str()).to_owned());
        next = view.institution.successor().cloned();
    }
    Ok(name)
}

/// Titles of agreements, by id.
pub(super) type Titles = BTreeMap<Slug, String>;

/// The titles of these agreements; the id of one that the reader may not know.
pub(super) async fn titles<'a>(listing: &Listing, ids: impl Iterator<Item = &'a Slug>) -> Result<Titles, ListingFault> {
    let mut titles = Titles::new();
    for id in ids {
        if !titles.contains_key(id) {
            let filter = Filter { agreement: Some(id.clone()), ..Filter::default() };
            let card = listing.agreements(&filter, &Paging::first(1)).await?.items.into_iter().next();
            titles.insert(id.clone(), card.map_or_else(|| id.to_string(), |card| card.text.title.to_string()));
        }
    }
    Ok(titles)
}
