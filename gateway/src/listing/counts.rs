//! How many obligations are green, orange and red.

use ledger::lives::colour::Colour;
use ledger::words::{CbsCode, Slug};

use super::filter::cursor;
use super::lists::FOLDS;
use super::{Filter, Listing, ListingFault, Paging};
use crate::store::Counted;

/// How many of something have which colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Colours {
    /// As agreed.
    pub green: u64,
    /// Deviates, and can be put right in its term.
    pub orange: u64,
    /// Breached.
    pub red: u64,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// Obligations that bind: those whose due dates come up, and others with an open due date.
    pub obligations: Colours,
    /// In the past, where the count goes on: the next page counts further agreements, and the sum counts. `None` when
    /// everything is counted.
    pub next: Option<String>,
}

impl Colours {
    /// One more of a colour.
    pub fn add(&mut self, colour: Colour) {
        match colour {
            Colour::Green => self.green += 1,
            Colour::Orange => self.orange += 1,
            Colour::Red => self.red += 1,
        }
    }
}

impl Listing {
    /// Obligations by colour: of the ledger, of the agreements that hold in an area, of one debtor, or of both.
    pub async fn counts(&self, area: Option<&CbsCode>, debtor: Option<&Slug>, paging: &Paging) -> Result<Counts, ListingFault> {
        if !self.is_past {
            let of = Counted { reader: self.reader.clone(), area: area.cloned(), party: debtor.map(ToString::to_string) };
            let tally = self.store.tally(self.row.id, &of).await?;
            let green = tally.all.saturating_sub(tally.orange + tally.red);
            return Ok(Counts { obligations: Colours { green, orange: tally.orange, red: tally.red }, next: None });
        }
        let filter = Filter { neighbourhood: area.cloned(), ..Filter::default() };
        let (views, next) = self.folded(&filter, paging.subject("agreement")?, paging.limit.min(FOLDS)).await?;
        let mut obligations = Colours::default();
        for view in views {
            let counted = view.life.clauses.values().filter(|clause| view.life.is_counted(clause));
            let of_debtor = counted.filter(|clause| debtor.is_none_or(|debtor| clause.debtor == *debtor));
            of_debtor.for_each(|clause| obligations.add(view.life.light(clause).colour));
        }
        Ok(Counts { obligations, next: next.map(|subject| cursor(None, &subject, "")) })
    }
}
