//! The statements of receipts, read from their records.

use ledger::book::is_about_keys;
use ledger::envelope::{Body, Parsed};
use ledger::lives::Moment;
use ledger::log::receipt::Receipt;
use ledger::log::record::{Entry, Record};
use ledger::words::{Hash, Instant, Slug};

/// A statement at its place in the log.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its entry.
    pub(super) entry: u64,
    /// When the ledger accepted it.
    pub(super) accepted_at: Instant,
    /// The hash of its leaf.
    pub(super) leaf: Hash,
    /// What was signed.
    pub(super) parsed: Parsed,
}

impl Item {
    /// From the text of a receipt, without verifying it.
    pub(super) fn read(receipt: &str) -> Result<(Self, Receipt), String> {
        let receipt = Receipt::parse(receipt.as_bytes()).map_err(|fault| fault.to_string())?;
        let extra = receipt.proof().extra.as_deref().unwrap_or_default();
        let (salt, bytes) = extra.split_first_chunk().ok_or("it carries no salt and record")?;
        let record = Record::parse(bytes).map_err(|fault| fault.to_string())?;
        let leaf = Entry::new(record.accepted_at, salt, bytes).leaf_hash();
        let parsed = Parsed::parse(record.jws).map_err(|refusal| refusal.to_string())?;
        Ok((Self { entry: record.index, accepted_at: record.accepted_at, leaf, parsed }, receipt))
    }

    /// What it says.
    pub(super) fn body(&self) -> &Body {
        &self.parsed.statement().body
    }

    /// In whose name it was signed, where that is not its signer's own.
    pub(super) fn on_behalf_of(&self) -> Option<&Slug> {
        self.parsed.statement().principal()
    }

    /// Whether it is here for the keys: it says which key is whose or the log's, not how an agreement stands.
    pub(super) fn is_about_keys(&self) -> bool {
        is_about_keys(self.body())
    }

    /// Its entry, and when the ledger accepted it.
    pub(super) fn moment(&self) -> Moment {
        Moment { entry: self.entry, at: self.accepted_at }
    }
}
