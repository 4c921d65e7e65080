//! The records of a ledger, page by page, up to the size that its checkpoint names.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ledger::audit::Row;
use ledger::log::checkpoint::Checkpoint;
use ledger::log::note::Note;
use ledger::words::Instant;

use crate::client::{Client, Error, Record};

/// The most records that a gateway gives at once.
const PAGE: u64 = 1_000;
/// When a page is larger than the client takes: so many of the largest statements fit.
const SMALL_PAGE: u64 = 100;

/// Pages of records, one request each.
pub(in crate::command) struct Pages<'a> {
    client: &'a Client,
    ledger: &'a str,
    from: u64,
    size: u64,
    limit: u64,
    ended: bool,
}

impl<'a> Pages<'a> {
    /// The size in a checkpoint says how much to ask for; whether it is true, the audit says. One that cannot be
    /// read does not keep the records from being judged.
    pub(super) fn new(client: &'a Client, ledger: &'a str, checkpoint: &str) -> Result<Self, Error> {
        let note = Note::parse(checkpoint.as_bytes()).ok();
        let size = match note.and_then(|note| Checkpoint::parse(note.text()).ok()) {
            Some(checkpoint) => checkpoint.size(),
            None => client.records(ledger, 0, 1)?.size,
        };
        Ok(Self::between(client, ledger, 0, size))
    }

    /// The records from an entry on, up to a size.
    pub(in crate::command) fn between(client: &'a Client, ledger: &'a str, from: u64, size: u64) -> Self {
        Self { client, ledger, from, size, limit: PAGE, ended: false }
    }

    /// Up to this entry.
    pub(in crate::command) fn size(&self) -> u64 {
        self.size
    }

    fn fetch(&mut self) -> Result<Vec<Row>, Error> {
        let left = |limit: u64, from: u64| limit.min(self.size - from);
        let page = match self.client.records(self.ledger, self.from, left(self.limit, self.from)) {
            Err(Error::Unreachable { source, .. }) if self.limit > SMALL_PAGE && matches!(*source, ureq::Error::BodyExceedsLimit(_)) => {
                self.limit = SMALL_PAGE;
                self.client.records(self.ledger, self.from, left(SMALL_PAGE, self.from))?
            }
            other => other?,
        };
        match page.records.last() {
            // Onward whatever the gateway says, so that the audit ends.
            Some(last) => self.from = last.entry.max(self.from).saturating_add(1),
            None => self.ended = true,
        }
        Ok(page.records.into_iter().map(row).collect())
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Vec<Row>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || self.from >= self.size {
            return None;
        }
        let page = self.fetch();
        self.ended |= page.is_err();
        Some(page)
    }
}

/// What cannot be decoded is no reason to stop: without its salt, its bytes or its instant, a record does not fit its
/// entry. For an instant that is gone stands the first of all, so that the one in the published entry is gone on with.
fn row(record: Record) -> Row {
    let bytes = |text: String| URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    let salt = bytes(record.salt).try_into().unwrap_or_default();
    let accepted_at = record.accepted_at.unwrap_or(Instant::from_millis(0).expect("1970 can be written"));
    Row { entry: record.entry, accepted_at, salt, jws: bytes(record.jws), leaf: record.leaf.map(bytes), withheld: record.withheld }
}
