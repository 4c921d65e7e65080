//! What needs attention: who must do what, since when, until when, with the entry that shows it.

use ledger::lives::attention::Attention;
use ledger::words::{CbsCode, Slug};

use super::lists::{FOLDS, Items};
use super::{AsOf, Filter, Listing, ListingFault, Paging};
use crate::store::Subjects;

/// Something that waits for somebody, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// The agreement.
    pub agreement: Slug,
    /// Its title.
    pub title: String,
    /// Where it holds.
    pub neighbourhoods: Vec<CbsCode>,
    /// What waits, for whom, since when and until when.
    pub attention: Attention,
    /// How much of the log this follows from: a fact at or after that entry is in no entry yet.
    pub as_of: AsOf,
}

impl Listing {
    /// What waits, in the order of agreements; of the filter, the agreement, area, member and party (who must act) count.
    /// A page holds whole agreements: at most `limit` agreements, each with all that waits in it.
    pub async fn attention(&self, filter: &Filter, paging: &Paging) -> Result<Items<AttentionItem>, ListingFault> {
        let after = paging.subject("agreement")?;
        // Folding from an agreement's own history costs more than what is open of it now.
        let limit = paging.limit.min(if self.is_past { FOLDS } else { FOLDS * 2 });
        let subjects = match &filter.agreement {
            Some(id) => vec![super::agreement::subject(id)],
            None => {
                // In the past something may have waited wherever there is an agreement, also where nothing does now.
                let (area, member) = if self.is_past {
                    (None, None)
                } else {
                    (filter.neighbourhood.clone(), filter.member.as_ref().map(ToString::to_string))
                };
                self.store
                    .agreements(self.row.id, &Subjects { reader: self.reader.clone(), after, area, member, calls: !self.is_past, limit })
                    .await?
            }
        };
        let mut items = Vec::new();
        for (life, as_of) in self.open_lives(&subjects).await? {
            if !filter.fits_text(&life.text) {
                continue;
            }
            let neighbourhoods: Vec<CbsCode> = life.text.neighbourhoods.iter().map(|place| place.code.clone()).collect();
            for attention in life.attention() {
                if filter.party.as_ref().is_none_or(|party| attention.who.contains(party)) {
                    let (agreement, title) = (life.head.id.clone(), life.text.title.to_string());
                    items.push(AttentionItem { agreement, title, neighbourhoods: neighbourhoods.clone(), attention, as_of });
                }
            }
        }
        let next = if filter.agreement.is_some() { None } else { Paging::first(limit).next_subject(&subjects) };
        Ok(Items { items, next })
    }
}
