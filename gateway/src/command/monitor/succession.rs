//! The keys of a log as a monitor knows them: the one that it was given, and those that it was led to from there.

use ledger::book::succession::{Announced, SuccessionFault, follow};
use ledger::log::note::VerifierKey;
use ledger::log::receipt::Receipt;

/// A chain of keys, each vouched for by the one before it.
#[derive(Debug, Clone)]
pub(super) struct Succession {
    given: VerifierKey,
    receipts: Vec<Receipt>,
    announced: Vec<Announced>,
}

impl Succession {
    /// The given key alone.
    pub(super) fn new(given: VerifierKey) -> Self {
        Self { given, receipts: Vec::new(), announced: Vec::new() }
    }

    /// Takes announcements that lead further than those that are known; others say nothing new. Whether they did.
    pub(super) fn learn(&mut self, receipts: Vec<Receipt>) -> Result<bool, SuccessionFault> {
        let announced = follow(&self.given, &receipts)?;
        // One that is known stays: who leaves it out, or names another in its place, does not unsay what a key has signed.
        let leads_on = announced.len() > self.announced.len() && announced.starts_with(&self.announced);
        if leads_on {
            (self.receipts, self.announced) = (receipts, announced);
        }
        Ok(leads_on)
    }

    /// Every key, the given one first.
    pub(super) fn keys(&self) -> Vec<VerifierKey> {
        std::iter::once(&self.given).chain(self.announced.iter().map(|announced| &announced.key)).cloned().collect()
    }

    /// The keys after the given one.
    pub(super) fn announced(&self) -> Vec<Announced> {
        self.announced.clone()
    }

    /// What announces them.
    pub(super) fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }
}
